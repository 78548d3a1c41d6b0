#pragma once

#include "burin/core/fixed_multiplier.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace burin::kernels {

/// What makes 8-bit outputs of integer sums: clamp(OutputScale<Way>(factor)(sum + bias) + zero_point), where
/// bias and factor are those of the output's channel.
template <Rounding Way = Rounding::once>
struct Int8Outputs {
    const std::int32_t* bias;
    const std::int32_t* multipliers;
    const std::int8_t* shifts;
    std::int32_t zero_point;
    std::int32_t low; ///< The least output; the largest is 127.

    std::int8_t operator()(std::int32_t sum, std::size_t channel) const noexcept;
    Int8Outputs from(std::size_t channel) const noexcept {
        return {bias + channel, multipliers + channel, shifts + channel, zero_point, low};
    }
};

namespace detail {

/// The same of one channel, whose constants are read once: `output.hpp` of an architecture.
template <Rounding Way>
class Int8Output;

/// Those of a few channels.
template <std::size_t Count, Rounding Way>
std::array<Int8Output<Way>, Count> outputs_of(const Int8Outputs<Way>& of, std::size_t channel) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Int8Output<Way>, Count>{Int8Output<Way>(of, channel + I)...};
    }(std::make_index_sequence<Count>{});
}

} // namespace detail

template <Rounding Way>
inline std::int8_t Int8Outputs<Way>::operator()(std::int32_t sum, std::size_t channel) const noexcept {
    return detail::Int8Output<Way>(*this, channel)(sum);
}

} // namespace burin::kernels
