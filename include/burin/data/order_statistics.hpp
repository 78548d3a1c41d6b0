#pragma once

#include "burin/core/language.hpp"

#include <cstddef>
#include <span>

namespace burin::data {

/// The quantile of values in rising order, of which there is one at least: linear between the two that are next to it,
/// as numpy's `percentile`. `share` is 0 for the least and 1 for the largest.
constexpr double quantile(std::span<const double> sorted, double share) noexcept {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    if (below + 1 >= sorted.size())
        return sorted.back();
    const double part = place - static_cast<double>(below), rise = sorted[below + 1] - sorted[below];
    // From the nearer end, so that both are met.
    return part < 0.5 ? sorted[below] + rise * part : sorted[below + 1] - rise * (1 - part);
}

/// The quantile as numpy's `averaged_inverted_cdf`: a value, or the mean of two where the share lies between them.
constexpr double averaged_quantile(std::span<const double> sorted, double share) noexcept {
    const double place = share * static_cast<double>(sorted.size());
    const auto whole = static_cast<std::size_t>(place);
    if (place != static_cast<double>(whole))
        return sorted[whole];
    if (whole == 0)
        return sorted.front();
    return whole == sorted.size() ? sorted.back() : sorted[whole - 1] / 2 + sorted[whole] / 2;
}

/// The value in the middle, or the mean of the two there, of values in rising order.
constexpr double median(std::span<const double> sorted) noexcept {
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : sorted[half - 1] / 2 + sorted[half] / 2;
}

/// The value that is there most often, the least of those where there are several.
constexpr double most_frequent(std::span<const double> sorted) noexcept {
    double best = sorted[0];
    std::size_t most = 0;
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t end = i;
        while (end < sorted.size() && sorted[end] == sorted[i])
            ++end;
        if (end - i > most) {
            most = end - i;
            best = sorted[i];
        }
        i = end;
    }
    return best;
}

} // namespace burin::data
