#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>
#include <span>

namespace burin {

/// The traits of an elementwise layer that also has its `own`.
constexpr OpTraits elementwise_traits(OpTraits own = {}) {
    own.elementwise = own.streams = own.accepts_epilogue = own.in_place = own.gradient_in_place = true;
    return own;
}

/// Base of layers whose every output element is a function of the same input element, for any shape. `Self`
/// provides
///
///     template <class Vector> static Vector value(Vector x) noexcept;                      // f(x)
///     template <class Vector> static Vector gradient(Vector dy, Vector at) noexcept;       // dy · f'(x)
///     static constexpr OpTraits traits = elementwise_traits({.input_gradient = {.output = true}});
///     static constexpr std::size_t cost = 2; // floating-point operations an element
///
/// `input_gradient` says whether `at` is the input x or the output y = f(x); without it (and `traits` may be
/// left out) `at` is nothing to rely on. Left out, `cost` is 0. The vectors are `Vector<Scalar>`, and with
/// `for_any_width` narrower ones as well, for which the kernels of simd/ and functions.hpp are not made.
/// Layers whose derivative follows from the output are fused into the layer before them in training, the
/// others in inference.
template <class Self>
struct Elementwise : Op {
    static constexpr OpTraits traits = elementwise_traits();
    static constexpr std::size_t cost = 0;

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (!Self::traits.elementwise)
            return {.expected = "`traits` made by `elementwise_traits`"};
        return {.shape = inputs[0]};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return inputs[0].size() * Self::cost;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        kernels::map<Scalar>(
            Context::Shapes::output.size() * run.rows, run.output,
            [](auto x) { return typename Context::Epilogue{}(Self::value(x)); }, run.inputs[0]);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Reads reads = Self::traits.input_gradient;
        const Scalar* const at = reads.output  ? run.output
                                 : reads.input ? run.inputs[0]
                                               : run.output_gradient;
        kernels::map<Scalar>(
            Context::Shapes::output.size() * run.rows, run.input_gradient,
            [](auto dy, auto x_or_y) { return Self::gradient(dy, x_or_y); }, run.output_gradient, at);
    }
};

} // namespace burin
