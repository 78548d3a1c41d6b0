#pragma once

#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/split_sums.hpp"
#include "burin/kernels/recurrent/cells.hpp"
#include "burin/kernels/recurrent/column_vectors.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

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

/// The columns of a matrix [Depth, Gates · Units] that are summed at once: all, side by side; or of each gate
/// those of `Count` vectors of units from vector `First` on, as if they were all units of a smaller cell.
template <class Scalar, std::size_t Gates, std::size_t Units, std::size_t First = 0,
          std::size_t Count = column_vectors<Scalar, Units>>
struct GateColumns {
    static constexpr bool has_all = Count == column_vectors<Scalar, Units>;
    static constexpr std::size_t all = Gates * Units; ///< Columns of the matrix.
    static constexpr std::size_t units = has_all ? Units : Count * width<Scalar>;
    static constexpr std::size_t vectors = column_vectors<Scalar, Gates * units>;
    using Sums = ColumnVectors<Scalar, Gates * units>;

    /// Of the matrix, the first column of a vector.
    static constexpr std::size_t column(std::size_t vector) {
        return has_all ? vector * width<Scalar>
                       : vector / Count * Units + (First + vector % Count) * width<Scalar>;
    }
};

/// A vector of one row of a matrix or a bias, of which `Rest` columns are left from there on.
template <std::size_t Rest, class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_columns(const Scalar* row) noexcept {
    if constexpr (Rest >= width<Scalar>)
        return load(row);
    else
        return load_partial(row, Rest);
}

/// sums + left · right, in the order in which products of any number of rows add (`choose_splits`).
template <std::size_t Depth, class Columns, class Scalar>
[[gnu::always_inline]] inline void add_product(typename Columns::Sums& sums, const Scalar* left,
                                               const Scalar* right) noexcept {
    constexpr std::size_t splits =
        std::min(choose_splits(column_vectors<Scalar, Columns::all>), Depth); // Sums of nothing are left out.
    constexpr Panels panels = kernels::panels<Scalar>(Columns::all);
    typename Columns::Sums others[splits];
    others[0] = sums;
    for (std::size_t s = 1; s < splits; ++s)
        others[s].fill(Vector<Scalar>(Scalar(0)));
    for_split_depth<Depth, splits>([&](std::size_t s, std::size_t k) __attribute__((always_inline)) {
        const Vector<Scalar> factor = broadcast(left[k]);
        for_constants<Columns::vectors>([&](auto v) __attribute__((always_inline)) {
            constexpr std::size_t column = Columns::column(v), first = panels.index(Depth, 0, column);
            constexpr std::size_t row = panels.index(Depth, 1, column) - first;
            others[s][v] =
                fma(factor, load_columns<Columns::all - column>(right + first + k * row), others[s][v]);
        });
    });
    for_constants<Columns::vectors>([&](auto v) __attribute__((always_inline)) {
        sums[v] = total_of_splits<splits>([&](std::size_t s) { return others[s][v]; });
    });
}

/// Of one row; zeros of none.
template <class Columns, class Scalar>
[[gnu::always_inline]] inline typename Columns::Sums load_all_columns(const Scalar* from) noexcept {
    typename Columns::Sums all;
    for_constants<Columns::vectors>([&](auto v) __attribute__((always_inline)) {
        constexpr std::size_t column = Columns::column(v);
        all[v] =
            from != nullptr ? load_columns<Columns::all - column>(from + column) : Vector<Scalar>(Scalar(0));
    });
    return all;
}

template <std::size_t Units, class Scalar>
[[gnu::always_inline]] inline ColumnVectors<Scalar, Units> load_all_units(const Scalar* from) noexcept {
    return load_all_columns<GateColumns<Scalar, 1, Units>>(from);
}

template <std::size_t Units, class Scalar>
[[gnu::always_inline]] inline void store_all_units(Scalar* to,
                                                   const ColumnVectors<Scalar, Units>& all) noexcept {
    for_constants<column_vectors<Scalar, Units>>([&](auto v) __attribute__((always_inline)) {
        constexpr std::size_t lanes = width<Scalar>, rest = Units - v * lanes;
        store_first<(rest < lanes ? rest : lanes)>(to + v * lanes, all[v]);
    });
}

/// A step of the units that `Columns` are of: h and c become those after it.
template <class Cell, std::size_t Features, std::size_t Units, class Columns, class Scalar, class State>
[[gnu::always_inline]] inline void step_units(const StepsOperands<Scalar>& at, State& h, State& c) noexcept {
    typename Columns::Sums sums = load_all_columns<Columns>(at.bias), recurrent{};
    add_product<Features, Columns>(sums, at.x, at.weight);
    const Scalar* const h_before = at.h;
    if constexpr (Cell::separates_recurrent) {
        recurrent = load_all_columns<Columns>(at.recurrent_bias);
        add_product<Units, Columns>(recurrent, h_before, at.recurrent_weight);
    } else {
        add_product<Units, Columns>(sums, h_before, at.recurrent_weight);
    }
    Cell::template step_in_registers<Columns::units, Scalar>(sums, recurrent, h, c);
}

} // namespace detail

/// Steps of one sequence, one after the other: the sums of all gates stay in registers, and so does the state
/// but for h, of which the next product broadcasts each element. `stride` is from one step's output to the
/// next.
template <class Cell, std::size_t Features, std::size_t Units, class Scalar>
[[gnu::always_inline]] inline void run_steps(StepsOperands<Scalar> at, std::size_t count,
                                             std::size_t stride) noexcept {
    using namespace detail;
    using Columns = GateColumns<Scalar, Cell::gates, Units>;
    using State = ColumnVectors<Scalar, Units>;
    State h = load_all_units<Units>(static_cast<const Scalar*>(at.h)), c{};
    if constexpr (Cell::has_cell_state)
        c = load_all_units<Units>(static_cast<const Scalar*>(at.c));
    for (std::size_t step = 0; step < count; ++step) {
        step_units<Cell, Features, Units, Columns>(at, h, c);
        store_all_units<Units>(at.h, h);
        store_all_units<Units>(at.output, h);
        at.x += Features;
        at.output += stride;
    }
    if constexpr (Cell::has_cell_state)
        store_all_units<Units>(at.c, c);
}

namespace detail {

/// A step of `Count` vectors of units from vector `First` on. Their h goes to `h_after`, for others still
/// need that before it.
template <class Cell, std::size_t Features, std::size_t Units, std::size_t First, std::size_t Count,
          class Scalar>
[[gnu::noinline]] void step_group(const StepsOperands<Scalar>& at, Scalar* h_after) noexcept {
    constexpr std::size_t first = First * width<Scalar>, units = Count * width<Scalar>;
    using Columns = GateColumns<Scalar, Cell::gates, Units, First, Count>;
    auto h = load_all_units<units>(static_cast<const Scalar*>(at.h + first)), c = h;
    if constexpr (Cell::has_cell_state)
        c = load_all_units<units>(static_cast<const Scalar*>(at.c + first));
    step_units<Cell, Features, Units, Columns>(at, h, c);
    store_all_units<units>(h_after + first, h);
    if constexpr (Cell::has_cell_state)
        store_all_units<units>(at.c + first, c);
}

} // namespace detail

/// The same for cells whose weights are more than the first-level cache holds, in groups of `Vectors` vectors
/// of units, all gates of a group at once. Steps go from the first group to the last and back by turns, as
/// `direction` tells, 0 or 1: what one step read last, the next finds in the cache.
template <class Cell, std::size_t Features, std::size_t Units, std::size_t Vectors, class Scalar>
void run_steps_in_groups(StepsOperands<Scalar> at, std::size_t count, std::size_t stride,
                         Scalar& direction) noexcept {
    using namespace detail;
    constexpr std::size_t all = column_vectors<Scalar, Units>, groups = (all + Vectors - 1) / Vectors;
    alignas(64) Scalar h_after[Units];
    const auto step_in = [&](auto group) __attribute__((always_inline)) {
        constexpr std::size_t first = group * Vectors, rest = all - first;
        step_group<Cell, Features, Units, first, (rest < Vectors ? rest : Vectors)>(at, h_after);
    };
    bool is_back = direction != Scalar(0);
    for (std::size_t step = 0; step < count; ++step, is_back = !is_back) {
        for_constants<groups>([&](auto i) __attribute__((always_inline)) {
            if (is_back)
                step_in(std::integral_constant<std::size_t, groups - 1 - i>{});
            else
                step_in(i);
        });
        std::copy_n(h_after, Units, at.h);
        std::copy_n(h_after, Units, at.output);
        at.x += Features;
        at.output += stride;
    }
    direction = is_back ? Scalar(1) : Scalar(0);
}

} // namespace burin::kernels
