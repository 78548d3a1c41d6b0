#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/sound.hpp"
#include "burin/data/audio/stft.hpp"

#include <complex>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::audio {

struct GriffinLimOptions {
    std::size_t iterations = 32;
    double momentum = 0.99; ///< 0: the method of 1984; up to 1 it comes nearer in fewer steps.
};

/// A sound of `length` samples whose spectrum has these magnitudes, `[frames, bins]`, as nearly as may be:
/// what makes a sound of a spectrogram, which has no phases. Beginning with phases of 0, the sound of a
/// spectrum and the spectrum of that sound are computed in turn, and its magnitudes replaced by those wanted.
/// Griffin and Lim, 1984; with momentum Perraudin, Balazs and Søndergaard, "A Fast Griffin-Lim Algorithm",
/// WASPAA 2013; librosa's `griffinlim(init=None)`.
///
///     const std::vector<float> sound = griffin_lim(stft, magnitudes, length); // std::abs of each bin
///
/// The frames must overlap, by three quarters for a Hann window to be heard evenly. Throws Error for
/// magnitudes of other frames than so many samples have, or that are not finite, and a momentum beyond 0
/// to 1.
inline std::vector<float> griffin_lim(const Stft& stft, std::span<const float> magnitudes, std::size_t length,
                                      const GriffinLimOptions& options = {}) {
    const std::size_t frames = stft.frames(length);
    if (magnitudes.size() != frames * stft.bins())
        throw Error("griffin_lim: expected magnitudes of [" + std::to_string(frames) + ", " +
                    std::to_string(stft.bins()) + "] for " + std::to_string(length) + " samples, got " +
                    std::to_string(magnitudes.size()));
    detail::require_finite("griffin_lim", magnitudes);
    detail::require_within("griffin_lim", "a momentum", options.momentum, 0, 1);
    return core::within_memory("griffin_lim", [&] {
        Spectrum spectrum{frames, stft.bins(), {magnitudes.begin(), magnitudes.end()}};
        std::vector<std::complex<float>> before;
        const auto share = static_cast<float>(options.momentum / (1 + options.momentum));
        for (std::size_t step = 0; step < options.iterations; ++step) {
            Spectrum rebuilt = stft(stft.inverse(spectrum, length));
            for (std::size_t i = 0; i < magnitudes.size(); ++i) {
                const std::complex<float> phase =
                    before.empty() ? rebuilt.values[i] : rebuilt.values[i] - share * before[i];
                spectrum.values[i] =
                    magnitudes[i] * (phase / (std::abs(phase) + std::numeric_limits<float>::min()));
            }
            before = std::move(rebuilt.values);
        }
        return stft.inverse(spectrum, length);
    });
}

} // namespace burin::data::audio
