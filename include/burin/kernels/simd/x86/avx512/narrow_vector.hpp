#pragma once

// Vectors of half as many lanes, for what fits into them. An operation on 512 bits takes two of the three
// ports that compute, and closes the third to others.

#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/simd/x86/reduce.hpp"

namespace burin::kernels {

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

} // namespace burin::kernels
