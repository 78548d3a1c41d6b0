#pragma once

// Columns of what lies in rows.

#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
namespace detail {

// Rows r and r + 4 are loaded into the halves of one register: what is left is to transpose squares of four,
// within halves.
[[gnu::always_inline]] inline std::array<Vector<float>, 8> load_transposed_8(const float* from,
                                                                             std::size_t stride) noexcept {
    std::array<Vector<float>, 8> columns;
    BURIN_DETAIL_UNROLL
    for (std::size_t half = 0; half < 2; ++half) {
        const auto halves = [&](std::size_t r) {
            const __m128 upper = _mm_loadu_ps(from + r * stride + 4 * half);
            const __m128 lower = _mm_loadu_ps(from + (r + 4) * stride + 4 * half);
            return _mm256_insertf128_ps(_mm256_castps128_ps256(upper), lower, 1);
        };
        const __m256 a = halves(0), b = halves(1), c = halves(2), d = halves(3);
        const __m256 ab = _mm256_unpacklo_ps(a, b), cd = _mm256_unpacklo_ps(c, d);
        const __m256 ab_high = _mm256_unpackhi_ps(a, b), cd_high = _mm256_unpackhi_ps(c, d);
        columns[4 * half + 0] = _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0));
        columns[4 * half + 1] = _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2));
        columns[4 * half + 2] = _mm256_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(1, 0, 1, 0));
        columns[4 * half + 3] = _mm256_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(3, 2, 3, 2));
    }
    return columns;
}

[[gnu::always_inline]] inline std::array<Vector<double>, 4> load_transposed_4(const double* from,
                                                                              std::size_t stride) noexcept {
    std::array<Vector<double>, 4> columns;
    BURIN_DETAIL_UNROLL
    for (std::size_t half = 0; half < 2; ++half) {
        const auto halves = [&](std::size_t r) {
            const __m128d upper = _mm_loadu_pd(from + r * stride + 2 * half);
            const __m128d lower = _mm_loadu_pd(from + (r + 2) * stride + 2 * half);
            return _mm256_insertf128_pd(_mm256_castpd128_pd256(upper), lower, 1);
        };
        const __m256d a = halves(0), b = halves(1);
        columns[2 * half + 0] = _mm256_unpacklo_pd(a, b);
        columns[2 * half + 1] = _mm256_unpackhi_pd(a, b);
    }
    return columns;
}

} // namespace detail
#endif

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
namespace detail {

// As for AVX2, of quarters: rows r, r + 4, r + 8 and r + 12 are in one register.
[[gnu::always_inline]] inline std::array<Vector<float>, 16> load_transposed_16(const float* from,
                                                                               std::size_t stride) noexcept {
    std::array<Vector<float>, 16> columns;
    BURIN_DETAIL_UNROLL
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
        const auto quarters = [&](std::size_t r) __attribute__((always_inline)) {
            const float* const at = from + r * stride + 4 * quarter;
            __m512 rows = _mm512_castps128_ps512(_mm_loadu_ps(at));
            rows = _mm512_insertf32x4(rows, _mm_loadu_ps(at + 4 * stride), 1);
            rows = _mm512_insertf32x4(rows, _mm_loadu_ps(at + 8 * stride), 2);
            return _mm512_insertf32x4(rows, _mm_loadu_ps(at + 12 * stride), 3);
        };
        const __m512 a = quarters(0), b = quarters(1), c = quarters(2), d = quarters(3);
        const __m512 ab = _mm512_unpacklo_ps(a, b), cd = _mm512_unpacklo_ps(c, d);
        const __m512 ab_high = _mm512_unpackhi_ps(a, b), cd_high = _mm512_unpackhi_ps(c, d);
        columns[4 * quarter + 0] = _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0));
        columns[4 * quarter + 1] = _mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2));
        columns[4 * quarter + 2] = _mm512_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(1, 0, 1, 0));
        columns[4 * quarter + 3] = _mm512_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(3, 2, 3, 2));
    }
    return columns;
}

[[gnu::always_inline]] inline std::array<Vector<double>, 8> load_transposed_8(const double* from,
                                                                              std::size_t stride) noexcept {
    std::array<Vector<double>, 8> columns;
    BURIN_DETAIL_UNROLL
    for (std::size_t quarter = 0; quarter < 4; ++quarter) {
        const auto quarters = [&](std::size_t r) __attribute__((always_inline)) {
            const double* const at = from + r * stride + 2 * quarter;
            const auto part = [&](std::size_t row) __attribute__((always_inline)) {
                return _mm_castpd_ps(_mm_loadu_pd(at + row * stride));
            };
            __m512 rows = _mm512_castps128_ps512(part(0));
            rows = _mm512_insertf32x4(rows, part(2), 1);
            rows = _mm512_insertf32x4(rows, part(4), 2);
            return _mm512_castps_pd(_mm512_insertf32x4(rows, part(6), 3));
        };
        const __m512d a = quarters(0), b = quarters(1);
        columns[2 * quarter + 0] = _mm512_unpacklo_pd(a, b);
        columns[2 * quarter + 1] = _mm512_unpackhi_pd(a, b);
    }
    return columns;
}

// Of two vectors of pairs, the first and third pairs of each in turn, or the second and fourth.
[[gnu::always_inline]] inline __m512d even_pairs(__m512d a, __m512d b) noexcept {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), b);
}
[[gnu::always_inline]] inline __m512d odd_pairs(__m512d a, __m512d b) noexcept {
    return _mm512_permutex2var_pd(a, _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15), b);
}

} // namespace detail
#endif

/// A square of `width` rows of `width` elements, transposed: vector i holds column i.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_transposed(const Scalar* from, std::size_t stride) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return detail::load_transposed_16(from, stride);
    else
        return detail::load_transposed_8(from, stride);
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    if constexpr (sizeof(Scalar) == 4)
        return detail::load_transposed_8(from, stride);
    else
        return detail::load_transposed_4(from, stride);
#else
    std::array<Vector<Scalar>, width<Scalar>> columns;
    for (std::size_t c = 0; c < width<Scalar>; ++c) {
        Scalar lanes[width<Scalar>];
        for (std::size_t r = 0; r < width<Scalar>; ++r)
            lanes[r] = from[r * stride + c];
        columns[c] = load(lanes);
    }
    return columns;
#endif
}

/// Four vectors, turned: in vector i of the result, elements 4 g … 4 g + 3 are what lane i + 4 g of the four
/// held. For vectors of four lanes or more.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 4>
transpose_quads(const Vector<Scalar> (&v)[4]) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        const __m256 ab = _mm256_unpacklo_ps(v[0], v[1]), cd = _mm256_unpacklo_ps(v[2], v[3]);
        const __m256 ab_high = _mm256_unpackhi_ps(v[0], v[1]), cd_high = _mm256_unpackhi_ps(v[2], v[3]);
        return {Vector<Scalar>(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0))),
                Vector<Scalar>(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2))),
                Vector<Scalar>(_mm256_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(1, 0, 1, 0))),
                Vector<Scalar>(_mm256_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(3, 2, 3, 2)))};
    } else {
        const __m256d ab = _mm256_unpacklo_pd(v[0], v[1]), cd = _mm256_unpacklo_pd(v[2], v[3]);
        const __m256d ab_high = _mm256_unpackhi_pd(v[0], v[1]), cd_high = _mm256_unpackhi_pd(v[2], v[3]);
        return {Vector<Scalar>(_mm256_permute2f128_pd(ab, cd, 0x20)),
                Vector<Scalar>(_mm256_permute2f128_pd(ab_high, cd_high, 0x20)),
                Vector<Scalar>(_mm256_permute2f128_pd(ab, cd, 0x31)),
                Vector<Scalar>(_mm256_permute2f128_pd(ab_high, cd_high, 0x31))};
    }
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        const __m512 ab = _mm512_unpacklo_ps(v[0], v[1]), cd = _mm512_unpacklo_ps(v[2], v[3]);
        const __m512 ab_high = _mm512_unpackhi_ps(v[0], v[1]), cd_high = _mm512_unpackhi_ps(v[2], v[3]);
        return {Vector<Scalar>(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0))),
                Vector<Scalar>(_mm512_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2))),
                Vector<Scalar>(_mm512_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(1, 0, 1, 0))),
                Vector<Scalar>(_mm512_shuffle_ps(ab_high, cd_high, _MM_SHUFFLE(3, 2, 3, 2)))};
    } else {
        const __m512d ab = _mm512_unpacklo_pd(v[0], v[1]), cd = _mm512_unpacklo_pd(v[2], v[3]);
        const __m512d ab_high = _mm512_unpackhi_pd(v[0], v[1]), cd_high = _mm512_unpackhi_pd(v[2], v[3]);
        return {
            Vector<Scalar>(detail::even_pairs(ab, cd)), Vector<Scalar>(detail::even_pairs(ab_high, cd_high)),
            Vector<Scalar>(detail::odd_pairs(ab, cd)), Vector<Scalar>(detail::odd_pairs(ab_high, cd_high))};
    }
#else
    constexpr std::size_t lanes = width<Scalar>;
    Scalar rows[4][lanes];
    for (std::size_t i = 0; i < 4; ++i)
        store(rows[i], v[i]);
    std::array<Vector<Scalar>, 4> turned;
    for (std::size_t i = 0; i < 4; ++i) {
        Scalar elements[lanes];
        for (std::size_t j = 0; j < lanes; ++j)
            elements[j] = rows[j % 4][i + j / 4 * 4];
        turned[i] = load(elements);
    }
    return turned;
#endif
}

/// Whether columns of narrow rows are loaded without what is beside these rows.
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__) && defined(__AVX512VL__)
inline constexpr bool loads_exact_columns = true;

namespace detail {

/// Some elements of row r of `Rows` rows of N, from column c on, without what is behind the last row.
template <std::size_t N, std::size_t Rows>
[[gnu::always_inline]] inline __m128 load_piece(const float* rows, std::size_t r, std::size_t c) noexcept {
    const std::size_t at = r * N + c;
    if (r >= Rows)
        return _mm_setzero_ps();
    return at + 4 <= Rows * N ? _mm_loadu_ps(rows + at)
                              : _mm_maskz_loadu_ps(static_cast<__mmask8>((1u << (N - c)) - 1), rows + at);
}
template <std::size_t N, std::size_t Rows>
[[gnu::always_inline]] inline __m128 load_piece(const double* rows, std::size_t r, std::size_t c) noexcept {
    const std::size_t at = r * N + c;
    if (r >= Rows)
        return _mm_setzero_ps();
    return _mm_castpd_ps(at + 2 <= Rows * N ? _mm_loadu_pd(rows + at) : _mm_load_sd(rows + at));
}

} // namespace detail

/// The columns of `Rows` rows of N, no more of either than a vector has lanes; behind the last row they are
/// 0.
template <std::size_t N, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, N> load_exact_columns(const Scalar* rows) noexcept {
    constexpr std::size_t piece = 16 / sizeof(Scalar);
    std::array<Vector<Scalar>, N> columns;
    const auto turn = [&](std::size_t first) __attribute__((always_inline)) {
        const auto quarters = [&](std::size_t r) __attribute__((always_inline)) {
            const auto load = [&](std::size_t row) __attribute__((always_inline)) {
                return detail::load_piece<N, Rows>(rows, row, first);
            };
            __m512 four = _mm512_castps128_ps512(load(r));
            four = _mm512_insertf32x4(four, load(r + piece), 1);
            four = _mm512_insertf32x4(four, load(r + 2 * piece), 2);
            return _mm512_insertf32x4(four, load(r + 3 * piece), 3);
        };
        if constexpr (sizeof(Scalar) == 4) {
            const auto turned =
                transpose_quads<float>({Vector<float>(quarters(0)), Vector<float>(quarters(1)),
                                        Vector<float>(quarters(2)), Vector<float>(quarters(3))});
            for (std::size_t c = 0; c < std::min<std::size_t>(4, N - first); ++c)
                columns[first + c] = turned[c];
        } else {
            const __m512d even = _mm512_castps_pd(quarters(0)), odd = _mm512_castps_pd(quarters(1));
            columns[first] = _mm512_unpacklo_pd(even, odd);
            if (first + 1 < N)
                columns[first + 1] = _mm512_unpackhi_pd(even, odd);
        }
    };
    turn(0);
    if constexpr (N > piece)
        turn(piece);
    if constexpr (N > 2 * piece)
        turn(2 * piece);
    if constexpr (N > 3 * piece)
        turn(3 * piece);
    return columns;
}
#else
inline constexpr bool loads_exact_columns = false;

template <std::size_t N, std::size_t Rows, class Scalar>
std::array<Vector<Scalar>, N> load_exact_columns(const Scalar* rows) noexcept;
#endif

/// Elements 4 g … 4 g + 3 of the vector are four from `from` + g · stride on, for g < count; others are
/// unspecified.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_quads(const Scalar* from, std::size_t stride,
                                                        std::size_t count) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        const __m128 low = _mm_loadu_ps(from);
        return Vector<Scalar>(_mm256_insertf128_ps(_mm256_castps128_ps256(low),
                                                   count > 1 ? _mm_loadu_ps(from + stride) : low, 1));
    } else {
        return load(from);
    }
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        __m512 quads = _mm512_castps128_ps512(_mm_loadu_ps(from));
        if (count > 1)
            quads = _mm512_insertf32x4(quads, _mm_loadu_ps(from + stride), 1);
        if (count > 2)
            quads = _mm512_insertf32x4(quads, _mm_loadu_ps(from + 2 * stride), 2);
        if (count > 3)
            quads = _mm512_insertf32x4(quads, _mm_loadu_ps(from + 3 * stride), 3);
        return Vector<Scalar>(quads);
    } else {
        const __m256d low = _mm256_loadu_pd(from);
        return Vector<Scalar>(_mm512_insertf64x4(_mm512_castpd256_pd512(low),
                                                 count > 1 ? _mm256_loadu_pd(from + stride) : low, 1));
    }
#else
    constexpr std::size_t lanes = width<Scalar>;
    Scalar elements[lanes] = {};
    for (std::size_t g = 0; g < count; ++g)
        for (std::size_t i = 0; i < 4; ++i)
            elements[4 * g + i] = from[g * stride + i];
    return load(elements);
#endif
}

/// Stores elements 4 g … 4 g + 3 of the vector to `to` + g · stride, for g < count.
template <class Scalar>
[[gnu::always_inline]] inline void store_quads(Scalar* to, std::size_t stride, const Vector<Scalar>& value,
                                               std::size_t count) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        _mm_storeu_ps(to, _mm256_castps256_ps128(value));
        if (count > 1)
            _mm_storeu_ps(to + stride, _mm256_extractf128_ps(value, 1));
    } else {
        store(to, value);
    }
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
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
#else
    constexpr std::size_t lanes = width<Scalar>;
    Scalar elements[lanes];
    store(elements, value);
    for (std::size_t g = 0; g < count; ++g)
        for (std::size_t i = 0; i < 4; ++i)
            to[g * stride + i] = elements[4 * g + i];
#endif
}

} // namespace burin::kernels
