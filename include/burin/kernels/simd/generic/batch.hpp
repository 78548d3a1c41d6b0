#pragma once

// A vector is xsimd's batch for the processor that the compiler was told about.

#include "burin/kernels/simd/generic/bits.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <string_view>

namespace burin::kernels {

template <class Scalar>
using Vector = xsimd::batch<Scalar>;

/// What the vectors are made for.
inline constexpr std::string_view architecture = xsimd::default_arch::name();

using xsimd::abs;
using xsimd::floor;
using xsimd::fma;
using xsimd::max;
using xsimd::min;
using xsimd::select;
using xsimd::sqrt;

/// Which lanes are NaN. (`x != x` does not tell: of AVX's vectors it is false.)
template <class Scalar, class Architecture>
auto is_nan(const xsimd::batch<Scalar, Architecture>& x) noexcept {
    return xsimd::isnan(x);
}

template <class Scalar>
Vector<Scalar> load(const Scalar* from) noexcept {
    return Vector<Scalar>::load_unaligned(from);
}

template <class Scalar>
void store(Scalar* to, const Vector<Scalar>& value) noexcept {
    value.store_unaligned(to);
}

/// The lanes' bit patterns.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Bits<Scalar>> bits(Vector<Scalar> numbers) noexcept {
    return xsimd::bitwise_cast<Vector<Bits<Scalar>>>(numbers);
}

/// The numbers that have these bit patterns.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> from_bits(Vector<Bits<Scalar>> patterns) noexcept {
    return xsimd::bitwise_cast<Vector<Scalar>>(patterns);
}

} // namespace burin::kernels
