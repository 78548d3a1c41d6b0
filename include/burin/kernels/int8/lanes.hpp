#pragma once

// The step from sums to 8-bit outputs, several channels at a time. Exact.

#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/outputs.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// Whether four shifts are above 32: the low words of the products decide nothing then.
[[gnu::always_inline]] inline bool are_above_32(std::uint32_t shifts) noexcept {
    constexpr std::uint32_t high_bits = 0x8080'8080, to_33 = 0x0101'0101 * (128 - 33);
    return ((shifts + to_33) & high_bits) == high_bits;
}

} // namespace detail

/// Channels that a depthwise convolution sums at a time.
inline constexpr std::size_t int8_depthwise_block = detail::Int8Lanes::channels;

/// Whether there are vectors for that.
template <class Lanes>
inline constexpr bool has_requantize = requires { &Lanes::template requantize<Rounding::once>; };
inline constexpr bool int8_has_lanes = has_requantize<detail::Int8Lanes>;

/// y[i] = outputs(sums[i], channel + i), i < Count
template <std::size_t Count, Rounding Way, class Lanes = detail::Int8Lanes>
[[gnu::always_inline]] inline void int8_requantize(const Int8Outputs<Way>& outputs, const std::int32_t* sums,
                                                   std::size_t channel, std::int8_t* y) noexcept {
    if constexpr (Count % 4 == 0 && has_requantize<Lanes>)
        for (std::size_t i = 0; i < Count; i += 4) {
            std::uint32_t shifts;
            std::memcpy(&shifts, outputs.shifts + channel + i, sizeof shifts);
            if (Way == Rounding::once || detail::are_above_32(shifts)) [[likely]]
                Lanes::requantize(outputs, shifts, sums + i, channel + i, y + i);
            else
                for (std::size_t j = i; j < i + 4; ++j)
                    y[j] = outputs(sums[j], channel + j);
        }
    else
        for (std::size_t i = 0; i < Count; ++i)
            y[i] = outputs(sums[i], channel + i);
}

} // namespace burin::kernels
