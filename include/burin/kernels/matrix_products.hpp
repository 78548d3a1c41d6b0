#pragma once

#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/transpose.hpp"

#include <cstddef>

namespace burin::kernels {

/// The product of two matrices of activations: [rows, depth] with [depth, columns]. One that is transposed
/// lies as [depth, rows], or [columns, depth].
struct MatrixProduct {
    std::size_t rows = 0;
    std::size_t depth = 0;
    std::size_t columns = 0;
    bool left_transposed = false;
    bool right_transposed = false;

    /// Room that it needs.
    constexpr std::size_t scratch() const { return right_transposed ? depth * columns : 0; }
};

/// result (+)= left · right, all row-major.
template <MatrixProduct P, bool Adds = false, class Scalar>
void multiply_matrices(const Scalar* left, const Scalar* right, Scalar* result, Scalar* scratch) noexcept {
    if constexpr (P.right_transposed) {
        transpose(P.columns, P.depth, right, P.depth, scratch, P.columns);
        right = scratch;
    }
    Operands<Scalar> product;
    product.left = left;
    product.left_row = P.left_transposed ? 1 : P.depth;
    product.left_depth = P.left_transposed ? P.rows : 1;
    product.depth = P.depth;
    product.right = row_major<P.columns>(right);
    product.result = row_major<P.columns>(result);
    if constexpr (Adds)
        product.start = product.result;
    multiply<Product::forward, Extents{0, P.depth, P.columns}, Hints{.shares_code = true}>(product, P.rows,
                                                                                           StoreSum{});
}

} // namespace burin::kernels
