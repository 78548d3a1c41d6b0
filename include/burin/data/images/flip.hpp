#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/view.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace burin::data::images {

enum class Direction : std::uint8_t { horizontal, vertical };

/// The image mirrored: left and right changed (horizontal), or top and bottom.
template <class T>
constexpr void flip(View<const T> in, View<T> out, Direction direction) noexcept {
    for (std::size_t y = 0; y < in.height; ++y)
        for (std::size_t x = 0; x < in.width; ++x) {
            const T* const from = direction == Direction::horizontal ? in.pixel(y, in.width - 1 - x)
                                                                     : in.pixel(in.height - 1 - y, x);
            T* const to = out.pixel(y, x);
            for (std::size_t c = 0; c < in.channels; ++c)
                to[c] = from[c];
        }
}

/// A stage of a Pipeline: the image mirrored, for a camera that stands on its head or looks into a mirror.
template <Direction Along>
struct Flip {
    static constexpr Text<64> name() {
        return Along == Direction::horizontal ? "images::Flip<horizontal>" : "images::Flip<vertical>";
    }
    static constexpr Sentence problem(Shape input) { return image_problem(input); }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, std::floating_point Scalar>
    struct Fitted {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            flip<Scalar>(view_of<In>(in), view_of<In>(out), Along);
        }
    };
};

} // namespace burin::data::images
