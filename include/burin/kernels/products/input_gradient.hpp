#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/input_gradient_by_halves.hpp"
#include "burin/kernels/products/input_gradient_in_groups.hpp"
#include "burin/kernels/products/input_gradient_of_few.hpp"
#include "burin/kernels/products/input_gradient_packed.hpp"
#include "burin/kernels/products/input_gradient_side_by_side.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/transposed_rows.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {
namespace detail {

/// From so many samples on, a narrow matrix of so many rows is transposed: rows that fit into a vector are
/// transposed fastest.
template <std::size_t K, std::size_t N, class Scalar>
inline constexpr std::size_t transposed_from_samples = N <= width<Scalar>       ? 1
                                                       : K % width<Scalar> == 0 ? 4
                                                                                : 5;

/// Of so many samples, transposing w takes less time than broadcasting its elements; of fewer doubles, since
/// half as many stand side by side and w is read more often. A matrix of a single full panel is as narrow as
/// those that are transposed in registers, which would take all of them.
template <std::size_t N, class Scalar>
inline constexpr std::size_t packed_from_samples = N == 2 * width<Scalar>            ? width<Scalar>
                                                   : sizeof(Scalar) == sizeof(float) ? 96
                                                                                     : 48;

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
/// wider ones, are sooner multiplied than transposed.
template <std::size_t N, std::size_t Elements, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_narrow(const DenseGradient<Scalar>& dense,
                                                            std::size_t rows,
                                                            Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, rest = Elements / N % lanes;
    if constexpr (loads_exact_rows && N < lanes && Elements / N < lanes) {
        input_gradient_of_columns<N, rest>(dense, rows, load_exact_rows_transposed<N, rest>(dense.w), 0, 0,
                                           derivative);
        return;
    }
    constexpr Beside first =
        Elements >= lanes * N + (N < lanes ? lanes - N : 0) ? Beside::behind : Beside::nothing;
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
        input_gradient_of_few<N, Elements>(dense, rows, dense.k - rest, derivative);
    }
}

} // namespace detail

/// All rows of a matrix of `N` = dense.n columns and `Elements` elements. Of one sample every element is the
/// product of two rows (of which one stays in registers, whole or in parts). Of more, the samples stand side
/// by side in the lanes, a group of lanes for each; where no load broadcasts groups, or halves of vectors are
/// faster, few samples are products of rows too, and for many w is transposed panel by panel. Narrow matrices
/// are transposed in registers.
template <std::size_t N, std::size_t Elements, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient(DenseGradient<Scalar> dense, std::size_t rows,
                                                  Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (lanes > 1 && is_single_panel<Scalar>(N)) {
        constexpr bool is_small = Elements / N < lanes;
        if (is_small ? loads_exact_rows && N < lanes && rows > 1
                     : rows >= detail::transposed_from_samples<Elements / N, N, Scalar>)
            return detail::input_gradient_of_narrow<N, Elements>(dense, rows, derivative);
    } else if constexpr (lanes >= 4) {
        if constexpr (detail::goes_by_halves<N, Elements, Scalar>) {
            // Dozens of samples read w as often: from the second-level cache, not where panels a multiple of
            // 4 KiB apart share the sets of the first, and not doubles, of which half as many stand side by
            // side.
            constexpr bool wide = sizeof(Scalar) == sizeof(float);
            constexpr std::size_t panel_bytes = Elements / N * 2 * lanes * sizeof(Scalar);
            constexpr bool reads_again =
                wide && N >= 16 * lanes && panel_bytes % 4096 != 0 && Elements * sizeof(Scalar) <= 512 * 1024;
            constexpr std::size_t dozen = 3 * lanes / 2;
            while ((reads_again && rows >= dozen + lanes) || (rows > lanes && rows <= dozen)) {
                const std::size_t count = std::min(rows, dozen);
                detail::input_gradient_by_halves<3>(dense, count, derivative);
                dense.skip_rows(count);
                rows -= count;
            }
            if (wide && rows == lanes)
                return detail::input_gradient_by_halves<2>(dense, rows, derivative);
            if (rows == 0)
                return;
        }
        // Two rows of dy in turn, while w is read from the first-level cache, take no longer than together;
        // nor do they where two parts of a row stay in registers.
        constexpr bool goes_in_turn =
            (detail::stays_in_registers<N, Scalar> && Elements * sizeof(Scalar) <= 32 * 1024) ||
            (detail::stays_in_parts<N, Scalar> && N <= 2 * detail::kept_vectors * lanes);
        using detail::SideBySide;
        constexpr detail::Reading reading = detail::choose_reading<Scalar>(Elements / N, N);
        if constexpr (broadcasts_groups && !splits_vectors) {
            if (goes_in_turn && rows == 2)
                return detail::input_gradient_of_kept<N>(dense, rows, derivative);
            const std::size_t single = detail::input_gradient_in_groups<reading>(dense, rows, derivative);
            dense.skip_rows(rows - single);
            rows = single;
        } else {
            if (rows >= detail::packed_from_samples<N, Scalar>)
                return detail::input_gradient_packed(dense, rows, derivative);
            for (; rows > lanes; rows -= std::min(rows, 2 * lanes)) {
                const std::size_t count = std::min(rows, 2 * lanes);
                detail::input_gradient_side_by_side<SideBySide<2, 1, Scalar, reading>>(dense, count, 0,
                                                                                       dense.k, derivative);
                dense.skip_rows(count);
            }
        }
        if constexpr (detail::is_kept<N, Scalar>)
            return detail::input_gradient_of_kept<N>(dense, rows, derivative);
        // Short products of rows take long to fold.
        else if (N < 16 * lanes && rows > 1 && rows + 1 >= lanes)
            return detail::input_gradient_side_by_side<SideBySide<1, 1, Scalar, reading>>(
                dense, rows, 0, dense.k, derivative);
    }
    if constexpr (lanes < 4 || is_single_panel<Scalar>(N) || !detail::is_kept<N, Scalar>)
        detail::input_gradient_of_few<N, Elements>(dense, rows, 0, derivative);
}

} // namespace burin::kernels
