#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/int8/rescale.hpp"
#include "burin/kernels/pooling.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

enum class Int8Pooling { max, average };

/// The largest element or the mean of each window, channel by channel, no less than `low`. Means are rounded,
/// halves away from 0.
[[gnu::noinline]] inline void int8_pool(Int8Pooling kind, const PoolWindows& windows,
                                        const std::int8_t* images, std::size_t rows, std::int32_t low,
                                        std::int8_t* y) noexcept {
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
            for (std::size_t pixel = 0; pixel < pixels; ++pixel, from += channels)
                for (std::size_t c = 0; c < count; ++c)
                    sums[c] += from[c];
            for (std::size_t c = 0; c < count; ++c) {
                const std::int32_t mean =
                    core::multiply<Way>(sums[c] - zero, total.factor()) + output_zero_point;
                *y++ = static_cast<std::int8_t>(std::min(std::max(mean, low), core::int8_max));
            }
        }
}

} // namespace burin::kernels
