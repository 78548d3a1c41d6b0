#pragma once

#include "burin/core/language.hpp"

#include <cmath>
#include <cstddef>
#include <span>

namespace burin::data {

/// Mean and standard deviation (of the population) of one feature, whatever the size of its values: neither
/// sums nor squares overflow or vanish, and a feature that never varies has exactly its value as the mean and
/// a deviation of 0.
struct Moments {
    std::size_t count = 0;
    double unit = 1; ///< A power of two by which values are multiplied so that their differences are finite.
    double first = 0;
    double above = 0; ///< The sum of what the values exceed the first by.
    double farthest = 0;
    double differences_unit = 1; ///< The same for differences from the mean and their squares.
    double squares = 0;

    double mean() const noexcept { return scaled_mean() / unit; }
    double deviation() const noexcept { return std::sqrt(squares) / differences_unit / unit; }

    double scaled_mean() const noexcept { return first + above / static_cast<double>(count); }
    double difference(double value) const noexcept { return value * unit - scaled_mean(); }
};

/// Learns the moments of several features. `each(visit)` calls visit(feature, value) for all values, and is
/// called several times. A feature without values keeps a count of 0.
template <class Each>
void find_moments(std::span<Moments> moments, const Each& each) {
    each([&](std::size_t feature, double value) {
        Moments& of = moments[feature];
        if (of.count++ == 0)
            of.first = value;
        if (std::abs(value) > 0x1p500)
            of.unit = 0x1p-600;
    });
    for (Moments& of : moments)
        of.first *= of.unit;
    each([&](std::size_t feature, double value) {
        Moments& of = moments[feature];
        of.above += value * of.unit - of.first;
    });
    each([&](std::size_t feature, double value) {
        Moments& of = moments[feature];
        const double size = std::abs(of.difference(value));
        of.farthest = size > of.farthest ? size : of.farthest;
    });
    for (Moments& of : moments)
        if (of.farthest < 0x1p-500 || of.farthest > 0x1p500)
            of.differences_unit = of.farthest < 1 ? 0x1p600 : 0x1p-600;
    each([&](std::size_t feature, double value) {
        Moments& of = moments[feature];
        const double scaled = of.difference(value) * of.differences_unit;
        of.squares += scaled * scaled / static_cast<double>(of.count);
    });
}

/// The moments of some values.
inline Moments moments_of(std::span<const double> values) noexcept {
    Moments moments;
    find_moments({&moments, 1}, [&](auto visit) {
        for (const double value : values)
            visit(0, value);
    });
    return moments;
}

} // namespace burin::data
