#pragma once

// Needs libsoxr (LGPL 2.1): Meson's feature `audio_effects`.

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/sound.hpp"

#include <soxr.h>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::data::audio {

namespace detail {

/// So many samples as `rate` / `out_rate` makes of them, rounded.
inline std::vector<float> resampled(const char* who, std::span<const float> samples, double in_rate,
                                    double out_rate) {
    require_finite(who, samples);
    if (samples.empty())
        return {};
    return core::within_memory(who, [&] {
        const double length = std::round(static_cast<double>(samples.size()) * out_rate / in_rate);
        std::vector<float> result(static_cast<std::size_t>(length));
        if (result.empty())
            return result;
        const soxr_io_spec_t floats = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
        const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
        const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
        std::size_t done = 0;
        const soxr_error_t error =
            soxr_oneshot(in_rate, out_rate, 1, samples.data(), samples.size(), nullptr, result.data(),
                         result.size(), &done, &floats, &quality, &one_thread);
        if (error != nullptr)
            throw Error(std::string(who) + ": soxr: " + error);
        // What it has not written is silence.
        return result;
    });
}

} // namespace detail

/// The same sound at another sample rate, of samples.size() · rate / sample_rate samples, rounded. What the
/// lower of both rates can't have, above half of it, is filtered out (soxr's "HQ": 20 bits, up to 91 % of the
/// band).
///
///     const Sound at_16_khz = audio::resample(data::read_sound("cd.flac"), 16000);
///
/// The level stays. Throws Error for a rate of 0, rates that are more than 4,096 times apart, or a sample
/// that is not finite.
inline Sound resample(const Sound& sound, std::size_t rate) {
    constexpr std::size_t apart = 4096, highest = std::size_t{1} << 30;
    if (rate == 0 || sound.sample_rate == 0 || rate > highest || sound.sample_rate > highest ||
        rate / apart > sound.sample_rate || sound.sample_rate / apart > rate)
        throw Error("resample: expected sample rates from 1 to 2^30 Hz, at most 4096 times apart, got " +
                    std::to_string(sound.sample_rate) + " and " + std::to_string(rate));
    if (rate == sound.sample_rate)
        return sound;
    return {detail::resampled("resample", sound.samples, static_cast<double>(sound.sample_rate),
                              static_cast<double>(rate)),
            rate};
}

/// Plays a sound `factor` times as fast: it is 1 / factor as long, and its pitch rises with it, as that of a
/// record. audio/pitch.hpp changes one of them. Throws Error for a factor beyond 1/16 to 16, or a sample that
/// is not finite.
inline Sound speed(const Sound& sound, double factor) {
    detail::require_within("speed", "a factor", factor, 0.0625, 16);
    if (factor == 1)
        return sound;
    return {detail::resampled("speed", sound.samples, factor, 1), sound.sample_rate};
}

} // namespace burin::data::audio
