#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/fourier.hpp"
#include "burin/data/audio/sound.hpp"

#include <algorithm>
#include <complex>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace burin::data::audio {

/// y[n] = Σ x[n − k] · h[k], of x.size() + h.size() − 1 samples, none if either has none: what a filter or a
/// room with the impulse response h makes of x. By Fourier transforms of blocks (overlap-add), to some 1e-6
/// of the largest; SciPy's `fftconvolve`. Throws Error for a sample that is not finite. Needs KISS FFT.
inline std::vector<float> convolve(std::span<const float> x, std::span<const float> h) {
    if (x.size() < h.size())
        std::swap(x, h);
    detail::require_finite("convolve", x);
    detail::require_finite("convolve", h);
    if (h.empty())
        return {};
    return core::within_memory("convolve", [&] {
        const std::size_t length = x.size() + h.size() - 1;
        std::size_t size = 64;
        while (size < 4 * h.size() && size < length)
            size *= 2;
        const std::size_t block = size - h.size() + 1;
        const detail::FourierTransform transform(size);
        auto scratch = transform.scratch();
        std::vector<float> samples(size);
        std::vector<std::complex<float>> response(transform.bins()), spectrum(transform.bins());
        std::copy(h.begin(), h.end(), samples.begin());
        transform.transform(samples, response, scratch);
        std::vector<float> result(length);
        for (std::size_t first = 0; first < x.size(); first += block) {
            const std::size_t count = std::min(block, x.size() - first);
            std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(first), count, samples.begin());
            std::fill(samples.begin() + static_cast<std::ptrdiff_t>(count), samples.end(), 0.0F);
            transform.transform(samples, spectrum, scratch);
            for (std::size_t k = 0; k < spectrum.size(); ++k)
                spectrum[k] *= response[k];
            transform.invert(spectrum, samples, scratch);
            for (std::size_t i = 0; i < std::min(size, length - first); ++i)
                result[first + i] += samples[i];
        }
        return result;
    });
}

struct ReverbOptions {
    double wet = 0.3;  ///< Share of the room's sound; the rest is the sound itself.
    bool tail = false; ///< Whether the room is heard to its end, impulse.size() − 1 samples longer.
};

/// A sound in a room whose impulse response was recorded (or made): (1 − wet) · sound + wet · sound ∗
/// impulse. Throws Error unless both have one sample rate, and for a sample that is not finite.
inline Sound reverb(const Sound& sound, const Sound& impulse, const ReverbOptions& options = {}) {
    detail::require_one_rate("reverb", sound, "an impulse response", impulse);
    detail::require_within("reverb", "a wet share", options.wet, 0, 1);
    if (impulse.samples.empty())
        throw Error("reverb: expected an impulse response, got no samples");
    Sound result{convolve(sound.samples, impulse.samples), sound.sample_rate};
    if (!options.tail)
        result.samples.resize(sound.samples.size());
    for (std::size_t i = 0; i < result.samples.size(); ++i) {
        const double dry = i < sound.samples.size() ? static_cast<double>(sound.samples[i]) : 0;
        result.samples[i] = static_cast<float>((1 - options.wet) * dry +
                                               options.wet * static_cast<double>(result.samples[i]));
    }
    return result;
}

} // namespace burin::data::audio
