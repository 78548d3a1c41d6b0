#pragma once

// Vectors, and what is done with each of their lanes.

#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd/mixed_vector.hpp"
#include "burin/kernels/simd/scalar_vector.hpp"
#include "burin/kernels/simd/xsimd.hpp"

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

#if !BURIN_DETAIL_ONE_LANE
/// Which lanes are no numbers. (`x != x` does not tell: of AVX's vectors it is false.)
template <class Scalar, class Architecture>
auto is_nan(const xsimd::batch<Scalar, Architecture>& x) noexcept {
    return xsimd::isnan(x);
}
#endif

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
static_assert(width<float> == this_machine.lanes<float>() && width<double> == this_machine.lanes<double>(),
              "xsimd has other vectors for this processor than kernels/machine.hpp says");

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

/// The same, but not into the first-level cache, which has no room for it yet.
[[gnu::always_inline]] inline void prefetch_to_l2(const void* address) noexcept {
    __builtin_prefetch(address, 0, 2);
}

/// The same for what will be written.
[[gnu::always_inline]] inline void prefetch_for_write(const void* address) noexcept {
    __builtin_prefetch(address, 1);
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

// `min` and `max` give their second operand where either is no number (on Arm, what is none). What hands on
// what is no number is written with these.

/// x, but no less than `low`; of vectors of any width. What is no number stays so.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector at_least(AnyVector x, std::type_identity_t<AnyVector> low) noexcept {
    return max(low, x);
}

/// x, but no more than `high`. What is no number stays so.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector at_most(AnyVector x, std::type_identity_t<AnyVector> high) noexcept {
    return min(high, x);
}

/// x, but no less than `low` and no more than `high`. What is no number stays so.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> clamp(Vector<Scalar> x, Scalar low, Scalar high) noexcept {
    return at_most(at_least(x, Vector<Scalar>(low)), Vector<Scalar>(high));
}

/// The larger of two, and no number where either is none. Of a running maximum and another operand the
/// running one is the second: it waits for fewer instructions.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector max_or_nan(AnyVector x, AnyVector running) noexcept {
#if !BURIN_DETAIL_ONE_LANE && XSIMD_WITH_NEON64
    return max(x, running);
#else
    return select(is_nan(x), x, max(x, running));
#endif
}

/// The smaller of two, and no number where either is none.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector min_or_nan(AnyVector x, AnyVector running) noexcept {
#if !BURIN_DETAIL_ONE_LANE && XSIMD_WITH_NEON64
    return min(x, running);
#else
    return select(is_nan(x), x, min(x, running));
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

} // namespace burin::kernels
