#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/input_gradient_in_lanes.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/transposed_rows.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels::detail {

template <std::size_t N, class Scalar>
inline constexpr SampleLanes rest_of_narrow{.from = SampleLanes::From::registers,
                                            .lanes = width<Scalar>,
                                            .group = width<Scalar>,
                                            .columns = N,
                                            .panels = 1};

/// Rows k, k + 1, … of a narrow matrix, `Count`, as many as a vector has lanes or less, transposed: their
/// columns are vectors of dx's. `kept` of these that come first are as they should be already.
template <std::size_t N, std::size_t Count, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
input_gradient_of_columns(const DenseGradient<Scalar>& dense, std::size_t rows,
                          const std::array<Vector<Scalar>, N>& columns, std::size_t k, std::size_t kept,
                          Derivative derivative) noexcept {
    for (std::size_t row = 0; row < rows; ++row) {
        const Scalar* const dy = dense.dy + row * N;
        Scalar* const dx = dense.dx + row * dense.k + k;
        Vector<Scalar> sums[2] = {columns[0] * broadcast(dy[0]), broadcast(Scalar(0))};
        BURIN_DETAIL_UNROLL
        for (std::size_t n = 1; n < N; ++n)
            sums[n % 2] = fma(broadcast(dy[n]), columns[n], sums[n % 2]);
        Vector<Scalar> gradient = N == 1 ? sums[0] : sums[0] + sums[1];
        if constexpr (Count < width<Scalar>) {
            finish_gradient(dense, row * dense.k + k, gradient, Count, derivative);
            continue;
        }
        gradient = finished_gradient(gradient, derivative, [&]() __attribute__((always_inline)) {
            return load(dense.activated + row * dense.k + k);
        });
        store(dx, kept > 0 ? first_lanes<Scalar>(kept, load(dx), gradient) : gradient);
    }
}

/// Of a narrow matrix of at least as many rows as a vector has lanes, so many are transposed at a time. The
/// last ones are transposed with some that have been before, if they fit into a vector; a single one, and
/// wider ones, are sooner multiplied than transposed. (Else (33, 7) takes 5 to 19 % longer, AVX2.)
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_narrow(const DenseGradient<Scalar>& dense,
                                                            std::size_t rows,
                                                            Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, rest = K % lanes;
    if constexpr (loads_exact_rows && N < lanes && K < lanes) {
        input_gradient_of_columns<N, rest>(dense, rows, load_exact_rows_transposed<N, rest>(dense.w), 0, 0,
                                           derivative);
        return;
    }
    constexpr Beside first =
        K * N >= lanes * N + (N < lanes ? lanes - N : 0) ? Beside::behind : Beside::nothing;
    input_gradient_of_columns<N, lanes>(dense, rows, load_rows_transposed<N, first>(dense.w), 0, 0,
                                        derivative);
    std::size_t k = lanes;
    for (; k + lanes <= dense.k; k += lanes)
        input_gradient_of_columns<N, lanes>(
            dense, rows, load_rows_transposed<N, Beside::before>(dense.w + k * N), k, 0, derivative);
    if constexpr (rest == 1 && N <= lanes) {
        const Vector<Scalar> w = load_partial(dense.w + k * N, N);
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar sum = reduce_add<Scalar>(w * load_partial(dense.dy + row * N, N));
            finish_gradient(dense, row * dense.k + k, broadcast(sum), 1, derivative);
        }
    } else if constexpr (rest > 0 && N <= lanes) {
        const std::size_t last = dense.k - lanes;
        const Scalar* const w = dense.w + last * N;
        input_gradient_of_columns<N, lanes>(
            dense, rows, k > lanes ? load_rows_transposed<N, Beside::before>(w) : load_rows_transposed<N>(w),
            last, lanes - rest, derivative);
    } else if constexpr (rest > 0) {
        for (std::size_t row = 0; row < rows; ++row) {
            DenseGradient<Scalar> left = dense;
            left.skip_rows(row);
            input_gradient_in_lanes_inlined<rest_of_narrow<N, Scalar>>(left, 1, dense.k - rest, dense.k,
                                                                       derivative);
        }
    }
}

/// How many panels of w, which make 32 KiB with the columns of dx that a tile has, and how many samples at a
/// time.
inline constexpr std::size_t transposed_panels = 32;
inline constexpr std::size_t transposed_samples = 128;

/// The input gradient of many samples, by panels: as many rows of w as a panel has columns are transposed at
/// a time, and then multiplied as in the forward product.
template <class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_transposed_by_panels(DenseGradient<Scalar> dense, std::size_t rows,
                                                           Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, wide = 2 * lanes;
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
                    if (columns < wide)
                        std::fill_n(to, depth * wide, Scalar(0));
                    transpose(columns, depth, w, depth, to, wide);
                    product.depth += depth;
                }
                multiply<Product::forward, Extents{0, 1, wide}, Hints{.is_block = true, .shares_code = true}>(
                    product, samples, StoreSum{});
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
