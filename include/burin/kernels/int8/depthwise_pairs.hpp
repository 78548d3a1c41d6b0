#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/dot.hpp"
#include "burin/kernels/int8/outputs.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// A few channels of a depthwise convolution of height and width, two taps at a time: their weights are made
/// pairs once, for all outputs. The zero point is taken off before: Σ (x − z) · w = Σ x · w − z · Σ w.
template <class Pairs>
class Int8DepthwiseChannels {
  public:
    static constexpr std::size_t channels = Pairs::channels;

    Int8DepthwiseChannels(const Convolution& c, std::int32_t zero_point, const std::int8_t* w) noexcept
        : count_((c.taps() + 1) / 2) {
        std::memset(zero_points_, zero_point, channels);
        const ConvolutionAxis &height = c.axes[1], &width = c.axes[2];
        std::size_t tap = 0;
        for (std::size_t i = 0; i < height.kernel; ++i)
            for (std::size_t j = 0; j < width.kernel; ++j, ++tap) {
                in_image_[tap] = (i * height.dilation * width.input + j * width.dilation) * c.channels;
                in_window_[tap] = tap * channels;
            }
        // Of an odd number of taps the last has nothing beside it.
        if (tap % 2 != 0)
            in_image_[tap] = in_window_[tap] = 0;
        for (std::size_t pair = 0; pair < count_; ++pair, w += 2 * c.channels) {
            weights_[pair] = Pairs(w, 2 * pair + 1 < tap ? w + c.channels : zeros);
            start_.add(zero_points_, zero_points_, weights_[pair]);
        }
        start_.negate();
    }

    using Sums = typename Pairs::Sums;

    [[gnu::always_inline]] Sums sums_of_image(const std::int8_t* first) const noexcept {
        return sum(first, in_image_.data());
    }

    /// The window that begins at row y and column x, which may be negative numbers.
    [[gnu::always_inline]] Sums sums_of_border(const Convolution& c, const std::int8_t* image, std::size_t y,
                                               std::size_t x) const noexcept {
        const ConvolutionAxis &height = c.axes[1], &width = c.axes[2];
        std::int8_t window[2 * Pairs::most * channels];
        std::int8_t* to = window;
        for (std::size_t i = 0; i < height.kernel; ++i, y += height.dilation) {
            std::size_t column = x;
            for (std::size_t j = 0; j < width.kernel; ++j, column += width.dilation, to += channels) {
                const bool is_inside = y < height.input && column < width.input;
                std::memcpy(to, is_inside ? image + (y * width.input + column) * c.channels : zero_points_,
                            channels);
            }
        }
        return sum(window, in_window_.data());
    }

  private:
    [[gnu::always_inline]] Sums sum(const std::int8_t* from, const std::size_t* offsets) const noexcept {
        if constexpr (requires { &Pairs::keep; })
            Pairs::keep(from);
        Sums sums = start_;
        const std::size_t* const end = offsets + 2 * count_;
        for (const Pairs* weights = weights_; offsets != end; offsets += 2, ++weights)
            sums.add(from + offsets[0], from + offsets[1], *weights);
        return sums;
    }

    static constexpr std::int8_t zeros[channels] = {};

    std::size_t count_;
    typename Pairs::Sums start_;
    Pairs weights_[Pairs::most];
    std::array<std::size_t, 2 * Pairs::most> in_image_, in_window_;
    std::int8_t zero_points_[channels];
};

/// Those filters that fill blocks. How many they are.
template <class Pairs, Rounding Way>
[[gnu::noinline]] void int8_depthwise_blocks(const Convolution& c, const std::int8_t* images,
                                             std::size_t rows, std::int32_t zero_point, const std::int8_t* w,
                                             const Int8Outputs<Way>& outputs, std::int8_t* y) noexcept {
    constexpr std::size_t block = Pairs::channels;
    static_assert(block == this_int8.pair_channels && Pairs::most == this_int8.most_pairs);
    const ConvolutionAxis &height = c.axes[1], &width = c.axes[2];
    for (std::size_t filter = 0; filter + block <= c.filters; filter += block) {
        const Int8DepthwiseChannels<Pairs> channels(c, zero_point, w + filter);
        const typename Pairs::template Outputs<Way> output(outputs, filter);
        const std::int8_t* image = images + filter;
        std::int8_t* to = y + filter;
        for (std::size_t row = 0; row < rows; ++row, image += c.input_pixels() * c.channels) {
            std::size_t top = 0 - height.before;
            for (std::size_t v = 0; v < height.output; ++v, top += height.stride) {
                const bool in_height = top < height.input && top + height.reach() <= height.input;
                std::size_t left = 0 - width.before;
                for (std::size_t u = 0; u < width.output; ++u, left += width.stride, to += c.filters) {
                    const bool is_inside =
                        in_height && left < width.input && left + width.reach() <= width.input;
                    const auto sums =
                        is_inside ? channels.sums_of_image(image + (top * width.input + left) * c.channels)
                                  : channels.sums_of_border(c, image, top, left);
                    sums.requantize(output, to);
                }
            }
        }
    }
}

} // namespace detail

} // namespace burin::kernels
