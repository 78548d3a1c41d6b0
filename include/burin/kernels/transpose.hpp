#pragma once

#include <cstddef>

namespace burin::kernels {

/// to(c, r) = from(r, c), for `rows` rows and `columns` columns of `from`.
template <class Scalar>
void transpose(std::size_t rows, std::size_t columns, const Scalar* from, std::size_t from_stride, Scalar* to,
               std::size_t to_stride) noexcept {
    // Four rows at a time: each cache line of `to` is then written in few goes, and the reads run along rows.
    std::size_t r = 0;
    for (; r + 4 <= rows; r += 4)
        for (std::size_t c = 0; c < columns; ++c)
            for (std::size_t i = 0; i < 4; ++i)
                to[c * to_stride + r + i] = from[(r + i) * from_stride + c];
    for (; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            to[c * to_stride + r] = from[r * from_stride + c];
}

}  // namespace burin::kernels
