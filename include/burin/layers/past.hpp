#pragma once

#include "burin/graph/op.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

/// The input behind the `Steps` steps before it, for a layer that looks back: `[steps, …]` becomes
/// `[Steps + steps, …]`. Of a whole sequence these are zeros, as with `ZeroPadding1D<Steps, 0>`. In a
/// `Streamer` they are the last steps of the pieces before: all that a convolution or pooling along time, of
/// one axis or more, needs to be run piece by piece.
///
///     Sequential<Input<3, 1, 40>, Past<2>, Conv2D<32, Shape{5, 1}, Stride<3, 1>>, ReLU,
///                Past<4>, DepthwiseConv2D<Shape{5, 1}>, Conv2D<64, 1>>
///
/// A window of `Kernel` steps that moves by `Stride` needs `Past<Kernel − Stride>`: so each piece of as many
/// steps as the stride divides gives its outputs at once. Its state is the `Steps` steps.
template <std::size_t Steps>
struct Past : Op {
    static constexpr std::string_view misuse = Steps == 0 ? "expected at least one step" : "";
    static constexpr OpTraits traits{.streams = true, .keeps_range = true};

    static constexpr Text<64> name() { return Text<64>("Past<").append(Steps).append(">"); }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank < 2)
            return {.expected = "a sequence, `[steps, ...]`"};
        InferredShape result{.shape = inputs[0]};
        result.shape.extents[0] += Steps;
        return result;
    }

    static constexpr std::size_t state(std::span<const Shape> inputs) {
        return Steps * (inputs[0].size() / inputs[0][0]);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        if constexpr (Context::mode == Mode::streaming)
            go_on<typename Context::Shapes>(run.inputs[0], run.output, run.rows, run.state);
        else
            begin<typename Context::Shapes>(run.inputs[0], run.output, run.rows, typename Context::Scalar(0));
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr Shape from = Context::Shapes::inputs[0], to = Context::Shapes::output;
        for (std::size_t row = 0; row < run.rows; ++row)
            std::copy_n(run.output_gradient + row * to.size() + (to.size() - from.size()), from.size(),
                        run.input_gradient + row * from.size());
    }

    /// Of whole sequences: behind steps that are filled so.
    template <class Shapes, class Scalar>
    static void begin(const Scalar* input, Scalar* output, std::size_t rows, Scalar filling) noexcept {
        constexpr std::size_t size = Shapes::inputs[0].size();
        for (std::size_t row = 0; row < rows; ++row, input += size)
            output = std::copy_n(input, size, std::fill_n(output, Shapes::output.size() - size, filling));
    }

    /// Of pieces: behind what the state holds, which the last steps are then.
    template <class Shapes, class Scalar>
    static void go_on(const Scalar* input, Scalar* output, std::size_t rows, Scalar* state) noexcept {
        constexpr std::size_t size = Shapes::inputs[0].size(), kept = Shapes::output.size() - size;
        for (std::size_t row = 0; row < rows; ++row, input += size, state += kept) {
            output = std::copy_n(input, size, std::copy_n(state, kept, output));
            std::copy_n(output - kept, kept, state);
        }
    }
};

} // namespace burin
