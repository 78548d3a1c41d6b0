#pragma once

#include "burin/kernels/column_moments.hpp"
#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// y = epilogue(factor where x > 0, factor · slope elsewhere), with a slope for each column. `factor` is x
/// itself, for the function, or dy, for the gradient of its input; y may be either.
template <std::size_t Columns, class Scalar, class Epilogue>
void prelu(const Scalar* x, const Scalar* factor, const Scalar* slope, Scalar* y, std::size_t rows,
           Epilogue epilogue) noexcept {
    detail::for_each_column_group<Columns, Scalar>(rows, [&](auto group) {
        constexpr std::size_t vectors = decltype(group)::vectors;
        const Vector<Scalar> zero(Scalar(0));
        Vector<Scalar> slopes[vectors];
        for (std::size_t k = 0; k < vectors; ++k)
            slopes[k] = group.values_of(slope, k);
        for (std::size_t row = 0; row < group.rows; ++row) {
            BURIN_DETAIL_UNROLL
            for (std::size_t k = 0; k < vectors; ++k) {
                const Vector<Scalar> value = group.load(factor, row, k);
                group.store(y, row, k,
                            epilogue(select(group.load(x, row, k) > zero, value, value * slopes[k])));
            }
        }
    });
}

/// sums += Σ dy · min(x, 0) of each column.
template <std::size_t Columns, class Scalar>
void prelu_slope_gradient(const Scalar* x, const Scalar* dy, std::size_t rows, Scalar* sums) noexcept {
    detail::for_each_column_group<Columns, Scalar>(rows, [&](auto group) {
        constexpr std::size_t vectors = decltype(group)::vectors;
        const Vector<Scalar> zero(Scalar(0));
        Vector<Scalar> block[vectors];
        PairwiseSum<Vector<Scalar>> before[vectors];
        for (std::size_t k = 0; k < vectors; ++k)
            block[k] = zero;
        for (std::size_t begin = 0; begin < group.rows; begin += detail::rows_per_block) {
            const std::size_t end = std::min(begin + detail::rows_per_block, group.rows);
            for (std::size_t k = 0; begin > 0 && k < vectors; ++k) {
                before[k].add(block[k]);
                block[k] = zero;
            }
            for (std::size_t row = begin; row < end; ++row) {
                BURIN_DETAIL_UNROLL
                for (std::size_t k = 0; k < vectors; ++k)
                    block[k] = fma(group.load(dy, row, k), at_most(group.load(x, row, k), zero), block[k]);
            }
        }
        for (std::size_t k = 0; k < vectors; ++k)
            group.add_to_values(sums, k,
                                group.rows > detail::rows_per_block ? before[k].total(block[k]) : block[k]);
    });
}

} // namespace burin::kernels
