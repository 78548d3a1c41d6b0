#pragma once

#include "burin/data/audio/cosine_transform.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace burin::data::audio {

/// Mel-frequency cepstral coefficients of a frame's bands: Mfcc for a device, with a logarithm and no lifter.
///
///     front_end.push(samples, [](std::span<const float, 40> bands) {
///         const std::array<float, 13> coefficients = Cepstrum<40, 13>::of(bands);
///     });
///
/// The first `Coefficients` of the orthonormal DCT-II over `Bands` numbers, whose table is a constant.
/// Freestanding.
template <std::size_t Bands, std::size_t Coefficients, class Scalar = float>
class Cepstrum {
    static_assert(Coefficients > 0 && Coefficients <= Bands,
                  "Cepstrum: expected at least one coefficient, and at most as many as bands");

  public:
    static constexpr std::array<Scalar, Coefficients> of(std::span<const Scalar, Bands> bands) noexcept {
        std::array<Scalar, Coefficients> result{};
        for (std::size_t k = 0; k < Coefficients; ++k)
            for (std::size_t i = 0; i < Bands; ++i)
                result[k] += weights[k * Bands + i] * bands[i];
        return result;
    }

  private:
    static constexpr auto weights = [] {
        std::array<Scalar, Coefficients * Bands> table{};
        for (std::size_t k = 0; k < Coefficients; ++k)
            for (std::size_t i = 0; i < Bands; ++i)
                table[k * Bands + i] = static_cast<Scalar>(cosine_weight(k, i, Bands));
        return table;
    }();
};

} // namespace burin::data::audio
