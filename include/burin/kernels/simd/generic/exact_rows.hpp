#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// Whether columns of narrow rows are loaded without what is beside these rows.
inline constexpr bool loads_exact_rows = false;

template <std::size_t N, std::size_t Rows, class Scalar>
std::array<Vector<Scalar>, N> load_exact_rows_transposed(const Scalar* rows) noexcept;

} // namespace burin::kernels
