#pragma once

// Columns of what lies in rows.

#include "burin/kernels/simd/quarters.hpp"
#include "burin/kernels/simd/vector.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// Four vectors, transposed: in vector i of the result, elements 4 g … 4 g + 3 are what lane i + 4 g of the four
/// held. For vectors of four lanes or more.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 4>
transpose_4x4(const Vector<Scalar> (&v)[4]) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    const auto ab = detail::unpack_low(v[0].data, v[1].data), cd = detail::unpack_low(v[2].data, v[3].data);
    const auto ab_high = detail::unpack_high(v[0].data, v[1].data),
               cd_high = detail::unpack_high(v[2].data, v[3].data);
    if constexpr (sizeof(Scalar) == 4) {
        constexpr int low = _MM_SHUFFLE(1, 0, 1, 0), high = _MM_SHUFFLE(3, 2, 3, 2);
        return {Vector<Scalar>(detail::shuffle<low>(ab, cd)), Vector<Scalar>(detail::shuffle<high>(ab, cd)),
                Vector<Scalar>(detail::shuffle<low>(ab_high, cd_high)),
                Vector<Scalar>(detail::shuffle<high>(ab_high, cd_high))};
    } else {
        return {Vector<Scalar>(detail::odd_quarters(ab, cd)),
                Vector<Scalar>(detail::odd_quarters(ab_high, cd_high)),
                Vector<Scalar>(detail::even_quarters(ab, cd)),
                Vector<Scalar>(detail::even_quarters(ab_high, cd_high))};
    }
#else
    constexpr std::size_t lanes = width<Scalar>;
    Scalar rows[4][lanes];
    for (std::size_t i = 0; i < 4; ++i)
        store(rows[i], v[i]);
    std::array<Vector<Scalar>, 4> transposed;
    for (std::size_t i = 0; i < 4; ++i) {
        Scalar elements[lanes];
        for (std::size_t j = 0; j < lanes; ++j)
            elements[j] = rows[j % 4][i + j / 4 * 4];
        transposed[i] = load(elements);
    }
    return transposed;
#endif
}

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
namespace detail {

/// As many columns as a quarter has elements, of rows of which load(r) is the quarter that holds them. Rows
/// r, r + 4, r + 8, … (of doubles r + 2, …) are joined in one register: what is left is to transpose squares
/// within quarters.
template <class Scalar, class Load>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, quarter<Scalar>> load_quarters_transposed(Load load) noexcept {
    const auto rows = [&](std::size_t r) __attribute__((always_inline)) {
        return join_quarters<Scalar>(
            [&](std::size_t i) __attribute__((always_inline)) { return load(r + i * quarter<Scalar>); });
    };
    if constexpr (sizeof(Scalar) == 4) {
        return transpose_4x4<Scalar>({Vector<Scalar>(rows(0)), Vector<Scalar>(rows(1)),
                                        Vector<Scalar>(rows(2)), Vector<Scalar>(rows(3))});
    } else {
        const auto a = rows(0), b = rows(1);
        return {Vector<Scalar>(unpack_low(a, b)), Vector<Scalar>(unpack_high(a, b))};
    }
}

} // namespace detail
#endif

/// A square of `width` rows of `width` elements, transposed: vector i holds column i.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_transposed(const Scalar* from, std::size_t stride) noexcept {
    std::array<Vector<Scalar>, width<Scalar>> columns;
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    constexpr std::size_t quarter = detail::quarter<Scalar>;
    BURIN_DETAIL_UNROLL
    for (std::size_t first = 0; first < width<Scalar>; first += quarter) {
        const auto transposed = detail::load_quarters_transposed<Scalar>([=](std::size_t r) __attribute__((always_inline)) {
            return detail::load_quarter(from + r * stride + first);
        });
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < quarter; ++c)
            columns[first + c] = transposed[c];
    }
#else
    for (std::size_t c = 0; c < width<Scalar>; ++c) {
        Scalar lanes[width<Scalar>];
        for (std::size_t r = 0; r < width<Scalar>; ++r)
            lanes[r] = from[r * stride + c];
        columns[c] = load(lanes);
    }
#endif
    return columns;
}

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
namespace detail {

/// Quarter q of result i is quarter i of v[q].
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 4>
transpose_quarters(const std::array<Vector<Scalar>, 4>& v) noexcept {
    const auto even = choose_quarters<0, 2>(v[0].data, v[1].data),
               odd = choose_quarters<1, 3>(v[0].data, v[1].data),
               even_below = choose_quarters<0, 2>(v[2].data, v[3].data),
               odd_below = choose_quarters<1, 3>(v[2].data, v[3].data);
    return {Vector<Scalar>(choose_quarters<0, 2>(even, even_below)),
            Vector<Scalar>(choose_quarters<0, 2>(odd, odd_below)),
            Vector<Scalar>(choose_quarters<1, 3>(even, even_below)),
            Vector<Scalar>(choose_quarters<1, 3>(odd, odd_below))};
}

/// A square of as many rows as a quarter has elements, transposed within each quarter.
template <class Scalar>
[[gnu::always_inline]] inline auto transpose_within_quarters(const Vector<Scalar>* row) noexcept {
    if constexpr (quarter<Scalar> == 4)
        return transpose_4x4<Scalar>({row[0], row[1], row[2], row[3]});
    else
        return std::array{Vector<Scalar>(unpack_low(row[0].data, row[1].data)),
                          Vector<Scalar>(unpack_high(row[0].data, row[1].data))};
}

} // namespace detail
#endif

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
/// As many rows as a vector has lanes, transposed: vector i holds lane i of each. Of doubles, and with
/// AVX-512 of floats too.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
transpose_square(const std::array<Vector<Scalar>, width<Scalar>>& rows) noexcept {
#if defined(__AVX512F__)
    constexpr std::size_t quarter = detail::quarter<Scalar>;
    const auto first = detail::transpose_within_quarters(rows.data()),
               second = detail::transpose_within_quarters(rows.data() + quarter),
               third = detail::transpose_within_quarters(rows.data() + 2 * quarter),
               fourth = detail::transpose_within_quarters(rows.data() + 3 * quarter);
    std::array<Vector<Scalar>, width<Scalar>> columns;
    BURIN_DETAIL_UNROLL
    for (std::size_t c = 0; c < quarter; ++c) {
        const auto quarters = detail::transpose_quarters<Scalar>({first[c], second[c], third[c], fourth[c]});
        BURIN_DETAIL_UNROLL
        for (std::size_t q = 0; q < 4; ++q)
            columns[q * quarter + c] = quarters[q];
    }
    return columns;
#else
    return transpose_4x4<Scalar>({rows[0], rows[1], rows[2], rows[3]});
#endif
}
#endif

/// The same as `load_transposed`, where all columns are wanted: of whole rows, which take fewer operations
/// than quarters with AVX-512.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_square_transposed(const Scalar* from, std::size_t stride) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    std::array<Vector<Scalar>, width<Scalar>> rows;
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < width<Scalar>; ++r)
        rows[r] = load(from + r * stride);
    return transpose_square<Scalar>(rows);
#else
    return load_transposed(from, stride);
#endif
}

/// Whether columns of narrow rows are loaded without what is beside these rows.
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__) && defined(__AVX512VL__)
inline constexpr bool loads_exact_rows = this_machine.exact_loads;

namespace detail {

/// A quarter, from column c on, of row r of `Rows` rows of N, without what is behind the last row.
template <std::size_t N, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline __m128 load_exact_quarter(const Scalar* rows, std::size_t r,
                                                        std::size_t c) noexcept {
    const std::size_t at = r * N + c;
    if (r >= Rows)
        return _mm_setzero_ps();
    if (at + quarter<Scalar> <= Rows * N)
        return load_quarter(rows + at);
    if constexpr (sizeof(Scalar) == 4)
        return _mm_maskz_loadu_ps(static_cast<__mmask8>((1u << (N - c)) - 1), rows + at);
    else
        return _mm_castpd_ps(_mm_load_sd(rows + at));
}

} // namespace detail

/// The columns of `Rows` rows of N, no more of either than a vector has lanes; behind the last row they are
/// 0.
template <std::size_t N, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, N> load_exact_rows_transposed(const Scalar* rows) noexcept {
    constexpr std::size_t quarter = detail::quarter<Scalar>;
    std::array<Vector<Scalar>, N> columns;
    const auto turn = [&](std::size_t first) __attribute__((always_inline)) {
        const auto transposed = detail::load_quarters_transposed<Scalar>([=](std::size_t r) __attribute__((always_inline)) {
            return detail::load_exact_quarter<N, Rows>(rows, r, first);
        });
        for (std::size_t c = 0; c < std::min(quarter, N - first); ++c)
            columns[first + c] = transposed[c];
    };
    turn(0);
    if constexpr (N > quarter)
        turn(quarter);
    if constexpr (N > 2 * quarter)
        turn(2 * quarter);
    if constexpr (N > 3 * quarter)
        turn(3 * quarter);
    return columns;
}
#else
inline constexpr bool loads_exact_rows = false;

template <std::size_t N, std::size_t Rows, class Scalar>
std::array<Vector<Scalar>, N> load_exact_rows_transposed(const Scalar* rows) noexcept;
#endif

/// Elements 4 g … 4 g + 3 of the vector are four from `from` + g · stride on, for g < count; others are
/// unspecified.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_rows_of_4(const Scalar* from, std::size_t stride,
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
[[gnu::always_inline]] inline void store_rows_of_4(Scalar* to, std::size_t stride, const Vector<Scalar>& value,
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
