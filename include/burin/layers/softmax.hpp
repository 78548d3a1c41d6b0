#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/softmax.hpp"

#include <cstddef>
#include <span>

namespace burin {

namespace detail {

constexpr OpTraits softmax_traits(core::Values values) {
    return {.in_place = true,
            .gradient_in_place = true,
            .streams = true,
            .input_gradient = {.output = true},
            .link = Link::softmax,
            .values = values};
}

/// What the two layers over the last axis have in common.
struct LastAxisOp : Op {
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 6 * inputs[0].size(); }

  protected:
    template <class Shapes>
    static constexpr std::size_t extent = Shapes::output.last();
    template <class Shapes>
    static constexpr std::size_t rows_per_sample = Shapes::output.size() / Shapes::output.last();
};

} // namespace detail

/// eˣ / Σ eˣ over the last axis: probabilities. A cross-entropy after it takes its place in training and
/// works on its input, which is the same but stable.
struct Softmax : detail::LastAxisOp {
    static constexpr OpTraits traits = detail::softmax_traits(core::Values::probabilities);
    static constexpr Text<64> name() { return "Softmax"; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        kernels::softmax<extent<Shapes>>(run.inputs[0], run.output, run.rows * rows_per_sample<Shapes>);
    }
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        kernels::softmax_gradient<extent<Shapes>>(run.output, run.output_gradient, run.input_gradient,
                                                  run.rows * rows_per_sample<Shapes>);
    }
};

/// x − log Σ eˣ over the last axis: the logarithms of probabilities.
struct LogSoftmax : detail::LastAxisOp {
    // The softmax of its output is that of its input.
    static constexpr OpTraits traits = detail::softmax_traits(core::Values::log_probabilities);
    static constexpr Text<64> name() { return "LogSoftmax"; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        kernels::log_softmax<extent<Shapes>>(run.inputs[0], run.output, run.rows * rows_per_sample<Shapes>);
    }
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        kernels::log_softmax_gradient<extent<Shapes>>(run.output, run.output_gradient, run.input_gradient,
                                                      run.rows * rows_per_sample<Shapes>);
    }
};

} // namespace burin
