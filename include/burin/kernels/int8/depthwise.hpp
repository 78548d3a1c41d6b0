#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/depthwise_pairs.hpp"
#include "burin/kernels/int8/lanes.hpp"
#include "burin/kernels/int8/taps.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::kernels {

namespace detail {

/// The filters from `first` on, tap by tap; `InLanes` blocks of them, each of its own channel, whose sums
/// stay in registers.
template <bool InLanes, Rounding Way>
[[gnu::noinline]] inline void int8_depthwise_taps(const Convolution& c, const std::int8_t* images,
                                                  std::size_t rows, std::int32_t zero_point,
                                                  const std::int8_t* w, const Int8Outputs<Way>& outputs,
                                                  std::int8_t* y, std::size_t first) noexcept {
    constexpr std::size_t block = int8_depthwise_block;
    const auto& [depth, height, width] = c.axes;
    const Pitches at = pitches(height.input, width.input, c.channels);
    const std::size_t multiplier = c.filters / c.channels;

    const auto pixel = [&](auto whole, const TapRange& in_z, const TapRange& in_y, const TapRange& in_x,
                           std::size_t filter, std::size_t some) {
        const std::size_t count = whole ? block : some;
        std::int32_t sums[block] = {};
        Int8Lanes::Sums of_block(sums);
        for (std::size_t i = in_z.first; i < in_z.last; ++i)
            for (std::size_t j = in_y.first; j < in_y.last; ++j) {
                const std::int8_t* from =
                    images + at.of(in_z.input + (i - in_z.first) * depth.dilation,
                                   in_y.input + (j - in_y.first) * height.dilation, in_x.input);
                const std::int8_t* taps =
                    w + ((i * height.kernel + j) * width.kernel + in_x.first) * c.filters + filter;
                for (std::size_t k = in_x.first; k < in_x.last; ++k) {
                    if constexpr (whole)
                        of_block.add(from + filter, zero_point, taps);
                    else
                        for (std::size_t f = 0; f < count; ++f)
                            sums[f] += (from[(filter + f) / multiplier] - zero_point) * taps[f];
                    from += width.dilation * at.x;
                    taps += c.filters;
                }
            }
        if constexpr (whole && int8_has_lanes) {
            of_block.store();
            int8_requantize<block>(outputs, sums, filter, y + filter);
        } else if constexpr (whole) {
            BURIN_DETAIL_UNROLL
            for (std::size_t f = 0; f < block; ++f)
                y[filter + f] = outputs(sums[f], filter + f);
        } else {
            for (std::size_t f = 0; f < count; ++f)
                y[filter + f] = outputs(sums[f], filter + f);
        }
    };

    for (std::size_t row = 0; row < rows; ++row, images += c.input_pixels() * c.channels)
        for (std::size_t z = 0; z < depth.output; ++z) {
            const TapRange in_z(depth, z);
            for (std::size_t v = 0; v < height.output; ++v) {
                const TapRange in_y(height, v);
                for (std::size_t u = 0; u < width.output; ++u, y += c.filters) {
                    const TapRange in_x(width, u);
                    std::size_t filter = first;
                    if constexpr (InLanes)
                        for (; filter + block <= c.filters; filter += block)
                            pixel(std::true_type{}, in_z, in_y, in_x, filter, block);
                    for (; filter < c.filters; filter += block)
                        pixel(std::false_type{}, in_z, in_y, in_x, filter,
                              std::min(block, c.filters - filter));
                }
            }
        }
}

} // namespace detail

/// A depthwise convolution of images of 8-bit integers with weights `[kernel..., filters]`: output channel f
/// is input channel f / (filters / channels), less the zero point, convolved with its own kernel, by the way
/// that is chosen for its shape.
template <Int8Choice Choice, Rounding Way>
[[gnu::always_inline]] inline void
int8_depthwise(const Convolution& c, const std::int8_t* images, std::size_t rows, std::int32_t zero_point,
               const std::int8_t* w, const Int8Outputs<Way>& outputs, std::int8_t* y) noexcept {
    std::size_t first = 0;
    if constexpr (Choice.way == Int8Way::pairs) {
        detail::int8_depthwise_blocks<detail::Int8Pairs>(c, images, rows, zero_point, w, outputs, y);
        first = c.filters / Choice.block * Choice.block;
    }
    if (first < c.filters)
        detail::int8_depthwise_taps<Choice.way == Int8Way::lanes>(c, images, rows, zero_point, w, outputs, y,
                                                                  first);
}

} // namespace burin::kernels
