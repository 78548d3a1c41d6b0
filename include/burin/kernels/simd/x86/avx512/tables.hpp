#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

/// Tables of floats.
template <class Scalar>
inline constexpr std::size_t table_entries = sizeof(Scalar) == 4 ? 16 : 0;

/// For each lane the number of an aligned table of 16 whose index are the lowest four bits of `place`.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> look_up(const Scalar* table, Vector<Scalar> place) noexcept {
    return Vector<Scalar>(_mm512_permutexvar_ps(_mm512_castps_si512(place), _mm512_load_ps(table)));
}

/// x · 2ⁿ, of which n is rounded down to an integer, whatever it is.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> times_power_of_two(Vector<Scalar> x, Vector<Scalar> n) noexcept {
    return Vector<Scalar>(_mm512_scalef_ps(x, n));
}

} // namespace burin::kernels
