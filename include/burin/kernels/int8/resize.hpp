#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/resize_axis.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

/// Two elements of an axis, and how far between them one of the output lies, in 2¹¹ parts or, rounding twice,
/// in 2¹⁰, of which what is before the first element has less than 0.
struct Int8ResizeTap {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::int32_t share = 0;
};

namespace detail {

/// The nearest whole number, halves to the even one.
constexpr std::int32_t nearest_even(float x) {
    const auto below = static_cast<std::int32_t>(x);
    const float rest = x - static_cast<float>(below);
    return below + (rest > 0.5F || (rest == 0.5F && below % 2 != 0));
}

/// As XNNPACK has it, which LiteRT computes with.
constexpr Int8ResizeTap int8_tap_once(const ResizeAxis& axis, std::size_t at) {
    const bool aligns = axis.coordinates == ResizeCoordinates::aligned_corners && axis.output != 1;
    const float scale = static_cast<float>(axis.input - aligns) / static_cast<float>(axis.output - aligns);
    const auto last = static_cast<float>(axis.input - 1);
    float place = static_cast<float>(at) * scale;
    if (axis.coordinates == ResizeCoordinates::half_pixel) {
        const float offset = 0.5F * scale - 0.5F;
        place = std::min(std::max(place + offset, 0.0F), last);
    }
    const auto first = std::min(static_cast<std::size_t>(place), axis.input - 1);
    return {static_cast<std::uint32_t>(first),
            static_cast<std::uint32_t>(std::min(first + 1, axis.input - 1)),
            nearest_even((place - static_cast<float>(first)) * 2048.0F)};
}

/// As TensorFlow Lite's reference kernels have it.
constexpr Int8ResizeTap int8_tap_twice(const ResizeAxis& axis, std::size_t at) {
    const auto input = static_cast<std::int32_t>(axis.input), output = static_cast<std::int32_t>(axis.output);
    const bool aligns = axis.coordinates == ResizeCoordinates::aligned_corners && output > 1;
    const std::int32_t scale = (1024 * (input - aligns) + (output - aligns) / 2) / (output - aligns);
    std::int32_t place = static_cast<std::int32_t>(at) * scale;
    if (axis.coordinates == ResizeCoordinates::half_pixel)
        place += scale / 2 - 512;
    const std::int32_t first = std::max<std::int32_t>(place / 1024, 0);
    return {static_cast<std::uint32_t>(first),
            static_cast<std::uint32_t>(std::min<std::int32_t>((place + 1023) / 1024, input - 1)),
            place - 1024 * first};
}

} // namespace detail

template <ResizeAxis A, Rounding Way>
inline constexpr auto int8_resize_taps = [] {
    std::array<Int8ResizeTap, A.output> all{};
    for (std::size_t at = 0; at < A.output; ++at)
        all[at] = Way == Rounding::once ? detail::int8_tap_once(A, at) : detail::int8_tap_twice(A, at);
    return all;
}();

/// y = images `[input rows, input columns, channels]` at the places of the taps, mixed of the nearest four
/// pixels. One function for all layers.
template <Rounding Way>
[[gnu::noinline]] void int8_resize(const std::int8_t* images, std::size_t count, std::size_t image_size,
                                   std::size_t columns, std::size_t channels, const Int8ResizeTap* of_rows,
                                   std::size_t output_rows, const Int8ResizeTap* of_columns,
                                   std::size_t output_columns, std::int8_t* y) noexcept {
    for (std::size_t image = 0; image < count; ++image, images += image_size)
        for (std::size_t i = 0; i < output_rows; ++i) {
            const Int8ResizeTap& row = of_rows[i];
            const std::int8_t *const above = images + row.first * columns * channels, *const below =
                                                                                          images +
                                                                                          row.second *
                                                                                              columns *
                                                                                              channels;
            for (std::size_t j = 0; j < output_columns; ++j, y += channels) {
                const Int8ResizeTap& column = of_columns[j];
                const std::size_t left = column.first * channels, right = column.second * channels;
                for (std::size_t c = 0; c < channels; ++c) {
                    const std::int32_t a = above[left + c], b = above[right + c], p = below[left + c],
                                       q = below[right + c];
                    if constexpr (Way == Rounding::once) {
                        const std::int32_t top = 2048 * a + (b - a) * column.share,
                                           bottom = 2048 * p + (q - p) * column.share;
                        y[c] = static_cast<std::int8_t>(
                            (2048 * top + (bottom - top) * row.share + (1 << 21)) >> 22);
                    } else {
                        const std::int32_t x = column.share, less = 1024 - x;
                        const std::int32_t sum =
                            (a * less + b * x) * (1024 - row.share) + (p * less + q * x) * row.share;
                        y[c] = static_cast<std::int8_t>((sum + (sum > 0 ? 1 << 19 : -(1 << 19))) / (1 << 20));
                    }
                }
            }
        }
}

} // namespace burin::kernels
