#pragma once

// Vectors of half as many lanes, where whole ones are AVX-512's: for what fits into them. An operation on 512
// bits takes two of the three ports that compute, and closes the third to others.

#include "burin/kernels/simd/reduce.hpp"
#include "burin/kernels/simd/vector.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)

inline constexpr bool has_narrow_vectors = this_machine.narrow_vectors;

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

template <class Scalar>
using NarrowVector = Vector<Scalar>;

#endif

/// Lanes of a vector that is whole or narrow; its load and store.
template <class Scalar, class AnyVector>
inline constexpr std::size_t lanes_of =
    std::is_same_v<AnyVector, Vector<Scalar>> ? width<Scalar> : width<Scalar> / 2;

template <class AnyVector, class Scalar>
AnyVector load_as(const Scalar* from) noexcept {
    if constexpr (std::is_same_v<AnyVector, Vector<Scalar>>)
        return load(from);
    else
        return load_narrow(from);
}
template <class AnyVector, class Scalar>
void store_as(Scalar* to, const AnyVector& value) noexcept {
    if constexpr (std::is_same_v<AnyVector, Vector<Scalar>>)
        store(to, value);
    else
        store_narrow(to, value);
}

} // namespace burin::kernels
