#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

/// How many panels of w, which make 32 KiB with the columns of dx that a tile has, and how many samples at a
/// time.
inline constexpr std::size_t transposed_panels = 32;
inline constexpr std::size_t transposed_samples = 128;

/// to(c, r) = from(r, c) for `Rows` rows of `Columns`, without gaps, as constants of which the compiler makes
/// straight code.
template <std::size_t Rows, std::size_t Columns, class Scalar>
[[gnu::always_inline]] inline void transpose_block(const Scalar* from, Scalar* to) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (std::size_t r = 0; r < Rows; r += lanes)
        for (std::size_t c = 0; c < Columns; c += lanes) {
            const auto square = load_square_transposed(from + r * Columns + c, Columns);
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < lanes; ++i)
                store(to + (c + i) * Rows + r, square[i]);
        }
}

/// The input gradient of many samples: as many rows of w as a panel has columns are transposed at a time, and
/// then multiplied as in the forward product.
template <class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_packed(DenseGradient<Scalar> dense, std::size_t rows,
                                             Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, wide = 2 * lanes;
    constexpr Panels one_panel{wide, 1, 0};
    constexpr ColumnKind kind{true};
    alignas(64) Scalar transposed[(transposed_panels * wide + lanes) * wide];
    alignas(64) Scalar sums[transposed_samples * wide];

    Operands<Scalar> product;
    product.left_row = dense.n;
    product.right = {transposed, wide, wide, 0};
    product.result = {sums, wide, wide, 0};
    for (; rows > 0; rows -= std::min(rows, transposed_samples)) {
        const std::size_t samples = std::min(rows, transposed_samples);
        for (std::size_t k = 0; k < dense.k; k += wide) {
            const std::size_t columns = std::min(wide, dense.k - k);
            product.left = dense.dy;
            product.start = {};
            for (std::size_t p = 0; p < dense.panels.count();) {
                product.depth = 0;
                for (const std::size_t end = std::min(dense.panels.count(), p + transposed_panels); p < end;
                     ++p) {
                    const std::size_t depth = dense.panels.columns(p);
                    const Scalar* const w = dense.panel(p) + k * depth;
                    Scalar* const to = transposed + product.depth * wide;
                    if (columns == wide && depth == wide) {
                        transpose_block<wide, wide>(w, to);
                    } else {
                        if (columns < wide)
                            std::fill_n(to, depth * wide, Scalar(0));
                        transpose(columns, depth, w, depth, to, wide);
                    }
                    product.depth += depth;
                }
                multiply_shared<kind>(product, one_panel, samples, StoreSum{});
                product.left += product.depth;
                product.start = {sums, wide, wide, 0};
            }
            for (std::size_t row = 0; row < samples; ++row)
                for (std::size_t c = 0; c < columns; c += lanes)
                    finish_gradient(dense, row * dense.k + k + c, load(sums + row * wide + c),
                                    std::min(lanes, columns - c), derivative);
        }
        dense.skip_rows(samples);
    }
}

} // namespace burin::kernels::detail
