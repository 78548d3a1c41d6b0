#pragma once

#include "burin/graph/op.hpp"
#include "burin/layers/axis.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// Count elements of one axis, from First on: `Slice<0, 8>` of `[16]` is its first half, `Slice<2, 1,
/// Axis<1>>` of `[28, 28, 3]` would be one row of pixels of each line. The axis stays, whatever Count is; it
/// is the first unless another is given. The gradient of what is left out is 0.
template <std::size_t First, std::size_t Count, class AlongWhich = Axis<0>>
struct Slice : Op {
    static_assert(Count > 0, "Slice keeps at least one element");

    // Cut along time, a piece of a sequence is not what the whole sequence gives.
    static constexpr OpTraits traits{.streams = AlongWhich::index > 0, .keeps_range = true};

    static constexpr Text<64> name() {
        Text<64> text("Slice<");
        text.append(First).append(", ").append(Count);
        if (AlongWhich::index > 0)
            text.append(", Axis<").append(AlongWhich::index).append(">");
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        Shape shape = inputs[0];
        if (shape.rank <= AlongWhich::index)
            return {.expected = "an input that has the axis along which it cuts"};
        if (First + Count > shape[AlongWhich::index])
            return {.expected = "an axis that holds all elements from the first to the last that it keeps"};
        shape.extents[AlongWhich::index] = Count;
        return {.shape = shape};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr detail::AlongAxis axis(Context::Shapes::inputs[0], AlongWhich::index);
        for (std::size_t block = 0; block < run.rows * axis.outer; ++block)
            std::copy_n(run.inputs[0] + (block * axis.extent + First) * axis.inner, Count * axis.inner,
                        run.output + block * Count * axis.inner);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr detail::AlongAxis axis(Context::Shapes::inputs[0], AlongWhich::index);
        const Scalar* from = run.output_gradient;
        Scalar* to = run.input_gradient;
        for (std::size_t block = 0; block < run.rows * axis.outer; ++block) {
            to = std::fill_n(to, First * axis.inner, Scalar(0));
            to = std::copy_n(from, Count * axis.inner, to);
            to = std::fill_n(to, (axis.extent - First - Count) * axis.inner, Scalar(0));
            from += Count * axis.inner;
        }
    }
};

} // namespace burin
