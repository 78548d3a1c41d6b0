#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>

namespace burin::kernels {

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
    // One rounding where the processor has the instruction; elsewhere std::fma would be a slow library call.
    // (Cortex-M4 has it for floats alone.)
#if defined(FP_FAST_FMAF)
    if constexpr (std::same_as<Scalar, float>)
        return ScalarVector<Scalar>(std::fma(a.lane, b.lane, c.lane));
#endif
#if defined(FP_FAST_FMA)
    if constexpr (std::same_as<Scalar, double>)
        return ScalarVector<Scalar>(std::fma(a.lane, b.lane, c.lane));
#endif
    return a * b + c;
}
template <class Scalar>
ScalarVector<Scalar> select(bool condition, ScalarVector<Scalar> a, ScalarVector<Scalar> b) noexcept {
    return condition ? a : b;
}
// As the instructions of x86: the second operand where either is no number.
template <class Scalar>
ScalarVector<Scalar> max(ScalarVector<Scalar> a, ScalarVector<Scalar> b) noexcept {
    return a.lane > b.lane ? a : b;
}
template <class Scalar>
ScalarVector<Scalar> min(ScalarVector<Scalar> a, ScalarVector<Scalar> b) noexcept {
    return a.lane < b.lane ? a : b;
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
