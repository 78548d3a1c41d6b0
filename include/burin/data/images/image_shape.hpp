#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/images/view.hpp"

#include <cstddef>

namespace burin::data::images {

/// What is wrong with a shape that should be an image's, `[height, width]` or `[height, width, channels]`.
constexpr Sentence image_problem(const Shape& shape) {
    Sentence sentence;
    if (shape.rank < 2 || shape.rank > 3 || shape.size() == 0)
        sentence.append("expected an image `[height, width]` or `[height, width, channels]`, got `")
            .append(shape)
            .append("`");
    return sentence;
}

/// The same shape with another height and width.
constexpr Shape with_extents(Shape shape, std::size_t height, std::size_t width) {
    shape.extents[0] = height;
    shape.extents[1] = width;
    return shape;
}

constexpr std::size_t channels_of(const Shape& shape) {
    return shape.rank == 3 ? shape[2] : 1;
}

/// An image of this shape, whose extents are constants.
template <Shape Extents, class Value>
constexpr View<Value> view_of(Value* values) noexcept {
    return {values, Extents[0], Extents[1], channels_of(Extents)};
}

} // namespace burin::data::images
