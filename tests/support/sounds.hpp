#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

/// The signals of tests/reference/sound.py.
namespace sounds {

/// Evenly from -1 to 1.
inline std::vector<double> noise(std::size_t count, std::uint32_t seed) {
    std::vector<double> values(count);
    for (double& value : values) {
        seed = 1664525 * seed + 1013904223;
        value = static_cast<double>(seed) * 0x1p-31 - 1;
    }
    return values;
}

/// So many turns of a sine, and more while it rises.
inline std::vector<double> tone(std::size_t count, double turns, double rising = 0) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(count);
        values[i] = std::sin(2 * std::numbers::pi * (turns * part + rising * part * part));
    }
    return values;
}

/// a · x + b · y.
inline std::vector<float> mixed(double a, const std::vector<double>& x, double b = 0,
                                const std::vector<double>& y = {}) {
    std::vector<float> values(x.size());
    for (std::size_t i = 0; i < x.size(); ++i)
        values[i] = static_cast<float>(a * x[i] + (y.empty() ? 0 : b * y[i]));
    return values;
}

} // namespace sounds
