#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::data::images {

/// An image somewhere in memory: row by row, the channels of a pixel beside each other. What the arithmetic
/// of transforms works on, with no heap; where the extents are constants the compiler sees loops of
/// constants.
///
///     float pixels[28 * 28];
///     images::View<const float> digit{pixels, 28, 28, 1};
template <class Value>
struct View {
    Value* values = nullptr;
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t channels = 1;

    constexpr Value* pixel(std::size_t y, std::size_t x) const noexcept {
        return values + (y * width + x) * channels;
    }
    constexpr std::size_t size() const noexcept { return height * width * channels; }

    constexpr operator View<const Value>() const noexcept
        requires(!std::is_const_v<Value>)
    {
        return {values, height, width, channels};
    }
};

} // namespace burin::data::images
