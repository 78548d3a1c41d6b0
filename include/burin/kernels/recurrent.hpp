#pragma once

#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/recurrent/cells.hpp"
#include "burin/kernels/recurrent/choose.hpp"
#include "burin/kernels/recurrent/steps.hpp"
#include "burin/kernels/rows.hpp"
#include "burin/kernels/simd.hpp"

#include <cstddef>

namespace burin::kernels {

/// sums = start + h · u, with h [rows, Units], u [Units, Columns] in panels, and `start` either the sums
/// themselves or a bias (whose stride is 0). With no bias, null, it is 0.
template <std::size_t Units, std::size_t Columns, class Scalar>
[[gnu::always_inline]] inline void recurrent_product(Rows<const Scalar> h, const Scalar* u,
                                                     Rows<const Scalar> start, Rows<Scalar> sums,
                                                     std::size_t rows) noexcept {
    Operands<Scalar> product{.left = h.data,
                             .left_row = h.stride,
                             .depth = Units,
                             .right = in_panels<Units, Columns>(u),
                             .result = row_major<Columns>(sums.data, sums.stride),
                             .start = row_major<Columns>(start.data, start.stride)};
    multiply<Product::forward, Extents{0, Units, Columns}>(product, rows, StoreSum{});
}

} // namespace burin::kernels
