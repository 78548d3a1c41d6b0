#pragma once

// Vectors of half as many lanes, where whole ones are AVX-512's: for what fits into them. An operation on 512
// bits takes two of the three ports that compute, and closes the third to others.

#include "burin/kernels/simd/folds.hpp"
#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)

inline constexpr bool has_narrow_vectors = true;

template <class Scalar>
using NarrowVector = xsimd::batch<Scalar, xsimd::fma3<xsimd::avx2>>;

template <class Scalar>
NarrowVector<Scalar> load_narrow(const Scalar* from) noexcept {
    return NarrowVector<Scalar>::load_unaligned(from);
}
template <class Scalar>
NarrowVector<Scalar> broadcast_narrow(Scalar value) noexcept {
    return NarrowVector<Scalar>(value);
}
template <class Scalar>
void store_narrow(Scalar* to, const NarrowVector<Scalar>& value) noexcept {
    value.store_unaligned(to);
}
template <class Scalar>
Scalar reduce_add_narrow(const NarrowVector<Scalar>& value) noexcept {
    return detail::fold(value.data, [](auto a, auto b) { return a + b; });
}

#else

inline constexpr bool has_narrow_vectors = false;

#endif

} // namespace burin::kernels
