#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// Whether there are these functions: for vectors of eight lanes or sixteen, where eight rows of two vectors
/// stay in registers.
inline constexpr bool has_transpose_8x8 = false;

/// Eight vectors, transposed: the elements 8 g … 8 g + 7 of vector i + 4 h of the result, i < 4 and h < 2,
/// are what lane i + 4 (g + h · n) of the eight held, where a vector has 8 n lanes.
template <class Scalar>
std::array<Vector<Scalar>, 8> transpose_8x8(const Vector<Scalar> (&v)[8]) noexcept;

/// Elements 8 g … 8 g + 7 of the vector are eight from `from` + g · stride on, for g < count; others are
/// unspecified.
template <class Scalar>
Vector<Scalar> load_rows_of_8(const Scalar* from, std::size_t stride, std::size_t count) noexcept;

/// Stores elements 8 g … 8 g + 7 of the vector to `to` + g · stride, for g < count.
template <class Scalar>
void store_rows_of_8(Scalar* to, std::size_t stride, const Vector<Scalar>& value, std::size_t count) noexcept;

} // namespace burin::kernels
