#pragma once

#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/recurrent/cells.hpp"
#include "burin/kernels/recurrent/column_vectors.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// What the steps of one sequence read and write.
template <class Scalar>
struct StepsOperands {
    const Scalar* x;                ///< [count, Features]
    const Scalar* weight;           ///< [Features, columns] in panels.
    const Scalar* recurrent_weight; ///< [Units, columns] in panels.
    const Scalar* bias;             ///< May be null.
    const Scalar* recurrent_bias;   ///< May be null.
    Scalar* h;                      ///< The state, [Units] each.
    Scalar* c;
    Scalar* output; ///< Of the first step.
};

namespace detail {

/// Vector v of one row of a matrix or a bias.
template <std::size_t Columns, std::size_t V, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_columns(const Scalar* row) noexcept {
    constexpr std::size_t rest = Columns - V * width<Scalar>;
    if constexpr (rest >= width<Scalar>)
        return load(row);
    else
        return load_partial(row, rest);
}

/// sums + left · right, in the order in which products of any number of rows add (`choose_splits`).
template <std::size_t Depth, std::size_t Columns, class Scalar>
[[gnu::always_inline]] inline void add_product(ColumnVectors<Scalar, Columns>& sums, const Scalar* left,
                                               const Scalar* right) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = column_vectors<Scalar, Columns>;
    constexpr std::size_t splits = std::min(choose_splits(vectors), Depth); // Sums of nothing are left out.
    constexpr Panels panels = kernels::panels<Scalar>(Columns);
    ColumnVectors<Scalar, Columns> others[splits];
    others[0] = sums;
    for (std::size_t s = 1; s < splits; ++s)
        others[s].fill(Vector<Scalar>(Scalar(0)));
    const auto add = [&](std::size_t s, std::size_t k) __attribute__((always_inline)) {
        const Vector<Scalar> factor = broadcast(left[k]);
        for_constants<vectors>([&](auto v) __attribute__((always_inline)) {
            constexpr std::size_t first = panels.index(Depth, 0, v * lanes);
            constexpr std::size_t row =
                panels.columns(std::min(v * lanes / panels.width, panels.count() - 1));
            others[s][v] = fma(factor, load_columns<Columns, v>(right + first + k * row), others[s][v]);
        });
    };
    std::size_t k = 0;
    for (; k + splits <= Depth; k += splits) {
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s < splits; ++s)
            add(s, k + s);
    }
    BURIN_DETAIL_UNROLL
    for (std::size_t s = 0; s < Depth % splits; ++s)
        add(s, k + s);
    for_constants<vectors>([&](auto v) __attribute__((always_inline)) {
        if constexpr (splits == 4)
            sums[v] = (others[0][v] + others[1][v]) + (others[2][v] + others[3][v]);
        else if constexpr (splits == 3)
            sums[v] = (others[0][v] + others[1][v]) + others[2][v];
        else if constexpr (splits == 2)
            sums[v] = others[0][v] + others[1][v];
        else
            sums[v] = others[0][v];
    });
}

template <std::size_t Columns, class Scalar>
[[gnu::always_inline]] inline ColumnVectors<Scalar, Columns> load_all_columns(const Scalar* from) noexcept {
    ColumnVectors<Scalar, Columns> all;
    for_constants<column_vectors<Scalar, Columns>>([&](auto v) __attribute__((always_inline)) {
        all[v] =
            from != nullptr ? load_columns<Columns, v>(from + v * width<Scalar>) : Vector<Scalar>(Scalar(0));
    });
    return all;
}

template <std::size_t Units, class Scalar>
[[gnu::always_inline]] inline void store_all_units(Scalar* to,
                                                   const ColumnVectors<Scalar, Units>& all) noexcept {
    for_constants<column_vectors<Scalar, Units>>([&](auto v) __attribute__((always_inline)) {
        constexpr std::size_t lanes = width<Scalar>, rest = Units - v * lanes;
        store_first<(rest < lanes ? rest : lanes)>(to + v * lanes, all[v]);
    });
}

} // namespace detail

/// Steps of one sequence, one after the other: the sums of all gates stay in registers, and so does the state
/// but for h, of which the next product broadcasts each element. `stride` is from one step's output to the
/// next.
template <class Cell, std::size_t Features, std::size_t Units, class Scalar>
[[gnu::always_inline]] inline void run_steps(StepsOperands<Scalar> at, std::size_t count,
                                             std::size_t stride) noexcept {
    using namespace detail;
    constexpr std::size_t columns = Cell::gates * Units;
    using Sums = ColumnVectors<Scalar, columns>;
    using State = ColumnVectors<Scalar, Units>;
    State h = load_all_columns<Units>(static_cast<const Scalar*>(at.h)), c{};
    if constexpr (Cell::has_cell_state)
        c = load_all_columns<Units>(static_cast<const Scalar*>(at.c));
    for (std::size_t step = 0; step < count; ++step) {
        Sums sums = load_all_columns<columns>(at.bias), recurrent{};
        add_product<Features, columns>(sums, at.x, at.weight);
        if constexpr (Cell::separates_recurrent) {
            recurrent = load_all_columns<columns>(at.recurrent_bias);
            add_product<Units, columns>(recurrent, static_cast<const Scalar*>(at.h), at.recurrent_weight);
        } else {
            add_product<Units, columns>(sums, static_cast<const Scalar*>(at.h), at.recurrent_weight);
        }
        Cell::template step_in_registers<Units, Scalar>(sums, recurrent, h, c);
        store_all_units<Units>(at.h, h);
        store_all_units<Units>(at.output, h);
        at.x += Features;
        at.output += stride;
    }
    if constexpr (Cell::has_cell_state)
        store_all_units<Units>(at.c, c);
}

} // namespace burin::kernels
