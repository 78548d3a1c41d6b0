#pragma once

#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels {

/// A mean, and 1 / √(variance + ε).
template <class Scalar>
struct MeanAndInverse {
    Scalar mean = 0;
    Scalar inverse = 0;
};

/// Those of `lines` · `each` values whose squares are too large for a Scalar: `each` neighbours in each of so
/// many lines, which begin `stride` elements apart. Without `Centred` the mean is 0. Rarely needed, so
/// neither fast nor inlined.
template <bool Centred, class Scalar>
[[gnu::noinline]] MeanAndInverse<Scalar> moments_of_large(const Scalar* x, std::size_t lines,
                                                          std::size_t stride, std::size_t each,
                                                          Scalar epsilon) noexcept {
    // Squares of floats are no large doubles; those of large doubles are made smaller.
    constexpr double scale = sizeof(Scalar) == 4 ? 1 : 0x1p-530;
    const auto count = static_cast<double>(lines * each);
    const auto sum = [=](auto f) {
        double total = 0;
        for (std::size_t line = 0; line < lines; ++line)
            for (std::size_t i = 0; i < each; ++i)
                total += f(static_cast<double>(x[line * stride + i]) * scale);
        return total;
    };
    const double mean = Centred ? sum([](double value) { return value; }) / count : 0;
    const double squares = sum([mean](double value) { return (value - mean) * (value - mean); });
    const double variance = squares / count + static_cast<double>(epsilon) * scale * scale;
    const double root = first_lane<double>(sqrt(Vector<double>(variance)));
    return {static_cast<Scalar>(mean / scale), static_cast<Scalar>(scale / root)};
}

} // namespace burin::kernels
