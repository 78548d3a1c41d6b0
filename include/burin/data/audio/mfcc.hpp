#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/audio/cosine_transform.hpp"
#include "burin/data/audio/log_mel.hpp"

#include <cmath>
#include <cstddef>
#include <numbers>
#include <span>
#include <string>
#include <vector>

namespace burin::data::audio {

struct MfccOptions {
    std::size_t coefficients = 13; ///< The first so many, from 0 on; at most the bands.
    LogMelOptions mel{.unit = MelUnit::decibels};
    double lifter = 0; ///< L: coefficient k is multiplied by 1 + L/2 · sin(π · (k + 1) / L); 0: by 1.
};

/// Mel-frequency cepstral coefficients: the orthonormal DCT-II over the bands of each frame, `[frames,
/// coefficients]`. Few numbers say a vowel's form without its pitch. Davis and Mermelstein, 1980; librosa's
/// `mfcc` with the `mel` options that LogMel names for it, torchaudio's with a logarithm or decibels.
class Mfcc {
  public:
    /// Throws Error for options that make no sense.
    explicit Mfcc(const MfccOptions& options = {}) : options_(options), log_mel_(options.mel) {
        const std::size_t bands = options_.mel.bands;
        if (options_.coefficients == 0 || options_.coefficients > bands)
            throw Error("Mfcc: expected 1 to " + std::to_string(bands) +
                        " coefficients, as many as bands, got " + std::to_string(options_.coefficients));
        if (!(options_.lifter >= 0 && std::isfinite(options_.lifter)))
            throw Error("Mfcc: expected a finite lifter of at least 0");
        core::within_memory("Mfcc", [&] {
            weights_.resize(options_.coefficients * bands);
            for (std::size_t k = 0; k < options_.coefficients; ++k)
                for (std::size_t i = 0; i < bands; ++i)
                    weights_[k * bands + i] = lift(k) * cosine_weight(k, i, bands);
        });
    }

    std::size_t frames(std::size_t samples) const noexcept { return log_mel_.frames(samples); }
    Shape shape(std::size_t samples) const noexcept { return Shape(frames(samples), options_.coefficients); }

    std::vector<float> operator()(std::span<const float> samples) const {
        return transformed(log_mel_(samples));
    }
    /// Throws Error unless the sound has the sample rate that the bands are for.
    std::vector<float> operator()(const Sound& sound) const { return transformed(log_mel_(sound)); }

  private:
    double lift(std::size_t k) const {
        const double length = options_.lifter;
        return length == 0
                   ? 1
                   : 1 + length / 2 * std::sin(std::numbers::pi * static_cast<double>(k + 1) / length);
    }

    std::vector<float> transformed(const std::vector<float>& bands) const {
        return core::within_memory("Mfcc", [&] {
            const std::size_t width = options_.mel.bands, frames = bands.size() / width;
            std::vector<float> result(frames * options_.coefficients);
            for (std::size_t f = 0; f < frames; ++f)
                for (std::size_t k = 0; k < options_.coefficients; ++k) {
                    double sum = 0;
                    for (std::size_t i = 0; i < width; ++i)
                        sum += weights_[k * width + i] * static_cast<double>(bands[f * width + i]);
                    result[f * options_.coefficients + k] = static_cast<float>(sum);
                }
            return result;
        });
    }

    MfccOptions options_;
    LogMel log_mel_;
    std::vector<double> weights_; ///< [coefficients, bands]
};

} // namespace burin::data::audio
