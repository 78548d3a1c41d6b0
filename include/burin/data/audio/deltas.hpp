#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::data::audio {

/// What slopes are at both ends of a sound.
enum class DeltaEdges : std::uint8_t {
    replicate, ///< As if the first and the last frame went on: torchaudio's, HTK's, librosa's "nearest".
    nearest,   ///< Those of the nearest frame that has `reach` neighbours on both sides: librosa's "interp".
};

struct DeltaOptions {
    std::size_t reach = 2; ///< Frames to each side: N.
    DeltaEdges edges = DeltaEdges::replicate;
};

/// How each feature changes from frame to frame, the slope of a line through 2N + 1 frames:
/// d[t] = Σ n · (x[t + n] − x[t − n]) / (2 · Σ n²) for n = 1 … N.
///
/// `features` and `slopes` are `[frames, width]`, apart from each other. Of the slopes' slopes one asks for
/// once more. torchaudio's `compute_deltas(win_length=2N + 1)`, librosa's `delta(width=2N + 1)`.
/// Freestanding. With `nearest`, a sound of fewer than 2N + 1 frames has the slopes of `replicate`.
template <class Scalar>
constexpr void deltas(std::span<const Scalar> features, std::size_t width, std::span<Scalar> slopes,
                      const DeltaOptions& options = {}) noexcept {
    const std::size_t frames = width == 0 ? 0 : features.size() / width, reach = options.reach;
    double divisor = 0;
    for (std::size_t n = 1; n <= reach; ++n)
        divisor += 2 * static_cast<double>(n) * static_cast<double>(n);
    const bool is_nearest = options.edges == DeltaEdges::nearest && frames > 2 * reach;
    for (std::size_t t = 0; t < frames; ++t) {
        const std::size_t at = is_nearest ? std::clamp(t, reach, frames - 1 - reach) : t;
        for (std::size_t i = 0; i < width; ++i) {
            double sum = 0;
            for (std::size_t n = 1; n <= reach; ++n) {
                const std::size_t later = std::min(at + n, frames - 1), earlier = at < n ? 0 : at - n;
                sum += static_cast<double>(n) * (static_cast<double>(features[later * width + i]) -
                                                 static_cast<double>(features[earlier * width + i]));
            }
            slopes[t * width + i] = static_cast<Scalar>(reach == 0 ? 0 : sum / divisor);
        }
    }
}

} // namespace burin::data::audio
