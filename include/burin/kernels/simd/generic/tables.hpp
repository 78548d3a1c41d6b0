#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

/// How many numbers a table has from which one instruction reads one for each lane; 0 where there is none,
/// and then the two functions of x86/avx512/tables.hpp are not called.
template <class Scalar>
inline constexpr std::size_t table_entries = 0;

template <class Scalar>
Vector<Scalar> look_up(const Scalar* table, Vector<Scalar> place) noexcept;

template <class Scalar>
Vector<Scalar> times_power_of_two(Vector<Scalar> x, Vector<Scalar> n) noexcept;

} // namespace burin::kernels
