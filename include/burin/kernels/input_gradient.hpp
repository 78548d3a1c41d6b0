#pragma once

#include "burin/kernels/columns.hpp"
#include "burin/kernels/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/tile.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// dx = derivative(dy · wᵀ, activated), with dy [rows, n], w [k, n] in panels, activated and dx [rows, k].
///
/// A row of w has an element for each column of dx, but its neighbours in memory belong to the same column:
/// so no vector of dx's columns can be loaded from w. Of many samples, the samples stand side by side in the
/// lanes: the small matrix dy is transposed, w is read as it lies, and tiles of the result are turned back in
/// registers. Of few samples, which would leave lanes empty, every element is a product of two rows.
template <class Scalar>
struct DenseGradient {
    const Scalar* dy;
    const Scalar* w;
    const Scalar* activated;
    Scalar* dx;
    std::size_t k;
    std::size_t n;
    Panels panels;

    constexpr void skip_rows(std::size_t rows) {
        dy += rows * n;
        dx += rows * k;
        activated += activated != nullptr ? rows * k : 0;
    }
    constexpr const Scalar* panel(std::size_t p) const { return w + panels.first_column(p) * k; }
};

namespace detail {

template <class Scalar, class Derivative>
[[gnu::always_inline]] inline void finish_gradient(const DenseGradient<Scalar>& dense, std::size_t at,
                                                   const Vector<Scalar>& gradient, std::size_t count,
                                                   Derivative derivative) noexcept {
    const Scalar* const activated = Derivative::reads_activation ? dense.activated + at : nullptr;
    if (count == width<Scalar>)
        store(dense.dx + at, derivative(gradient, Derivative::reads_activation ? load(activated) : gradient));
    else
        store_partial(
            dense.dx + at,
            derivative(gradient, Derivative::reads_activation ? load_partial(activated, count) : gradient),
            count);
}

/// The products of `Rows` rows of w from row k on, with `Vectors` vectors of samples that stand side by side.
template <std::size_t Vectors, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void multiply_side_by_side(const DenseGradient<Scalar>& dense, std::size_t k,
                                                         const Scalar* samples,
                                                         Vector<Scalar> (&sums)[Vectors][Rows]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (auto& vector : sums)
        for (auto& sum : vector)
            sum = broadcast(Scalar(0));
    for (std::size_t p = 0; p < dense.panels.count(); ++p) {
        const std::size_t columns = dense.panels.columns(p);
        const Scalar* w = dense.panel(p) + k * columns;
        BURIN_DETAIL_UNROLL_4
        for (std::size_t c = columns; c > 0; --c) {
            Vector<Scalar> row[Vectors];
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                row[v] = load(samples + v * lanes);
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vector<Scalar> factor = broadcast(w[r * columns]);
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < Vectors; ++v)
                    sums[v][r] = fma(factor, row[v], sums[v][r]);
            }
            samples += Vectors * lanes;
            ++w;
        }
    }
}

/// At most `Vectors` ≤ 2 vectors of samples. `side_by_side` has room for dyᵀ, so many vectors for each of its
/// rows.
template <std::size_t Vectors, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_of_many(const DenseGradient<Scalar>& dense, std::size_t rows,
                                              Scalar* side_by_side, Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t samples = Vectors * lanes;
    // Eight sums are under way.
    constexpr std::size_t quad = 4, height = 8 / Vectors;
    transpose(rows, dense.n, dense.dy, dense.n, side_by_side, samples);
    if (rows < samples)
        for (std::size_t n = 0; n < dense.n; ++n)
            std::fill(side_by_side + n * samples + rows, side_by_side + (n + 1) * samples, Scalar(0));

    std::size_t k = 0;
    for (; k + height <= dense.k; k += height) {
        Vector<Scalar> sums[Vectors][height];
        multiply_side_by_side<Vectors, height>(dense, k, side_by_side, sums);
        BURIN_DETAIL_UNROLL
        for (std::size_t q = 0; q < 8 / quad; ++q) {
            const std::size_t v = q % Vectors, first = q / Vectors * quad;
            const auto turned = transpose_quads<Scalar>(
                {sums[v][first], sums[v][first + 1], sums[v][first + 2], sums[v][first + 3]});
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < quad; ++i) {
                // Rows row, row + 4, … of the result, four elements of each.
                const std::size_t row = v * lanes + i;
                if (row >= rows)
                    continue;
                const std::size_t count = (std::min(rows, (v + 1) * lanes) - row + quad - 1) / quad;
                const std::size_t at = row * dense.k + k + first;
                Vector<Scalar> gradient = turned[i];
                if constexpr (Derivative::reads_activation)
                    gradient = derivative(gradient, load_quads(dense.activated + at, quad * dense.k, count));
                else
                    gradient = derivative(gradient, gradient);
                store_quads(dense.dx + at, quad * dense.k, gradient, count);
            }
        }
    }
    for (; k < dense.k; ++k) {
        Vector<Scalar> sums[Vectors][1];
        multiply_side_by_side<Vectors, 1>(dense, k, side_by_side, sums);
        Scalar gradients[samples];
        for (std::size_t v = 0; v < Vectors; ++v)
            store(gradients + v * lanes, sums[v][0]);
        for (std::size_t row = 0; row < rows; ++row)
            finish_gradient(dense, row * dense.k + k, broadcast(gradients[row]), 1, derivative);
    }
}

/// Of a narrow matrix, as many rows as a vector has lanes are turned at a time: their columns are then
/// vectors of dx's.
template <std::size_t N, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_narrow(const DenseGradient<Scalar>& dense,
                                                            std::size_t rows,
                                                            Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (std::size_t k = 0; k < dense.k; k += lanes) {
        const std::size_t count = std::min(lanes, dense.k - k);
        std::array<Vector<Scalar>, N> columns;
        if (count == lanes) {
            columns = load_columns<N>(dense.w + k * N);
        } else {
            Scalar last_rows[lanes * N] = {};
            std::copy_n(dense.w + k * N, count * N, last_rows);
            columns = load_columns<N>(static_cast<const Scalar*>(last_rows));
        }
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar* const dy = dense.dy + row * N;
            Vector<Scalar> sums[2] = {columns[0] * broadcast(dy[0]), broadcast(Scalar(0))};
            BURIN_DETAIL_UNROLL
            for (std::size_t n = 1; n < N; ++n)
                sums[n % 2] = fma(broadcast(dy[n]), columns[n], sums[n % 2]);
            finish_gradient(dense, row * dense.k + k, sums[0] + sums[1], count, derivative);
        }
    }
}

/// Adds the products of `Rows` rows of dy with `Columns` rows of w from row k on, lane by lane.
template <std::size_t Rows, std::size_t Columns, class Scalar>
[[gnu::always_inline]] inline void multiply_rows(const DenseGradient<Scalar>& dense, std::size_t k,
                                                 Vector<Scalar> (&sums)[Columns][Rows]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (auto& column : sums)
        for (auto& sum : column)
            sum = broadcast(Scalar(0));
    const Scalar* dy = dense.dy;
    for (std::size_t p = 0; p < dense.panels.count(); ++p) {
        const std::size_t columns = dense.panels.columns(p);
        const Scalar* w = dense.panel(p) + k * columns;
        const auto add = [&](auto load_from) __attribute__((always_inline)) {
            Vector<Scalar> factors[Columns];
            BURIN_DETAIL_UNROLL
            for (std::size_t c = 0; c < Columns; ++c)
                factors[c] = load_from(w + c * columns);
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vector<Scalar> factor = load_from(dy + r * dense.n);
                BURIN_DETAIL_UNROLL
                for (std::size_t c = 0; c < Columns; ++c)
                    sums[c][r] = fma(factor, factors[c], sums[c][r]);
            }
        };
        std::size_t n = columns;
        for (; n >= lanes; n -= lanes, w += lanes, dy += lanes)
            add([](const Scalar* from) __attribute__((always_inline)) { return load(from); });
        if (n > 0)
            add([n](const Scalar* from) __attribute__((always_inline)) { return load_partial(from, n); });
        dy += n;
    }
}

/// `Rows` ≤ 4 rows, `Columns` columns at a time.
template <std::size_t Rows, std::size_t Columns, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_of_few(const DenseGradient<Scalar>& dense,
                                             Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t block = lanes * Columns;
    // Four elements for each column, of which the first are those of the rows.
    alignas(64) Scalar sums[4 * block + 4 * lanes] = {};
    for (std::size_t k = 0; k < dense.k; k += block) {
        const std::size_t count = std::min(block, dense.k - k);
        std::size_t done = 0;
        for (; done + Columns <= count; done += Columns) {
            Vector<Scalar> tile[Columns][Rows];
            multiply_rows<Rows, Columns>(dense, k + done, tile);
            BURIN_DETAIL_UNROLL
            for (std::size_t c = 0; c < Columns; ++c)
                store_sums<Scalar>(sums + 4 * (done + c), tile[c]);
        }
        for (; done < count; ++done) {
            Vector<Scalar> tile[1][Rows];
            multiply_rows<Rows, 1>(dense, k + done, tile);
            store_sums<Scalar>(sums + 4 * done, tile[0]);
        }
        for (std::size_t v = 0; v < count; v += lanes) {
            const auto finish_row = [&](std::size_t row, const Vector<Scalar>& gradient) {
                finish_gradient(dense, row * dense.k + k + v, gradient, std::min(lanes, count - v),
                                derivative);
            };
            if constexpr (lanes >= 4) {
                const auto turned = load_transposed(sums + 4 * v, 4);
                for (std::size_t row = 0; row < Rows; ++row)
                    finish_row(row, turned[row]);
            } else {
                for (std::size_t row = 0; row < Rows; ++row) {
                    Scalar elements[lanes];
                    for (std::size_t i = 0; i < lanes; ++i)
                        elements[i] = sums[4 * (v + i) + row];
                    finish_row(row, load(elements));
                }
            }
        }
    }
}

} // namespace detail

/// All rows. `N` is dense.n.
template <std::size_t N, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient(DenseGradient<Scalar> dense, std::size_t rows,
                                                  Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (lanes > 1 && N <= 2 * lanes)
        return detail::input_gradient_of_narrow<N>(dense, rows, derivative);
    // Longer rows of dy would take much room side by side, and sums over them pay for themselves.
    if constexpr (lanes >= 4 && N <= 1024) {
        alignas(64) Scalar side_by_side[N * 2 * lanes];
        for (; rows > lanes; rows -= std::min(rows, 2 * lanes)) {
            const std::size_t count = std::min(rows, 2 * lanes);
            detail::input_gradient_of_many<2>(dense, count, side_by_side, derivative);
            dense.skip_rows(count);
        }
        if (2 * rows > lanes) {
            detail::input_gradient_of_many<1>(dense, rows, side_by_side, derivative);
            return;
        }
    }
    for (; rows >= 4; rows -= 4, dense.skip_rows(4))
        detail::input_gradient_of_few<4, 3>(dense, derivative);
    if (rows == 3)
        detail::input_gradient_of_few<3, 4>(dense, derivative);
    if (rows == 2)
        detail::input_gradient_of_few<2, 4>(dense, derivative);
    if (rows == 1)
        detail::input_gradient_of_few<1, 8>(dense, derivative);
}

} // namespace burin::kernels
