#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/column_moments.hpp"
#include "burin/kernels/large_moments.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/normalization_options.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

namespace burin {

/// y = (x − mean) / √(variance + ε) · weight + bias, for each element of the last axis (channel) by itself.
///
/// | | shape |
/// |---|---|
/// | input, output | `[..., channels]` |
/// | `weight`, `bias` | `[channels]`; start at 1 and 0; left out with `NoScale`, `NoBias` |
/// | `running_mean`, `running_var` | `[channels]`, statistics; start at 0 and 1 |
///
/// In training mean and variance are those of the batch, over all samples and positions; the running ones
/// move towards them: running ← (1 − momentum) · running + momentum · batch. Everywhere else, and where the
/// layer is `Frozen`, the running ones take their place. A batch of one value a channel (one row, one
/// position) has no variance, and leaves the running one alone; PyTorch refuses such a batch.
///
/// Defaults are PyTorch's: momentum 0.1 and ε 10⁻⁵ (Keras's momentum 0.99 is 0.01 here, its ε is 10⁻³);
/// `BatchNorm<RunningMomentum<0.01>, Epsilon<1e-3>>` sets them. As in PyTorch the running variance is the
/// unbiased one, divided by the number of values less one. Ioffe and Szegedy, arXiv:1502.03167.
template <class... Options>
struct BatchNorm : Op {
    static_assert(((detail::is_option<RunningMomentum, Options> || detail::is_option<Epsilon, Options> ||
                    detail::is_affine_option<Options>) &&
                   ...),
                  "BatchNorm takes the options RunningMomentum, Epsilon, NoScale and NoBias");

    using Affine = detail::AffineOf<Options...>;

    static constexpr double momentum = detail::option_or<RunningMomentum, Options...>(0.1);
    static constexpr double epsilon = detail::option_or<Epsilon, Options...>(1e-5);
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .in_place = true,
                                     .gradient_in_place = true,
                                     .joint_backward = true,
                                     .streams = true,
                                     .input_gradient = {.input = true},
                                     .statistics_momentum = momentum};

    static constexpr Text<64> name() { return detail::name_with_options<Options...>("BatchNorm"); }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank == 0)
            return {.expected = "input `[..., channels]`"};
        return {.shape = inputs[0]};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        return Affine::parameters(Shape(inputs[0].last()));
    }
    static constexpr ParameterList statistics(std::span<const Shape> inputs) {
        const Shape channels(inputs[0].last());
        return ParameterList(ParameterSpec{"running_mean", ParameterRole::bias, channels},
                             ParameterSpec{"running_var", ParameterRole::scale, channels});
    }

    /// The batch's mean, and 1 / √(variance + ε).
    static constexpr Elements saved(std::span<const Shape> inputs) { return {0, 2 * inputs[0].last()}; }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        return {0, (kind == StepKind::forward ? 1 : 5) * inputs[0].last()};
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 2 * inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t channels = Context::Shapes::output.last();
        const std::size_t rows = run.rows * (Context::Shapes::output.size() / channels);
        const Scalar* mean = run.statistics;
        Scalar* const scale = run.scratch;
        if constexpr (Context::mode == Mode::training && !Context::is_frozen) {
            Scalar *const batch_mean = run.saved, *const deviation = run.saved + channels;
            kernels::column_moments<channels>(run.inputs[0], rows, batch_mean, deviation);
            const bool is_large =
                !(kernels::sum<Scalar>(
                      channels, [](auto v) { return v; }, static_cast<const Scalar*>(deviation)) <=
                  std::numeric_limits<Scalar>::max());
            if (rows > 1)
                move<channels>(run.statistics + channels, deviation,
                               static_cast<Scalar>(rows) / static_cast<Scalar>(rows - 1));
            inverse_deviation<channels>(deviation, deviation);
            if (is_large) [[unlikely]]
                for (std::size_t c = 0; c < channels; ++c)
                    if (!(deviation[c] > Scalar(0))) {
                        const auto moments = kernels::moments_of_large<true>(
                            run.inputs[0] + c, rows, channels, 1, static_cast<Scalar>(epsilon));
                        batch_mean[c] = moments.mean;
                        deviation[c] = moments.inverse;
                    }
            move<channels>(run.statistics, batch_mean, Scalar(1));
            scale_by_weight<channels>(run.parameters, deviation, scale);
            mean = batch_mean;
        } else {
            inverse_deviation<channels>(run.statistics + channels, scale);
            scale_by_weight<channels>(run.parameters, scale, scale);
        }
        kernels::scale_columns<channels>(run.inputs[0], mean, scale,
                                         Affine::template bias<channels>(run.parameters), run.output, rows,
                                         typename Context::Epilogue{});
    }

    /// With x̂ = (x − mean) / √(variance + ε) and sums over all n values of a channel: dbias = Σ dy, dweight =
    /// Σ dy · x̂, dx = weight / √(variance + ε) · (dy − dbias / n − x̂ · dweight / n). Where the layer is
    /// frozen mean and variance are constants, and only the first term is left.
    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Vector = kernels::Vector<Scalar>;
        constexpr std::size_t channels = Context::Shapes::output.last();
        const std::size_t rows = run.rows * (Context::Shapes::output.size() / channels);
        Scalar *const sums = run.scratch, *const products = sums + channels;
        Scalar *const of_gradient = products + channels, *const of_deviation = of_gradient + channels;
        Scalar* const constant = of_deviation + channels;
        const Scalar *mean = run.saved, *inverse = run.saved + channels;
        if constexpr (Context::is_frozen) {
            mean = run.statistics;
            inverse_deviation<channels>(run.statistics + channels, products);
            inverse = products;
        } else {
            kernels::column_gradients<channels>(run.inputs[0], mean, run.output_gradient, rows, sums,
                                                products);
            kernels::map<Scalar>(
                channels, products, [](Vector product, Vector scale) { return product * scale; },
                static_cast<const Scalar*>(products), inverse);
            if constexpr (Context::trains) {
                if constexpr (Affine::has_scale)
                    detail::put_gradient<Context::adds>(channels, products, run.gradients);
                if constexpr (Affine::has_bias)
                    detail::put_gradient<Context::adds>(
                        channels, sums, run.gradients + Affine::template bias_offset<channels>);
            }
        }
        if constexpr (Context::wanted[0]) {
            const Scalar share = Context::is_frozen ? Scalar(0) : Scalar(1) / static_cast<Scalar>(rows);
            kernels::for_each_vector<Scalar>(
                channels, [=, &run](std::size_t, auto load, auto store) noexcept {
                    const Vector scale = load(inverse);
                    const Vector slope = Affine::scaled(scale, [&] { return load(run.parameters); });
                    store(of_gradient, slope);
                    if constexpr (!Context::is_frozen) {
                        store(of_deviation, -slope * scale * load(products) * Vector(share));
                        store(constant, -slope * load(sums) * Vector(share));
                    }
                });
            if constexpr (Context::is_frozen)
                std::fill_n(of_deviation, 2 * channels, Scalar(0));
            kernels::scale_columns_gradient<channels>(run.inputs[0], mean, run.output_gradient, of_gradient,
                                                      of_deviation, constant, run.input_gradients[0], rows);
        }
    }

  private:
    template <std::size_t Channels, class Scalar>
    static void scale_by_weight(const Scalar* weights, const Scalar* inverse, Scalar* scale) noexcept {
        if constexpr (Affine::has_scale)
            kernels::map<Scalar>(
                Channels, scale, [](auto weight, auto factor) { return weight * factor; }, weights, inverse);
        else if (scale != inverse)
            std::copy_n(inverse, Channels, scale);
    }

    template <std::size_t Channels, class Scalar>
    static void inverse_deviation(const Scalar* variance, Scalar* inverse) noexcept {
        kernels::map<Scalar>(
            Channels, inverse,
            [](auto v) {
                using Vector = decltype(v);
                return Vector(Scalar(1)) / kernels::sqrt(v + Vector(static_cast<Scalar>(epsilon)));
            },
            variance);
    }

    template <std::size_t Channels, class Scalar>
    static void move(Scalar* running, const Scalar* batch, Scalar factor) noexcept {
        kernels::map<Scalar>(
            Channels, running,
            [factor](auto old, auto fresh) {
                using Vector = decltype(old);
                return old + Vector(static_cast<Scalar>(momentum)) * (fresh * Vector(factor) - old);
            },
            static_cast<const Scalar*>(running), batch);
    }
};

} // namespace burin
