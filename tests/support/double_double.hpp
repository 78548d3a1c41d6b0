#pragma once

// Numbers of 106 bits, each the sum of two doubles, and elementary functions of them: exact values for tests
// of doubles, the same on every processor. Sums and products without error: Dekker, A floating-point
// technique for extending the available precision, 1971.

#include <array>
#include <cmath>

struct DoubleDouble {
    double high = 0, low = 0;

    DoubleDouble(double number) : high(number) {}

    /// The sum of the two, of which `larger` is no less than the other.
    DoubleDouble(double larger, double smaller) : high(larger + smaller) {
        if (std::isfinite(high))
            low = smaller - (high - larger);
    }

    explicit operator double() const { return high; }

    DoubleDouble operator-() const { return {-high, -low}; }

    friend DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
        const DoubleDouble highs = sum(a.high, b.high), lows = sum(a.low, b.low);
        const DoubleDouble first(highs.high, highs.low + lows.high);
        return {first.high, first.low + lows.low};
    }

    friend DoubleDouble operator-(DoubleDouble a, DoubleDouble b) { return a + -b; }

    friend DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
        const double product = a.high * b.high;
        if (product == 0 || !std::isfinite(product))
            return product;
        // Halves of the largest numbers would be infinite.
        constexpr double large = 0x1p900, scale = 0x1p128;
        if (std::abs(a.high) > large) {
            const DoubleDouble scaled = b * DoubleDouble(a.high / scale, a.low / scale);
            return {scaled.high * scale, scaled.low * scale};
        }
        if (std::abs(b.high) > large)
            return b * a;
        const auto [a_high, a_low] = halves(a.high);
        const auto [b_high, b_low] = halves(b.high);
        const double lost = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
        return {product, lost + (a.high * b.low + a.low * b.high)};
    }

    friend DoubleDouble operator/(DoubleDouble a, DoubleDouble b) {
        const double first = a.high / b.high;
        if (first == 0 || !std::isfinite(first) || std::isinf(b.high))
            return first;
        DoubleDouble rest = a - b * first;
        const double second = rest.high / b.high;
        rest = rest - b * second;
        return DoubleDouble(first, second) + rest.high / b.high;
    }

    friend bool operator<(DoubleDouble a, double b) { return a.high < b || (a.high == b && a.low < 0); }

  private:
    static DoubleDouble sum(double a, double b) {
        const double sum = a + b, of_b = sum - a;
        DoubleDouble exact = sum;
        if (std::isfinite(sum))
            exact.low = (a - (sum - of_b)) + (b - of_b);
        return exact;
    }

    // Products of halves are exact. (Fused multiplication would be shorter, but not every emulator's is
    // exact.)
    static std::array<double, 2> halves(double a) {
        const double b = (0x1p27 + 1) * a;
        const double high = b - (b - a);
        return {high, a - high};
    }
};

namespace double_double {

inline const DoubleDouble log_2{0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
inline const DoubleDouble sqrt_half{0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55};
inline const DoubleDouble two_over_sqrt_pi{0x1.20dd750429b6dp+0, 0x1.1ae3a914fed8p-56};

inline DoubleDouble scaled(DoubleDouble x, int exponent) {
    const double high = std::ldexp(x.high, exponent);
    return std::isinf(high) ? high : DoubleDouble(high, std::ldexp(x.low, exponent));
}

/// Of numbers as small as these squares are not told from 0.
inline bool tiny(DoubleDouble x) {
    return std::abs(x.high) < 1e-32;
}

/// eˣ − 1 for |x| < 1: the series of x / 512, doubled nine times.
inline DoubleDouble small_expm1(DoubleDouble x) {
    x = scaled(x, -9);
    DoubleDouble power = 1;
    for (int n = 11; n > 1; --n)
        power = power * x / n + 1;
    DoubleDouble y = power * x;
    for (int doubling = 0; doubling < 9; ++doubling)
        y = y * (y + 2);
    return y;
}

} // namespace double_double

inline bool isinf(DoubleDouble x) {
    return std::isinf(x.high);
}

inline DoubleDouble abs(DoubleDouble x) {
    return std::signbit(x.high) ? -x : x;
}

inline DoubleDouble fmax(DoubleDouble x, DoubleDouble y) {
    return x.high > y.high || std::isnan(y.high) ? x : y;
}

inline DoubleDouble exp(DoubleDouble x) {
    if (!(std::abs(x.high) < 800))
        return std::exp(x.high);
    const double turns = std::round(x.high / double_double::log_2.high);
    const DoubleDouble rest = x - double_double::log_2 * turns;
    return double_double::scaled(double_double::small_expm1(rest) + 1, static_cast<int>(turns));
}

inline DoubleDouble expm1(DoubleDouble x) {
    if (double_double::tiny(x))
        return x;
    return std::abs(x.high) < 0.5 ? double_double::small_expm1(x) : exp(x) - 1;
}

DoubleDouble log(DoubleDouble x);

/// Newton's step from the C library's.
inline DoubleDouble log1p(DoubleDouble x) {
    if (!(std::abs(x.high) < 0.5))
        return log(x + 1);
    if (double_double::tiny(x))
        return x;
    const double first = std::log1p(x.high);
    const DoubleDouble inverse = expm1(DoubleDouble(-first));
    const DoubleDouble rest = x * (inverse + 1) + inverse;
    return rest - rest * rest / 2 + first;
}

inline DoubleDouble log(DoubleDouble x) {
    if (!(x.high > 0) || isinf(x))
        return std::log(x.high);
    int exponent;
    if (std::frexp(x.high, &exponent) < double_double::sqrt_half.high)
        --exponent;
    return log1p(double_double::scaled(x, -exponent) - 1) + double_double::log_2 * exponent;
}

inline DoubleDouble tanh(DoubleDouble x) {
    if (double_double::tiny(x))
        return x;
    if (!(std::abs(x.high) < 50))
        return std::tanh(x.high);
    const DoubleDouble y = expm1(x + x);
    return y / (y + 2);
}

/// 2/√π e^−x² Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · … · (2n + 1))
inline DoubleDouble erf(DoubleDouble x) {
    if (!(std::abs(x.high) < 9) || x.high == 0)
        return std::erf(x.high);
    const DoubleDouble square = x * x;
    DoubleDouble term = x, sum = x;
    for (int n = 1; std::abs(term.high) > 0x1p-110 * std::abs(sum.high); ++n) {
        term = term * square * 2 / (2 * n + 1);
        sum = sum + term;
    }
    return double_double::two_over_sqrt_pi * exp(-square) * sum;
}

/// e^x² erfc(x) for x > 5 by Laplace's continued fraction: 1 / √π / (x + ½ / (x + 1 / (x + 1½ / (x + …))))
inline DoubleDouble scaled_erfc(DoubleDouble x) {
    DoubleDouble fraction = x;
    for (int n = 60; n > 0; --n)
        fraction = x + DoubleDouble(n) / 2 / fraction;
    return double_double::two_over_sqrt_pi / 2 / fraction;
}
