#pragma once

#include "burin/kernels/simd/x86/avx512/transpose.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

inline constexpr bool has_transpose_8x8 = true;

namespace detail {

[[gnu::always_inline]] inline __m512 lower_halves(__m512 a, __m512 b) noexcept {
    return from_doubles<float>(
        _mm512_permutex2var_pd(as_doubles(a), _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), as_doubles(b)));
}
[[gnu::always_inline]] inline __m512 upper_halves(__m512 a, __m512 b) noexcept {
    return from_doubles<float>(
        _mm512_permutex2var_pd(as_doubles(a), _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15), as_doubles(b)));
}
[[gnu::always_inline]] inline __m512d lower_halves(__m512d a, __m512d b) noexcept {
    return choose_blocks<0, 1>(a, b);
}
[[gnu::always_inline]] inline __m512d upper_halves(__m512d a, __m512d b) noexcept {
    return choose_blocks<2, 3>(a, b);
}

} // namespace detail

template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 8>
transpose_8x8(const Vector<Scalar> (&v)[8]) noexcept {
    const auto first = transpose_4x4<Scalar>({v[0], v[1], v[2], v[3]}),
               second = transpose_4x4<Scalar>({v[4], v[5], v[6], v[7]});
    std::array<Vector<Scalar>, 8> transposed;
    BURIN_DETAIL_UNROLL
    for (std::size_t i = 0; i < 4; ++i) {
        transposed[i] = Vector<Scalar>(detail::lower_halves(first[i].data, second[i].data));
        transposed[i + 4] = Vector<Scalar>(detail::upper_halves(first[i].data, second[i].data));
    }
    return transposed;
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_rows_of_8(const Scalar* from, std::size_t stride,
                                                            std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 8) {
        return load(from);
    } else {
        const auto row = [=](std::size_t g) __attribute__((always_inline)) {
            return _mm256_castps_pd(_mm256_loadu_ps(from + g * stride));
        };
        const __m512d first = _mm512_castpd256_pd512(row(0));
        return Vector<Scalar>(_mm512_castpd_ps(count > 1 ? _mm512_insertf64x4(first, row(1), 1) : first));
    }
}

template <class Scalar>
[[gnu::always_inline]] inline void store_rows_of_8(Scalar* to, std::size_t stride,
                                                   const Vector<Scalar>& value, std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 8) {
        store(to, value);
    } else {
        _mm256_storeu_ps(to, _mm512_castps512_ps256(value));
        if (count > 1)
            _mm256_storeu_ps(to + stride,
                             _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(value), 1)));
    }
}

} // namespace burin::kernels
