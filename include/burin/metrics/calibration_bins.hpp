#pragma once

#include "burin/core/language.hpp"

#include <cstddef>

namespace burin::metrics {

/// Answers whose confidence is in one range: (i / bins, (i + 1) / bins], and 0 with the first.
struct CalibrationBin {
    double weight = 0;     ///< Of the answers in it.
    double confidence = 0; ///< The sum of their confidences.
    double right = 0;      ///< The sum of those that were right.

    constexpr double mean_confidence() const noexcept { return weight == 0 ? 0 : confidence / weight; }
    constexpr double accuracy() const noexcept { return weight == 0 ? 0 : right / weight; }

    constexpr void add(double sure, bool is_right, double each = 1) noexcept {
        weight += each;
        confidence += each * sure;
        right += is_right ? each : 0;
    }
    constexpr void merge(const CalibrationBin& other) noexcept {
        weight += other.weight;
        confidence += other.confidence;
        right += other.right;
    }
};

/// The bin of a confidence, as scikit-learn's `calibration_curve(strategy="uniform")` takes it. What is no
/// number, or lies outside [0, 1], is in the nearest or first one.
constexpr std::size_t calibration_bin(double confidence, std::size_t bins) noexcept {
    const double width = 1.0 / static_cast<double>(bins);
    const double place = confidence > 0 ? (confidence < 1 ? confidence : 1.0) * static_cast<double>(bins) : 0;
    auto index = static_cast<std::size_t>(place);
    while (index > 0 && (index >= bins || confidence <= static_cast<double>(index) * width))
        --index;
    while (index + 1 < bins && confidence > static_cast<double>(index + 1) * width)
        ++index;
    return index;
}

/// The expected calibration error: how far confidence and accuracy of each bin are apart, weighted by its
/// share of the answers; 0 if there are none.
/// C. Guo et al., "On calibration of modern neural networks", 2017.
constexpr double expected_calibration_error(const CalibrationBin* bins, std::size_t count) noexcept {
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double apart = bins[i].right - bins[i].confidence;
        sum += apart < 0 ? -apart : apart;
        weight += bins[i].weight;
    }
    return weight == 0 ? 0 : sum / weight;
}

/// The largest difference of a bin.
constexpr double largest_calibration_error(const CalibrationBin* bins, std::size_t count) noexcept {
    double most = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double apart = bins[i].accuracy() - bins[i].mean_confidence();
        const double distance = apart < 0 ? -apart : apart;
        most = distance > most ? distance : most;
    }
    return most;
}

} // namespace burin::metrics
