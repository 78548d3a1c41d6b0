#pragma once

#include "burin/core/language.hpp"

namespace burin::data::audio::detail {

/// The natural logarithm of a normal x > 0, to some 4e-16 of 1 or of itself. Constant, so that tables of it
/// lie in flash, and the same bits with every library.
constexpr double logarithm(double x) noexcept {
    constexpr double ln2 = 0.693147180559945309417, sqrt_half = 0.707106781186547524401;
    int exponent = 0;
    for (; x > 2 * sqrt_half; x /= 2)
        ++exponent;
    for (; x < sqrt_half; x *= 2)
        --exponent;
    // log x = 2 · (s + s³/3 + s⁵/5 + …) with s = (x − 1) / (x + 1), which is below 0.172.
    const double s = (x - 1) / (x + 1), square = s * s;
    double sum = 0;
    for (int odd = 21; odd > 0; odd -= 2)
        sum = sum * square + 1.0 / odd;
    return exponent * ln2 + 2 * s * sum;
}

/// e to the power of x, for |x| below 700, to some 4e-16 · (1 + |x|) of itself.
constexpr double exponential(double x) noexcept {
    constexpr double ln2 = 0.693147180559945309417;
    const int exponent = static_cast<int>(x / ln2 + (x < 0 ? -0.5 : 0.5));
    const double rest = x - exponent * ln2;
    double result = 1;
    for (int i = 14; i > 0; --i)
        result = 1 + rest / i * result;
    for (int i = 0; i < exponent; ++i)
        result *= 2;
    for (int i = 0; i > exponent; --i)
        result /= 2;
    return result;
}

/// The square root of a normal x > 0, to the last place or next to it.
constexpr double square_root(double x) noexcept {
    double root = exponential(logarithm(x) / 2);
    for (int i = 0; i < 2; ++i)
        root = (root + x / root) / 2;
    return root;
}

} // namespace burin::data::audio::detail
