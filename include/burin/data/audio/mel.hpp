#pragma once

#include "burin/data/audio/elementary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::data::audio {

/// Which pitches sound equally far apart.
enum class MelScale : std::uint8_t {
    htk,    ///< 2595 · log₁₀(1 + f / 700) (O'Shaughnessy, 1987): HTK's and torchaudio's.
    slaney, ///< Linear up to 1 kHz, 15 mel, then logarithmic, 27 mel for a factor of 6.4: librosa's.
};

/// What the triangle of a band is divided by.
enum class MelNorm : std::uint8_t {
    peak, ///< Its top is 1: HTK's and torchaudio's.
    area, ///< Half its width in hertz, so that each has the area 1: Slaney's and librosa's.
};

constexpr double mel_of_hertz(double hertz, MelScale scale = MelScale::htk) noexcept {
    constexpr double ln10 = 2.30258509299404568402, ln6_4 = 1.85629799036562654;
    if (scale == MelScale::htk)
        return 2595 / ln10 * detail::logarithm(1 + hertz / 700);
    return hertz < 1000 ? hertz * 3 / 200 : 15 + 27 / ln6_4 * detail::logarithm(hertz / 1000);
}

constexpr double hertz_of_mel(double mel, MelScale scale = MelScale::htk) noexcept {
    constexpr double ln10 = 2.30258509299404568402, ln6_4 = 1.85629799036562654;
    if (scale == MelScale::htk)
        return 700 * (detail::exponential(mel * ln10 / 2595) - 1);
    return mel < 15 ? mel * 200 / 3 : 1000 * detail::exponential((mel - 15) * ln6_4 / 27);
}

/// What a band hears of a frequency: nothing below `left`, all at `top`, nothing above `right`.
struct MelTriangle {
    double left = 0, top = 0, right = 0; ///< Hertz.
    double factor = 1;

    constexpr double weight(double hertz) const noexcept {
        const double rising = (hertz - left) / (top - left), falling = (right - hertz) / (right - top);
        return factor * std::max(0.0, std::min(rising, falling));
    }
};

/// Triangular bands, equally wide in mel and each reaching to the middle of its neighbours.
///
///     constexpr MelBank bank{.bands = 40, .lowest = 20, .highest = 4000};
///     bank.triangle(0).weight(50); // what band 0 hears of 50 Hz
///     constexpr auto weights = mel_weights<bank, 512>(16000); // std::array, [40, 257]: a table in flash
///
/// Freestanding; everything is a constant where its arguments are.
struct MelBank {
    std::size_t bands = 40;
    double lowest = 20;    ///< Hertz.
    double highest = 8000; ///< Hertz.
    MelScale scale = MelScale::htk;
    MelNorm norm = MelNorm::peak;

    /// Where bands begin, have their top and end: band b at corner b, b + 1 and b + 2. Hertz.
    constexpr double corner(std::size_t number) const noexcept {
        const double low = mel_of_hertz(lowest, scale), high = mel_of_hertz(highest, scale);
        return hertz_of_mel(low + (high - low) * static_cast<double>(number) / static_cast<double>(bands + 1),
                            scale);
    }

    constexpr MelTriangle triangle(std::size_t band) const noexcept {
        const double left = corner(band), right = corner(band + 2);
        return {left, corner(band + 1), right, norm == MelNorm::area ? 2 / (right - left) : 1};
    }

    /// Writes what each band takes of the power at each frequency of an FFT, `[bands, fft_size / 2 + 1]`.
    template <class Scalar>
    constexpr void write_weights(std::size_t fft_size, std::size_t sample_rate, Scalar* weights) const {
        const std::size_t bins = fft_size / 2 + 1;
        for (std::size_t band = 0; band < bands; ++band) {
            const MelTriangle heard = triangle(band);
            for (std::size_t bin = 0; bin < bins; ++bin)
                weights[band * bins + bin] = static_cast<Scalar>(
                    heard.weight(static_cast<double>(bin) * static_cast<double>(sample_rate) /
                                 static_cast<double>(fft_size)));
        }
    }
};

/// The weights of a bank that the compiler knows.
template <MelBank Bank, std::size_t FftSize, class Scalar = float>
constexpr auto mel_weights(std::size_t sample_rate) noexcept {
    std::array<Scalar, Bank.bands*(FftSize / 2 + 1)> weights{};
    Bank.write_weights(FftSize, sample_rate, weights.data());
    return weights;
}

} // namespace burin::data::audio
