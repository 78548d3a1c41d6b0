#pragma once

#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

namespace detail {

/// The distance of neighbours along each axis of a row-major array.
template <std::size_t Rank>
constexpr std::array<std::size_t, Rank> strides(const std::array<std::size_t, Rank>& extents) {
    std::array<std::size_t, Rank> result{};
    std::size_t stride = 1;
    for (std::size_t axis = Rank; axis-- > 0; stride *= extents[axis])
        result[axis] = stride;
    return result;
}

} // namespace detail

/// Axis i of `to` is axis Order[i] of `from`, an array with these extents. What stays together is copied in
/// one piece; else the two axes that are innermost before and after are transposed in registers.
template <auto Extents, auto Order, class Scalar>
void permute(const Scalar* from, Scalar* to) noexcept {
    constexpr std::size_t rank = Extents.size();
    constexpr std::size_t last = rank - 1;
    constexpr auto target_extents = [] {
        std::array<std::size_t, rank> extents{};
        for (std::size_t axis = 0; axis < rank; ++axis)
            extents[axis] = Extents[Order[axis]];
        return extents;
    }();
    constexpr auto from_strides = detail::strides(Extents);
    constexpr auto to_strides = detail::strides(target_extents);
    constexpr bool keeps_last = Order[last] == last;
    /// Where the innermost axis of `from` goes.
    constexpr std::size_t transposed = [] {
        std::size_t axis = 0;
        while (Order[axis] != last)
            ++axis;
        return axis;
    }();

    // Counts through all axes of the target but those that the innermost loop goes through.
    std::array<std::size_t, rank> position{};
    std::size_t read = 0, write = 0;
    for (;;) {
        if constexpr (keeps_last)
            std::copy_n(from + read, Extents[last], to + write);
        else
            transpose(target_extents[last], Extents[last], from + read, from_strides[Order[last]], to + write,
                      to_strides[transposed]);
        std::size_t axis = last;
        while (axis-- > 0) {
            if (!keeps_last && axis == transposed)
                continue;
            read += from_strides[Order[axis]];
            write += to_strides[axis];
            if (++position[axis] < target_extents[axis])
                break;
            read -= from_strides[Order[axis]] * target_extents[axis];
            write -= to_strides[axis] * target_extents[axis];
            position[axis] = 0;
        }
        if (axis > last)
            return;
    }
}

} // namespace burin::kernels
