#pragma once

#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/tile.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

/// Up to so many samples the rows of dy fit into registers, panel by panel, and the weight gradient is
/// written in one stream: its stores are then the most of the work.
inline constexpr std::size_t few_samples = vector_registers < 32 ? 4 : 8;

/// Rows of the result at a time. Each multiply-add of a sum waits for the one before, and a processor that
/// looks at some six rows of many samples finds too little to do; beside dy there is room for as many sums.
constexpr std::size_t gradient_rows(std::size_t registers, std::size_t samples) {
    if (registers < 32)
        return samples > 2 ? 2 : 1;
    return samples > 4 ? 3 : 1;
}

/// The weight gradient of `Samples` samples in one panel of `Vectors` vectors, for `rows` rows of it.
template <std::size_t Samples, std::size_t Vectors, Tail TailKind, bool Accumulate, class Scalar>
[[gnu::always_inline]] inline void
weight_gradient_panel(const Product<Scalar, Form::weight_gradient>& product, std::size_t rows,
                      std::size_t columns) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr bool has_half = TailKind == Tail::half;
    constexpr std::size_t whole_vectors = Vectors - (has_half ? 1 : 0);
    const std::size_t half_column = columns - lanes / 2;
    const auto column = [columns](std::size_t v) __attribute__((always_inline)) {
        return TailKind == Tail::overlaps && v + 1 == Vectors ? columns - lanes : v * lanes;
    };
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return TailKind == Tail::masked ? load_partial(from, columns) : load(from);
    };
    Vector<Scalar> dy[Samples][whole_vectors];
    [[maybe_unused]] HalfVector<Scalar> dy_halves[has_half ? Samples : 1];
    BURIN_DETAIL_UNROLL
    for (std::size_t s = 0; s < Samples; ++s) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v)
            dy[s][v] = load_from(product.right.data + s * product.right.row + column(v));
        if constexpr (has_half)
            dy_halves[s] = load_half(product.right.data + s * product.right.row + half_column);
    }
    // What a vector, or half of one, writes beyond a narrow row, the next rows overwrite; the last ones must
    // not.
    std::size_t whole = rows;
    const bool fits_half = TailKind == Tail::masked && lanes > 1 && columns <= lanes / 2;
    if constexpr (TailKind == Tail::masked) {
        const std::size_t beyond = Accumulate ? rows : ((fits_half ? lanes / 2 : lanes) - 1) / columns;
        whole = rows > beyond ? rows - beyond : 0;
    }
    LeftElements<Samples, (Samples > 4), Scalar> x(product.left, product.left_depth);
    Scalar* dw = product.result.data;
    const auto write_rows = [&](auto row_count, auto is_behind) __attribute__((always_inline)) {
        constexpr std::size_t count = row_count.value;
        const std::size_t stride = TailKind == Tail::none ? Vectors * lanes : product.result.row;
        Vector<Scalar> sums[count][whole_vectors];
        [[maybe_unused]] HalfVector<Scalar> halves[has_half ? count : 1];
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s < Samples; ++s) {
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < count; ++r) {
                const Vector<Scalar> factor = broadcast_factor<has_half>(x.at(s, r));
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < whole_vectors; ++v) {
                    if (s > 0)
                        sums[r][v] = fma(factor, dy[s][v], sums[r][v]);
                    else if constexpr (Accumulate)
                        sums[r][v] = fma(factor, dy[s][v], load_from(dw + r * stride + column(v)));
                    else
                        sums[r][v] = factor * dy[s][v];
                }
                if constexpr (has_half) {
                    if (s > 0)
                        halves[r] = fma(lower_half(factor), dy_halves[s], halves[r]);
                    else if constexpr (Accumulate)
                        halves[r] =
                            fma(lower_half(factor), dy_halves[s], load_half(dw + r * stride + half_column));
                    else
                        halves[r] = lower_half(factor) * dy_halves[s];
                }
            }
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < count; ++r, dw += stride) {
            if constexpr (has_half)
                store_half(dw + half_column, widened(halves[r]));
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v) {
                if constexpr (is_behind)
                    store_partial(dw, sums[r][v], columns);
                else if (fits_half)
                    store_partial(dw, sums[r][v], lanes / 2);
                else
                    store(dw + column(v), sums[r][v]);
            }
        }
        x.skip(count);
    };
    constexpr FixedRows<1> one{};
    constexpr std::size_t count = TailKind == Tail::none ? gradient_rows(vector_registers, Samples) : 1;
    constexpr FixedRows<count> together{};
    std::size_t k = 0;
    if constexpr (Samples <= (TailKind == Tail::masked ? 4 : 2)) {
        // Few operations leave little time for counting.
        BURIN_DETAIL_UNROLL_4
        for (; k < whole; ++k)
            write_rows(one, std::false_type{});
    } else {
        for (; k + together <= whole; k += together)
            write_rows(together, std::false_type{});
        for (; together > 1 && k < whole; ++k)
            write_rows(one, std::false_type{});
    }
    if constexpr (TailKind == Tail::masked)
        for (; k < rows; ++k)
            write_rows(one, std::true_type{});
}

/// All panels.
template <ColumnKind Kind, bool Accumulate, class Scalar>
[[gnu::always_inline]] inline void
weight_gradient_of_few_inlined(const Product<Scalar, Form::weight_gradient>& product, const Panels& panels,
                               std::size_t rows) noexcept {
    with_constant<few_samples>(product.depth, [&](auto samples) __attribute__((always_inline)) {
        Product<Scalar, Form::weight_gradient> panel = product;
        if constexpr (Kind.has_full_panels)
            for (std::size_t p = 0; p < panels.full; ++p, panel.skip_panels(1))
                weight_gradient_panel<samples.value, 2, Tail::none, Accumulate>(panel, rows, 0);
        if constexpr (Kind.last_vectors > 0) {
            panel.enter_last_panel();
            weight_gradient_panel<samples.value, Kind.last_vectors, Kind.tile_tail(), Accumulate>(
                panel, rows, panels.last);
        }
    });
}

template <ColumnKind Kind, bool Accumulate, class Scalar>
[[gnu::noinline]] void weight_gradient_of_few_shared(const Product<Scalar, Form::weight_gradient>& product,
                                                     const Panels& panels, std::size_t rows) noexcept {
    weight_gradient_of_few_inlined<Kind, Accumulate>(product, panels, rows);
}

} // namespace burin::kernels::detail
