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
    product.start = HasBias ? bias : nullptr;
    multiply<depth_class<K>>(product, rows, N, epilogue);
}

/// dw (+)= xᵀ · dy and db (+)= Σ_rows dy, with x [rows, K], dy [rows, N], dw [K, N], db [N].
template <std::size_t K, std::size_t N, bool HasBias, bool Accumulate, class Scalar>
void dense_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                           std::size_t rows) noexcept {
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
    product.start = Accumulate ? dw : nullptr;
    product.start_row = N;
    multiply<any>(product, K, N, StoreSum{});

    if constexpr (HasBias) {
        // Column sums are the product with a row of ones.
        constexpr Scalar one = 1;
        product.left = &one;
        product.left_depth = 0;
        product.result = db;
        product.start = Accumulate ? db : nullptr;
        multiply<any>(product, 1, N, StoreSum{});
    }
}

namespace detail {

/// dy [rows, n], w [k, n], activated and dx [rows, k].
template <class Scalar>
struct DenseGradient {
    const Scalar* dy;
    const Scalar* w;
    const Scalar* activated;
    Scalar* dx;
    std::size_t k;
    std::size_t n;
};

/// Stores `count` ≤ width elements of dx from element `at` on.
template <class Scalar, class Derivative>
void store_gradient(const DenseGradient<Scalar>& dense, std::size_t at, const Vector<Scalar>& gradient,
                    std::size_t count, Derivative derivative) noexcept {
    const Scalar* const activated = Derivative::reads_activation ? dense.activated + at : nullptr;
    if (count == width<Scalar>)
        store(dense.dx + at, derivative(gradient, Derivative::reads_activation ? load(activated) : gradient));
    else
        store_partial(
            dense.dx + at,
            derivative(gradient, Derivative::reads_activation ? load_partial(activated, count) : gradient),
            count);
}

/// The input gradient of up to two vectors of samples, which stand side by side in the lanes: dxᵀ = w · dyᵀ.
/// The small matrix dy is transposed, w is read as it lies, and squares of the result are turned back in
/// registers. `side_by_side` has room for dyᵀ. N ≤ MaxDepth.
template <std::size_t MaxDepth, class Scalar, class Derivative>
[[gnu::noinline]] void dense_input_gradient_of_many(const DenseGradient<Scalar>& dense, std::size_t rows,
                                                    Scalar* side_by_side, Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const std::size_t samples = rows > lanes ? 2 * lanes : lanes;
    transpose(rows, dense.n, dense.dy, dense.n, side_by_side, samples);
    for (std::size_t n = 0; n < dense.n; ++n)
        std::fill(side_by_side + n * samples + rows, side_by_side + (n + 1) * samples, Scalar(0));

    // Rows of the result are computed as many at a time as make whole tiles and whole squares.
    constexpr std::size_t chunk = 3 * std::max(lanes, many_rows);
    alignas(64) Scalar block[chunk * 2 * lanes];
    Product<Scalar> product;
    product.left_row = dense.n;
    product.right = side_by_side;
    product.right_depth = samples;
    product.depth = dense.n;
    product.result = block;
    product.result_row = samples;
    for (std::size_t k = 0; k < dense.k; k += lanes) {
        if (k % chunk == 0) {
            product.left = dense.w + k * dense.n;
            multiply<MaxDepth>(product, std::min(chunk, dense.k - k), samples, StoreSum{});
        }
        const std::size_t count = std::min(lanes, dense.k - k);
        for (std::size_t v = 0; v < samples; v += lanes) {
            const auto columns = load_transposed(block + (k % chunk) * samples + v, samples);
            for (std::size_t i = 0; i < lanes && v + i < rows; ++i)
                store_gradient(dense, (v + i) * dense.k + k, columns[i], count, derivative);
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
template <class Scalar, class Derivative>
[[gnu::noinline]] void dense_input_gradient_of_few(const DenseGradient<Scalar>& dense, std::size_t rows,
                                                   Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    for (std::size_t k = 0; k < dense.k; k += lanes) {
        const Scalar* const w = dense.w + k * dense.n;
        const std::size_t count = std::min(lanes, dense.k - k);
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar* const dy = dense.dy + row * dense.n;
            Vector<Scalar> gradient;
            if (count == lanes) {
                gradient = dot_products(w, dense.n, dy, dense.n);
            } else {
                Scalar products[lanes] = {};
                for (std::size_t i = 0; i < count; ++i)
                    products[i] =
                        sum<Scalar>(dense.n, [](auto a, auto b) { return a * b; }, w + i * dense.n, dy);
                gradient = load(products);
            }
            store_gradient(dense, row * dense.k + k, gradient, count, derivative);
        }
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
    detail::DenseGradient<Scalar> dense{dy, w, activated, dx, K, N};
    alignas(64) Scalar side_by_side[N * 2 * lanes];
    while (rows >= many_rows) {
        const std::size_t count = std::min(rows, 2 * lanes);
        detail::dense_input_gradient_of_many<depth_class<N>>(dense, count, side_by_side, derivative);
        dense.dy += count * N;
        dense.dx += count * K;
        dense.activated += Derivative::reads_activation ? count * K : 0;
        rows -= count;
    }
    if (rows > 0)
        detail::dense_input_gradient_of_few(dense, rows, derivative);
}

} // namespace burin::kernels
