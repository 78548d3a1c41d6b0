#pragma once

#include "burin/core/language.hpp"

#include <array>
#include <cstddef>

namespace burin {

/// The extents of one sample, without the batch axis: `Shape{28, 28, 1}` is an image, channels last.
/// A scalar has rank 0 and one element. Structural, so it can be a template argument.
struct Shape {
    static constexpr std::size_t max_rank = 6;

    std::array<std::size_t, max_rank> extents{};
    std::size_t rank = 0;

    constexpr Shape() = default;

    template <class... Extents>
        requires(sizeof...(Extents) >= 1 && sizeof...(Extents) <= max_rank)
    constexpr explicit Shape(Extents... sizes)
        : extents{static_cast<std::size_t>(sizes)...}, rank(sizeof...(Extents)) {}

    constexpr std::size_t operator[](std::size_t axis) const { return extents[axis]; }

    constexpr std::size_t last() const { return rank == 0 ? 1 : extents[rank - 1]; }

    /// Product of the extents.
    constexpr std::size_t size() const {
        std::size_t product = 1;
        for (std::size_t axis = 0; axis < rank; ++axis)
            product *= extents[axis];
        return product;
    }

    constexpr void push_back(std::size_t extent) { extents[rank++] = extent; }

    friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

} // namespace burin
