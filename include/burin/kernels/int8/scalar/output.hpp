#pragma once

#include "burin/kernels/int8/outputs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// The same of one channel, whose constants are read once.
template <Rounding Way>
class Int8Output {
  public:
    [[gnu::always_inline]] Int8Output(const Int8Outputs<Way>& of, std::size_t channel) noexcept
        : of_(of), bias_(of.bias[channel]), scale_({of.multipliers[channel], of.shifts[channel]}) {}

    [[gnu::always_inline]] std::int8_t operator()(std::int32_t sum) const noexcept {
        const std::int32_t y = scale_(sum + bias_) + of_.zero_point;
        return static_cast<std::int8_t>(std::min(std::max(y, of_.low), core::int8_max));
    }

  private:
    const Int8Outputs<Way>& of_;
    std::int32_t bias_;
    core::OutputScale<Way> scale_;
};

} // namespace detail

} // namespace burin::kernels
