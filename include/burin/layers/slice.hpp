#pragma once

#include "burin/graph/op.hpp"
#include "burin/layers/axis.hpp"
#include "burin/layers/window.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

namespace detail {

template <class Option>
struct SliceOption {
    static constexpr bool is_one = false;
};
template <std::size_t Index>
struct SliceOption<Axis<Index>> {
    static constexpr bool is_one = true;
    static constexpr std::size_t axis = Index;
    static constexpr std::size_t step = 0;
};
template <std::size_t Steps>
struct SliceOption<Stride<Steps>> {
    static_assert(sizeof(Stride<Steps>) > 0); // So that the option's own assertion is looked at.
    static constexpr bool is_one = true;
    static constexpr std::size_t axis = 0;
    static constexpr std::size_t step = Steps;
};

} // namespace detail

/// Count elements of one axis, from First on: `Slice<0, 8>` of `[16]` is its first half, `Slice<2, 1,
/// Axis<1>>` of `[28, 28, 3]` would be one row of pixels of each line. With `Stride<n>` every n-th:
/// `Slice<1, 8, Stride<2>>` of `[16]` has the odd ones. The axis stays, whatever Count is; it is the first
/// unless another is given. The gradient of what is left out is 0.
template <std::size_t First, std::size_t Count, class... Options>
struct Slice : Op {
    static_assert(Count > 0, "Slice keeps at least one element");
    static_assert((detail::SliceOption<Options>::is_one && ...),
                  "Slice takes the options Axis<index> and Stride<step>");
    static constexpr std::size_t axis = (0 + ... + detail::SliceOption<Options>::axis);
    static constexpr std::size_t step = std::max({std::size_t(1), detail::SliceOption<Options>::step...});

    // Cut along time, a piece of a sequence is not what the whole sequence gives.
    static constexpr OpTraits traits{.streams = axis > 0, .keeps_range = true};

    static constexpr Text<64> name() {
        Text<64> text("Slice<");
        text.append(First).append(", ").append(Count);
        if (axis > 0)
            text.append(", Axis<").append(axis).append(">");
        if (step > 1)
            text.append(", Stride<").append(step).append(">");
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        Shape shape = inputs[0];
        if (shape.rank <= axis)
            return {.expected = "an input that has the axis along which it cuts"};
        if (First >= shape[axis] || Count - 1 > (shape[axis] - 1 - First) / step)
            return {.expected = "an axis that holds all elements from the first to the last that it keeps"};
        shape.extents[axis] = Count;
        return {.shape = shape};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr detail::AlongAxis along(Context::Shapes::inputs[0], axis);
        auto* to = run.output;
        for (std::size_t block = 0; block < run.rows * along.outer; ++block) {
            const auto* from = run.inputs[0] + (block * along.extent + First) * along.inner;
            if constexpr (step == 1)
                to = std::copy_n(from, Count * along.inner, to);
            else
                for (std::size_t i = 0; i < Count; ++i)
                    to = std::copy_n(from + i * step * along.inner, along.inner, to);
        }
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr detail::AlongAxis along(Context::Shapes::inputs[0], axis);
        constexpr std::size_t kept_at_once = (step == 1 ? Count : 1) * along.inner;
        constexpr std::size_t pieces = step == 1 ? 1 : Count;
        const Scalar* from = run.output_gradient;
        Scalar* to = run.input_gradient;
        for (std::size_t block = 0; block < run.rows * along.outer; ++block) {
            to = std::fill_n(to, First * along.inner, Scalar(0));
            for (std::size_t i = 0; i < pieces; ++i) {
                if (i > 0)
                    to = std::fill_n(to, (step - 1) * along.inner, Scalar(0));
                to = std::copy_n(from, kept_at_once, to);
                from += kept_at_once;
            }
            to = std::fill_n(to, (along.extent - First - (Count - 1) * step - 1) * along.inner, Scalar(0));
        }
    }
};

} // namespace burin
