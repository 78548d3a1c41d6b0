#pragma once

#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/tile.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin::kernels {

/// Matrices of at most so many elements are multiplied by code of their own, in which every extent is a
/// constant; larger ones share theirs.
#if defined(BURIN_SHARED_KERNELS)
inline constexpr std::size_t inlined_elements =
    0; // For instrumented builds, which would take minutes to compile.
#else
inline constexpr std::size_t inlined_elements = 2048;
#endif
/// The same for a single row, which has less code and more use for it.
inline constexpr std::size_t inlined_row_elements = 2 * inlined_elements;
/// The elements of a matrix that shares its code in any case.
inline constexpr std::size_t shared_elements = inlined_row_elements + 1;

/// Sums deeper than `deep` are made block by block, so that the rows that a panel meets stay in the
/// second-level cache until the last panel has met them: 128 rows of 2 KiB are half of 512 KiB (processors
/// with 32 registers have 1 MiB or more). Half of it stays there anyway, unless a large matrix passes
/// through.
constexpr std::size_t resident_bytes(std::size_t matrix_bytes) {
    return matrix_bytes > this_machine.streaming_bytes ? 64 * 1024 : 256 * 1024;
}
template <class Scalar>
inline constexpr std::size_t deep = 3584 / sizeof(Scalar);
template <class Scalar>
inline constexpr std::size_t block_depth = (vector_registers < 32 ? 2048 : 4096) / sizeof(Scalar);

namespace detail {

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

template <Form Known>
constexpr std::size_t tallest_tile_of(std::size_t vectors, std::size_t splits) {
    return is_weight_gradient(Known) ? tallest_tile(vector_registers, vectors, splits)
                                     : tallest_addressed_tile(vector_registers, vectors, splits);
}

/// All rows with one panel, tile by tile.
template <std::size_t Vectors, std::size_t Splits, Tail TailKind, class Scalar, Form Known, class Finish>
[[gnu::always_inline]] inline void multiply_panel(Product<Scalar, Known> product, std::size_t rows,
                                                  std::size_t columns, Finish finish) noexcept {
    constexpr std::size_t tallest = tallest_tile_of<Known>(Vectors, Splits);
    while (rows > 0) {
        const std::size_t height = choose_tile_rows(rows, tallest);
        with_constant<tallest>(height, [&](auto tile_rows) __attribute__((always_inline)) {
            multiply_tile<tile_rows.value, Vectors, Splits, TailKind>(product, columns, finish);
        });
        product.skip_rows(height);
        rows -= height;
    }
}

/// The same tiles: some of one height and, below them, some that are a row lower.
template <std::size_t Vectors, std::size_t Splits, Tail TailKind, std::size_t Count, class Scalar, Form Known,
          class Finish>
[[gnu::always_inline]] inline void multiply_panel(Product<Scalar, Known> product, FixedRows<Count>,
                                                  std::size_t columns, Finish finish) noexcept {
    constexpr std::size_t tallest = tallest_tile_of<Known>(Vectors, Splits);
    constexpr std::size_t tiles = (Count + tallest - 1) / tallest, low = Count / tiles,
                          higher = Count % tiles;
    if constexpr (higher > 0)
        for (std::size_t i = 0; i < higher; ++i, product.skip_rows(low + 1))
            multiply_tile<low + 1, Vectors, Splits, TailKind>(product, columns, finish);
    for (std::size_t i = higher; i < tiles; ++i, product.skip_rows(low))
        multiply_tile<low, Vectors, Splits, TailKind>(product, columns, finish);
}

/// With a panel at a time, the sums of so few rows would wait for one another.
template <std::size_t Splits>
inline constexpr std::size_t few_rows = vector_registers >= 32 && Splits == 1 ? 4 : 2;

/// That many rows with `panels` full panels: as many panels at a time as make eight sums, or of three and
/// four rows twelve and sixteen.
template <std::size_t Rows, std::size_t Splits, class Scalar, Form Known, class Finish>
[[gnu::always_inline]] inline void multiply_few_rows(Product<Scalar, Known> product, std::size_t panels,
                                                     Finish finish) noexcept {
    constexpr std::size_t most = Rows <= 2 ? 4 / (Rows * Splits) : 2;
    while (panels > 0) {
        const std::size_t together = choose_tile_rows(panels, most);
        with_constant<most>(together, [&](auto tile_panels) __attribute__((always_inline)) {
            constexpr std::size_t count = tile_panels.value;
            multiply_tile<Rows, 2 * count, Splits, count == 1 ? Tail::none : Tail::panels>(product, 0,
                                                                                           finish);
        });
        product.skip_panels(together);
        panels -= together;
    }
}

/// The same for a number of rows that is known when it runs.
template <std::size_t Splits, class Scalar, Form Known, class Finish>
[[gnu::always_inline]] inline void multiply_few_rows(const Product<Scalar, Known>& product,
                                                     std::size_t panels, std::size_t rows,
                                                     Finish finish) noexcept {
    with_constant<few_rows<Splits>>(rows, [&](auto few) __attribute__((always_inline)) {
        multiply_few_rows<few.value, Splits>(product, panels, finish);
    });
}

/// With 16 registers these rows are tiles of three or four, which have too few sums in a panel and too many
/// in two: they meet three vectors at a time.
template <class Scalar, std::size_t Splits>
inline constexpr bool has_low_tiles = vector_registers < 32 && width<Scalar> > 1 && Splits == 1;
template <Form Known>
constexpr bool are_low_tiles(std::size_t rows) {
    return rows == 3 || rows == 4 || (Known != Form::streams_right && (rows == 7 || rows == 8));
}

template <std::size_t Vectors, Tail TailKind, class Scalar, Form Known, class Finish>
[[gnu::always_inline]] inline void multiply_low_tiles(Product<Scalar, Known> product, std::size_t rows,
                                                      Finish finish) noexcept {
    for (; rows >= 4; rows -= 4, product.skip_rows(4))
        multiply_tile<4, Vectors, 1, TailKind>(product, 0, finish);
    if (rows == 3)
        multiply_tile<3, Vectors, 1, TailKind>(product, 0, finish);
}

template <class Scalar, Form Known, class Finish>
[[gnu::noinline]] void multiply_three_vectors(const Product<Scalar, Known>& given, std::size_t panels,
                                              std::size_t rows, Finish finish) noexcept {
    Product<Scalar, Known> product = given;
    std::size_t left = 2 * panels;
    for (; left == 3 || left > 4; left -= 3) {
        const bool from_second = left % 2 == 1;
        if (from_second)
            multiply_low_tiles<3, Tail::panels_from_second>(product, rows, finish);
        else
            multiply_low_tiles<3, Tail::panels>(product, rows, finish);
        product.skip_panels(from_second ? 2 : 1);
    }
    for (; left > 0; left -= 2, product.skip_panels(1))
        multiply_low_tiles<2, Tail::none>(product, rows, finish);
}

/// What the code for a product must know of its columns.
struct ColumnKind {
    bool has_full_panels = false;
    std::size_t last_vectors = 0; ///< Of the last panel; 0 if there is none but full ones.
    Tail last_tail = Tail::none;
    bool last_is_half = false; ///< What overlaps has no more than half of a vector's lanes to add.
    std::size_t splits = 1;

    constexpr Tail tile_tail() const { return last_is_half ? Tail::half : last_tail; }
};

constexpr ColumnKind column_kind(const Panels& panels, std::size_t lanes) {
    ColumnKind kind;
    kind.has_full_panels = panels.full > 0;
    kind.last_vectors = (panels.last + lanes - 1) / lanes;
    kind.last_tail = panels.last % lanes == 0 ? Tail::none
                     : panels.last < lanes    ? Tail::masked
                                              : Tail::overlaps;
    kind.last_is_half =
        has_half_vectors && kind.last_tail == Tail::overlaps && panels.last % lanes <= lanes / 2;
    kind.splits = choose_splits(2 * panels.full + kind.last_vectors);
    return kind;
}

/// Full panels, of which there is one at least, one at a time.
template <std::size_t Splits, class Scalar, Form Known, class Rows, class Finish>
[[gnu::always_inline]] inline void multiply_panels(Product<Scalar, Known> product, std::size_t panels,
                                                   Rows rows, Finish finish) noexcept {
    for (std::size_t i = 0; i < panels; ++i, product.skip_panels(1)) {
        if constexpr (Known == Form::streams_right) {
            // A panel's worth, a part of it with each tile.
            constexpr std::size_t tallest = tallest_tile_of<Known>(2, Splits);
            product.ahead = product.right.data + product.right.panel;
            product.ahead_step = (2 * width<Scalar> * tallest + rows - 1) / rows;
        }
        multiply_panel<2, Splits, Tail::none>(product, rows, 0, finish);
    }
}

/// The same, or several at a time.
template <std::size_t Splits, class Scalar, Form Known, class Rows, class Finish>
[[gnu::always_inline]] inline void multiply_full_panels(const Product<Scalar, Known>& product,
                                                        std::size_t panels, Rows rows,
                                                        Finish finish) noexcept {
    if constexpr (requires { Rows::value; }) {
        if constexpr (Rows::value <= few_rows<Splits>)
            multiply_few_rows<Rows::value, Splits>(product, panels, finish);
        else
            multiply_panels<Splits>(product, panels, rows, finish);
    } else if (rows <= few_rows<Splits>) {
        multiply_few_rows<Splits>(product, panels, rows, finish);
    } else {
        multiply_panels<Splits>(product, panels, rows, finish);
    }
}

/// The last panel, behind the full ones.
template <ColumnKind Kind, class Scalar, Form Known, class Rows, class Finish>
[[gnu::always_inline]] inline void multiply_last_panel(Product<Scalar, Known> product, const Panels& panels,
                                                       Rows rows, Finish finish) noexcept {
    product.skip_panels(panels.full);
    product.enter_last_panel();
    multiply_panel<Kind.last_vectors, Kind.splits, Kind.tile_tail()>(product, rows, panels.last, finish);
}

/// `rows` is a number or FixedRows.
template <ColumnKind Kind, class Scalar, Form Known, class Rows, class Finish>
[[gnu::always_inline]] inline void multiply_inlined(const Product<Scalar, Known>& product,
                                                    const Panels& panels, Rows rows, Finish finish) noexcept {
    if constexpr (Kind.has_full_panels)
        multiply_full_panels<Kind.splits>(product, panels.full, rows, finish);
    if constexpr (Kind.last_vectors > 0)
        multiply_last_panel<Kind>(product, panels, rows, finish);
}

// Functions of their own: in one, g++ runs out of registers.

template <std::size_t Splits, class Scalar, Form Known, class Finish>
[[gnu::noinline]] void multiply_few_rows_shared(const Product<Scalar, Known>& product, std::size_t panels,
                                                std::size_t rows, Finish finish) noexcept {
    multiply_few_rows<Splits>(product, panels, rows, finish);
}

template <std::size_t Splits, class Scalar, Form Known, class Finish>
[[gnu::noinline]] void multiply_panels_shared(const Product<Scalar, Known>& product, std::size_t panels,
                                              std::size_t rows, Finish finish) noexcept {
    multiply_panels<Splits>(product, panels, rows, finish);
}

/// From so many rows on, of which each is as deep or deeper, the next rows of a left matrix are prefetched.
inline constexpr std::size_t asking_rows = 32, asking_depth = 128;

/// Full panels with rows that come from beyond the caches and lie behind one another: all panels with the
/// rows of a tile before the next rows, which are prefetched beside them. (Within the first panel they all
/// would have to come in a quarter of the time.)
template <std::size_t Splits, class Scalar, class Finish>
[[gnu::noinline]] void multiply_prefetched_rows(const Product<Scalar, Form::streams_left>& given,
                                                std::size_t panels, std::size_t rows,
                                                Finish finish) noexcept {
    constexpr std::size_t tallest = tallest_tile_of<Form::streams_left>(2, Splits);
    Product<Scalar, Form::streams_left> product = given;
    product.ahead_step = (choose_tile_rows(asking_rows, tallest) + panels - 1) / panels;
    while (rows > 0) {
        const std::size_t height = choose_tile_rows(rows, tallest);
        product.ahead = product.left + height * product.left_row;
        with_constant<tallest>(height, [&](auto tile_rows) __attribute__((always_inline)) {
            Product<Scalar, Form::streams_left> tile = product;
            for (std::size_t p = 0; p < panels; ++p, tile.skip_panels(1)) {
                multiply_tile<tile_rows.value, 2, Splits, Tail::none>(tile, 0, finish);
                tile.ahead += tile.depth * tile.ahead_step;
            }
        });
        product.skip_rows(height);
        rows -= height;
    }
}

template <ColumnKind Kind, class Scalar, Form Known, class Finish>
[[gnu::noinline]] void multiply_last_panel_shared(const Product<Scalar, Known>& product, const Panels& panels,
                                                  std::size_t rows, Finish finish) noexcept {
    multiply_last_panel<Kind>(product, panels, rows, finish);
}

template <std::size_t Splits, class Scalar, Form Known, class Finish>
[[gnu::always_inline]] inline void multiply_full_panels_shared(const Product<Scalar, Known>& product,
                                                               std::size_t panels, std::size_t rows,
                                                               Finish finish) noexcept {
    // Few rows ask for nothing ahead.
    constexpr Form plain = Known == Form::streams_right ? Form::any : Known;
    if constexpr (has_low_tiles<Scalar, Splits>)
        if (are_low_tiles<Known>(rows))
            return multiply_three_vectors(product.template as<plain>(), panels, rows, finish);
    if (rows <= few_rows<Splits>)
        multiply_few_rows_shared<Splits>(product.template as<plain>(), panels, rows, finish);
    else
        multiply_panels_shared<Splits>(product, panels, rows, finish);
}

template <ColumnKind Kind, class Scalar, Form Known, class Finish>
[[gnu::always_inline]] inline void multiply_shared(const Product<Scalar, Known>& product,
                                                   const Panels& panels, std::size_t rows,
                                                   Finish finish) noexcept {
    if constexpr (Known == Form::streams_left) {
        if constexpr (Kind.has_full_panels) {
            if (rows >= asking_rows && product.depth >= asking_depth && product.depth == product.left_row) {
                multiply_prefetched_rows<Kind.splits>(product, panels.full, rows, finish);
                if constexpr (Kind.last_vectors > 0)
                    multiply_last_panel_shared<Kind>(product.template as<Form::any>(), panels, rows, finish);
                return;
            }
        }
        return multiply_shared<Kind>(product.template as<Form::any>(), panels, rows, finish);
    }
    if constexpr (Kind.has_full_panels)
        multiply_full_panels_shared<Kind.splits>(product, panels.full, rows, finish);
    if constexpr (Kind.last_vectors > 0)
        multiply_last_panel_shared<Kind>(product, panels, rows, finish);
}

} // namespace detail

/// The whole product, of `rows` rows (a number or `detail::FixedRows`) and `Columns` columns, no deeper than
/// MaxDepth; the weight matrix in it has `Elements` elements. A row's result depends on neither the number of
/// rows nor its place among them.
template <std::size_t Columns, std::size_t MaxDepth, std::size_t Elements, class Scalar, Form Known,
          class Rows, class Finish>
[[gnu::always_inline]] inline void multiply(const Product<Scalar, Known>& given, Rows rows,
                                            Finish finish) noexcept {
    constexpr Panels panels = kernels::panels<Scalar>(Columns);
    constexpr detail::ColumnKind kind = detail::column_kind(panels, width<Scalar>);
    // Inlined code takes what it is given: of a copy more g++ would keep all that it does not change in
    // memory.
    if constexpr (Elements <= inlined_elements) {
        detail::multiply_inlined<kind>(given, panels, rows, finish);
    } else if constexpr (MaxDepth <= deep<Scalar>) {
        detail::multiply_shared<kind>(given, panels, rows, finish);
    } else {
        Product<Scalar, Known> product = given;
        // All blocks but the first go on from the result. Split sums would depend on their number.
        const bool stays = kind.splits == 1 &&
                           rows * product.depth * sizeof(Scalar) <= resident_bytes(Elements * sizeof(Scalar));
        const std::size_t blocks =
            stays ? 1 : (product.depth + block_depth<Scalar> - 1) / block_depth<Scalar>;
        const std::size_t each = (product.depth + blocks - 1) / blocks;
        std::size_t left = product.depth;
        while (left > each) {
            product.depth = each;
            detail::multiply_shared<kind>(product, panels, rows, StoreSum{});
            left -= each;
            product.skip_depth(each);
            product.start = {product.result.data, product.result.row, product.result.last_row,
                             product.result.panel};
        }
        product.depth = left;
        detail::multiply_shared<kind>(product, panels, rows, finish);
    }
}

/// So few rows, of matrices that are small enough, take less time in turn than together: where a row alone
/// has sums enough under way.
constexpr std::size_t rows_in_turn(const Panels& panels, std::size_t registers) {
    if (panels.last > 0)
        return 1;
    if (registers < 32)
        return panels.full >= 4 ? 4 : 1;
    return panels.full >= 2 ? 2 : 1;
}

/// The same; a single row has code of its own where that is not much. `make` gives the product: one that is
/// passed on to a function is in memory for all code around it.
template <std::size_t Columns, std::size_t MaxDepth, std::size_t Elements, class Make, class Finish>
[[gnu::always_inline]] inline void multiply_rows(Make make, std::size_t rows, Finish finish) noexcept {
    if constexpr (Elements > inlined_elements && Elements <= inlined_row_elements) {
        constexpr Panels panels = kernels::panels<typename decltype(make())::Element>(Columns);
        constexpr detail::ColumnKind kind = detail::column_kind(panels, panels.width / 2);
        if (rows <= rows_in_turn(panels, vector_registers)) {
            for (std::size_t row = 0; row < rows; ++row) {
                auto product = make();
                product.skip_rows(row);
                detail::multiply_inlined<kind>(product, panels, detail::FixedRows<1>{}, finish);
            }
            return;
        }
    }
    multiply<Columns, MaxDepth, Elements>(make(), rows, finish);
}

} // namespace burin::kernels
