#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/fourier.hpp"
#include "burin/data/audio/window.hpp"

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::audio {

/// What stands in front of a sound and behind it, while it is cut into frames.
enum class Padding : std::uint8_t {
    none,     ///< Frames lie within the sound; samples that no whole frame is left for are not heard.
    reflect,  ///< fft_size / 2 samples mirrored at each end: frame f is centred on sample f · hop.
    constant, ///< fft_size / 2 zeros.
};

/// How a sound is cut into frames.
struct StftOptions {
    std::size_t window = 400;   ///< Samples of one frame that are heard: 25 ms at 16 kHz.
    std::size_t hop = 160;      ///< Samples from one frame to the next.
    std::size_t fft_size = 512; ///< Even, at least the window; the rest is zeros.
    Window form = Window::hann;
    Padding padding = Padding::none;
};

/// `[frames, bins]`, row-major: bin k is the frequency k · sample_rate / fft_size.
struct Spectrum {
    std::size_t frames = 0, bins = 0;
    std::vector<std::complex<float>> values;

    std::span<std::complex<float>> frame(std::size_t number) {
        return std::span(values).subspan(number * bins, bins);
    }
    std::span<const std::complex<float>> frame(std::size_t number) const {
        return std::span(values).subspan(number * bins, bins);
    }
};

/// The short-time Fourier transform: of each frame FFT(window · samples).
///
///     const Stft stft({.window = 512, .hop = 128, .fft_size = 512, .padding = Padding::reflect});
///     Spectrum spectrum = stft(sound.samples);
///     std::vector<float> again = stft.inverse(spectrum, sound.samples.size());
///
/// With padding it is librosa's and PyTorch's (`center=True`): the window lies in the middle of the fft_size
/// samples. Without, a frame is `window` samples from f · hop on, and zeros behind them. A sample that is not
/// finite makes every bin of the frames that it lies in NaN, and no other. Several threads may use one. Needs
/// KISS FFT.
class Stft {
  public:
    /// Throws Error, which begins with `who`, for options that make no sense.
    explicit Stft(const StftOptions& options = {}, const std::string& who = "Stft")
        : options_(checked(options, who)), who_(who),
          fft_(core::within_memory(who, [&] { return detail::FourierTransform(options.fft_size); })) {
        core::within_memory(who, [&] {
            window_.resize(options_.window);
            for (std::size_t i = 0; i < window_.size(); ++i)
                window_[i] = static_cast<float>(window_at(options_.form, i, window_.size()));
        });
    }

    const StftOptions& options() const noexcept { return options_; }
    std::size_t bins() const noexcept { return fft_.bins(); }
    std::span<const float> window() const noexcept { return window_; }

    /// Frames of so many samples; none of none.
    std::size_t frames(std::size_t samples) const noexcept {
        if (samples == 0)
            return 0;
        if (options_.padding != Padding::none)
            return 1 + samples / options_.hop;
        return samples < options_.window ? 0 : 1 + (samples - options_.window) / options_.hop;
    }

    /// Calls visit(frame, spectrum) with the bins of each frame. Throws Error where a sound is too short to
    /// be mirrored: it must be longer than half an fft_size.
    template <class Visit>
    void for_each_frame(std::span<const float> samples, Visit visit) const {
        if (options_.padding == Padding::reflect && !samples.empty() &&
            samples.size() <= options_.fft_size / 2)
            throw Error(who_ + ": expected more than " + std::to_string(options_.fft_size / 2) +
                        " samples to mirror, got " + std::to_string(samples.size()));
        std::vector<float> frame(options_.fft_size);
        std::vector<std::complex<float>> spectrum(bins());
        detail::FourierTransform::Scratch scratch = fft_.scratch();
        const std::size_t count = frames(samples.size());
        for (std::size_t f = 0; f < count; ++f) {
            for (std::size_t i = 0; i < options_.window; ++i)
                frame[offset() + i] = window_[i] * sample(samples, f * options_.hop + offset() + i);
            fft_.transform(frame, spectrum, scratch);
            visit(f, std::span<const std::complex<float>>(spectrum));
        }
    }

    Spectrum operator()(std::span<const float> samples) const {
        return core::within_memory(who_, [&] {
            Spectrum result{frames(samples.size()), bins(), {}};
            result.values.resize(result.frames * result.bins);
            for_each_frame(samples, [&](std::size_t f, std::span<const std::complex<float>> spectrum) {
                std::copy(spectrum.begin(), spectrum.end(), result.frame(f).begin());
            });
            return result;
        });
    }

    /// The sound of `length` samples whose spectrum is nearest: frames are windowed once more, added up, and
    /// divided by the sum of the squared windows. What was transformed comes back wherever a frame hears it;
    /// the rest is 0. Griffin and Lim, "Signal Estimation from Modified Short-Time Fourier Transform", 1984.
    /// Throws Error for a spectrum of other frames than so many samples have.
    std::vector<float> inverse(const Spectrum& spectrum, std::size_t length) const {
        if (spectrum.bins != bins() || spectrum.frames != frames(length) ||
            spectrum.values.size() != spectrum.frames * spectrum.bins)
            throw Error(who_ + ": expected a spectrum of [" + std::to_string(frames(length)) + ", " +
                        std::to_string(bins()) + "] for " + std::to_string(length) + " samples, got [" +
                        std::to_string(spectrum.frames) + ", " + std::to_string(spectrum.bins) + "]");
        return core::within_memory(who_, [&] {
            std::vector<float> result(length), frame(options_.fft_size);
            std::vector<double> sums(length), weights(length);
            detail::FourierTransform::Scratch scratch = fft_.scratch();
            const std::size_t before = options_.padding == Padding::none ? 0 : options_.fft_size / 2;
            for (std::size_t f = 0; f < spectrum.frames; ++f) {
                fft_.invert(spectrum.frame(f), frame, scratch);
                for (std::size_t i = 0; i < options_.window; ++i) {
                    const std::size_t place = f * options_.hop + offset() + i;
                    if (place < before || place - before >= length)
                        continue;
                    const auto weight = static_cast<double>(window_[i]);
                    sums[place - before] += weight * static_cast<double>(frame[offset() + i]);
                    weights[place - before] += weight * weight;
                }
            }
            for (std::size_t i = 0; i < length; ++i)
                if (weights[i] > static_cast<double>(std::numeric_limits<float>::min()))
                    result[i] = static_cast<float>(sums[i] / weights[i]);
            return result;
        });
    }

  private:
    static const StftOptions& checked(const StftOptions& options, const std::string& who) {
        // More is nobody's sound, and not all of it fits into an int.
        constexpr std::size_t most = std::size_t{1} << 24;
        if (options.hop == 0)
            throw Error(who + ": expected a hop above 0");
        if (options.window == 0 || options.window > options.fft_size || options.fft_size % 2 != 0)
            throw Error(who + ": expected a window of at most fft_size samples, and an even fft_size, got " +
                        std::to_string(options.window) + " and " + std::to_string(options.fft_size));
        if (options.fft_size > most)
            throw Error(who + ": expected an fft_size of at most " + std::to_string(most) + ", got " +
                        std::to_string(options.fft_size));
        return options;
    }

    /// Where the window begins among the samples of a frame.
    std::size_t offset() const noexcept {
        return options_.padding == Padding::none ? 0 : (options_.fft_size - options_.window) / 2;
    }

    /// Of the padded sound.
    float sample(std::span<const float> samples, std::size_t place) const noexcept {
        if (options_.padding == Padding::none)
            return samples[place];
        const std::size_t before = options_.fft_size / 2, last = samples.size() - 1;
        if (place >= before && place - before <= last)
            return samples[place - before];
        if (options_.padding == Padding::constant)
            return 0;
        return place < before ? samples[before - place] : samples[2 * last - (place - before)];
    }

    StftOptions options_;
    std::string who_;
    detail::FourierTransform fft_;
    std::vector<float> window_;
};

} // namespace burin::data::audio
