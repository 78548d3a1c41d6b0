#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/functions/exponential.hpp"
#include "burin/kernels/normal_numbers.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// A sample of a normal distribution whose mean and variance the network computes, through which the gradient
/// reaches both: in training z = mean + e^(log_variance / 2) · n with n from the standard normal
/// distribution, in inference z = mean. The code of a variational autoencoder; see `losses::GaussianKL` for
/// its other half.
///
/// | inputs | output |
/// |---|---|
/// | mean `[...]` and log_variance `[...]` | `[...]` |
/// | `[2 · n]`: mean, then log_variance | `[n]` |
/// | `[2, ...]`: mean, then log_variance | `[...]` |
///
/// What is drawn is a function of seed, layer, step and position, and is drawn again in the backward pass.
/// Kingma and Welling, "Auto-Encoding Variational Bayes", arXiv:1312.6114.
struct Reparameterize : Op {
    static constexpr OpTraits traits{
        .gradient_in_place = true, .joint_backward = true, .input_gradient = {.input = true}};

    static constexpr Text<64> name() { return "Reparameterize"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() > 2)
            return {.expected = "one or two inputs, mean and logarithm of the variance",
                    .culprit = passes::max_inputs};
        if (inputs.size() == 2) {
            if (inputs[1] != inputs[0])
                return {.expected = "the logarithm of the variance to have the shape of the mean,",
                        .expected_shape = inputs[0],
                        .culprit = 1};
            return {.shape = inputs[0]};
        }
        if (inputs[0].rank == 1 && inputs[0][0] % 2 == 0)
            return {.shape = Shape(inputs[0][0] / 2)};
        if (inputs[0].rank < 2 || inputs[0][0] != 2)
            return {.expected = "mean and logarithm of the variance, as two inputs, `[2 * n]` or `[2, ...]`"};
        Shape shape;
        for (std::size_t axis = 1; axis < inputs[0].rank; ++axis)
            shape.push_back(inputs[0][axis]);
        return {.shape = shape};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 3 * output_size(inputs); }
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        return kind == StepKind::backward ? output_size(inputs) : 0;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = Context::Shapes::output.size();
        if constexpr (Context::mode == Mode::training)
            draw(run, run.output);
        for (std::size_t row = 0; row < run.rows; ++row) {
            const Moments moments(run.inputs, row, size);
            Scalar* const z = run.output + row * size;
            if constexpr (Context::mode == Mode::training)
                kernels::map<Scalar>(
                    size, z,
                    [](auto n, auto mean, auto log_variance) {
                        return kernels::fma(n, deviation<Scalar>(log_variance), mean);
                    },
                    z, moments.mean, moments.log_variance);
            else
                std::copy_n(moments.mean, size, z);
        }
    }

    /// dmean = dz, dlog_variance = dz · n · e^(log_variance / 2) / 2, where nothing is drawn 0.
    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = Context::Shapes::output.size();
        constexpr bool wants_mean = Context::wanted.front(), wants_variance = Context::wanted.back();
        if constexpr (wants_variance && Context::mode == Mode::training)
            draw(run, run.scratch);
        for (std::size_t row = 0; row < run.rows; ++row) {
            const Moments moments(run.inputs, row, size);
            const Moments gradients(run.input_gradients, row, size);
            const Scalar* const dz = run.output_gradient + row * size;
            if constexpr (wants_variance && Context::mode != Mode::training)
                std::fill_n(gradients.log_variance, size, Scalar(0));
            else if constexpr (wants_variance)
                kernels::map<Scalar>(
                    size, gradients.log_variance,
                    [](auto d, auto n, auto log_variance) {
                        return d * n * deviation<Scalar>(log_variance) * kernels::Vector<Scalar>(Scalar(0.5));
                    },
                    dz, run.scratch + row * size, moments.log_variance);
            if constexpr (wants_mean)
                std::copy_n(dz, size, gradients.mean);
        }
    }

  private:
    static constexpr std::size_t output_size(std::span<const Shape> inputs) {
        return inputs[0].size() * inputs.size() / 2;
    }

    /// Where mean and log_variance of a row are.
    template <class Pointer>
    struct Moments {
        Pointer mean;
        Pointer log_variance;

        template <std::size_t Count>
        Moments(const std::array<Pointer, Count>& inputs, std::size_t row, std::size_t size) noexcept
            : mean(at(inputs[0], row * size * 2 / Count)),
              log_variance(Count == 2 ? at(inputs[Count - 1], row * size) : mean + size) {}

      private:
        // What is not wanted is null, and stays so.
        static Pointer at(Pointer begin, std::size_t offset) noexcept {
            return begin == nullptr ? begin : begin + offset;
        }
    };
    template <class Pointer, std::size_t Count>
    Moments(const std::array<Pointer, Count>&, std::size_t, std::size_t) -> Moments<Pointer>;

    template <class Scalar>
    static kernels::Vector<Scalar> deviation(kernels::Vector<Scalar> log_variance) noexcept {
        return kernels::exp(log_variance * kernels::Vector<Scalar>(Scalar(0.5)));
    }

    template <class Context, class Scalar>
    static void draw(const Context& run, Scalar* to) noexcept {
        kernels::for_each_normal<Scalar>(
            run.random, run.position, Context::Shapes::output.size() * run.rows,
            [&](std::size_t begin, std::size_t count, const Scalar* numbers) noexcept {
                std::copy_n(numbers, count, to + begin);
            });
    }
};

} // namespace burin
