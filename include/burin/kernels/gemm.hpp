#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/tile.hpp"
#include "burin/kernels/transpose.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

namespace detail {

/// An epilogue, a function of one vector, as what is done with the sums of a product.
template <class Epilogue>
struct ApplyEpilogue {
    static constexpr bool reads_activation = false;
    Epilogue epilogue;

    template <class VectorType>
    VectorType operator()(const VectorType& sum, const VectorType&) const noexcept {
        return epilogue(sum);
    }
};

} // namespace detail

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
    multiply<HasBias ? Start::row : Start::zero>(product, rows, N, detail::ApplyEpilogue<Epilogue>{epilogue});
}

/// dw (+)= xᵀ · dy and db (+)= Σ_rows dy, with x [rows, K], dy [rows, N], dw [K, N], db [N].
template <std::size_t K, std::size_t N, bool HasBias, bool Accumulate, class Scalar>
void dense_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                           std::size_t rows) noexcept {
    constexpr Start start = Accumulate ? Start::result : Start::zero;
    Product<Scalar> product;
    product.left = x;
    product.left_row = 1;
    product.left_depth = K;
    product.right = dy;
    product.right_depth = N;
    product.depth = rows;
    product.result = dw;
    product.result_row = N;
    multiply<start>(product, K, N, StoreSum{});

    if constexpr (HasBias) {
        // Column sums are the product with a row of ones.
        constexpr Scalar one = 1;
        product.left = &one;
        product.left_depth = 0;
        product.result = db;
        multiply<start>(product, 1, N, StoreSum{});
    }
}

/// dx = derivative(dy · wᵀ, activated), with dy [rows, N], w [K, N], activated and dx [rows, K].
/// The derivative is a function of two vectors, gradient and activation; where it does not read the
/// activation, `activated` may be null. dx may be the same memory as activated.
///
/// w is read along its rows, so a panel of it is transposed into a buffer on the stack (N rows of one or two
/// vectors) and used for all rows of dy.
template <std::size_t K, std::size_t N, class Scalar, class Derivative>
void dense_input_gradient(const Scalar* dy, const Scalar* w, const Scalar* activated, Scalar* dx,
                          std::size_t rows, Derivative derivative) noexcept {
    constexpr std::size_t panel_width = (N <= 512 ? 2 : 1) * width<Scalar>;
    alignas(64) Scalar panel[N * panel_width];
    Product<Scalar> product;
    product.left = dy;
    product.left_row = N;
    product.right = panel;
    product.right_depth = panel_width;
    product.depth = N;
    product.result_row = K;

    for (std::size_t column = 0; column < K; column += panel_width) {
        const std::size_t columns = std::min(panel_width, K - column);
        transpose(columns, N, w + column * N, N, panel, panel_width);
        product.result = dx + column;
        product.activated = Derivative::reads_activation ? activated + column : nullptr;
        multiply<Start::zero>(product, rows, columns, derivative);
    }
}

} // namespace burin::kernels
