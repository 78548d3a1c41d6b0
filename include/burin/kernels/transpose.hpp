#pragma once

#include <cstddef>

namespace burin::kernels {

/// to(c, r) = from(r, c), for `rows` rows and `columns` columns of `from`.
template <class Scalar>
void transpose(std::size_t rows, std::size_t columns, const Scalar* from, std::size_t from_stride, Scalar* to,
               std::size_t to_stride) noexcept {
    // Four rows at a time: each cache line of `to` is then written in few goes, and the reads run along rows.
    for (; rows >= 4; rows -= 4, from += 4 * from_stride, to += 4) {
        Scalar* column = to;
        for (std::size_t c = 0; c < columns; ++c, column += to_stride) {
            column[0] = from[c];
            column[1] = from[from_stride + c];
            column[2] = from[2 * from_stride + c];
            column[3] = from[3 * from_stride + c];
        }
    }
    for (; rows > 0; --rows, from += from_stride, ++to) {
        Scalar* column = to;
        for (std::size_t c = 0; c < columns; ++c, column += to_stride)
            column[0] = from[c];
    }
}

} // namespace burin::kernels
