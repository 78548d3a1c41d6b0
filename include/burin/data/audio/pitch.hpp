#pragma once

// Needs Rubber Band, which is under the GPL, version 2 or later: a program that includes this header and is
// given to others is under the GPL, too, unless a licence of Rubber Band was bought. No other header of Burin
// includes it. Meson's feature `audio_effects`.

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/sound.hpp"

#include <rubberband/RubberBandStretcher.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace burin::data::audio {

namespace detail {

inline Sound stretched(const char* who, const Sound& sound, double time_ratio, double pitch_scale) {
    using RubberBand::RubberBandStretcher;
    if (sound.sample_rate < 1000 || sound.sample_rate > 1'000'000)
        throw Error(std::string(who) + ": expected a sample rate from 1000 to 1000000, got " +
                    std::to_string(sound.sample_rate));
    require_finite(who, sound.samples);
    // Squares of larger ones are infinite, which Rubber Band does not expect.
    for (const float sample : sound.samples)
        require_within(who, "samples", static_cast<double>(sample), -1e6, 1e6);
    Sound result{{}, sound.sample_rate};
    if (sound.samples.empty())
        return result;
    constexpr std::size_t piece = 4096;
    return core::within_memory(who, [&] {
        RubberBandStretcher stretcher(sound.sample_rate, 1,
                                      RubberBandStretcher::OptionProcessOffline |
                                          RubberBandStretcher::OptionThreadingNever |
                                          RubberBandStretcher::OptionPitchHighQuality,
                                      time_ratio, pitch_scale);
        stretcher.setDebugLevel(0);
        stretcher.setMaxProcessSize(piece);
        const auto for_each_piece = [&](auto take) {
            for (std::size_t first = 0; first < sound.samples.size(); first += piece) {
                const std::size_t count = std::min(piece, sound.samples.size() - first);
                const float* const samples = sound.samples.data() + first;
                take(&samples, count, first + count == sound.samples.size());
            }
        };
        for_each_piece([&](const float* const* samples, std::size_t count, bool is_last) {
            stretcher.study(samples, count, is_last);
        });
        const auto retrieve = [&] {
            for (int ready = stretcher.available(); ready > 0; ready = stretcher.available()) {
                const std::size_t before = result.samples.size();
                result.samples.resize(before + static_cast<std::size_t>(ready));
                float* const to = result.samples.data() + before;
                stretcher.retrieve(&to, static_cast<std::size_t>(ready));
            }
        };
        for_each_piece([&](const float* const* samples, std::size_t count, bool is_last) {
            stretcher.process(samples, count, is_last);
            retrieve();
        });
        result.samples.resize(
            static_cast<std::size_t>(std::round(static_cast<double>(sound.samples.size()) * time_ratio)));
        return result;
    });
}

} // namespace detail

/// Plays a sound `factor` times as fast at the same pitch, as somebody speaks faster: it has 1 / factor as
/// many samples, rounded. By a phase vocoder (Rubber Band's, offline), which smears sounds shorter than some
/// 50 ms. Throws Error for a factor beyond 1/4 to 4, a sample rate beyond 1 kHz to 1 MHz, or a sample that is
/// not finite.
inline Sound tempo(const Sound& sound, double factor) {
    detail::require_within("tempo", "a factor", factor, 0.25, 4);
    return factor == 1 ? sound : detail::stretched("tempo", sound, 1 / factor, 1);
}

/// Raises a sound by so many semitones, of which twelve are an octave, at the same length. Throws Error
/// beyond ±24, else as `tempo` does.
inline Sound pitch(const Sound& sound, double semitones) {
    detail::require_within("pitch", "semitones", semitones, -24, 24);
    return semitones == 0 ? sound : detail::stretched("pitch", sound, 1, std::exp2(semitones / 12));
}

} // namespace burin::data::audio
