#pragma once

#include "burin/core/language.hpp"

#include <cmath>
#include <concepts>
#include <cstddef>

namespace burin::kernels {

namespace detail {

// Whether the processor multiplies and adds in one rounding; if not, std::fma is a slow library call.
// Cortex-M4 does it for floats alone. By the compilers' macros: not all C libraries define their own
// (newlib), and clang has none for the purpose.
#if defined(__FP_FAST_FMA) || defined(__FMA__) || defined(__aarch64__) ||                                    \
    defined(__ARM_FEATURE_FMA) && __ARM_FP >= 8
template <class Scalar>
inline constexpr bool fuses = std::floating_point<Scalar>;
#elif defined(__FP_FAST_FMAF) || defined(__ARM_FEATURE_FMA)
template <class Scalar>
inline constexpr bool fuses = std::same_as<Scalar, float>;
#else
template <class Scalar>
inline constexpr bool fuses = false;
#endif

} // namespace detail

/// A vector of one lane, for processors on which xsimd knows no SIMD: the same kernels then compile to scalar
/// code.
template <class Scalar>
struct ScalarVector {
    using value_type = Scalar;
    static constexpr std::size_t size = 1;

    Scalar lane{};

    constexpr ScalarVector() = default;
    constexpr explicit ScalarVector(Scalar value) : lane(value) {}

    friend constexpr ScalarVector operator+(ScalarVector a, ScalarVector b) {
        return ScalarVector(a.lane + b.lane);
    }
    friend constexpr ScalarVector operator-(ScalarVector a, ScalarVector b) {
        return ScalarVector(a.lane - b.lane);
    }
    friend constexpr ScalarVector operator*(ScalarVector a, ScalarVector b) {
        return ScalarVector(a.lane * b.lane);
    }
    friend constexpr ScalarVector operator/(ScalarVector a, ScalarVector b) {
        return ScalarVector(a.lane / b.lane);
    }
    friend constexpr ScalarVector operator-(ScalarVector a) { return ScalarVector(-a.lane); }
    friend constexpr ScalarVector operator&(ScalarVector a, ScalarVector b)
        requires std::unsigned_integral<Scalar>
    {
        return ScalarVector(a.lane & b.lane);
    }
    friend constexpr ScalarVector operator|(ScalarVector a, ScalarVector b)
        requires std::unsigned_integral<Scalar>
    {
        return ScalarVector(a.lane | b.lane);
    }
    friend constexpr ScalarVector operator<<(ScalarVector a, int places)
        requires std::unsigned_integral<Scalar>
    {
        return ScalarVector(a.lane << places);
    }
    friend constexpr ScalarVector operator>>(ScalarVector a, int places)
        requires std::unsigned_integral<Scalar>
    {
        return ScalarVector(a.lane >> places);
    }
    friend constexpr bool operator==(ScalarVector a, ScalarVector b) { return a.lane == b.lane; }
    friend constexpr bool operator<(ScalarVector a, ScalarVector b) { return a.lane < b.lane; }
    friend constexpr bool operator<=(ScalarVector a, ScalarVector b) { return a.lane <= b.lane; }
    friend constexpr bool operator>(ScalarVector a, ScalarVector b) { return a.lane > b.lane; }
    friend constexpr bool operator>=(ScalarVector a, ScalarVector b) { return a.lane >= b.lane; }
};

template <class Scalar>
ScalarVector<Scalar> fma(ScalarVector<Scalar> a, ScalarVector<Scalar> b, ScalarVector<Scalar> c) noexcept {
    if constexpr (detail::fuses<Scalar>)
        return ScalarVector<Scalar>(std::fma(a.lane, b.lane, c.lane));
    else
        return a * b + c;
}
template <class Scalar>
ScalarVector<Scalar> select(bool condition, ScalarVector<Scalar> a, ScalarVector<Scalar> b) noexcept {
    return condition ? a : b;
}
// As the instructions of x86: the second operand where either is NaN.
template <class Scalar>
ScalarVector<Scalar> max(ScalarVector<Scalar> a, ScalarVector<Scalar> b) noexcept {
    return a.lane > b.lane ? a : b;
}
template <class Scalar>
ScalarVector<Scalar> min(ScalarVector<Scalar> a, ScalarVector<Scalar> b) noexcept {
    return a.lane < b.lane ? a : b;
}
template <class Scalar>
bool is_nan(ScalarVector<Scalar> x) noexcept {
    return x.lane != x.lane;
}
template <class Scalar>
ScalarVector<Scalar> abs(ScalarVector<Scalar> x) noexcept {
    return ScalarVector<Scalar>(std::abs(x.lane));
}
template <class Scalar>
ScalarVector<Scalar> sqrt(ScalarVector<Scalar> x) noexcept {
    return ScalarVector<Scalar>(std::sqrt(x.lane));
}
template <class Scalar>
ScalarVector<Scalar> floor(ScalarVector<Scalar> x) noexcept {
    return ScalarVector<Scalar>(std::floor(x.lane));
}

} // namespace burin::kernels
