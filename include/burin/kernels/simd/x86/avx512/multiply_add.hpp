#pragma once

// xsimd 8 has no fused forms for AVX-512: it multiplies and adds, which takes twice as long.

#include "burin/kernels/simd/generic/batch.hpp"

#include <type_traits>

namespace burin::kernels {

inline Vector<float> fma(const Vector<float>& a, const Vector<float>& b, const Vector<float>& c) noexcept {
    return _mm512_fmadd_ps(a, b, c);
}
inline Vector<double> fma(const Vector<double>& a, const Vector<double>& b,
                          const Vector<double>& c) noexcept {
    return _mm512_fmadd_pd(a, b, c);
}

template <class Scalar>
Vector<Scalar> fms(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                   const std::type_identity_t<Vector<Scalar>>& c) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_fmsub_ps(a, b, c);
    else
        return _mm512_fmsub_pd(a, b, c);
}

template <class Scalar>
Vector<Scalar> fnma(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                    const std::type_identity_t<Vector<Scalar>>& c) noexcept {
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_fnmadd_ps(a, b, c);
    else
        return _mm512_fnmadd_pd(a, b, c);
}

} // namespace burin::kernels
