#pragma once

#include "burin/kernels/simd/arm/division.hpp"
#include "burin/kernels/simd/generic/bits.hpp"
#include "burin/kernels/simd/generic/mixed_vector.hpp"
#include "burin/kernels/simd/scalar/one_lane.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <bit>
#include <string_view>
#include <type_traits>

namespace burin::kernels {

namespace detail {

template <class Scalar>
struct BatchOrOneLane : std::conditional<sizeof(Scalar) == 4, xsimd::batch<Scalar>, ScalarVector<Scalar>> {};

} // namespace detail

template <class Scalar>
using Vector = MixedVector<Scalar, detail::BatchOrOneLane>;

inline constexpr std::string_view architecture = xsimd::default_arch::name();

using xsimd::abs;
using xsimd::floor;
using xsimd::fma;
using xsimd::max;
using xsimd::min;
using xsimd::select;
using xsimd::sqrt;

inline Vector<float> sqrt(const Vector<float>& x) noexcept {
    return Vector<float>(xsimd::batch<float>(detail::roots(x.lanes)));
}

template <class Scalar, class Architecture>
auto is_nan(const xsimd::batch<Scalar, Architecture>& x) noexcept {
    return xsimd::isnan(x);
}

template <class Scalar>
Vector<Scalar> load(const Scalar* from) noexcept {
    if constexpr (Vector<Scalar>::size == 1)
        return Vector<Scalar>(*from);
    else
        return Vector<Scalar>(xsimd::batch<Scalar>::load_unaligned(from));
}

template <class Scalar>
void store(Scalar* to, const Vector<Scalar>& value) noexcept {
    if constexpr (Vector<Scalar>::size == 1)
        *to = value.lanes.lane;
    else
        value.lanes.store_unaligned(to);
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Bits<Scalar>> bits(Vector<Scalar> numbers) noexcept {
    return std::bit_cast<Vector<Bits<Scalar>>>(numbers);
}

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> from_bits(Vector<Bits<Scalar>> patterns) noexcept {
    return std::bit_cast<Vector<Scalar>>(patterns);
}

} // namespace burin::kernels

#include "burin/kernels/simd/generic/first_lane.hpp"
#include "burin/kernels/simd/generic/max_or_nan.hpp"
#include "burin/kernels/simd/generic/multiply_subtract.hpp"
#include "burin/kernels/simd/generic/nan_where.hpp"
