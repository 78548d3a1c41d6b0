#pragma once

// Vectors of one lane: for processors that xsimd knows no vectors of, and with BURIN_SCALAR.

#include "burin/kernels/simd/generic/bits.hpp"
#include "burin/kernels/simd/scalar/one_lane.hpp"

#include <bit>
#include <string_view>

namespace burin::kernels {

template <class Scalar>
using Vector = ScalarVector<Scalar>;

inline constexpr std::string_view architecture = "scalar";

template <class Scalar>
Vector<Scalar> load(const Scalar* from) noexcept {
    return Vector<Scalar>(*from);
}

template <class Scalar>
void store(Scalar* to, const Vector<Scalar>& value) noexcept {
    *to = value.lane;
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Bits<Scalar>> bits(Vector<Scalar> numbers) noexcept {
    return Vector<Bits<Scalar>>(std::bit_cast<Bits<Scalar>>(numbers.lane));
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> from_bits(Vector<Bits<Scalar>> patterns) noexcept {
    return Vector<Scalar>(std::bit_cast<Scalar>(patterns.lane));
}

} // namespace burin::kernels

#include "burin/kernels/simd/generic/first_lane.hpp"
#include "burin/kernels/simd/generic/max_or_nan.hpp"
#include "burin/kernels/simd/generic/multiply_subtract.hpp"
#include "burin/kernels/simd/generic/nan_where.hpp"
