#pragma once

// Vectors of half as many lanes, for what fits into them. An operation on 512 bits takes two of the three
// ports that compute, and closes the third to others.

#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/simd/x86/avx512/partial.hpp"
#include "burin/kernels/simd/x86/reduce.hpp"

#include <cstddef>

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

/// A whole vector of it and zeros, and back.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> widened_narrow(const NarrowVector<Scalar>& value) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_zextps256_ps512(value);
    else
        return _mm512_zextpd256_pd512(value);
}
template <class Scalar>
[[gnu::always_inline]] inline NarrowVector<Scalar> narrowed(const Vector<Scalar>& value) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_castps512_ps256(value);
    else
        return _mm512_castpd512_pd256(value);
}

template <class Scalar>
[[gnu::always_inline]] inline NarrowVector<Scalar> upper_half(const Vector<Scalar>& value) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1));
    else
        return _mm512_extractf64x4_pd(value, 1);
}
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> both_halves(const NarrowVector<Scalar>& lower,
                                                         const NarrowVector<Scalar>& upper) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_castpd_ps(
            _mm512_insertf64x4(_mm512_castps_pd(_mm512_castps256_ps512(lower)), _mm256_castps_pd(upper), 1));
    else
        return _mm512_insertf64x4(_mm512_castpd256_pd512(lower), upper, 1);
}

/// The first lanes, as of whole vectors. Two or four floats, where that is known, are loaded alone: a masked
/// load that crosses a cache line takes twice as long, whichever of its lanes it is for. (With g++ 12 two are
/// not: layers of two neurons after a tanh take a sixth longer so.)
template <class Scalar>
[[gnu::always_inline]] inline NarrowVector<Scalar> load_narrow_partial(const Scalar* from,
                                                                       std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        if (detail::is_known_to_be(count, 4))
            return _mm256_zextps128_ps256(_mm_loadu_ps(from));
#if defined(__clang__)
        if (detail::is_known_to_be(count, 2))
            return _mm256_zextps128_ps256(
                _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from))));
#endif
    }
#if defined(__AVX512VL__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_maskz_loadu_ps(static_cast<__mmask8>((1u << count) - 1), from);
    else
        return _mm256_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), from);
#else
    return narrowed<Scalar>(load_partial(from, count));
#endif
}
template <class Scalar>
[[gnu::always_inline]] inline void store_narrow_in_pieces(Scalar* to, const NarrowVector<Scalar>& value,
                                                          std::size_t count) noexcept {
    store_in_pieces(to, widened_narrow<Scalar>(value), count);
}

} // namespace burin::kernels
