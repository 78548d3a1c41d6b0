#pragma once

#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/recurrent/cells.hpp"
#include "burin/kernels/recurrent/choose.hpp"
#include "burin/kernels/recurrent/steps.hpp"
#include "burin/kernels/recurrent/two_product_cells.hpp"
#include "burin/kernels/rows.hpp"
#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels {

/// sums = start + x · w, with x [rows, Depth], inputs or states, w [Depth, Columns] in panels, and `start`
/// either the sums themselves or a bias (whose stride is 0). With no bias, null, it is 0.
template <std::size_t Depth, std::size_t Columns, class Scalar>
[[gnu::always_inline]] inline void recurrent_product(Rows<const Scalar> x, const Scalar* w,
                                                     Rows<const Scalar> start, Rows<Scalar> sums,
                                                     std::size_t rows) noexcept {
    Operands<Scalar> product{.left = x.data,
                             .left_row = x.stride,
                             .depth = Depth,
                             .right = in_panels<Depth, Columns>(w),
                             .result = row_major<Columns>(sums.data, sums.stride),
                             .start = row_major<Columns>(start.data, start.stride)};
    multiply<Product::forward, Extents{0, Depth, Columns}>(product, rows, StoreSum{});
}

} // namespace burin::kernels
