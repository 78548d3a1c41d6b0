#pragma once

// Columns of what lies in rows.

#include "burin/kernels/simd/vector.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

/// Four vectors, transposed: in vector i of the result, elements 4 g … 4 g + 3 are what lane i + 4 g of the
/// four held. For vectors of four lanes or more.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, 4>
transpose_4x4(const Vector<Scalar> (&v)[4]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    Scalar rows[4][lanes];
    for (std::size_t i = 0; i < 4; ++i)
        store(rows[i], v[i]);
    std::array<Vector<Scalar>, 4> transposed;
    for (std::size_t i = 0; i < 4; ++i) {
        Scalar elements[lanes];
        for (std::size_t j = 0; j < lanes; ++j)
            elements[j] = rows[j % 4][i + j / 4 * 4];
        transposed[i] = load(elements);
    }
    return transposed;
}

/// A square of `width` rows of `width` elements, transposed: vector i holds column i.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_transposed(const Scalar* from, std::size_t stride) noexcept {
    std::array<Vector<Scalar>, width<Scalar>> columns;
    for (std::size_t c = 0; c < width<Scalar>; ++c) {
        Scalar lanes[width<Scalar>];
        for (std::size_t r = 0; r < width<Scalar>; ++r)
            lanes[r] = from[r * stride + c];
        columns[c] = load(lanes);
    }
    return columns;
}

/// The same as `load_transposed`, where all columns are wanted: of whole rows, which take fewer operations
/// than quarters with AVX-512.
template <class Scalar>
[[gnu::always_inline]] inline std::array<Vector<Scalar>, width<Scalar>>
load_square_transposed(const Scalar* from, std::size_t stride) noexcept {
    return load_transposed(from, stride);
}

} // namespace burin::kernels
