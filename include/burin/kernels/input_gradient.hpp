#pragma once

#include "burin/kernels/columns.hpp"
#include "burin/kernels/dense_gradient.hpp"
#include "burin/kernels/input_gradient_of_few.hpp"
#include "burin/kernels/input_gradient_packed.hpp"
#include "burin/kernels/input_gradient_side_by_side.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {
namespace detail {

/// Of so many samples, transposing w takes less time than broadcasting its elements. A matrix of a single
/// full panel is as narrow as those that are turned in registers, which would take all of them.
template <std::size_t N, class Scalar>
inline constexpr std::size_t packed_from_samples = N == 2 * width<Scalar> ? width<Scalar> : 96;

/// Of a narrow matrix, as many rows as a vector has lanes are turned at a time: their columns are then
/// vectors of dx's.
template <std::size_t N, std::size_t Elements, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_narrow(const DenseGradient<Scalar>& dense,
                                                            std::size_t rows,
                                                            Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::size_t k = 0;
    for (; k + lanes <= dense.k; k += lanes) {
        const std::array<Vector<Scalar>, N> columns = load_columns<N>(dense.w + k * N);
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar* const dy = dense.dy + row * N;
            Vector<Scalar> sums[2] = {columns[0] * broadcast(dy[0]), broadcast(Scalar(0))};
            BURIN_DETAIL_UNROLL
            for (std::size_t n = 1; n < N; ++n)
                sums[n % 2] = fma(broadcast(dy[n]), columns[n], sums[n % 2]);
            finish_gradient(dense, row * dense.k + k, sums[0] + sums[1], lanes, derivative);
        }
    }
    if (k < dense.k)
        input_gradient_of_few<N, Elements>(dense, rows, k, derivative);
}

} // namespace detail

/// All rows of a matrix of `N` = dense.n columns and `Elements` elements. Of few samples every element is the
/// product of two rows; of more, the samples stand side by side in the lanes; of many, w is transposed panel
/// by panel. Narrow matrices are turned in registers.
template <std::size_t N, std::size_t Elements, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient(DenseGradient<Scalar> dense, std::size_t rows,
                                                  Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (lanes > 1 && N < 2 * lanes) {
        if (rows > 4)
            return detail::input_gradient_of_narrow<N, Elements>(dense, rows, derivative);
    } else if constexpr (lanes >= 4) {
        if (rows >= detail::packed_from_samples<N, Scalar>)
            return detail::input_gradient_packed(dense, rows, derivative);
        for (; rows > lanes; rows -= std::min(rows, 2 * lanes)) {
            const std::size_t count = std::min(rows, 2 * lanes);
            detail::input_gradient_side_by_side<2>(dense, count, derivative);
            dense.skip_rows(count);
        }
        // Short products of rows take long to fold.
        if (N < 16 * lanes && rows + 1 >= lanes)
            return detail::input_gradient_side_by_side<1>(dense, rows, derivative);
    }
    detail::input_gradient_of_few<N, Elements>(dense, rows, 0, derivative);
}

} // namespace burin::kernels
