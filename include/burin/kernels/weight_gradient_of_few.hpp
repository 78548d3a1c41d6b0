#pragma once

#include "burin/kernels/multiply.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/tile.hpp"
#include "burin/kernels/unroll.hpp"

#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

/// Up to so many samples the rows of dy fit into registers, panel by panel, and the weight gradient is
/// written in one stream: its stores are then the most of the work.
inline constexpr std::size_t few_samples = vector_registers < 32 ? 4 : 8;

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
    const Scalar* x = product.left;
    Scalar* dw = product.result.data;
    const auto write_row = [&](auto is_behind) __attribute__((always_inline)) {
        Vector<Scalar> factors[Samples];
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s < Samples; ++s)
            factors[s] = broadcast_factor<has_half>(x[s * product.left_depth]);
        Vector<Scalar> sums[whole_vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v) {
            if constexpr (Accumulate)
                sums[v] = fma(factors[0], dy[0][v], load_from(dw + column(v)));
            else
                sums[v] = factors[0] * dy[0][v];
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 1; s < Samples; ++s)
                sums[v] = fma(factors[s], dy[s][v], sums[v]);
        }
        if constexpr (has_half) {
            HalfVector<Scalar> sum =
                Accumulate ? fma(lower_half(factors[0]), dy_halves[0], load_half(dw + half_column))
                           : lower_half(factors[0]) * dy_halves[0];
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 1; s < Samples; ++s)
                sum = fma(lower_half(factors[s]), dy_halves[s], sum);
            store_half(dw + half_column, widened(sum));
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v) {
            if constexpr (is_behind)
                store_partial(dw, sums[v], columns);
            else if (fits_half)
                store_partial(dw, sums[v], lanes / 2);
            else
                store(dw + column(v), sums[v]);
        }
        ++x;
        dw += product.result.row;
    };
    std::size_t k = 0;
    if constexpr (Samples <= (TailKind == Tail::masked ? 4 : 2)) {
        // Few operations leave little time for counting.
        BURIN_DETAIL_UNROLL_4
        for (; k < whole; ++k)
            write_row(std::false_type{});
    } else {
        for (; k < whole; ++k)
            write_row(std::false_type{});
    }
    if constexpr (TailKind == Tail::masked)
        for (; k < rows; ++k)
            write_row(std::true_type{});
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
