#pragma once

// The only file that names xsimd or an intrinsic. Everything above it is written for `Vector<Scalar>`:
// xsimd's widest batch for the processor that the compiler was told about, or a vector of one lane where
// xsimd knows none. Define BURIN_SCALAR to have one lane everywhere.

#include "burin/kernels/scalar_vector.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

// clang calls itself GCC 4, and xsimd 8 believes in AVX-512 only from GCC 6 on.
#if defined(__clang__) && defined(__AVX512F__)
#pragma push_macro("__GNUC__")
#undef __GNUC__
#define __GNUC__ 12
#endif
// g++ 12 warns of its own AVX-512 intrinsics, which leave lanes undefined on purpose.
#if !defined(__clang__) && defined(__AVX512F__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/config/xsimd_config.hpp>
#if defined(BURIN_SCALAR) || defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#define BURIN_DETAIL_ONE_LANE 1
#else
#define BURIN_DETAIL_ONE_LANE 0
#include <xsimd/xsimd.hpp>
#endif
#if !defined(__clang__) && defined(__AVX512F__)
#pragma GCC diagnostic pop
#endif
#if defined(__clang__) && defined(__AVX512F__)
#pragma pop_macro("__GNUC__")
#endif

namespace burin::kernels {

#if BURIN_DETAIL_ONE_LANE

template <class Scalar>
using Vector = ScalarVector<Scalar>;

/// What the vectors are made for.
inline constexpr std::string_view architecture = "scalar";

#else

template <class Scalar>
using Vector = xsimd::batch<Scalar>;

inline constexpr std::string_view architecture = xsimd::default_arch::name();

using xsimd::abs;
using xsimd::floor;
using xsimd::fma;
using xsimd::max;
using xsimd::min;
using xsimd::select;
using xsimd::sqrt;

#endif

/// Lanes of a vector.
template <class Scalar>
inline constexpr std::size_t width = Vector<Scalar>::size;

template <class Scalar>
Vector<Scalar> broadcast(Scalar value) noexcept {
    return Vector<Scalar>(value);
}

template <class Scalar>
Vector<Scalar> load(const Scalar* from) noexcept {
#if BURIN_DETAIL_ONE_LANE
    return Vector<Scalar>(*from);
#else
    return Vector<Scalar>::load_unaligned(from);
#endif
}

template <class Scalar>
void store(Scalar* to, const Vector<Scalar>& value) noexcept {
#if BURIN_DETAIL_ONE_LANE
    *to = value.lane;
#else
    value.store_unaligned(to);
#endif
}

/// The unsigned integer that has as many bits as a scalar.
template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// The lanes' bit patterns.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Bits<Scalar>> bits(Vector<Scalar> numbers) noexcept {
#if BURIN_DETAIL_ONE_LANE
    return Vector<Bits<Scalar>>(std::bit_cast<Bits<Scalar>>(numbers.lane));
#else
    return xsimd::bitwise_cast<Vector<Bits<Scalar>>>(numbers);
#endif
}

/// The numbers that have these bit patterns.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> from_bits(Vector<Bits<Scalar>> patterns) noexcept {
#if BURIN_DETAIL_ONE_LANE
    return Vector<Scalar>(std::bit_cast<Scalar>(patterns.lane));
#else
    return xsimd::bitwise_cast<Vector<Scalar>>(patterns);
#endif
}

/// x, but no less than `low` and no more than `high`. What is no number stays so: `min` and `max` give their
/// second operand where either is none (and on Arm what is none).
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> clamp(Vector<Scalar> x, Scalar low, Scalar high) noexcept {
    return min(Vector<Scalar>(high), max(Vector<Scalar>(low), x));
}

namespace detail {

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
// The first `count` lanes are on: a window of this row.
alignas(32) inline constexpr std::int32_t lane_mask_row[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                                               0,  0,  0,  0,  0,  0,  0,  0};

template <class Scalar>
__m256i lane_mask(std::size_t count) noexcept {
    constexpr std::size_t words = sizeof(Scalar) / sizeof(std::int32_t);
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane_mask_row + 8 - count * words));
}

// Pieces of four, two and one: masked stores take a dozen cycles on AMD's processors.
inline void store_pieces(float* to, __m256 value, std::size_t count) noexcept {
    if (count == 8)
        return _mm256_storeu_ps(to, value);
    __m128 piece = _mm256_castps256_ps128(value);
    if ((count & 4) != 0) {
        _mm_storeu_ps(to, piece);
        piece = _mm256_extractf128_ps(value, 1);
    }
    to += count & 4;
    if ((count & 2) != 0) {
        _mm_store_sd(reinterpret_cast<double*>(to), _mm_castps_pd(piece));
        piece = _mm_movehl_ps(piece, piece);
    }
    if ((count & 1) != 0)
        _mm_store_ss(to + (count & 2), piece);
}

inline void store_pieces(double* to, __m256d value, std::size_t count) noexcept {
    if (count == 4)
        return _mm256_storeu_pd(to, value);
    __m128d piece = _mm256_castpd256_pd128(value);
    if ((count & 2) != 0) {
        _mm_storeu_pd(to, piece);
        piece = _mm256_extractf128_pd(value, 1);
    }
    if ((count & 1) != 0)
        _mm_store_sd(to + (count & 2), piece);
}

// Rows r and r + 4 are loaded into the halves of one register: what is left is to transpose squares of four,
// within halves.
[[gnu::always_inline]] inline std::array<Vector<float>, 8> load_transposed_8(const float* from,
                                                                             std::size_t stride) noexcept {
    std::array<Vector<float>, 8> columns;
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
#endif

} // namespace detail

/// The first `count` ≤ width elements; the other lanes are 0. Reads nothing beyond.
template <class Scalar>
Vector<Scalar> load_partial(const Scalar* from, std::size_t count) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from));
    else
        return Vector<Scalar>(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), from));
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm256_maskload_ps(from, detail::lane_mask<Scalar>(count)));
    else
        return Vector<Scalar>(_mm256_maskload_pd(from, detail::lane_mask<Scalar>(count)));
#else
    Scalar lanes[width<Scalar>] = {};
    for (std::size_t i = 0; i < count; ++i)
        lanes[i] = from[i];
    return load(lanes);
#endif
}

/// Stores the first `count` ≤ width lanes. Writes nothing beyond.
template <class Scalar>
void store_partial(Scalar* to, const Vector<Scalar>& value, std::size_t count) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), value);
    else
        _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1u << count) - 1), value);
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    detail::store_pieces(to, value, count);
#else
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = lanes[i];
#endif
}

/// A square of `width` rows of `width` elements, transposed: vector i holds column i.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_transposed(const Scalar* from, std::size_t stride) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
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

template <class Scalar>
Scalar first_lane(const Vector<Scalar>& value) noexcept {
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    return lanes[0];
}

/// Sum of the lanes, always in the same order.
template <class Scalar>
Scalar reduce_add(const Vector<Scalar>& value) noexcept {
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t half = width<Scalar> / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/// The largest lane.
template <class Scalar>
Scalar reduce_max(const Vector<Scalar>& value) noexcept {
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    Scalar largest = lanes[0];
    for (std::size_t i = 1; i < width<Scalar>; ++i)
        largest = lanes[i] > largest ? lanes[i] : largest;
    return largest;
}

} // namespace burin::kernels

#undef BURIN_DETAIL_ONE_LANE
