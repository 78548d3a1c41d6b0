#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"

#include <kissfft/kiss_fftr.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace burin::data {

/// How a sound becomes an image of its pitches over time.
struct LogMelOptions {
    std::size_t sample_rate = 16000;
    std::size_t window = 400; ///< Samples of one frame, 25 ms; a Hann window.
    std::size_t hop = 160;    ///< Samples from one frame to the next, 10 ms.
    std::size_t fft_size = 512;
    std::size_t bands = 40;
    double lowest = 20;  ///< Hertz.
    double highest = 0;  ///< Hertz; 0: half the sample rate.
    double floor = 1e-6; ///< Added to each energy before the logarithm.
};

/// log(floor + energy) of mel bands, frame by frame: what speech and sounds are recognised from.
///
/// Each frame's power spectrum |FFT(window · samples)|² is summed up in triangular bands that are equally
/// wide on the mel scale, mel(f) = 2595 · log₁₀(1 + f / 700) (O'Shaughnessy, "Speech Communication", 1987;
/// HTK's). No frame reaches past the end. Output `[frames, bands]`, row-major. A sample that is not finite
/// makes every band of the frames that it lies in NaN, and no other.
class LogMel {
  public:
    /// Throws Error for options that make no sense.
    explicit LogMel(const LogMelOptions& options = {}) : options_(options) {
        if (options_.highest == 0)
            options_.highest = static_cast<double>(options_.sample_rate) / 2;
        check();
        within_memory("LogMel", [&] {
            plan_.reset(kiss_fftr_alloc(static_cast<int>(options_.fft_size), 0, nullptr, nullptr));
            if (!plan_)
                throw std::bad_alloc();
            window_.resize(options_.window);
            for (std::size_t i = 0; i < window_.size(); ++i)
                window_[i] =
                    static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) /
                                                            static_cast<double>(window_.size())));
            make_bands();
        });
    }

    /// Frames of so many samples.
    std::size_t frames(std::size_t samples) const noexcept {
        return samples < options_.window ? 0 : 1 + (samples - options_.window) / options_.hop;
    }

    Shape shape(std::size_t samples) const noexcept { return Shape(frames(samples), options_.bands); }

    std::vector<float> operator()(std::span<const float> samples) const {
        return within_memory("LogMel", [&] { return spectrogram(samples); });
    }

  private:
    std::vector<float> spectrogram(std::span<const float> samples) const {
        const std::size_t count = frames(samples.size());
        const std::size_t bins = options_.fft_size / 2 + 1;
        std::vector<float> result(count * options_.bands);
        std::vector<float> frame(options_.fft_size);
        std::vector<kiss_fft_cpx> spectrum(bins);
        std::vector<double> power(bins);
        for (std::size_t f = 0; f < count; ++f) {
            for (std::size_t i = 0; i < options_.window; ++i)
                frame[i] = window_[i] * samples[f * options_.hop + i];
            kiss_fftr(plan_.get(), frame.data(), spectrum.data());
            for (std::size_t b = 0; b < bins; ++b)
                power[b] = static_cast<double>(spectrum[b].r) * static_cast<double>(spectrum[b].r) +
                           static_cast<double>(spectrum[b].i) * static_cast<double>(spectrum[b].i);
            for (std::size_t band = 0; band < options_.bands; ++band) {
                double energy = options_.floor;
                for (std::size_t b = 0; b < bins; ++b)
                    energy += weights_[band * bins + b] * power[b];
                result[f * options_.bands + band] = static_cast<float>(std::log(energy));
            }
        }
        return result;
    }

    void check() const {
        const auto require = [](bool holds, const std::string& what) {
            if (!holds)
                throw Error("LogMel: expected " + what);
        };
        require(options_.sample_rate > 0 && options_.hop > 0 && options_.bands > 0,
                "a sample rate, a hop and a number of bands above 0");
        require(options_.window > 0 && options_.window <= options_.fft_size && options_.fft_size % 2 == 0,
                "a window of at most fft_size samples, and an even fft_size, got " +
                    std::to_string(options_.window) + " and " + std::to_string(options_.fft_size));
        require(options_.lowest >= 0 && options_.lowest < options_.highest &&
                    options_.highest <= static_cast<double>(options_.sample_rate) / 2,
                "0 <= lowest < highest <= half the sample rate");
        // More is nobody's sound, and not all of it fits into an int.
        constexpr std::size_t most = std::size_t{1} << 24;
        require(options_.fft_size <= most && options_.bands <= most,
                "an fft_size and a number of bands of at most " + std::to_string(most) + ", got " +
                    std::to_string(options_.fft_size) + " and " + std::to_string(options_.bands));
        require(options_.floor > 0 && std::isfinite(options_.floor), "a finite floor above 0");
    }

    void make_bands() {
        const auto mel = [](double hertz) { return 2595 * std::log10(1 + hertz / 700); };
        const std::size_t bins = options_.fft_size / 2 + 1;
        const double low = mel(options_.lowest), high = mel(options_.highest);
        const auto corner = [&](std::size_t i) {
            const double at =
                low + (high - low) * static_cast<double>(i) / static_cast<double>(options_.bands + 1);
            return 700 * (std::pow(10, at / 2595) - 1);
        };
        weights_.resize(options_.bands * bins);
        for (std::size_t band = 0; band < options_.bands; ++band) {
            const double left = corner(band), top = corner(band + 1), right = corner(band + 2);
            for (std::size_t b = 0; b < bins; ++b) {
                const double hertz = static_cast<double>(b) * static_cast<double>(options_.sample_rate) /
                                     static_cast<double>(options_.fft_size);
                const double rising = (hertz - left) / (top - left),
                             falling = (right - hertz) / (right - top);
                weights_[band * bins + b] = std::max(0.0, std::min(rising, falling));
            }
        }
    }

    struct Free {
        void operator()(kiss_fftr_state* plan) const { kiss_fftr_free(plan); }
    };

    LogMelOptions options_;
    std::unique_ptr<kiss_fftr_state, Free> plan_;
    std::vector<float> window_;
    std::vector<double> weights_; ///< [bands, bins]
};

} // namespace burin::data
