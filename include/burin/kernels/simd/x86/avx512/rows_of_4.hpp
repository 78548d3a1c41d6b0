#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_rows_of_4(const Scalar* from, std::size_t stride,
                                                            std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        __m512 rows = _mm512_castps128_ps512(_mm_loadu_ps(from));
        if (count > 1)
            rows = _mm512_insertf32x4(rows, _mm_loadu_ps(from + stride), 1);
        if (count > 2)
            rows = _mm512_insertf32x4(rows, _mm_loadu_ps(from + 2 * stride), 2);
        if (count > 3)
            rows = _mm512_insertf32x4(rows, _mm_loadu_ps(from + 3 * stride), 3);
        return Vector<Scalar>(rows);
    } else {
        const __m256d low = _mm256_loadu_pd(from);
        return Vector<Scalar>(_mm512_insertf64x4(_mm512_castpd256_pd512(low),
                                                 count > 1 ? _mm256_loadu_pd(from + stride) : low, 1));
    }
}

template <class Scalar>
[[gnu::always_inline]] inline void store_rows_of_4(Scalar* to, std::size_t stride,
                                                   const Vector<Scalar>& value, std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        _mm_storeu_ps(to, _mm512_castps512_ps128(value));
        if (count > 1)
            _mm_storeu_ps(to + stride, _mm512_extractf32x4_ps(value, 1));
        if (count > 2)
            _mm_storeu_ps(to + 2 * stride, _mm512_extractf32x4_ps(value, 2));
        if (count > 3)
            _mm_storeu_ps(to + 3 * stride, _mm512_extractf32x4_ps(value, 3));
    } else {
        _mm256_storeu_pd(to, _mm512_castpd512_pd256(value));
        if (count > 1)
            _mm256_storeu_pd(to + stride, _mm512_extractf64x4_pd(value, 1));
    }
}

} // namespace burin::kernels
