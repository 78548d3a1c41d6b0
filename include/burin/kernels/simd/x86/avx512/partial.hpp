#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels {

namespace detail {

// What was stored with a mask, a load must wait for until it is in the cache: halves are stored without.
[[gnu::always_inline]] inline bool is_known_to_be(std::size_t count, std::size_t half) noexcept {
    return __builtin_constant_p(count) && count == half;
}

} // namespace detail

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_partial(const Scalar* from, std::size_t count) noexcept {
    if (detail::is_known_to_be(count, width<Scalar> / 2)) {
        if constexpr (sizeof(Scalar) == 4)
            return Vector<Scalar>(_mm512_zextps256_ps512(_mm256_loadu_ps(from)));
        else
            return Vector<Scalar>(_mm512_zextpd256_pd512(_mm256_loadu_pd(from)));
    }
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), from));
    else
        return Vector<Scalar>(_mm512_maskz_loadu_pd(static_cast<__mmask8>((1u << count) - 1), from));
}

template <class Scalar>
[[gnu::always_inline]] inline void store_partial(Scalar* to, const Vector<Scalar>& value,
                                                 std::size_t count) noexcept {
    if (detail::is_known_to_be(count, width<Scalar> / 2)) {
        if constexpr (sizeof(Scalar) == 4)
            return _mm256_storeu_ps(to, _mm512_castps512_ps256(value));
        else
            return _mm256_storeu_pd(to, _mm512_castpd512_pd256(value));
    }
    if constexpr (sizeof(Scalar) == 4)
        _mm512_mask_storeu_ps(to, static_cast<__mmask16>((1u << count) - 1), value);
    else
        _mm512_mask_storeu_pd(to, static_cast<__mmask8>((1u << count) - 1), value);
}

template <class Scalar>
Vector<Scalar> first_lanes(std::size_t count, const Vector<Scalar>& value,
                           const std::type_identity_t<Vector<Scalar>>& others) noexcept {
    if (count == width<Scalar>)
        return value;
    if constexpr (sizeof(Scalar) == 4)
        return _mm512_mask_mov_ps(others, static_cast<__mmask16>((1u << count) - 1), value);
    else
        return _mm512_mask_mov_pd(others, static_cast<__mmask8>((1u << count) - 1), value);
}

} // namespace burin::kernels
