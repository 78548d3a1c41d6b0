#pragma once

#include "burin/core/error.hpp"
#include "burin/data/audio/level.hpp"
#include "burin/data/audio/sound.hpp"

#include <cmath>
#include <cstddef>
#include <span>
#include <string>

namespace burin::data::audio {

namespace detail {

inline constexpr double largest_snr = 200;

/// Adds `noise` from sample `first` on, again from its begin where it ends, so that the powers of sound and
/// noise are `decibels` apart. Nothing is added where either is silent.
inline void add_at_snr(std::span<float> sound, std::span<const float> noise, double decibels,
                       std::size_t first) noexcept {
    if (noise.empty())
        return;
    double power = 0;
    for (std::size_t i = 0; i < sound.size(); ++i) {
        const auto sample = static_cast<double>(noise[(first + i) % noise.size()]);
        power += sample * sample;
    }
    if (power == 0)
        return;
    const double factor =
        std::sqrt(mean_power(sound) * static_cast<double>(sound.size()) / power) / amplitude_of(decibels);
    for (std::size_t i = 0; i < sound.size(); ++i)
        sound[i] += static_cast<float>(factor * static_cast<double>(noise[(first + i) % noise.size()]));
}

} // namespace detail

/// A sound with noise: sound + a · noise, with the a for which 10 · log₁₀(power of the sound / power of a ·
/// noise) is the signal-to-noise ratio asked for, over the length of the sound. The noise begins at its
/// sample `first`, and again where it ends.
///
/// Where either is silent nothing is added. Throws Error for a noise of another sample rate or without
/// samples, and for a ratio beyond ±200 dB. A sample that is not finite makes all NaN.
inline Sound mix_at_snr(Sound sound, const Sound& noise, double decibels, std::size_t first = 0) {
    detail::require_one_rate("mix_at_snr", sound, "a noise", noise);
    detail::require_within("mix_at_snr", "a ratio in dB", decibels, -detail::largest_snr,
                           detail::largest_snr);
    if (noise.samples.empty())
        throw Error("mix_at_snr: expected a noise, got no samples");
    detail::add_at_snr(sound.samples, noise.samples, decibels, first % noise.samples.size());
    return sound;
}

/// The sum of two sounds, `share` · one + (1 − share) · other, as long as the longer. Throws Error unless
/// they have one sample rate.
inline Sound mix(Sound one, const Sound& other, double share = 0.5) {
    detail::require_one_rate("mix", one, "a sound", other);
    if (one.samples.size() < other.samples.size())
        one.samples.resize(other.samples.size());
    for (std::size_t i = 0; i < one.samples.size(); ++i) {
        const double added = i < other.samples.size() ? static_cast<double>(other.samples[i]) : 0;
        one.samples[i] =
            static_cast<float>(share * static_cast<double>(one.samples[i]) + (1 - share) * added);
    }
    return one;
}

} // namespace burin::data::audio
