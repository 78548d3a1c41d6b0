#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/tile.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

namespace detail {

/// Calls f(first row, number of rows) for blocks of rows of the sizes that choose_tile knows, the largest first.
/// A row's result does not depend on the block in which it is computed.
template <class Function>
[[gnu::always_inline]] inline void for_each_row_block(std::size_t rows, Function f) noexcept {
    constexpr std::size_t most = choose_tile(1000, vector_registers).rows;
    std::size_t row = 0;
    const auto cover = [&](auto block) __attribute__((always_inline)) {
        for (; row + block.value <= rows; row += block.value)
            f(row, block);
    };
    cover(std::integral_constant<std::size_t, most>{});
    cover(std::integral_constant<std::size_t, 4>{});
    cover(std::integral_constant<std::size_t, 2>{});
    cover(std::integral_constant<std::size_t, 1>{});
}

}  // namespace detail

/// y = epilogue(x · w + b), with x [rows, K], w [K, N], b [N], y [rows, N], all row-major.
/// The epilogue is a function of a vector and is applied while the sums are in registers.
template <std::size_t K, std::size_t N, bool HasBias, class Scalar, class Epilogue>
void dense_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                   Epilogue epilogue) noexcept {
    detail::for_each_row_block(rows, [&](std::size_t row, auto block) __attribute__((always_inline)) {
        constexpr TileShape shape = choose_tile(block.value, vector_registers);
        for_each_panel<N, shape.vectors, Scalar>([&](std::size_t column, auto columns) __attribute__((always_inline)) {
            using Panel = decltype(columns);
            multiply_tile<block.value, Panel>(
                LeftMatrix<Scalar>{x + row * K, K, 1}, w + column, N, K,
                [&](auto, auto v) __attribute__((always_inline)) {
                    if constexpr (HasBias)
                        return Panel::template load_at<v.value>(bias + column);
                    else
                        return Vector<Scalar>(Scalar(0));
                },
                [&](auto r, auto v, const Vector<Scalar>& sum) __attribute__((always_inline)) {
                    Panel::template store_at<v.value>(y + (row + r) * N + column, Vector<Scalar>(epilogue(sum)));
                });
        });
    });
}

/// dw (+)= xᵀ · dy and db (+)= Σ_rows dy, with x [rows, K], dy [rows, N], dw [K, N], db [N].
template <std::size_t K, std::size_t N, bool HasBias, bool Accumulate, class Scalar>
void dense_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db, std::size_t rows) noexcept {
    constexpr TileShape shape = choose_tile(K, vector_registers);
    for_each_panel<N, shape.vectors, Scalar>([&](std::size_t column, auto columns) __attribute__((always_inline)) {
        using Panel = decltype(columns);
        const auto block_of = [&](std::size_t k, auto block) __attribute__((always_inline)) {
            multiply_tile<block.value, Panel>(
                LeftMatrix<Scalar>{x + k, 1, K}, dy + column, N, rows,
                [&](auto r, auto v) __attribute__((always_inline)) {
                    if constexpr (Accumulate)
                        return Panel::template load_at<v.value>(dw + (k + r) * N + column);
                    else
                        return Vector<Scalar>(Scalar(0));
                },
                [&](auto r, auto v, const Vector<Scalar>& sum) __attribute__((always_inline)) {
                    Panel::template store_at<v.value>(dw + (k + r) * N + column, sum);
                });
        };
        constexpr std::size_t rest = K % shape.rows;
        for (std::size_t k = 0; k + shape.rows <= K; k += shape.rows)
            block_of(k, std::integral_constant<std::size_t, shape.rows>{});
        if constexpr (rest > 0)
            block_of(K - rest, std::integral_constant<std::size_t, rest>{});

        if constexpr (HasBias)
            detail::unroll<Panel::vectors>([&](auto v) __attribute__((always_inline)) {
                Vector<Scalar> sum(Scalar(0));
                if constexpr (Accumulate)
                    sum = Panel::template load_at<v.value>(db + column);
                for (std::size_t row = 0; row < rows; ++row)
                    sum = sum + Panel::template load_at<v.value>(dy + row * N + column);
                Panel::template store_at<v.value>(db + column, sum);
            });
    });
}

/// dx = derivative(dy · wᵀ, activated), with dy [rows, N], w [K, N], activated and dx [rows, K].
/// The derivative is a function of two vectors, gradient and activation; where it does not read the activation,
/// `activated` may be null. dx may be the same memory as activated.
///
/// w is read along its rows, so a panel of it is transposed into a buffer on the stack (N rows of one or two vectors)
/// and used for all rows of dy.
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
void dense_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx, std::size_t rows,
                          Derivative derivative) noexcept {
    constexpr std::size_t panel_vectors = N <= 512 ? 2 : 1;
    constexpr std::size_t panel_width = panel_vectors * width<Scalar>;
    alignas(64) Scalar panel[N * panel_width];

    for_each_panel<K, panel_vectors, Scalar>([&](std::size_t column, auto columns) __attribute__((always_inline)) {
        using Panel = decltype(columns);
        const std::size_t used = std::min(panel_width, K - column);
        for (std::size_t n = 0; n < N; ++n)
            for (std::size_t k = 0; k < used; ++k)
                panel[n * panel_width + k] = w[(column + k) * N + n];
        detail::for_each_row_block(rows, [&](std::size_t row, auto block) __attribute__((always_inline)) {
            multiply_tile<block.value, Panel>(
                LeftMatrix<Scalar>{dy + row * N, N, 1}, panel, panel_width, N,
                [&](auto, auto) __attribute__((always_inline)) { return Vector<Scalar>(Scalar(0)); },
                [&](auto r, auto v, const Vector<Scalar>& sum) __attribute__((always_inline)) {
                    const std::size_t at = (row + r) * K + column;
                    Vector<Scalar> activation(Scalar(0));
                    if constexpr (Derivative::reads_activation)
                        activation = Panel::template load_at<v.value>(activated + at);
                    Panel::template store_at<v.value>(dx + at, Vector<Scalar>(derivative(sum, activation)));
                });
        });
    });
}

}  // namespace burin::kernels
