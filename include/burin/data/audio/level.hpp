#pragma once

#include "burin/data/audio/decibels.hpp"
#include "burin/data/audio/sound.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

namespace burin::data::audio {

/// Multiplies all samples by 10^(decibels / 20): 6 dB doubles them, −∞ is silence. Nothing is clipped.
inline void gain(std::span<float> samples, double decibels) noexcept {
    const auto factor = static_cast<float>(amplitude_of(decibels));
    for (float& sample : samples)
        sample *= factor;
}

/// The largest magnitude; 0 of no sample. Throws Error for a sample that is not finite.
inline double peak(std::span<const float> samples) {
    detail::require_finite("peak", samples);
    float highest = 0;
    for (const float sample : samples)
        highest = std::max(highest, std::abs(sample));
    return static_cast<double>(highest);
}

/// The mean of the squares; 0 of no sample. NaN where a sample is.
inline double mean_power(std::span<const float> samples) noexcept {
    double sum = 0;
    for (const float sample : samples)
        sum += static_cast<double>(sample) * static_cast<double>(sample);
    return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

/// Brings the largest magnitude to a level in dB of full scale (0 dB: 1). Silence stays. Throws Error for a
/// sample that is not finite.
inline void normalize_peak(std::span<float> samples, double decibels = -1) {
    const double highest = peak(samples);
    if (highest == 0)
        return;
    const double factor = amplitude_of(decibels) / highest;
    for (float& sample : samples)
        sample = static_cast<float>(factor * static_cast<double>(sample));
}

/// How loudness goes from 0 to 1 while a sound is faded in.
enum class FadeForm : std::uint8_t {
    linear, ///< t
    power,  ///< sin(π/2 · t): two sounds that cross have together the power of one.
};

/// Fades the first `in` samples in and the last `out` samples out; sample i of n has the factor of t = i / n.
/// Where both meet they are multiplied; what is longer than the sound is cut.
inline void fade(std::span<float> samples, std::size_t in, std::size_t out,
                 FadeForm form = FadeForm::linear) noexcept {
    const auto factor = [&](std::size_t i, std::size_t size) {
        const double t = static_cast<double>(i) / static_cast<double>(size);
        return static_cast<float>(form == FadeForm::linear ? t : std::sin(std::numbers::pi / 2 * t));
    };
    for (std::size_t i = 0; i < std::min(in, samples.size()); ++i)
        samples[i] *= factor(i, in);
    for (std::size_t i = 0; i < std::min(out, samples.size()); ++i)
        samples[samples.size() - 1 - i] *= factor(i, out);
}

/// Moves a sound by `shift` samples, later (above 0) or earlier. What leaves at one end comes in at the other
/// if it is to go round; else there is silence.
inline void time_shift(std::span<float> samples, std::ptrdiff_t shift, bool goes_round = false) noexcept {
    if (samples.empty())
        return;
    const auto size = static_cast<std::ptrdiff_t>(samples.size());
    if (!goes_round && (shift >= size || shift <= -size)) {
        std::fill(samples.begin(), samples.end(), 0.0F);
        return;
    }
    const std::ptrdiff_t right = (shift % size + size) % size;
    std::rotate(samples.begin(), samples.end() - right, samples.end());
    if (!goes_round && shift > 0)
        std::fill_n(samples.begin(), shift, 0.0F);
    if (!goes_round && shift < 0)
        std::fill(samples.end() + shift, samples.end(), 0.0F);
}

} // namespace burin::data::audio
