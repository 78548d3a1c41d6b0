#pragma once

#include "burin/kernels/column_sums.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/input_gradient.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/short_rows.hpp"

#include <cstddef>

namespace burin::kernels {

// The products of a layer with a weight matrix w [K, N], which lies in panels (see `Panels`). All other
// matrices are row-major.

/// What `y = x · w + b` reads and writes; the bias may be null.
template <std::size_t K, std::size_t N, class Scalar>
[[gnu::always_inline]] constexpr Operands<Scalar> forward_operands(const Scalar* x, const Scalar* w,
                                                                   const Scalar* bias, Scalar* y) noexcept {
    return {.left = x,
            .left_row = K,
            .depth = K,
            .right = in_panels<K, N>(w),
            .result = row_major<N>(y),
            .start = row_major<N>(bias, 0)};
}

/// What a layer knows of its forward product.
template <std::size_t N, class Scalar, class Epilogue>
constexpr Hints forward_hints(bool shares_code, bool x_is_far, const RowCounts& counts = {}) noexcept {
    return forward_hints(N, this_machine.lanes<Scalar>(), shares_code, x_is_far,
                         detail::has_any_width<Epilogue>(), counts);
}

/// y = epilogue(x · w + b), with x [rows, K], b [N], y [rows, N].
/// The epilogue is a function of a vector and is applied while the sums are in registers. Where `SharesCode`,
/// small matrices that are not narrow have no code of their own: for many rows, which do not miss it. Where x
/// comes `FromOutside` it need not be in a cache.
template <std::size_t K, std::size_t N, bool HasBias, bool SharesCode = false, bool FromOutside = false,
          RowCounts Counts = RowCounts{}, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void dense_forward(const Scalar* x, const Scalar* w, const Scalar* bias,
                                                 Scalar* y, std::size_t rows, Epilogue epilogue) noexcept {
    multiply<Product::forward, Extents{0, K, N},
             forward_hints<N, Scalar, Epilogue>(SharesCode, FromOutside, Counts)>(
        forward_operands<K, N>(x, w, HasBias ? bias : nullptr, y), rows, epilogue);
}

/// dw (+)= xᵀ · dy and db (+)= Σ_rows dy, with x [rows, K], dy [rows, N], db [N], dw as w.
template <std::size_t K, std::size_t N, bool HasBias, bool Accumulate, RowCounts Counts = RowCounts{},
          class Scalar>
[[gnu::always_inline]] inline void dense_weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw,
                                                         Scalar* db, std::size_t rows) noexcept {
    constexpr Hints hints = weight_gradient_hints(K, N, Accumulate, Counts);
    const auto operands = [=](const Scalar* left, std::size_t left_depth, PanelView<Scalar> result)
                              __attribute__((always_inline)) {
                                  return Operands<Scalar>{.left = left,
                                                          .left_row = 1,
                                                          .left_depth = left_depth,
                                                          .depth = rows,
                                                          .right = row_major<N>(dy),
                                                          .result = result,
                                                          .start = Accumulate ? result : PanelView<Scalar>{}};
                              };
    multiply<Product::weight_gradient, Extents{K, 0, N}, hints>(operands(x, K, in_panels<K, N>(dw)),
                                                                detail::FixedRows<K>{}, StoreSum{});
    if constexpr (HasBias && !is_single_panel<Scalar>(N)) {
        column_sums(dy, rows, N, db, Accumulate);
    } else if constexpr (HasBias) {
        // Column sums are the product with a row of ones, which knows how many columns there are.
        constexpr Scalar one = 1;
        multiply<Product::bias_gradient, Extents{1, 0, N}, hints>(operands(&one, 0, row_major<N>(db, 0)),
                                                                  detail::FixedRows<1>{}, StoreSum{});
    }
}

/// dx = derivative(dy · wᵀ, activated), with dy [rows, N], activated and dx [rows, K].
/// The derivative is a function of two vectors, gradient and activation; where it does not read the
/// activation, `activated` may be null. dx may be the same memory as activated. `Counts` says how many rows
/// there may be.
template <std::size_t K, std::size_t N, RowCounts Counts = RowCounts{}, class Scalar, class Derivative>
[[gnu::always_inline]] inline void dense_input_gradient(const Scalar* dy, const Scalar* w,
                                                        const Scalar* activated, Scalar* dx, std::size_t rows,
                                                        Derivative derivative) noexcept {
    DenseGradient<Scalar> dense{dy, w, activated, dx, K, N, panels<Scalar>(N)};
    input_gradient<K, N, Counts>(dense, rows, derivative);
}

} // namespace burin::kernels
