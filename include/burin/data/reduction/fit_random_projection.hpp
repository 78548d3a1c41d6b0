#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/reduction/random_projection.hpp"
#include "burin/kernels/normal_numbers.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace burin::data {

/// How many components keep all distances between `samples` points within a share `distortion` (0 to 1,
/// neither included), with a good chance: 4 ln n / (ε²/2 − ε³/3), rounded down as scikit-learn does. Johnson
/// and Lindenstrauss, 1984; Dasgupta and Gupta, 2003. Throws Error for another share, or no samples.
inline std::size_t johnson_lindenstrauss_size(std::size_t samples, double distortion = 0.1) {
    if (!(distortion > 0 && distortion < 1) || samples == 0)
        throw Error("johnson_lindenstrauss_size: expected at least one sample and a distortion between 0 and "
                    "1, got " +
                    number_text(samples) + " and " + number_text(distortion));
    const double denominator = distortion * distortion / 2 - distortion * distortion * distortion / 3;
    return static_cast<std::size_t>(4 * std::log(static_cast<double>(samples)) / denominator);
}

template <std::size_t Components, RandomMatrix Kind>
template <class F, class Samples>
void RandomProjection<Components, Kind>::fit(F& fitted, const Samples& samples) {
    const RandomStream stream{samples.seed(), Purpose::preparing};
    const std::size_t width = samples.width();
    const auto count = static_cast<double>(Components);
    if constexpr (Kind == RandomMatrix::gaussian) {
        using Scalar = std::remove_cvref_t<decltype(fitted.matrix[0])>;
        kernels::for_each_normal<double>(
            stream, 0, fitted.matrix.size(), [&](std::size_t first, std::size_t many, const double* numbers) {
                for (std::size_t i = 0; i < many; ++i)
                    fitted.matrix[first + i] = static_cast<Scalar>(numbers[i] / std::sqrt(count));
            });
    } else {
        using Scalar = std::remove_cvref_t<decltype(fitted.scale[0])>;
        const double density = 1 / std::sqrt(static_cast<double>(width));
        fitted.scale[0] = static_cast<Scalar>(std::sqrt(1 / density / count));
        for (std::size_t i = 0; i < fitted.signs.size(); ++i) {
            const double drawn = stream.uniform(i);
            fitted.signs[i] = drawn < density / 2 ? std::uint8_t{1}
                              : drawn < density   ? std::uint8_t{2}
                                                  : std::uint8_t{0};
        }
    }
}

} // namespace burin::data
