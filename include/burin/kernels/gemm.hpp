#pragma once

#include "burin/kernels/multiply.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace burin::kernels {

/// y = epilogue(x · w + b), with x [rows, K], w [K, N], b [N], y [rows, N], all row-major.
/// The epilogue is a function of a vector and is applied while the sums are in registers.
template <std::size_t K, std::size_t N, bool HasBias, class Scalar, class Epilogue>
void dense_forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y, std::size_t rows,
                   Epilogue epilogue) noexcept {
    Product<Scalar> product;
    product.left = x;
    product.left_row = K;
    product.right = w;
    product.right_depth = N;
    product.depth = K;
    product.result = y;
    product.result_row = N;
    product.start = bias;
    multiply<N, K, HasBias ? Start::row : Start::zero>(product, rows, epilogue);
}

/// dw (+)= xᵀ · dy and db (+)= Σ_rows dy, with x [rows, K], dy [rows, N], dw [K, N], db [N].
template <std::size_t K, std::size_t N, bool HasBias, bool Accumulate, class Scalar>
void dense_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                           std::size_t rows) noexcept {
    constexpr Start start = Accumulate ? Start::result : Start::zero;
    constexpr std::size_t any = std::numeric_limits<std::size_t>::max();
    Product<Scalar> product;
    product.left = x;
    product.left_row = 1;
    product.left_depth = K;
    product.right = dy;
    product.right_depth = N;
    product.depth = rows;
    product.result = dw;
    product.result_row = N;
    multiply<N, any, start>(product, K, StoreSum{});

    if constexpr (HasBias) {
        // Column sums are the product with a row of ones.
        constexpr Scalar one = 1;
        product.left = &one;
        product.left_depth = 0;
        product.result = db;
        multiply<N, any, start>(product, 1, StoreSum{});
    }
}

namespace detail {

/// The input gradient of up to `Vectors` vectors of samples, which stand side by side in the lanes: dxᵀ = w ·
/// dyᵀ. The small matrix dy is transposed, w is read as it lies, and squares of the result are turned back in
/// registers.
template <std::size_t Vectors, std::size_t K, std::size_t N, class Scalar, class Derivative>
void dense_input_gradient_of(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                             std::size_t rows, Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t samples = Vectors * lanes;
    alignas(64) Scalar side_by_side[N * samples];
    transpose(rows, N, dy, N, side_by_side, samples);
    for (std::size_t n = 0; n < N; ++n)
        std::fill(side_by_side + n * samples + rows, side_by_side + (n + 1) * samples, Scalar(0));

    Product<Scalar> product;
    product.left_row = N;
    product.right = side_by_side;
    product.right_depth = samples;
    product.depth = N;
    product.result_row = samples;
    // Rows of the result are computed as many at a time as make whole tiles and whole squares.
    constexpr std::size_t chunk = std::min(3 * lanes, (K + lanes - 1) / lanes * lanes);
    alignas(64) Scalar block[chunk * samples];
    product.result = block;
    for (std::size_t k = 0; k < K; k += lanes) {
        if (k % chunk == 0) {
            product.left = w + k * N;
            multiply<samples, N, Start::zero>(product, std::min(chunk, K - k), StoreSum{});
        }
        const std::size_t count = std::min(lanes, K - k);
        for (std::size_t v = 0; v < Vectors; ++v) {
            const auto columns = load_transposed(block + (k % chunk) * samples + v * lanes, samples);
            for (std::size_t i = 0; i < lanes && v * lanes + i < rows; ++i) {
                const std::size_t at = (v * lanes + i) * K + k;
                if (count == lanes)
                    store(dx + at, derivative(columns[i], Derivative::reads_activation ? load(activated + at)
                                                                                       : columns[i]));
                else
                    store_partial(dx + at,
                                  derivative(columns[i], Derivative::reads_activation
                                                             ? load_partial(activated + at, count)
                                                             : columns[i]),
                                  count);
            }
        }
    }
}

/// The products of as many rows of w, each `stride` after the one before, with one row of `count` elements.
template <class Scalar>
[[gnu::noinline]] Vector<Scalar> dot_products(const Scalar* w, std::size_t stride, const Scalar* row,
                                              std::size_t count) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    std::array<Vector<Scalar>, lanes> sums;
    sums.fill(broadcast(Scalar(0)));
    std::size_t n = 0;
    for (; n + lanes <= count; n += lanes) {
        const Vector<Scalar> factors = load(row + n);
        for (std::size_t i = 0; i < lanes; ++i)
            sums[i] = fma(load(w + i * stride + n), factors, sums[i]);
    }
    if (n < count) {
        const Vector<Scalar> factors = load_partial(row + n, count - n);
        for (std::size_t i = 0; i < lanes; ++i)
            sums[i] = fma(load_partial(w + i * stride + n, count - n), factors, sums[i]);
    }
    alignas(64) Scalar square[lanes * lanes];
    for (std::size_t i = 0; i < lanes; ++i)
        store(square + i * lanes, sums[i]);
    const auto columns = load_transposed(square, lanes);
    Vector<Scalar> total = columns[0];
    for (std::size_t i = 1; i < lanes; ++i)
        total = total + columns[i];
    return total;
}

/// The input gradient of few samples, which would leave lanes empty: every element is a product of two rows,
/// dy's and w's.
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
void dense_input_gradient_of_few(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                                 std::size_t rows, Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t whole = K / lanes * lanes;
    for (std::size_t k = 0; k < whole; k += lanes)
        for (std::size_t row = 0; row < rows; ++row) {
            const std::size_t at = row * K + k;
            const auto gradient = dot_products(w + k * N, N, dy + row * N, N);
            store(dx + at,
                  derivative(gradient, Derivative::reads_activation ? load(activated + at) : gradient));
        }
    if constexpr (whole < K)
        for (std::size_t row = 0; row < rows; ++row) {
            constexpr std::size_t rest = K - whole;
            const std::size_t at = row * K + whole;
            Scalar products[lanes] = {};
            for (std::size_t k = 0; k < rest; ++k)
                products[k] =
                    sum<Scalar>(N, [](auto a, auto b) { return a * b; }, w + (whole + k) * N, dy + row * N);
            const auto gradient = load(products);
            store_partial(dx + at,
                          derivative(gradient, Derivative::reads_activation
                                                   ? load_partial(activated + at, rest)
                                                   : gradient),
                          rest);
        }
}

} // namespace detail

/// dx = derivative(dy · wᵀ, activated), with dy [rows, N], w [K, N], activated and dx [rows, K].
/// The derivative is a function of two vectors, gradient and activation; where it does not read the
/// activation, `activated` may be null. dx may be the same memory as activated.
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
void dense_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                          std::size_t rows, Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const auto next = [&](std::size_t count) {
        dy += count * N;
        dx += count * K;
        activated += Derivative::reads_activation ? count * K : 0;
        rows -= count;
    };
    for (; rows > lanes; next(std::min(rows, 2 * lanes)))
        detail::dense_input_gradient_of<2, K, N>(dy, w, activated, dx, std::min(rows, 2 * lanes), derivative);
    if (rows < 4)
        detail::dense_input_gradient_of_few<K, N>(dy, w, activated, dx, rows, derivative);
    else
        detail::dense_input_gradient_of<1, K, N>(dy, w, activated, dx, rows, derivative);
}

} // namespace burin::kernels
