#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/rescale.hpp"
#include "burin/kernels/pooling.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::kernels {

enum class Int8Pooling { max, average };

namespace detail {

/// The sums of vectors of channels hold those of so many pixels.
inline constexpr std::size_t int8_most_pooled = std::size_t(1) << 16;

/// Windows in vectors of channels, a pixel's after the other's.
template <Int8Pooling Kind, class Channels>
[[gnu::noinline]] void int8_pool_channels(const PoolWindows& windows, const std::int8_t* images,
                                          std::size_t rows, std::int32_t low, std::int8_t* y) noexcept {
    const auto& [depth, height, width] = windows.axes;
    const std::size_t channels = windows.channels;
    const std::int8_t* const end = images + rows * windows.input_size();
    const auto least = Channels::all(low);
    const auto pool = [&](const std::array<std::size_t, 3>& place, std::size_t channel, std::size_t count,
                          auto&& update) __attribute__((always_inline)) {
        const std::size_t columns = width.end(place[2]) - width.begin(place[2]);
        const auto each = [&](auto is_whole) __attribute__((always_inline)) {
            for (std::size_t i = depth.begin(place[0]); i < depth.end(place[0]); ++i)
                for (std::size_t j = height.begin(place[1]); j < height.end(place[1]); ++j) {
                    const std::int8_t* from = images + windows.offset(i, j, width.begin(place[2])) + channel;
                    for (std::size_t k = 0; k < columns; ++k, from += channels)
                        if constexpr (is_whole)
                            update(Channels::load(from));
                        else
                            update(Channels::first(from, count));
                }
        };
        // What is read beyond a pixel's channels is another pixel's, but for the last ones of the images.
        const std::size_t last =
            windows.offset(depth.end(place[0]) - 1, height.end(place[1]) - 1, width.end(place[2]) - 1);
        if (static_cast<std::size_t>(end - images) - last - channel >= Channels::size) [[likely]]
            each(std::true_type{});
        else
            each(std::false_type{});
    };
    for (std::size_t row = 0; row < rows; ++row, images += windows.input_size())
        for (std::size_t d = 0; d < depth.count; ++d)
            for (std::size_t h = 0; h < height.count; ++h)
                for (std::size_t w = 0; w < width.count; ++w, y += channels)
                    for (std::size_t c = 0; c < channels; c += Channels::size) {
                        const std::size_t count = std::min(Channels::size, channels - c);
                        if constexpr (Kind == Int8Pooling::max) {
                            auto largest = least;
                            pool({d, h, w}, c, count, [&](auto bytes) __attribute__((always_inline)) {
                                largest = Channels::larger(largest, bytes);
                            });
                            Channels::store(largest, count, y + c);
                        } else {
                            typename Channels::Sums sums;
                            pool({d, h, w}, c, count,
                                 [&](auto bytes) __attribute__((always_inline)) { sums.add(bytes); });
                            const std::size_t pixels = (depth.end(d) - depth.begin(d)) *
                                                       (height.end(h) - height.begin(h)) *
                                                       (width.end(w) - width.begin(w));
                            Channels::store(
                                Channels::larger(sums.means(static_cast<std::int32_t>(pixels)), least), count,
                                y + c);
                        }
                    }
}

/// sums[c] = the sum of channel c of all pixels, c < count.
template <class Channels, std::size_t Block>
[[gnu::always_inline]] inline void int8_sum_pixels(const std::int8_t* from, std::size_t pixels,
                                                   std::size_t channels, std::size_t count,
                                                   std::int32_t (&sums)[Block]) noexcept {
    if constexpr (has_channels<Channels>)
        if (count == Block) {
            static_assert(Block == Channels::size);
            typename Channels::Sums of_block;
            for (std::size_t pixel = 0; pixel < pixels; ++pixel, from += channels)
                of_block.add(Channels::load(from));
            return of_block.store(sums);
        }
    for (std::size_t pixel = 0; pixel < pixels; ++pixel, from += channels)
        for (std::size_t c = 0; c < count; ++c)
            sums[c] += from[c];
}

} // namespace detail

/// The largest element or the mean of each window, channel by channel, no less than `low`. Means are rounded,
/// halves away from 0.
[[gnu::noinline]] inline void int8_pool(Int8Pooling kind, const PoolWindows& windows,
                                        const std::int8_t* images, std::size_t rows, std::int32_t low,
                                        std::int8_t* y) noexcept {
    if constexpr (has_channels<detail::Int8Channels>) {
        if (kind == Int8Pooling::max)
            return detail::int8_pool_channels<Int8Pooling::max, detail::Int8Channels>(windows, images, rows,
                                                                                      low, y);
        if (windows.largest_window() <= detail::int8_most_pooled)
            return detail::int8_pool_channels<Int8Pooling::average, detail::Int8Channels>(windows, images,
                                                                                          rows, low, y);
    }
    const auto& [depth, height, width] = windows.axes;
    const std::size_t channels = windows.channels;
    const auto pool = [&](const std::array<std::size_t, 3>& place, std::size_t channel) {
        std::int32_t sum = 0, largest = core::int8_min, count = 0;
        for (std::size_t i = depth.begin(place[0]); i < depth.end(place[0]); ++i)
            for (std::size_t j = height.begin(place[1]); j < height.end(place[1]); ++j) {
                const std::size_t first = width.begin(place[2]), last = width.end(place[2]);
                const std::int8_t* from = images + windows.offset(i, j, first) + channel;
                for (std::size_t k = first; k < last; ++k, from += channels, ++count) {
                    sum += *from;
                    largest = std::max<std::int32_t>(largest, *from);
                }
            }
        const std::int32_t half = sum > 0 ? count / 2 : -(count / 2);
        return kind == Int8Pooling::max ? largest : (sum + half) / count;
    };
    for (std::size_t row = 0; row < rows; ++row, images += windows.input_size())
        for (std::size_t d = 0; d < depth.count; ++d)
            for (std::size_t h = 0; h < height.count; ++h)
                for (std::size_t w = 0; w < width.count; ++w)
                    for (std::size_t c = 0; c < channels; ++c)
                        *y++ = static_cast<std::int8_t>(std::max(pool({d, h, w}, c), low));
}

/// The mean of each channel of whole images of so many `pixels`, no less than `low`: sums, less the input's
/// zero point, are brought to the output's scale by `total`, which divides by the pixels.
template <Rounding Way>
[[gnu::noinline]] inline void int8_mean(std::size_t pixels, std::size_t channels, const std::int8_t* images,
                                        std::size_t rows, const Int8Rescale& total,
                                        std::int32_t output_zero_point, std::int32_t low,
                                        std::int8_t* y) noexcept {
    constexpr std::size_t block = 16;
    const std::int32_t zero = static_cast<std::int32_t>(pixels) * total.zero_point;
    for (std::size_t row = 0; row < rows; ++row, images += pixels * channels)
        for (std::size_t first = 0; first < channels; first += block) {
            const std::size_t count = std::min(block, channels - first);
            std::int32_t sums[block] = {};
            const std::int8_t* from = images + first;
            detail::int8_sum_pixels<detail::Int8Channels>(from, pixels, channels, count, sums);
            for (std::size_t c = 0; c < count; ++c) {
                const std::int32_t mean =
                    core::multiply<Way>(sums[c] - zero, total.factor()) + output_zero_point;
                *y++ = static_cast<std::int8_t>(std::min(std::max(mean, low), core::int8_max));
            }
        }
}

} // namespace burin::kernels
