#pragma once

#include "burin/data/audio/elementary.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::data::audio::detail {

/// The bands of TensorFlow's microfrontend, in 12-bit weights. Frequencies are cut into bands + 1 pieces,
/// equally wide in mel; each band falls off over its piece and has risen over the one before. What is a float
/// there is one here, so that the same weights come out, where its logarithm `log1pf` is rounded correctly
/// (glibc 2.41 does; with older ones 2 of the default's 233 weights are another by 2⁻¹²).
template <std::size_t Bands, std::size_t Bins>
struct MicroBands {
    static constexpr int bits = 12;

    std::array<std::uint16_t, Bands + 2> first{}; ///< Where a piece begins; where the last ends.
    std::array<std::uint16_t, Bins>
        rising{}; ///< Of each frequency of a piece, for the band that rises there,
    std::array<std::uint16_t, Bins> falling{}; ///< and for the one that falls.

    static constexpr float mel(float hertz) noexcept {
        return 1127.0F * static_cast<float>(logarithm(1 + static_cast<double>(hertz / 700)));
    }

    /// All frequencies that have a weight.
    constexpr std::size_t end() const noexcept { return first[Bands + 1]; }

    constexpr MicroBands(std::size_t sample_rate, float lowest, float highest) noexcept {
        const float low = mel(lowest), width = (mel(highest) - low) / static_cast<float>(Bands + 1);
        const float step = 0.5F * static_cast<float>(sample_rate) / static_cast<float>(Bins - 1);
        // Without the mean.
        std::size_t bin = static_cast<std::size_t>(1.5F + lowest / step);
        float left = low;
        for (std::size_t piece = 0; piece <= Bands; ++piece) {
            const float right = low + width * static_cast<float>(piece + 1);
            first[piece] = static_cast<std::uint16_t>(bin);
            for (; bin < Bins && mel(static_cast<float>(bin) * step) <= right; ++bin) {
                const float weight = (right - mel(static_cast<float>(bin) * step)) / (right - left);
                falling[bin] = rounded(weight);
                rising[bin] = rounded(1 - weight);
            }
            left = right;
        }
        first[Bands + 1] = static_cast<std::uint16_t>(bin);
    }

  private:
    static constexpr std::uint16_t rounded(float weight) noexcept {
        return static_cast<std::uint16_t>(weight * (1 << bits) + 0.5F);
    }
};

} // namespace burin::data::audio::detail
