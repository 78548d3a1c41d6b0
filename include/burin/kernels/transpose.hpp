#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels {

namespace detail {

/// A function of its own: clang would prepare for it beside each square.
template <class Scalar>
[[gnu::noinline]] void transpose_one_by_one(std::size_t rows, std::size_t columns, const Scalar* from,
                                            std::size_t from_stride, Scalar* to,
                                            std::size_t to_stride) noexcept {
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            to[c * to_stride + r] = from[r * from_stride + c];
}

} // namespace detail

/// to(c, r) = from(r, c), for `rows` rows and `columns` columns of `from`. Squares as wide as a vector are
/// transposed in registers, but for bytes.
template <class Scalar>
void transpose(std::size_t rows, std::size_t columns, const Scalar* from, std::size_t from_stride, Scalar* to,
               std::size_t to_stride) noexcept {
    std::size_t r = 0;
    if constexpr (sizeof(Scalar) > 1) {
        constexpr std::size_t lanes = width<Scalar>;
        for (; r + lanes <= rows; r += lanes) {
            std::size_t c = 0;
            for (; c + lanes <= columns; c += lanes) {
                const auto square = load_square_transposed(from + r * from_stride + c, from_stride);
                BURIN_DETAIL_UNROLL
                for (std::size_t i = 0; i < lanes; ++i)
                    store(to + (c + i) * to_stride + r, square[i]);
            }
            detail::transpose_one_by_one(lanes, columns - c, from + r * from_stride + c, from_stride,
                                         to + c * to_stride + r, to_stride);
        }
    }
    detail::transpose_one_by_one(rows - r, columns, from + r * from_stride, from_stride, to + r, to_stride);
}

} // namespace burin::kernels
