#pragma once

#include "burin/graph/op.hpp"
#include "burin/layers/window.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

namespace detail {

/// How much is added or cut off at both ends of each axis.
template <std::size_t Rank>
struct Borders {
    std::array<std::size_t, Rank> before{};
    std::array<std::size_t, Rank> after{};
};

/// One number: for both ends of all axes. One for each axis: for both its ends. Two for each axis: before and
/// after.
template <std::size_t Rank, std::size_t... Counts>
constexpr Borders<Rank> borders() {
    static_assert(sizeof...(Counts) == 1 || sizeof...(Counts) == Rank || sizeof...(Counts) == 2 * Rank,
                  "give one number for all borders, one for each axis, or two (before, after) for each axis");
    constexpr std::size_t counts[] = {Counts...};
    Borders<Rank> result;
    for (std::size_t axis = 0; axis < Rank; ++axis) {
        const std::size_t first = sizeof...(Counts) == 1 ? 0 : sizeof...(Counts) == Rank ? axis : 2 * axis;
        result.before[axis] = counts[first];
        result.after[axis] = counts[sizeof...(Counts) == 2 * Rank ? first + 1 : first];
    }
    return result;
}

/// `ZeroPadding2D<1, 2>`
template <std::size_t Rank, std::size_t... Counts>
constexpr Text<64> name_with_borders(std::string_view layer) {
    Text<64> text(layer);
    text.append(Rank);
    append_numbers<Counts...>(text, "D");
    return text;
}

/// What padding and cropping have in common: one of the images lies inside the other.
template <bool Pads, std::size_t Rank, std::size_t... Counts>
struct Bordered : Op {
    static constexpr Borders<Rank> border = borders<Rank, Counts...>();

    // What is cut off a piece is part of the next, or was of the one before.
    static constexpr OpTraits traits{.streams = !Pads || border.before[0] + border.after[0] == 0,
                                     .keeps_range = true};
    static constexpr Text<64> name() {
        return name_with_borders<Rank, Counts...>(Pads ? "ZeroPadding" : "Cropping");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = image_of<Rank>, .hint = "channels are the last axis"};
        InferredShape result{.shape = inputs[0]};
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            const std::size_t both = border.before[axis] + border.after[axis];
            if (!Pads && inputs[0][axis] <= both)
                return {.expected = "an image larger than what is cut off"};
            result.shape.extents[axis] = Pads ? inputs[0][axis] + both : inputs[0][axis] - both;
        }
        return result;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        copy<typename Context::Shapes>(run.inputs[0], run.output, run.rows, typename Context::Scalar(0));
    }

    /// The image with its borders, which are filled so, or without them.
    template <class Shapes, class Scalar>
    static void copy(const Scalar* image, Scalar* output, std::size_t rows, Scalar filling) noexcept {
        constexpr Shape from = Shapes::inputs[0], to = Shapes::output;
        if constexpr (Pads)
            put_inside<to, from>(image, output, rows, filling);
        else
            take_inside<from, to>(image, output, rows);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr Shape from = Context::Shapes::inputs[0], to = Context::Shapes::output;
        if constexpr (Pads)
            take_inside<to, from>(run.output_gradient, run.input_gradient, run.rows);
        else
            put_inside<from, to>(run.output_gradient, run.input_gradient, run.rows,
                                 typename Context::Scalar(0));
    }

  private:
    /// Calls copy(offset in the whole, offset in the inside, count) for each line of the inside, in order.
    template <Shape Whole, Shape Inside, class Copy>
    static void for_each_line(std::size_t rows, const Copy& copy) noexcept {
        constexpr std::size_t line = Inside[Rank - 1] * Inside.last();
        constexpr std::size_t lines = Inside.size() / line;
        std::size_t inside = 0;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t i = 0; i < lines; ++i, inside += line) {
                std::size_t rest = i, stride = Whole[Rank - 1] * Whole.last();
                std::size_t whole = r * Whole.size() + border.before[Rank - 1] * Whole.last();
                for (std::size_t axis = Rank - 1; axis-- > 0;) {
                    whole += (rest % Inside[axis] + border.before[axis]) * stride;
                    rest /= Inside[axis];
                    stride *= Whole[axis];
                }
                copy(whole, inside, line);
            }
    }

    template <Shape Whole, Shape Inside, class Scalar>
    static void put_inside(const Scalar* inside, Scalar* whole, std::size_t rows, Scalar filling) noexcept {
        std::size_t written = 0;
        for_each_line<Whole, Inside>(rows, [&](std::size_t at, std::size_t from, std::size_t count) {
            std::fill(whole + written, whole + at, filling);
            std::copy_n(inside + from, count, whole + at);
            written = at + count;
        });
        std::fill(whole + written, whole + rows * Whole.size(), filling);
    }

    template <Shape Whole, Shape Inside, class Scalar>
    static void take_inside(const Scalar* whole, Scalar* inside, std::size_t rows) noexcept {
        for_each_line<Whole, Inside>(rows, [&](std::size_t at, std::size_t to, std::size_t count) {
            std::copy_n(whole + at, count, inside + to);
        });
    }
};

} // namespace detail

/// Zeros around the image: `[length, channels]` becomes `[before + length + after, channels]`.
///
/// `ZeroPadding1D<2>` puts two before and two behind, `ZeroPadding1D<2, 0>` two before.
template <std::size_t... Counts>
struct ZeroPadding1D : detail::Bordered<true, 1, Counts...> {};

/// Zeros around `[height, width, channels]`: `ZeroPadding2D<1>` on all four sides, `ZeroPadding2D<1, 2>` 1
/// above and below and 2 left and right, `ZeroPadding2D<0, 1, 2, 3>` 0 above, 1 below, 2 left and 3 right.
template <std::size_t... Counts>
struct ZeroPadding2D : detail::Bordered<true, 2, Counts...> {};

/// As ZeroPadding2D around `[depth, height, width, channels]`.
template <std::size_t... Counts>
struct ZeroPadding3D : detail::Bordered<true, 3, Counts...> {};

/// The image without its borders, which are given as for ZeroPadding1D.
template <std::size_t... Counts>
struct Cropping1D : detail::Bordered<false, 1, Counts...> {};

/// The image without its borders, which are given as for ZeroPadding2D.
template <std::size_t... Counts>
struct Cropping2D : detail::Bordered<false, 2, Counts...> {};

/// The image without its borders, which are given as for ZeroPadding3D.
template <std::size_t... Counts>
struct Cropping3D : detail::Bordered<false, 3, Counts...> {};

} // namespace burin
