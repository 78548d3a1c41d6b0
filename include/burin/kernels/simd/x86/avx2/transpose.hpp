#pragma once

#include "burin/kernels/simd/x86/transpose.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// As many rows as a vector has lanes, transposed: vector i holds lane i of each. Of doubles, and with
/// AVX-512 of floats too.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
transpose_square(const std::array<Vector<Scalar>, width<Scalar>>& rows) noexcept {
    return transpose_4x4<Scalar>({rows[0], rows[1], rows[2], rows[3]});
}

template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_square_transposed(const Scalar* from, std::size_t stride) noexcept {
    return load_transposed(from, stride);
}

} // namespace burin::kernels
