#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/micro_kernel.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/panels.hpp"

#include <bit>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin::kernels::detail {

/// Calls f(std::integral_constant<std::size_t, value>) for value ∈ {Most, Most - 1, …, 1}: a chain of
/// comparisons, the largest first, since it is by far the most frequent.
template <std::size_t Most, class Function>
[[gnu::always_inline]] inline void with_constant(std::size_t value, Function f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (void)((value == Most - I && (f(std::integral_constant<std::size_t, Most - I>{}), true)) || ...);
    }(std::make_index_sequence<Most>{});
}

/// So many rows, a number that is known when this is compiled: code is made only for what it calls for.
template <std::size_t Count>
using FixedRows = std::integral_constant<std::size_t, Count>;

/// A noinline wrapper of a function that is inlined elsewhere: one instance for all its callers. (Two of them
/// inlined into one caller would need more registers than there are.)
template <auto Function, class Scalar, class... Others>
[[gnu::noinline]] void shared(const Operands<Scalar>& operands, Others... others) noexcept {
    Function(operands, others...);
}

template <TileHeights Heights, std::size_t... I>
constexpr auto sequence_of(std::index_sequence<I...>) {
    return std::index_sequence<height_at(Heights, I)...>{};
}

/// Heights as an index_sequence, the tallest first, since it is by far the most frequent.
template <TileHeights Heights>
using HeightSequence = decltype(sequence_of<Heights>(
    std::make_index_sequence<static_cast<std::size_t>(std::popcount(Heights))>{}));

/// The heights of tiles for so many rows: products with the same ones share their code.
template <std::size_t Tallest, RowCounts Counts>
struct CheckedHeights {
    static constexpr TileHeights all = tile_heights(Tallest, Counts);
    static_assert(have_code(all, Tallest, Counts),
                  "some number of rows is divided into a height of tiles that `tile_heights` leaves out");
    using Sequence = HeightSequence<all>;
};
template <std::size_t Tallest, RowCounts Counts = RowCounts{}>
using HeightsOf = typename CheckedHeights<Tallest, Counts>::Sequence;

/// The loops that call the micro-kernel with tiles of up to `Tallest.rows` rows.
template <Tile Tallest, class Heights = HeightsOf<Tallest.rows>>
struct TileLoops;

template <Tile Tallest, std::size_t... Heights>
struct TileLoops<Tallest, std::index_sequence<Heights...>> {
    /// All rows with one of `full` panels after the other, tile by tile; or, if the tile is of another width,
    /// with the last one behind these, of so many columns. One function for all products with such panels.
    template <class Scalar, class Epilogue>
    [[gnu::noinline]] static void panel_by_panel(const Operands<Scalar>& operands, std::size_t full,
                                                 std::size_t columns, std::size_t rows,
                                                 Epilogue epilogue) noexcept {
        Operands<Scalar> panel = operands;
        if constexpr (!Tallest.is_of_full_panel()) {
            panel.enter_last_panel(full);
            full = 1;
        }
        for (; full > 0; --full, panel.skip_panels(1)) {
            Operands<Scalar> tile = panel;
            if constexpr (Tallest.ahead == Ahead::prefetch_right) {
                // A panel's worth, a part of it with each tile.
                tile.ahead = panel.right.data + panel.right.panel;
                tile.ahead_step = (Tallest.vectors * width<Scalar> * Tallest.rows + rows - 1) / rows;
            } else if constexpr (Tallest.ahead == Ahead::prefetch_result) {
                if (full > 1)
                    tile.ahead = panel.result.data + panel.result.panel;
            }
            for (std::size_t left = rows, height = 1; left > 0; left -= height, tile.skip_rows(height)) {
                const std::size_t wanted = choose_tile_rows(left, Tallest.rows);
                // The tallest first, since it is by far the most frequent.
                (void)((wanted >= Heights &&
                        (multiply_tile<Tallest.with_rows(Heights)>(tile, columns, epilogue), height = Heights,
                         true)) ||
                       ...);
                if constexpr (Tallest.ahead != Ahead::nothing)
                    tile.ahead += tile.depth * tile.ahead_step;
            }
        }
    }

    /// The same where it is called, for a matrix so small that nothing is prefetched.
    template <class Scalar, class Rows, class Epilogue>
    [[gnu::always_inline]] static void panels_inlined(Operands<Scalar> panel, std::size_t full,
                                                      std::size_t columns, Rows rows,
                                                      Epilogue epilogue) noexcept {
        if constexpr (!Tallest.is_of_full_panel()) {
            panel.enter_last_panel(full);
            full = 1;
        }
        for (; full > 0; --full, panel.skip_panels(1)) {
            Operands<Scalar> tile = panel;
            if constexpr (requires { Rows::value; }) {
                // Some tiles of one height and, below them, some that are a row lower.
                constexpr std::size_t tiles = (Rows::value + Tallest.rows - 1) / Tallest.rows,
                                      low = Rows::value / tiles, higher = Rows::value % tiles;
                if constexpr (higher > 0)
                    for (std::size_t i = 0; i < higher; ++i, tile.skip_rows(low + 1))
                        multiply_tile<Tallest.with_rows(low + 1)>(tile, columns, epilogue);
                for (std::size_t i = higher; i < tiles; ++i, tile.skip_rows(low))
                    multiply_tile<Tallest.with_rows(low)>(tile, columns, epilogue);
            } else {
                for (std::size_t left = rows, height; left > 0; left -= height, tile.skip_rows(height)) {
                    height = choose_tile_rows(left, Tallest.rows);
                    (void)((height == Heights &&
                            (multiply_tile<Tallest.with_rows(Heights)>(tile, columns, epilogue), true)) ||
                           ...);
                }
            }
        }
    }

    /// All panels with the rows of a tile before the next rows, which are prefetched beside them. (Within the
    /// first panel they all would have to come in a quarter of the time.)
    template <class Scalar, class Epilogue>
    [[gnu::noinline]] static void rows_first(Operands<Scalar> front, std::size_t full, std::size_t rows,
                                             Epilogue epilogue) noexcept {
        front.ahead_step =
            (choose_tile_rows(ProductChooser::prefetched_rows, Tallest.rows) + full - 1) / full;
        for (std::size_t height = 1; rows > 0; rows -= height, front.skip_rows(height)) {
            const std::size_t wanted = choose_tile_rows(rows, Tallest.rows);
            (void)((wanted >= Heights && (height = Heights, true)) || ...);
            front.ahead = front.left + height * front.left_row;
            Operands<Scalar> tile = front;
            for (std::size_t p = 0; p < full; ++p, tile.skip_panels(1)) {
                (void)((height == Heights &&
                        (multiply_tile<Tallest.with_rows(Heights)>(tile, 0, epilogue), true)) ||
                       ...);
                tile.ahead += tile.depth * tile.ahead_step;
            }
        }
    }
};

/// `Full.rows` rows, in one tile of several panels.
template <Tile Full, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void across_panels(const Operands<Scalar>& operands, std::size_t full,
                                                 Epilogue epilogue) noexcept {
    constexpr std::size_t most = ProductChooser::panels_across(Full.rows, Full.splits);
    constexpr auto tile_of = [](std::size_t panels) {
        return Full.with_columns(2 * panels, panels == 1 ? Tail::none : Tail::panels);
    };
    Operands<Scalar> tile = operands;
    for (std::size_t together; full > 0; full -= together, tile.skip_panels(together)) {
        together = choose_tile_rows(full, most);
        with_constant<most>(together, [&](auto count) __attribute__((always_inline)) {
            multiply_tile<tile_of(count)>(tile, 0, epilogue);
        });
    }
}

/// All rows with one vector or a few: tiles of four rows, and one of three.
template <Tile T, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void low_tiles(Operands<Scalar> tile, std::size_t rows,
                                             Epilogue epilogue) noexcept {
    for (; rows >= 4; rows -= 4, tile.skip_rows(4))
        multiply_tile<T.with_rows(4)>(tile, 0, epilogue);
    if (rows == 3)
        multiply_tile<T.with_rows(3)>(tile, 0, epilogue);
}

/// Three vectors at a time, whatever panels they are of.
template <Tile Full, class Scalar, class Epilogue>
[[gnu::noinline]] void three_vectors(Operands<Scalar> group, std::size_t full, std::size_t rows,
                                     Epilogue epilogue) noexcept {
    std::size_t left = 2 * full;
    for (; left == 3 || left > 4; left -= 3) {
        const bool from_second = left % 2 == 1;
        if (from_second)
            low_tiles<Full.with_columns(3, Tail::panels_from_second)>(group, rows, epilogue);
        else
            low_tiles<Full.with_columns(3, Tail::panels)>(group, rows, epilogue);
        group.skip_panels(from_second ? 2 : 1);
    }
    for (; left > 0; left -= 2, group.skip_panels(1))
        low_tiles<Full>(group, rows, epilogue);
}

} // namespace burin::kernels::detail
