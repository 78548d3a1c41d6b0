#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/decibels.hpp"
#include "burin/data/audio/mel.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/data/audio/stft.hpp"

#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

namespace audio {

/// What a mel band says of its energy.
enum class MelUnit : std::uint8_t {
    logarithm, ///< log(floor + energy): torchaudio's `log_mels`.
    decibels,  ///< 10 · log₁₀(max(floor, energy)), at least the highest of the sound − 80: librosa's.
    power,     ///< energy
};

} // namespace audio

/// How a sound becomes an image of its pitches over time.
struct LogMelOptions {
    std::size_t sample_rate = 16000;
    std::size_t window = 400; ///< Samples of one frame, 25 ms.
    std::size_t hop = 160;    ///< Samples from one frame to the next, 10 ms.
    std::size_t fft_size = 512;
    std::size_t bands = 40;
    double lowest = 20;  ///< Hertz.
    double highest = 0;  ///< Hertz; 0: half the sample rate.
    double floor = 1e-6; ///< Below which no energy is told from silence.
    audio::MelUnit unit = audio::MelUnit::logarithm;
    audio::MelScale scale = audio::MelScale::htk;
    audio::MelNorm norm = audio::MelNorm::peak;
    audio::Window form = audio::Window::hann;
    audio::Padding padding = audio::Padding::none;
};

/// log(floor + energy) of mel bands, frame by frame: what speech and sounds are recognised from.
///
/// Each frame's power spectrum |FFT(window · samples)|² is summed up in triangular bands (audio/mel.hpp). By
/// default no frame reaches past the end. Output `[frames, bands]`, row-major. A sample that is not finite
/// makes every band of the frames that it lies in NaN, and no other. What librosa's `melspectrogram` and
/// `power_to_db` give: `.fft_size = 2048, .window = 2048, .hop = 512, .bands = 128, .lowest = 0, .floor =
/// 1e-10, .unit = decibels, .scale = slaney, .norm = area, .padding = constant`. Several threads may use one.
class LogMel {
  public:
    /// Throws Error for options that make no sense.
    explicit LogMel(const LogMelOptions& options = {})
        : options_(checked(options)), stft_({.window = options.window,
                                             .hop = options.hop,
                                             .fft_size = options.fft_size,
                                             .form = options.form,
                                             .padding = options.padding},
                                            "LogMel") {
        core::within_memory("LogMel", [&] {
            weights_.resize(options_.bands * stft_.bins());
            const audio::MelBank bank{options_.bands, options_.lowest, options_.highest, options_.scale,
                                      options_.norm};
            bank.write_weights(options_.fft_size, options_.sample_rate, weights_.data());
        });
    }

    const LogMelOptions& options() const noexcept { return options_; }

    /// Frames of so many samples.
    std::size_t frames(std::size_t samples) const noexcept { return stft_.frames(samples); }

    Shape shape(std::size_t samples) const noexcept { return Shape(frames(samples), options_.bands); }

    std::vector<float> operator()(std::span<const float> samples) const {
        return core::within_memory("LogMel", [&] { return spectrogram(samples); });
    }

    /// The same of a Sound. Throws Error unless it has the sample rate that the bands are for.
    std::vector<float> operator()(const Sound& sound) const {
        if (sound.sample_rate != options_.sample_rate)
            throw Error("LogMel: expected a sound of " + std::to_string(options_.sample_rate) + " Hz, got " +
                        std::to_string(sound.sample_rate) + " Hz; audio::resample changes it");
        return (*this)(std::span<const float>(sound.samples));
    }

  private:
    std::vector<float> spectrogram(std::span<const float> samples) const {
        const bool is_log = options_.unit == audio::MelUnit::logarithm;
        std::vector<float> result(frames(samples.size()) * options_.bands);
        std::vector<double> power(stft_.bins());
        stft_.for_each_frame(samples, [&](std::size_t f, std::span<const std::complex<float>> spectrum) {
            for (std::size_t b = 0; b < power.size(); ++b) {
                const auto real = static_cast<double>(spectrum[b].real()),
                           imaginary = static_cast<double>(spectrum[b].imag());
                power[b] = real * real + imaginary * imaginary;
            }
            for (std::size_t band = 0; band < options_.bands; ++band) {
                double energy = is_log ? options_.floor : 0;
                for (std::size_t b = 0; b < power.size(); ++b)
                    energy += weights_[band * power.size() + b] * power[b];
                result[f * options_.bands + band] = static_cast<float>(is_log ? std::log(energy) : energy);
            }
        });
        if (options_.unit == audio::MelUnit::decibels)
            audio::power_to_decibels(result, {.floor = options_.floor});
        return result;
    }

    static LogMelOptions checked(LogMelOptions options) {
        const auto require = [](bool holds, const std::string& what) {
            if (!holds)
                throw Error("LogMel: expected " + what);
        };
        if (options.highest == 0)
            options.highest = static_cast<double>(options.sample_rate) / 2;
        require(options.sample_rate > 0 && options.hop > 0 && options.bands > 0,
                "a sample rate, a hop and a number of bands above 0");
        require(options.window > 0 && options.window <= options.fft_size && options.fft_size % 2 == 0,
                "a window of at most fft_size samples, and an even fft_size, got " +
                    std::to_string(options.window) + " and " + std::to_string(options.fft_size));
        require(options.lowest >= 0 && options.lowest < options.highest &&
                    options.highest <= static_cast<double>(options.sample_rate) / 2,
                "0 <= lowest < highest <= half the sample rate");
        // More is nobody's sound, and not all of it fits into an int.
        constexpr std::size_t most = std::size_t{1} << 24;
        require(options.fft_size <= most && options.bands <= most,
                "an fft_size and a number of bands of at most " + std::to_string(most) + ", got " +
                    std::to_string(options.fft_size) + " and " + std::to_string(options.bands));
        require(options.floor > 0 && std::isfinite(options.floor), "a finite floor above 0");
        return options;
    }

    LogMelOptions options_;
    audio::Stft stft_;
    std::vector<double> weights_; ///< [bands, bins]
};

} // namespace burin::data
