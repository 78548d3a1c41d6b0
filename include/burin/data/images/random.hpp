#pragma once

#include "burin/core/random.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::data::images {

/// Numbers that are drawn evenly from `low` to `high`.
struct Range {
    double low = 0;
    double high = 0;

    constexpr double at(const RandomStream& stream, std::uint64_t position) const noexcept {
        return low + (high - low) * stream.uniform(position);
    }
};

/// A number of the normal distribution of mean 0 and deviation 1, by the polar form of Box and Muller, of the
/// words 2 · position and the next.
inline double normal_at(const RandomStream& stream, std::uint64_t position) noexcept {
    const double first = 1 - stream.uniform(2 * position);
    const double second = stream.uniform(2 * position + 1);
    return std::sqrt(-2 * std::log(first)) * std::cos(6.28318530717958647692 * second);
}

} // namespace burin::data::images
