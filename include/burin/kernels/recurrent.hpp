#pragma once

#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/recurrent/cells.hpp"
#include "burin/kernels/recurrent/choose.hpp"
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
    const auto product = [=]() __attribute__((always_inline)) {
        constexpr Panels panels = kernels::panels<Scalar>(Columns);
        Product<Scalar> all;
        all.left = h.data;
        all.left_row = h.stride;
        all.depth = Units;
        all.right = {u, panels.width, panels.last, panels.width * Units};
        all.result = {sums.data, sums.stride, sums.stride, panels.width};
        all.start = {start.data, start.stride, start.stride, panels.width};
        return all;
    };
    multiply_rows<Columns, Units, Units * Columns>(product, rows, StoreSum{});
}

} // namespace burin::kernels
