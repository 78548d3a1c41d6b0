#pragma once

// The only file that names xsimd or an intrinsic, but for those of 8-bit integers (int8_dot.hpp,
// int8_lanes.hpp), and for xsimd.hpp, which includes it. Everything above it is written for `Vector<Scalar>`:
// xsimd's widest batch for the processor that the compiler was told about, or a vector of one lane where
// xsimd knows none. Define BURIN_SCALAR to have one lane everywhere.

#include "burin/kernels/mixed_vector.hpp"
#include "burin/kernels/scalar_vector.hpp"
#include "burin/kernels/unroll.hpp"
#include "burin/kernels/xsimd.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#if defined(BURIN_SCALAR) || defined(XSIMD_NO_SUPPORTED_ARCHITECTURE)
#define BURIN_DETAIL_ONE_LANE 1
#define BURIN_DETAIL_MIXED 0
#else
#define BURIN_DETAIL_ONE_LANE 0
// The vectors of 32-bit Arm are of floats; doubles have one lane.
#define BURIN_DETAIL_MIXED (XSIMD_WITH_NEON && !XSIMD_WITH_NEON64)
#endif

#if !BURIN_DETAIL_ONE_LANE && XSIMD_WITH_NEON
namespace burin::kernels::detail {

// xsimd 8 divides and takes roots on Arm by estimates that it refines, to less than a float's precision.
// 64-bit Arm has instructions for whole vectors; 32-bit Arm has them for one lane.
inline float32x4_t quotients(float32x4_t a, float32x4_t b) noexcept {
#if XSIMD_WITH_NEON64
    return vdivq_f32(a, b);
#else
    for (int lane = 0; lane < 4; ++lane)
        a[lane] /= b[lane];
    return a;
#endif
}

inline float32x4_t roots(float32x4_t x) noexcept {
#if XSIMD_WITH_NEON64
    return vsqrtq_f32(x);
#else
    for (int lane = 0; lane < 4; ++lane)
        x[lane] = std::sqrt(x[lane]);
    return x;
#endif
}

} // namespace burin::kernels::detail

template <>
inline xsimd::batch<float, xsimd::default_arch>& xsimd::batch<float, xsimd::default_arch>::operator/=(
    const xsimd::batch<float, xsimd::default_arch>& other) noexcept {
    return *this = burin::kernels::detail::quotients(*this, other);
}
#endif

namespace burin::kernels {

#if BURIN_DETAIL_ONE_LANE

template <class Scalar>
using Vector = ScalarVector<Scalar>;

/// What the vectors are made for.
inline constexpr std::string_view architecture = "scalar";

#else

#if BURIN_DETAIL_MIXED

namespace detail {

template <class Scalar>
struct BatchOrOneLane : std::conditional<sizeof(Scalar) == 4, xsimd::batch<Scalar>, ScalarVector<Scalar>> {};

} // namespace detail

template <class Scalar>
using Vector = MixedVector<Scalar, detail::BatchOrOneLane>;

#else

template <class Scalar>
using Vector = xsimd::batch<Scalar>;

#endif

inline constexpr std::string_view architecture = xsimd::default_arch::name();

using xsimd::abs;
using xsimd::floor;
using xsimd::fma;
using xsimd::max;
using xsimd::min;
using xsimd::select;
using xsimd::sqrt;

#if BURIN_DETAIL_MIXED
inline Vector<float> sqrt(const Vector<float>& x) noexcept {
    return Vector<float>(xsimd::batch<float>(detail::roots(x.lanes)));
}
#elif XSIMD_WITH_NEON64
inline Vector<float> sqrt(const Vector<float>& x) noexcept {
    return detail::roots(x);
}
#endif

// xsimd 8 has no fused forms for AVX-512: it multiplies and adds, which takes twice as long.
#if defined(__AVX512F__)
inline Vector<float> fma(const Vector<float>& a, const Vector<float>& b, const Vector<float>& c) noexcept {
    return _mm512_fmadd_ps(a, b, c);
}
inline Vector<double> fma(const Vector<double>& a, const Vector<double>& b,
                          const Vector<double>& c) noexcept {
    return _mm512_fmadd_pd(a, b, c);
}
#endif

#endif

/// a · b − c
template <class Scalar>
Vector<Scalar> fms(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                   const std::type_identity_t<Vector<Scalar>>& c) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_fmsub_ps(a, b, c);
    else
        return _mm512_fmsub_pd(a, b, c);
#elif !BURIN_DETAIL_ONE_LANE && defined(__FMA__)
    return xsimd::fms(a, b, c);
#else
    return fma(a, b, -c);
#endif
}

/// c − a · b
template <class Scalar>
Vector<Scalar> fnma(const Vector<Scalar>& a, const std::type_identity_t<Vector<Scalar>>& b,
                    const std::type_identity_t<Vector<Scalar>>& c) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_fnmadd_ps(a, b, c);
    else
        return _mm512_fnmadd_pd(a, b, c);
#elif !BURIN_DETAIL_ONE_LANE && defined(__FMA__)
    return xsimd::fnma(a, b, c);
#else
    return fma(-a, b, c);
#endif
}

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
#elif BURIN_DETAIL_MIXED
    if constexpr (width<Scalar> == 1)
        return Vector<Scalar>(*from);
    else
        return Vector<Scalar>(xsimd::batch<Scalar>::load_unaligned(from));
#else
    return Vector<Scalar>::load_unaligned(from);
#endif
}

template <class Scalar>
void store(Scalar* to, const Vector<Scalar>& value) noexcept {
#if BURIN_DETAIL_ONE_LANE
    *to = value.lane;
#elif BURIN_DETAIL_MIXED
    if constexpr (width<Scalar> == 1)
        *to = value.lanes.lane;
    else
        value.lanes.store_unaligned(to);
#else
    value.store_unaligned(to);
#endif
}

/// The vector in a register. Compilers take a load that serves several operations for one that each of them
/// may do for itself; but no more than one vector, or half of one, is loaded for each multiply-add.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> in_register(Vector<Scalar> value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX__)
    asm("" : "+v"(value.data));
#endif
    return value;
}

/// Asks for the line of memory that holds this, which need not exist, before it is read. (Calls that are not
/// inlined g++ takes for useless.)
[[gnu::always_inline]] inline void prefetch(const void* address) noexcept {
    __builtin_prefetch(address);
}

/// The unsigned integer that has as many bits as a scalar.
template <class Scalar>
using Bits = std::conditional_t<sizeof(Scalar) == 4, std::uint32_t, std::uint64_t>;

/// The lanes' bit patterns.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Bits<Scalar>> bits(Vector<Scalar> numbers) noexcept {
#if BURIN_DETAIL_ONE_LANE
    return Vector<Bits<Scalar>>(std::bit_cast<Bits<Scalar>>(numbers.lane));
#elif BURIN_DETAIL_MIXED
    return std::bit_cast<Vector<Bits<Scalar>>>(numbers);
#else
    return xsimd::bitwise_cast<Vector<Bits<Scalar>>>(numbers);
#endif
}

/// The numbers that have these bit patterns.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> from_bits(Vector<Bits<Scalar>> patterns) noexcept {
#if BURIN_DETAIL_ONE_LANE
    return Vector<Scalar>(std::bit_cast<Scalar>(patterns.lane));
#elif BURIN_DETAIL_MIXED
    return std::bit_cast<Vector<Scalar>>(patterns);
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
        _mm_storel_pi(reinterpret_cast<__m64*>(to), piece);
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

// Pieces here too: masked loads take ten cycles on the first Zen.
[[gnu::always_inline]] inline __m256 load_pieces(const float* from, std::size_t count) noexcept {
    if (count == 8)
        return _mm256_loadu_ps(from);
    const float* const behind = from + (count & 4);
    __m128 piece = _mm_setzero_ps();
    if ((count & 2) != 0) {
        piece = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(behind)));
        if ((count & 1) != 0)
            piece = _mm_insert_ps(piece, _mm_load_ss(behind + 2), 0x20);
    } else if ((count & 1) != 0) {
        piece = _mm_load_ss(behind);
    }
    const __m128 low = (count & 4) != 0 ? _mm_loadu_ps(from) : piece;
    const __m128 high = (count & 4) != 0 ? piece : _mm_setzero_ps();
    return _mm256_insertf128_ps(_mm256_castps128_ps256(low), high, 1);
}

[[gnu::always_inline]] inline __m256d load_pieces(const double* from, std::size_t count) noexcept {
    if (count == 4)
        return _mm256_loadu_pd(from);
    const __m128d piece = (count & 1) != 0 ? _mm_load_sd(from + (count & 2)) : _mm_setzero_pd();
    const __m128d low = (count & 2) != 0 ? _mm_loadu_pd(from) : piece;
    const __m128d high = (count & 2) != 0 ? piece : _mm_setzero_pd();
    return _mm256_insertf128_pd(_mm256_castpd128_pd256(low), high, 1);
}

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
    return Vector<Scalar>(detail::load_pieces(from, count));
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

/// Estimates of 1/√x and 1/x of normal numbers: how many bits are right, or 0 where the exact instructions
/// are not slower than an estimate refined by Newton's method.
///
/// A core has one divider for roots and quotients. A root and a quotient of eight floats take it 10 and 9
/// cycles (Zen) or 6 and 5 (Skylake), in which the other units refine an estimate of the quotient: a sweep
/// that needs both takes the root exactly and estimates the quotient. With AVX-512 the divider is no wider,
/// so both are estimated; and the root only for doubles, whose estimates need one more refinement. (11 bits
/// of rcpps and 14 of the AVX-512 forms are what the makers promise. Beyond them their processors differ.)
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 14;
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 14 : 0;
#elif !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 0;
template <class Scalar>
inline constexpr int reciprocal_bits = sizeof(Scalar) == 4 ? 11 : 0;
#else
template <class Scalar>
inline constexpr int reciprocal_sqrt_bits = 0;
template <class Scalar>
inline constexpr int reciprocal_bits = 0;
#endif

/// 1/√x to `reciprocal_sqrt_bits`, exact where these are 0.
template <class Scalar>
Vector<Scalar> reciprocal_sqrt_estimate(const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_rsqrt14_ps(x));
    else
        return Vector<Scalar>(_mm512_rsqrt14_pd(x));
#else
    return broadcast(Scalar(1)) / sqrt(x);
#endif
}

/// 1/x to `reciprocal_bits`, exact where these are 0.
template <class Scalar>
Vector<Scalar> reciprocal_estimate(const Vector<Scalar>& x) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    if constexpr (sizeof(Scalar) == 4)
#if defined(__AVX512F__)
        return Vector<Scalar>(_mm512_rcp14_ps(x));
#elif defined(__AVX__)
        return Vector<Scalar>(_mm256_rcp_ps(x));
#else
        return Vector<Scalar>(_mm_rcp_ps(x));
#endif
    else
#endif
        return broadcast(Scalar(1)) / x;
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
    }
#endif
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
}

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
#else
    constexpr std::size_t lanes = width<Scalar>;
    Scalar elements[lanes];
    store(elements, value);
    for (std::size_t g = 0; g < count; ++g)
        for (std::size_t i = 0; i < 4; ++i)
            to[g * stride + i] = elements[4 * g + i];
#endif
}

template <class Scalar>
Scalar first_lane(const Vector<Scalar>& value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX__) && !defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_cvtss_f32(value);
    else
        return _mm256_cvtsd_f64(value);
#endif
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    return lanes[0];
}

/// The first `count` lanes of a vector, and those of `others` behind them.
template <class Scalar>
Vector<Scalar> first_lanes(std::size_t count, const Vector<Scalar>& value,
                           const std::type_identity_t<Vector<Scalar>>& others) noexcept {
    if (count == width<Scalar>)
        return value;
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_mask_mov_ps(others, static_cast<__mmask16>((1u << count) - 1), value);
    else
        return _mm512_mask_mov_pd(others, static_cast<__mmask8>((1u << count) - 1), value);
#elif !BURIN_DETAIL_ONE_LANE && defined(__AVX2__)
    const __m256i mask = detail::lane_mask<Scalar>(count);
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_blendv_ps(others, value, _mm256_castsi256_ps(mask));
    else
        return _mm256_blendv_pd(others, value, _mm256_castsi256_pd(mask));
#else
    Scalar lanes[width<Scalar>], behind[width<Scalar>];
    store(lanes, value);
    store(behind, others);
    for (std::size_t i = count; i < width<Scalar>; ++i)
        lanes[i] = behind[i];
    return load(lanes);
#endif
}

namespace detail {

#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
// Half of the lanes with the other half, down to one.
inline float fold(__m128 x, auto combine) noexcept {
    x = combine(x, _mm_movehl_ps(x, x));
    return _mm_cvtss_f32(combine(x, _mm_shuffle_ps(x, x, 1)));
}
inline double fold(__m128d x, auto combine) noexcept {
    return _mm_cvtsd_f64(combine(x, _mm_unpackhi_pd(x, x)));
}
#if defined(__AVX__)
inline float fold(__m256 x, auto combine) noexcept {
    return fold(combine(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1)), combine);
}
inline double fold(__m256d x, auto combine) noexcept {
    return fold(combine(_mm256_castpd256_pd128(x), _mm256_extractf128_pd(x, 1)), combine);
}
#endif
#if defined(__AVX512F__)
inline float fold(__m512 x, auto combine) noexcept {
    const __m512d bits = _mm512_castps_pd(x);
    return fold(combine(_mm512_castps512_ps256(x), _mm256_castpd_ps(_mm512_extractf64x4_pd(bits, 1))),
                combine);
}
inline double fold(__m512d x, auto combine) noexcept {
    return fold(combine(_mm512_castpd512_pd256(x), _mm512_extractf64x4_pd(x, 1)), combine);
}
#endif

struct Larger {
    __m128 operator()(__m128 a, __m128 b) const noexcept { return _mm_max_ps(a, b); }
    __m128d operator()(__m128d a, __m128d b) const noexcept { return _mm_max_pd(a, b); }
#if defined(__AVX__)
    __m256 operator()(__m256 a, __m256 b) const noexcept { return _mm256_max_ps(a, b); }
    __m256d operator()(__m256d a, __m256d b) const noexcept { return _mm256_max_pd(a, b); }
#endif
};
#endif

} // namespace detail

/// Sum of the lanes, always in the same order.
template <class Scalar>
Scalar reduce_add(const Vector<Scalar>& value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    return detail::fold(value.data, [](auto a, auto b) { return a + b; });
#else
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    for (std::size_t half = width<Scalar> / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
#endif
}

#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)

/// Whether there are halves.
inline constexpr bool has_half_vectors = true;

inline __m128 load_half(const float* from) noexcept {
    return _mm_loadu_ps(from);
}
inline __m128d load_half(const double* from) noexcept {
    return _mm_loadu_pd(from);
}
/// Half a vector, for the columns that are left behind whole vectors: where the units are half as wide as a
/// vector, it takes half the time.
template <class Scalar>
using HalfVector = decltype(load_half(static_cast<const Scalar*>(nullptr)));

inline void store_half(float* to, const Vector<float>& value) noexcept {
    _mm_storeu_ps(to, _mm256_castps256_ps128(value));
}
inline void store_half(double* to, const Vector<double>& value) noexcept {
    _mm_storeu_pd(to, _mm256_castpd256_pd128(value));
}
inline __m128 lower_half(const Vector<float>& value) noexcept {
    return _mm256_castps256_ps128(value);
}
inline __m128d lower_half(const Vector<double>& value) noexcept {
    return _mm256_castpd256_pd128(value);
}
/// The upper half repeats it.
inline Vector<float> widened(__m128 half) noexcept {
    return _mm256_set_m128(half, half);
}
inline Vector<double> widened(__m128d half) noexcept {
    return _mm256_set_m128d(half, half);
}
inline __m128 fma(__m128 a, __m128 b, __m128 c) noexcept {
#if defined(__FMA__)
    return _mm_fmadd_ps(a, b, c);
#else
    return _mm_add_ps(_mm_mul_ps(a, b), c);
#endif
}
inline __m128d fma(__m128d a, __m128d b, __m128d c) noexcept {
#if defined(__FMA__)
    return _mm_fmadd_pd(a, b, c);
#else
    return _mm_add_pd(_mm_mul_pd(a, b), c);
#endif
}

#else

template <class Scalar>
using HalfVector = Vector<Scalar>;

inline constexpr bool has_half_vectors = false;

#endif

/// How many vectors' sums `lane_sums` makes.
template <class Scalar>
inline constexpr std::size_t summed_lanes = width<Scalar> < 4 ? width<Scalar> : 4;

/// Lane i < summed_lanes is the sum of the lanes of v[i]; the others are unspecified.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> lane_sums(const Vector<Scalar>* v) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__AVX2__) && !defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4) {
        const auto pairs = [](__m256 a, __m256 b) {
            return _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
        };
        const __m256 ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
        const __m256 halves = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(1, 0, 1, 0)),
                                            _mm256_shuffle_ps(ab, cd, _MM_SHUFFLE(3, 2, 3, 2)));
        const __m128 sums = _mm_add_ps(_mm256_castps256_ps128(halves), _mm256_extractf128_ps(halves, 1));
        return Vector<Scalar>(_mm256_castps128_ps256(sums));
    } else {
        const auto pairs = [](__m256d a, __m256d b) {
            return _mm256_add_pd(_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b));
        };
        const __m256d ab = pairs(v[0], v[1]), cd = pairs(v[2], v[3]);
        return Vector<Scalar>(
            _mm256_add_pd(_mm256_permute2f128_pd(ab, cd, 0x20), _mm256_permute2f128_pd(ab, cd, 0x31)));
    }
#else
    Scalar sums[width<Scalar>] = {};
    for (std::size_t i = 0; i < summed_lanes<Scalar>; ++i)
        sums[i] = reduce_add<Scalar>(v[i]);
    return load(sums);
#endif
}

/// The largest lane.
template <class Scalar>
Scalar reduce_max(const Vector<Scalar>& value) noexcept {
#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    return detail::fold(value.data, detail::Larger{});
#else
    Scalar lanes[width<Scalar>];
    store(lanes, value);
    Scalar largest = lanes[0];
    for (std::size_t i = 1; i < width<Scalar>; ++i)
        largest = lanes[i] > largest ? lanes[i] : largest;
    return largest;
#endif
}

} // namespace burin::kernels

#undef BURIN_DETAIL_ONE_LANE
#undef BURIN_DETAIL_MIXED
