#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/data/audio/stft.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::data::audio {

struct TrimOptions {
    double decibels = 60; ///< What is so much below the loudest frame, or more, is silence.
    std::size_t frame = 2048;
    std::size_t hop = 512;
};

/// Samples first to last − 1.
struct Interval {
    std::size_t first = 0, last = 0;
    std::size_t size() const noexcept { return last - first; }
    friend bool operator==(const Interval&, const Interval&) = default;
};

/// Where a sound is: from the first frame that is not silent to the last. A frame's level is the root of its
/// mean square; frames are centred on every hop-th sample, with zeros beyond the ends. librosa's
/// `effects.trim`. A sound that is silent everywhere is as loud as its loudest frame, and stays whole.
///
/// Throws Error for a sample that is not finite, a frame or hop of 0.
inline Interval find_sound(std::span<const float> samples, const TrimOptions& options = {}) {
    if (options.frame == 0 || options.hop == 0)
        throw Error("trim: expected a frame and a hop above 0");
    detail::require_finite("trim", samples);
    detail::require_within("trim", "decibels", options.decibels, 0, 1000);
    if (samples.empty())
        return {};
    return core::within_memory("trim", [&] {
        constexpr double floor = 1e-10;
        const std::size_t before = options.frame / 2;
        // Where the frame's length is odd there is one sample less to be had.
        std::vector<double> powers(1 + (samples.size() + 2 * before - options.frame) / options.hop);
        double highest = floor;
        for (std::size_t f = 0; f < powers.size(); ++f) {
            const std::size_t at = f * options.hop;
            const std::size_t first = at < before ? 0 : at - before;
            const std::size_t end = std::min(samples.size(), at + options.frame - before);
            double sum = 0;
            for (std::size_t i = first; i < end; ++i)
                sum += static_cast<double>(samples[i]) * static_cast<double>(samples[i]);
            powers[f] = std::max(floor, sum / static_cast<double>(options.frame));
            highest = std::max(highest, powers[f]);
        }
        const double threshold = 10 * std::log10(highest) - options.decibels;
        const auto is_loud = [&](double power) { return 10 * std::log10(power) > threshold; };
        const auto first = std::find_if(powers.begin(), powers.end(), is_loud);
        if (first == powers.end())
            return Interval{};
        const auto last = std::find_if(powers.rbegin(), powers.rend(), is_loud);
        return Interval{
            static_cast<std::size_t>(first - powers.begin()) * options.hop,
            std::min(samples.size(), static_cast<std::size_t>(powers.rend() - last) * options.hop)};
    });
}

/// The sound without the silence at its ends.
inline Sound trim(const Sound& sound, const TrimOptions& options = {}) {
    const Interval kept = find_sound(sound.samples, options);
    const auto begin = sound.samples.begin();
    return {{begin + static_cast<std::ptrdiff_t>(kept.first), begin + static_cast<std::ptrdiff_t>(kept.last)},
            sound.sample_rate};
}

struct VoiceActivityOptions {
    std::size_t sample_rate = 16000;
    double lowest = 300;       ///< Hertz: where a voice has most of its power.
    double highest = 3400;     ///< Hertz.
    double above_noise = 9;    ///< dB by which the band must be above the noise.
    double below_loudest = 40; ///< dB by which it may be below the loudest frame.
    double share = 0.3;        ///< Of a frame's power, what must lie in the band.
    std::size_t hang_over = 8; ///< Frames that are counted as voice after it, so that no end is cut off.
};

/// In which frames of 25 ms, one every 10 ms, somebody may speak: where the power between 300 and 3,400 Hz is
/// far above the noise, which is the power of the frame that a tenth of all are below; not far below the
/// loudest; and a good part of the whole. A rule by energy alone: it takes any sound in the band for a voice,
/// and hears none in a noise as loud.
///
///     const VoiceActivity is_voice;
///     const std::vector<std::uint8_t> frames = is_voice(sound); // 1 or 0 for each
class VoiceActivity {
  public:
    /// Throws Error for options that make no sense.
    explicit VoiceActivity(const VoiceActivityOptions& options = {})
        : options_(options), stft_(frames_of(options)) {
        if (!(options.lowest >= 0 && options.lowest < options.highest &&
              options.highest <= static_cast<double>(options.sample_rate) / 2))
            throw Error("VoiceActivity: expected 0 <= lowest < highest <= half the sample rate");
    }

    std::size_t frames(std::size_t samples) const noexcept { return stft_.frames(samples); }
    std::size_t hop() const noexcept { return stft_.options().hop; }

    /// Throws Error for a sound of another sample rate, or that is not finite.
    std::vector<std::uint8_t> operator()(const Sound& sound) const {
        if (sound.sample_rate != options_.sample_rate)
            throw Error("VoiceActivity: expected a sound of " + std::to_string(options_.sample_rate) +
                        " Hz, got " + std::to_string(sound.sample_rate) + " Hz; audio::resample changes it");
        detail::require_finite("VoiceActivity", sound.samples);
        return core::within_memory("VoiceActivity", [&] { return find(sound.samples); });
    }

  private:
    static StftOptions frames_of(const VoiceActivityOptions& options) {
        if (options.sample_rate < 1000 || options.sample_rate > 1'000'000)
            throw Error("VoiceActivity: expected a sample rate from 1000 to 1000000, got " +
                        std::to_string(options.sample_rate));
        const std::size_t window = options.sample_rate / 40;
        std::size_t fft_size = 2;
        while (fft_size < window)
            fft_size *= 2;
        return {.window = window, .hop = options.sample_rate / 100, .fft_size = fft_size};
    }

    std::vector<std::uint8_t> find(std::span<const float> samples) const {
        std::vector<double> in_band, all;
        const double hertz =
            static_cast<double>(options_.sample_rate) / static_cast<double>(stft_.options().fft_size);
        stft_.for_each_frame(samples, [&](std::size_t, std::span<const std::complex<float>> spectrum) {
            double band = 0, sum = 0;
            for (std::size_t k = 0; k < spectrum.size(); ++k) {
                const auto power = static_cast<double>(std::norm(spectrum[k]));
                const double frequency = hertz * static_cast<double>(k);
                sum += power;
                band += frequency >= options_.lowest && frequency <= options_.highest ? power : 0;
            }
            in_band.push_back(band);
            all.push_back(sum);
        });
        std::vector<std::uint8_t> result(in_band.size());
        if (in_band.empty())
            return result;
        std::vector<double> sorted = in_band;
        std::sort(sorted.begin(), sorted.end());
        const double noise = sorted[sorted.size() / 10], loudest = sorted.back();
        const double least = std::max(noise * std::pow(10, options_.above_noise / 10),
                                      loudest * std::pow(10, -options_.below_loudest / 10));
        std::size_t left = 0;
        for (std::size_t f = 0; f < result.size(); ++f) {
            if (in_band[f] > least && in_band[f] >= options_.share * all[f])
                left = options_.hang_over + 1;
            result[f] = left > 0 ? 1 : 0;
            left -= left > 0 ? 1 : 0;
        }
        return result;
    }

    VoiceActivityOptions options_;
    Stft stft_;
};

} // namespace burin::data::audio
