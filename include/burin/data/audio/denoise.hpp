#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/data/audio/stft.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace burin::data::audio {

struct DenoiseOptions {
    std::size_t fft_size = 1024; ///< A frame; hops are a quarter of it.
    double threshold = 1.5;      ///< Standard deviations above the noise's mean level that pass.
    double reduction = 1;        ///< Of what doesn't pass, this share is taken away.
    double smooth_hertz = 500;   ///< How far a gate opens its neighbours; 0: not at all.
    double smooth_seconds = 0.05;
};

/// Takes steady noise out of sounds by a gate for each frequency: spectral gating, after noisereduce's
/// `stationary` (Sainburg and Zorea, 2024).
///
///     const Denoise denoise(noise);      // a second in which nobody speaks
///     const Sound clear = denoise(sound);
///
/// Of each frequency of the noise's spectrum, mean and standard deviation over time are learnt, in dB and at
/// most 80 below the loudest. Where a sound's spectrum is above mean + threshold · deviation the gate is
/// open. Gates are smoothed over frequency and time by triangles, and the spectrum is transformed back. It is
/// as long as before. To be told from noise, a sound must stand out in its spectrum; a little of it goes,
/// too. Throws Error for a sound or a noise that is not finite or of another sample rate. Needs KISS FFT.
class Denoise {
  public:
    /// Throws Error for a noise without samples, or options that make no sense.
    explicit Denoise(const Sound& noise, const DenoiseOptions& options = {})
        : options_(options), sample_rate_(noise.sample_rate),
          stft_({.window = options.fft_size,
                 .hop = std::max<std::size_t>(options.fft_size / 4, 1),
                 .fft_size = options.fft_size,
                 .padding = Padding::constant},
                "Denoise") {
        if (noise.samples.empty())
            throw Error("Denoise: expected a noise, got no samples");
        if (sample_rate_ == 0)
            throw Error("Denoise: expected a sample rate above 0");
        detail::require_within("Denoise", "a reduction", options.reduction, 0, 1);
        detail::require_within("Denoise", "a threshold", options.threshold, -100, 100);
        detail::require_within("Denoise", "smooth_hertz", options.smooth_hertz, 0, 1e9);
        detail::require_within("Denoise", "smooth_seconds", options.smooth_seconds, 0, 1e6);
        detail::require_finite("Denoise: noise", noise.samples);
        core::within_memory("Denoise", [&] { learn(stft_(noise.samples)); });
    }

    Sound operator()(const Sound& sound) const {
        if (sound.sample_rate != sample_rate_)
            throw Error("Denoise: expected a sound of " + std::to_string(sample_rate_) +
                        " Hz, as the noise, got " + std::to_string(sound.sample_rate) +
                        " Hz; audio::resample changes it");
        detail::require_finite("Denoise", sound.samples);
        return core::within_memory("Denoise", [&] {
            Spectrum spectrum = stft_(sound.samples);
            std::vector<float> gates = levels(spectrum);
            for (std::size_t i = 0; i < gates.size(); ++i)
                gates[i] = static_cast<double>(gates[i]) > thresholds_[i % spectrum.bins]
                               ? 1.0F
                               : static_cast<float>(1 - options_.reduction);
            const auto rate = static_cast<double>(sample_rate_);
            const auto over_bins = static_cast<std::size_t>(
                           options_.smooth_hertz * static_cast<double>(options_.fft_size) / (2 * rate)),
                       over_frames = static_cast<std::size_t>(options_.smooth_seconds * rate /
                                                              static_cast<double>(stft_.options().hop));
            smooth(gates, spectrum.bins, 1, over_bins);
            smooth(gates, spectrum.frames, spectrum.bins, over_frames);
            for (std::size_t i = 0; i < gates.size(); ++i)
                spectrum.values[i] *= gates[i];
            return Sound{stft_.inverse(spectrum, sound.samples.size()), sample_rate_};
        });
    }

  private:
    /// Amplitudes in dB, of each frequency at most 80 below its highest.
    std::vector<float> levels(const Spectrum& spectrum) const {
        constexpr float range = 80;
        double window = 0;
        for (const float weight : stft_.window())
            window += static_cast<double>(weight);
        std::vector<float> result(spectrum.values.size()), highest(spectrum.bins, -HUGE_VALF);
        for (std::size_t i = 0; i < result.size(); ++i) {
            const auto amplitude = static_cast<double>(std::abs(spectrum.values[i])) / window;
            result[i] =
                static_cast<float>(20 * std::log10(amplitude + std::numeric_limits<double>::epsilon()));
            highest[i % spectrum.bins] = std::max(highest[i % spectrum.bins], result[i]);
        }
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] = std::max(result[i], highest[i % spectrum.bins] - range);
        return result;
    }

    void learn(const Spectrum& noise) {
        const std::vector<float> all = levels(noise);
        for (std::size_t k = 0; k < noise.bins; ++k) {
            double sum = 0, squares = 0;
            for (std::size_t f = 0; f < noise.frames; ++f)
                sum += static_cast<double>(all[f * noise.bins + k]);
            const auto count = static_cast<double>(noise.frames);
            for (std::size_t f = 0; f < noise.frames; ++f) {
                const double apart = static_cast<double>(all[f * noise.bins + k]) - sum / count;
                squares += apart * apart;
            }
            thresholds_.push_back(sum / count + options_.threshold * std::sqrt(squares / count));
        }
    }

    /// Each becomes the mean of its `reach` neighbours to both sides, weighted by a triangle; beyond the ends
    /// is 0.
    static void smooth(std::vector<float>& all, std::size_t count, std::size_t stride, std::size_t reach) {
        if (reach == 0)
            return;
        const std::size_t lines = count == 0 ? 0 : all.size() / count;
        std::vector<double> line(count);
        const auto top = static_cast<double>(reach + 1);
        for (std::size_t number = 0; number < lines; ++number) {
            float* const first = all.data() + (stride == 1 ? number * count : number);
            for (std::size_t i = 0; i < count; ++i) {
                line[i] = 0;
                for (std::size_t j = i < reach ? 0 : i - reach; j <= std::min(i + reach, count - 1); ++j)
                    line[i] += (top - static_cast<double>(i < j ? j - i : i - j)) / (top * top) *
                               static_cast<double>(first[j * stride]);
            }
            for (std::size_t i = 0; i < count; ++i)
                first[i * stride] = static_cast<float>(line[i]);
        }
    }

    DenoiseOptions options_;
    std::size_t sample_rate_;
    Stft stft_;
    std::vector<double> thresholds_; ///< Of each frequency, dB.
};

} // namespace burin::data::audio
