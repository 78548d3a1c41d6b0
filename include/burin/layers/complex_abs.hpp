#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>
#include <span>

namespace burin {

/// The magnitude √(a² + b²) of complex numbers, whose real parts a are the first half of the last axis and
/// whose imaginary parts b the second: `[..., 2n]` becomes `[..., n]`. So a convolution whose kernels are the
/// cosines and then the sines of a window gives the magnitudes of a short-time Fourier transform. The
/// derivative at 0 is 0, as PyTorch's `abs` has it. Squares of numbers above 1.8e19 are not floats: of such
/// ones the magnitude is infinite. Not in the umbrella.
struct ComplexAbs : Op {
    static constexpr OpTraits traits{.streams = true, .input_gradient = {.input = true, .output = true}};

    static constexpr Text<64> name() { return "ComplexAbs"; }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        Shape shape = inputs[0];
        if (shape.rank == 0 || shape.last() % 2 != 0)
            return {.expected = "input `[..., 2n]`, the real parts and then the imaginary ones"};
        shape.extents[shape.rank - 1] /= 2;
        return {.shape = shape};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return inputs[0].size() / 2 * 7; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t half = Context::Shapes::output.last();
        const std::size_t count = run.rows * Context::Shapes::output.size();
        for (std::size_t at = 0; at < count; at += half)
            kernels::map<Scalar>(
                half, run.output + at, [](auto a, auto b) { return sqrt(a * a + b * b); },
                run.inputs[0] + 2 * at, run.inputs[0] + 2 * at + half);
    }

    /// da = dy · a / y, db = dy · b / y.
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t half = Context::Shapes::output.last();
        const std::size_t count = run.rows * Context::Shapes::output.size();
        for (std::size_t at = 0; at < count; at += half)
            for (const std::size_t part : {std::size_t(0), half})
                kernels::map<Scalar>(
                    half, run.input_gradient + 2 * at + part,
                    [](auto dy, auto y, auto x) {
                        const decltype(y) zero(Scalar(0));
                        return kernels::select(y == zero, zero, dy * x / y);
                    },
                    static_cast<const Scalar*>(run.output_gradient) + at,
                    static_cast<const Scalar*>(run.output) + at, run.inputs[0] + 2 * at + part);
    }
};

} // namespace burin
