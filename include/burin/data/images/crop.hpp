#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/view.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace burin::data::images {

/// What is beyond the edge of an image.
enum class Border : std::uint8_t {
    constant, ///< A value that is given.
    edge,     ///< The pixel at the edge: cba|abc|cba becomes aaa|abc|ccc.
    reflect   ///< The image mirrored at the middle of its last pixel: cb|abc|ba.
};

namespace detail {

/// The place of `at` within `extent`, or `extent` where there is only the given value.
constexpr std::size_t inside(std::ptrdiff_t at, std::size_t extent, Border border) noexcept {
    const auto end = static_cast<std::ptrdiff_t>(extent);
    if (at >= 0 && at < end)
        return static_cast<std::size_t>(at);
    if (border == Border::constant)
        return extent;
    if (border == Border::edge || extent == 1)
        return at < 0 ? 0 : extent - 1;
    const std::ptrdiff_t period = 2 * (end - 1);
    at %= period;
    at = at < 0 ? at + period : at;
    return static_cast<std::size_t>(at < end ? at : period - at);
}

} // namespace detail

/// The part of an image from row `top` and column `left` on that `out` has room for. What lies beyond the
/// edges is as `border` says: so this crops, pads and moves.
template <class T>
constexpr void window(View<const T> in, View<T> out, std::ptrdiff_t top, std::ptrdiff_t left,
                      Border border = Border::constant, T fill = T(0)) noexcept {
    for (std::size_t y = 0; y < out.height; ++y) {
        const std::size_t row = detail::inside(static_cast<std::ptrdiff_t>(y) + top, in.height, border);
        for (std::size_t x = 0; x < out.width; ++x) {
            const std::size_t column =
                detail::inside(static_cast<std::ptrdiff_t>(x) + left, in.width, border);
            const bool is_in = row < in.height && column < in.width;
            T* const to = out.pixel(y, x);
            for (std::size_t c = 0; c < out.channels; ++c)
                to[c] = is_in ? in.pixel(row, column)[c] : fill;
        }
    }
}

/// A stage of a Pipeline: Height × Width pixels of an image, from row Top and column Left on.
template <std::size_t Top, std::size_t Left, std::size_t Height, std::size_t Width>
struct Crop {
    static constexpr Text<64> name() {
        return Text<64>("images::Crop<")
            .append(Top)
            .append(", ")
            .append(Left)
            .append(", ")
            .append(Height)
            .append(", ")
            .append(Width)
            .append(">");
    }
    static constexpr Sentence problem(Shape input) {
        Sentence sentence = image_problem(input);
        if (sentence.empty() && (Height == 0 || Width == 0 || input[0] < Height || input[0] - Height < Top ||
                                 input[1] < Width || input[1] - Width < Left))
            sentence.append("expected an image of at least ")
                .append(Top + Height)
                .append(" x ")
                .append(Left + Width)
                .append(" pixels, got `")
                .append(input)
                .append("`");
        return sentence;
    }
    static constexpr Shape output_shape(Shape input) { return with_extents(input, Height, Width); }

    template <Shape In, std::floating_point Scalar>
    struct Fitted {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            window<Scalar>(view_of<In>(in), view_of<output_shape(In)>(out), Top, Left);
        }
    };
};

/// A stage of a Pipeline: the Height × Width pixels in the middle; where that lies between two, the upper and
/// left ones (as Keras).
template <std::size_t Height, std::size_t Width>
struct CenterCrop {
    static constexpr Text<64> name() {
        return Text<64>("images::CenterCrop<").append(Height).append(", ").append(Width).append(">");
    }
    static constexpr Sentence problem(Shape input) { return Crop<0, 0, Height, Width>::problem(input); }
    static constexpr Shape output_shape(Shape input) { return with_extents(input, Height, Width); }

    template <Shape In, std::floating_point Scalar>
    struct Fitted {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            window<Scalar>(view_of<In>(in), view_of<output_shape(In)>(out), (In[0] - Height) / 2,
                           (In[1] - Width) / 2);
        }
    };
};

} // namespace burin::data::images
