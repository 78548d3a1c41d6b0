#pragma once

#include "burin/core/language.hpp"

#include <cmath>
#include <cstddef>
#include <span>

namespace burin::data::audio {

/// Decibels of a ratio of amplitudes, and back: 20 · log₁₀ a. A ratio of 10 is 20 dB; 0 is −∞.
inline double decibels_of(double amplitude) noexcept {
    return 20 * std::log10(amplitude);
}
inline double amplitude_of(double decibels) noexcept {
    return std::pow(10, decibels / 20);
}

struct DecibelOptions {
    double reference = 1; ///< The power of 0 dB.
    double floor = 1e-10; ///< What is less counts as this.
    double range = 80;    ///< What is this much below the loudest counts as that; infinity: it stays.
};

/// Powers become decibels, in place: 10 · log₁₀(max(floor, power) / reference), at least the highest − range.
/// librosa's `power_to_db` and torchaudio's `AmplitudeToDB("power", top_db)`. NaN stays NaN.
inline void power_to_decibels(std::span<float> powers, const DecibelOptions& options = {}) noexcept {
    double highest = -HUGE_VAL;
    for (float& power : powers) {
        const auto value = static_cast<double>(power);
        const double decibels =
            10 * std::log10((value < options.floor ? options.floor : value) / options.reference);
        power = static_cast<float>(decibels);
        if (decibels > highest)
            highest = decibels;
    }
    const auto lowest = static_cast<float>(highest - options.range);
    for (float& power : powers)
        power = power < lowest ? lowest : power;
}

/// And back, in place: reference · 10^(decibels / 10).
inline void decibels_to_power(std::span<float> decibels, double reference = 1) noexcept {
    for (float& value : decibels)
        value = static_cast<float>(reference * std::pow(10, static_cast<double>(value) / 10));
}

} // namespace burin::data::audio
