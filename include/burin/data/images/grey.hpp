#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/image_shape.hpp"
#include "burin/data/images/view.hpp"

#include <concepts>
#include <cstddef>

namespace burin::data::images {

/// The brightness of a colour: 0.2989 red + 0.587 green + 0.114 blue, ITU-R BT.601's as torchvision has them.
template <std::floating_point T>
constexpr T grey_of(T red, T green, T blue) noexcept {
    return T(0.2989) * red + T(0.587) * green + T(0.114) * blue;
}

/// Red, green and blue become one channel of their brightness.
template <class T>
constexpr void grey(View<const T> in, View<T> out) noexcept {
    for (std::size_t i = 0; i < in.height * in.width; ++i) {
        const T* const colour = in.values + i * in.channels;
        out.values[i] = grey_of(colour[0], colour[1], colour[2]);
    }
}

/// A stage of a Pipeline: `[height, width, 3]` becomes `[height, width, 1]`.
struct Grey {
    static constexpr Text<64> name() { return "images::Grey"; }
    static constexpr Sentence problem(Shape input) {
        Sentence sentence;
        if (input.rank != 3 || input[2] != 3)
            sentence.append("expected an image `[height, width, 3]`, got `").append(input).append("`");
        return sentence;
    }
    static constexpr Shape output_shape(Shape input) { return Shape(input[0], input[1], 1); }

    template <Shape In, std::floating_point Scalar>
    struct Fitted {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            grey<Scalar>(view_of<In>(in), view_of<output_shape(In)>(out));
        }
    };
};

} // namespace burin::data::images
