#pragma once

#include "burin/core/random.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::initializers::detail {

/// values[i] uniform in [low, high), from word i of the stream.
template <class Scalar>
void fill_uniform(Scalar* values, std::size_t count, double low, double high,
                  const RandomStream& stream) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<Scalar>(low + (high - low) * stream.uniform(i));
}

/// A normal number from two words of block `position` of the stream (Box and Muller, 1958).
inline double normal(const RandomStream& stream, std::uint64_t position) noexcept {
    const core::Philox::Counter words = stream.block(position);
    const double u = (static_cast<double>(words[0]) + 1) * 0x1p-32; // in (0, 1]
    const double v = static_cast<double>(words[1]) * 0x1p-32;
    return std::sqrt(-2 * std::log(u)) * std::cos(6.283185307179586477 * v);
}

/// Normal numbers, each from a block of its own.
template <class Scalar>
void fill_normal(Scalar* values, std::size_t count, double mean, double deviation,
                 const RandomStream& stream) noexcept {
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<Scalar>(mean + deviation * normal(stream, i));
}

/// Normal numbers without those more than two deviations from the mean, which are drawn again. `deviation` is
/// that of the normal distribution; what is left has 0.8796 times it.
template <class Scalar>
void fill_truncated_normal(Scalar* values, std::size_t count, double mean, double deviation,
                           const RandomStream& stream) noexcept {
    constexpr std::uint64_t draw_stride = std::uint64_t{1} << 40;
    for (std::size_t i = 0; i < count; ++i) {
        double number = normal(stream, i);
        for (std::uint64_t draw = 1; std::abs(number) > 2; ++draw)
            number = normal(stream, i + draw * draw_stride);
        values[i] = static_cast<Scalar>(mean + deviation * number);
    }
}

/// The deviation of a normal distribution from which truncation at two deviations leaves 1.
inline constexpr double truncation_correction = 0.87962566103423978;

} // namespace burin::initializers::detail
