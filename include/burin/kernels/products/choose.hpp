#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choice.hpp"
#include "burin/kernels/products/panels.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

// How products of matrices are computed: plain values, from extents and a `Machine`. The loops of
// multiply.hpp and weight_gradient.hpp execute them. (For input gradients see choose_input_gradient.hpp.)

namespace burin::kernels {

/// Matrices of at most so many elements are multiplied by code of their own; larger ones share theirs.
#if defined(BURIN_SHARED_KERNELS)
inline constexpr std::size_t inlined_elements = 0; // For instrumented builds, which would take minutes.
#else
inline constexpr std::size_t inlined_elements = 2048;
#endif

/// How many rows there may be: a multiple of `each`, and `most` at most. Nearly always there are `most`:
/// fewer are a part of a batch, the last one of an epoch. Any number where `most` is 0.
struct RowCounts {
    std::size_t most = 0;
    std::size_t each = 1;
};

/// What a caller knows of its product.
struct Hints {
    bool is_dense = false;      ///< A layer's, of row-major matrices without gaps.
    bool is_block = false;      ///< The depth is a part of a longer one: its sums are not split.
    bool left_is_far = false;   ///< The left matrix need not be in a cache.
    bool adds = false;          ///< A gradient is added to what is there.
    bool shares_code = false;   ///< For many rows, which do not miss code of their own.
    bool is_long = false;       ///< A gradient of more samples than go into one sum.
    bool has_any_width = false; ///< The epilogue computes with vectors of half the width, too.
    std::size_t inlined_elements = kernels::inlined_elements;
    RowCounts counts{}; ///< Of the extent that is no constant: rows, of gradients samples.
};

/// Of a layer's forward product with so many columns. Where it `shares_code`, small matrices that are not
/// narrow have no code of their own.
constexpr Hints forward_hints(std::size_t columns, std::size_t lanes, bool shares_code, bool left_is_far,
                              bool has_any_width, const RowCounts& counts = {}) {
    return {.is_dense = true,
            .left_is_far = left_is_far,
            .shares_code = shares_code && columns >= 2 * lanes,
            .has_any_width = has_any_width,
            .counts = counts};
}

/// Of a layer's weight gradient, for a matrix [inputs, outputs].
constexpr Hints weight_gradient_hints(std::size_t inputs, std::size_t outputs, bool adds,
                                      const RowCounts& counts = {}) {
    return {.adds = adds, .shares_code = inputs * outputs > inlined_elements, .counts = counts};
}

/// In how many interleaved sums the depth is summed up, for a matrix of so many vectors of columns. A single
/// row has no more than `vectors` sums under way, and each multiply-add waits 4 or 5 cycles for the one
/// before: so narrow matrices, which make no more, have their sums split. It depends on the matrix alone, so
/// that a row's result does not depend on how many rows there are.
constexpr std::size_t choose_splits(std::size_t vectors) {
    return vectors == 1 ? 4 : vectors <= 4 ? 2 : 1;
}

/// The tallest tile of so many vectors of columns on a machine with `registers` vector registers.
///
/// A tile of R × V elements needs R·V registers for its sums (times `splits`, where each is split), V for the
/// row of the right matrix and one for the broadcast element of the left. Multiply-adds take 4 or 5 cycles
/// and up to two start in each, so 8 to 10 sums should be under way; and as no more loads than multiply-adds
/// start in a cycle, the R + V loads of a step must not outnumber its R·V multiply-adds, with room to spare.
/// With V = 2 the tallest tile that fits has R = 6 with 16 registers (12 + 2 + 1 ≤ 16), and R = 12 with 32,
/// some of which are left for what the compiler likes to keep. V = 3 gives R = 4 (12 + 3 + 1) and 9. V = 1
/// needs as many loads as multiply-adds whatever its height: 8 rows hide the latency.
constexpr std::size_t tallest_tile(std::size_t registers, std::size_t vectors, std::size_t splits = 1) {
    const std::size_t fit = registers > vectors ? (registers - vectors - 1) / (vectors * splits) : 0;
    return std::clamp<std::size_t>(fit, 1, vectors == 1 ? 8 : 12);
}

/// The same where each row of the left matrix has an address of its own. The 16 general registers of x86 hold
/// those of nine rows (128 rows from beyond the second-level cache: 95 % of the peak with tiles of eight, 90
/// with twelve); other processors keep to the same bound.
constexpr std::size_t tallest_addressed_tile(std::size_t registers, std::size_t vectors,
                                             std::size_t splits = 1) {
    return std::min<std::size_t>(tallest_tile(registers, vectors, splits), 9);
}

/// Rows of the next tile where `rows` are left: eight or the tallest, but the last two of nearly the same
/// height, none of them flat. 8 rows are 4 + 4, not 6 + 2. (Without a division, which takes as long as a
/// short sum.)
[[gnu::always_inline]] constexpr std::size_t choose_tile_rows(std::size_t rows, std::size_t tallest) {
    const std::size_t usual = tallest == 9 ? 8 : tallest;
    return rows <= tallest ? rows : rows < tallest + usual ? (rows + 1) / 2 : usual;
}

/// Heights of tiles, as bits: bit h stands for tiles of h rows.
using TileHeights = std::uint64_t;

/// Those that so many rows are divided into.
constexpr TileHeights dividing_heights(std::size_t tallest, std::size_t rows) {
    const std::size_t usual = choose_tile_rows(1000, tallest);
    if (rows > 4 * usual)
        rows = rows % usual + 3 * usual;
    TileHeights heights = 0;
    for (std::size_t height = 0; rows > 0; rows -= height)
        heights |= TileHeights(1) << (height = choose_tile_rows(rows, tallest));
    return heights;
}

/// Those that there is code for, each a micro-kernel of its own: what `counts.most` rows are divided into,
/// and few more for fewer. All up to the tallest where there may be any number of rows.
constexpr TileHeights tile_heights(std::size_t tallest, const RowCounts& counts) {
    TileHeights heights = dividing_heights(tallest, counts.most) | dividing_heights(tallest, counts.each);
    for (std::size_t height = 1; height <= tallest; ++height)
        if (counts.most == 0 || (counts.each == 1 && counts.most > height && (height == 2 || height == 4)) ||
            (counts.each != counts.most && height == 1))
            heights |= TileHeights(1) << height;
    return heights;
}

/// Whether there is a height for all that so many rows are divided into: as high, or if it is not `Exact` at
/// least one that is lower, after which what is left is divided anew.
constexpr bool have_code(TileHeights heights, std::size_t tallest, std::size_t rows, bool exact = false) {
    while (rows > 0) {
        const std::size_t wanted = choose_tile_rows(rows, tallest);
        const TileHeights fitting = heights & ((TileHeights(2) << wanted) - 1) & ~TileHeights(1);
        if (fitting == 0)
            return false;
        const std::size_t found = static_cast<std::size_t>(std::bit_width(fitting)) - 1;
        if (exact && found != wanted)
            return false;
        rows -= found;
    }
    return true;
}

/// The same for every number of rows that there may be: the few that are left in the end of any number, too.
constexpr bool have_code(TileHeights heights, std::size_t tallest, const RowCounts& counts) {
    const std::size_t many = 4 * tallest + 4, most = counts.most == 0 ? many : counts.most;
    for (std::size_t rows = counts.each; rows <= std::min(most, many); rows += counts.each)
        if (!have_code(heights, tallest, rows))
            return false;
    return have_code(heights, tallest, most);
}

/// The height at this place of a sequence that has the tallest first.
constexpr std::size_t height_at(TileHeights heights, std::size_t place) {
    for (; place > 0; --place)
        heights ^= std::bit_floor(heights);
    return static_cast<std::size_t>(std::bit_width(heights)) - 1;
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

constexpr ColumnKind column_kind(const Panels& panels, std::size_t lanes,
                                 const Machine& machine = this_machine) {
    ColumnKind kind;
    kind.has_full_panels = panels.full > 0;
    kind.last_vectors = (panels.last + lanes - 1) / lanes;
    kind.last_tail = panels.last % lanes == 0 ? Tail::none
                     : panels.last < lanes    ? Tail::masked
                                              : Tail::overlaps;
    kind.last_is_half =
        machine.half_vectors && kind.last_tail == Tail::overlaps && panels.last % lanes <= lanes / 2;
    kind.splits = choose_splits(2 * panels.full + kind.last_vectors);
    return kind;
}

/// What is chosen for a matrix, by how many rows (of gradients: samples) there are. Where it runs,
/// comparisons with constants.
struct ProductChoices {
    static constexpr std::size_t never = ~std::size_t{0};

    Tile tile{};
    Loops of_many = Loops::panel_by_panel;
    bool is_inlined = false;
    bool has_half_width = false;     ///< Of one row.
    bool inlines_one = false;        ///< Nothing but one row.
    std::size_t in_registers = 0;    ///< Up to so many samples.
    std::size_t packed_from = never; ///< From so many samples on.
    std::size_t across = 0;          ///< Up to so many rows across panels,
    bool has_low_tiles = false;      ///< unless 3, 4,
    bool has_two_low_tiles = false;  ///< 7 and 8 are low tiles.
    std::size_t rows_first_from = never;
    std::size_t whole = never; ///< The depth is not divided for up to so many rows;
    std::size_t block = 0;     ///< else this is a block of it.

    [[gnu::always_inline]] constexpr bool inlines(std::size_t count) const {
        return (is_inlined && count <= whole) || (inlines_one && count == 1);
    }
    [[gnu::always_inline]] constexpr std::size_t depth_block(std::size_t count) const {
        return count > whole ? block : 0;
    }
    [[gnu::always_inline]] constexpr Loops loops(std::size_t count) const {
        if (has_half_width && count == 1)
            return Loops::half_width;
        if (count - 1 < in_registers)
            return Loops::depth_in_registers;
        if (count >= packed_from)
            return Loops::packed;
        if (has_low_tiles && (count == 3 || count == 4 || (has_two_low_tiles && (count == 7 || count == 8))))
            return Loops::three_vectors;
        if (count - 1 < across)
            return Loops::across_panels;
        return count >= rows_first_from && count <= whole ? Loops::rows_first : of_many;
    }
    /// Whether they may be those of batches of so many; 0: of any number.
    constexpr bool may_be(Loops which, std::size_t most) const {
        if (most > 0)
            return loops(most) == which;
        return which == of_many || (which == Loops::across_panels && across > 0) ||
               (which == Loops::three_vectors && has_low_tiles) ||
               (which == Loops::rows_first && rows_first_from != never);
    }
};

/// Chooses for a right matrix of so many columns, and the loops for any number of rows.
struct ProductChooser {
    Product product;
    std::size_t bytes; ///< Of a scalar.
    Machine machine;
    bool left_is_transposed = product != Product::forward;
    std::size_t lanes = machine.lanes(bytes);
    bool has_many_registers = machine.has_many_registers();

    constexpr ColumnKind kind(std::size_t columns, const Hints& hints) const {
        ColumnKind kind = column_kind(panels_of(columns, lanes), lanes, machine);
        if (hints.is_block)
            kind.splits = 1;
        return kind;
    }
    constexpr std::size_t tallest(std::size_t vectors, std::size_t splits) const {
        return left_is_transposed ? tallest_tile(machine.registers, vectors, splits)
                                  : tallest_addressed_tile(machine.registers, vectors, splits);
    }
    constexpr Tile full_tile(const ColumnKind& kind) const {
        return {tallest(2, kind.splits), 2, kind.splits, Tail::none, Ahead::nothing, left_is_transposed};
    }
    constexpr Tile last_tile(const ColumnKind& kind) const {
        return {kind.last_vectors == 0 ? 0 : tallest(kind.last_vectors, kind.splits),
                kind.last_vectors,
                kind.splits,
                kind.tile_tail(),
                Ahead::nothing,
                left_is_transposed};
    }

    /// With a panel at a time, the sums of so few rows would wait for one another.
    constexpr std::size_t most_across(std::size_t splits) const {
        return has_many_registers && splits == 1 ? 4 : 2;
    }
    /// As many panels at a time as make eight sums, or of three and four rows twelve and sixteen.
    static constexpr std::size_t panels_across(std::size_t rows, std::size_t splits) {
        return rows <= 2 ? 4 / (rows * splits) : 2;
    }
    /// With 16 registers these rows are tiles of three or four, which have too few sums in a panel and too
    /// many in two: they are multiplied with three vectors at a time. (Else 3, 4, 7 and 8 rows of (784, 128)
    /// take 7 to 15 % longer, AVX2.)
    constexpr bool has_low_tiles(std::size_t splits) const {
        return !has_many_registers && lanes > 1 && splits == 1;
    }
    /// Sums deeper than this are made block by block, so that the rows that are multiplied with a panel stay
    /// in the second-level cache until the last panel: 128 rows of a block take half of it.
    constexpr std::size_t deep() const { return 3584 / bytes; }
    constexpr std::size_t longest_block() const { return machine.l2 / 256 / bytes; }
    /// So many bytes of the left matrix stay there anyway, unless a large right one passes through.
    static constexpr std::size_t resident_bytes(bool streams) { return (streams ? 64 : 256) * 1024; }

    constexpr bool streams(std::size_t elements) const { return elements * bytes > machine.streaming_bytes; }

    /// From so many rows on, of which each is as deep or deeper, the next rows of a left matrix are
    /// prefetched, where it is beyond the caches: 2 to 12 % (Zen 4). Each of them reads all of the right
    /// matrix; where that is 784 KiB, it takes up to 6 % longer.
    static constexpr std::size_t prefetched_rows = 32, prefetched_depth = 128;

    constexpr ProductChoices forward(const Extents& e, const Hints& hints) const {
        const std::size_t elements = e.depth * e.columns;
        const ColumnKind kind = this->kind(e.columns, hints);
        ProductChoices choices;
        choices.tile = kind.has_full_panels ? full_tile(kind) : last_tile(kind);
        if (hints.is_dense && e.columns == 1) {
            choices.of_many = Loops::dot_products;
            choices.is_inlined = true;
            return choices;
        }
        choices.is_inlined = elements <= hints.inlined_elements && !hints.shares_code;
        const bool is_half = 2 * e.columns == lanes || (machine.exact_loads && 2 * e.columns < lanes);
        // Rows of up to a whole vector, few of which begin where a cache line does.
        const bool is_two_halves =
            machine.exact_loads && 2 * e.columns > lanes && e.columns <= lanes && e.depth <= lanes;
        choices.has_half_width = hints.is_dense && machine.narrow_vectors &&
                                 ((is_half && hints.has_any_width) || is_two_halves) &&
                                 elements <= hints.inlined_elements;
        // (64, 64) takes 87 ns, and 93 with shared code (AVX-512). More rows gain nothing.
        choices.inlines_one =
            !choices.is_inlined && !hints.shares_code && elements <= 2 * hints.inlined_elements;
        if (kind.has_full_panels)
            choices.across = most_across(kind.splits);
        if (choices.is_inlined)
            return choices;
        const bool right_streams = streams(elements);
        set_low_tiles(choices, kind, right_streams);
        if (e.depth > deep()) {
            // Split sums would depend on the number of blocks.
            choices.whole = kind.splits == 1 ? resident_bytes(right_streams) / bytes / e.depth : 0;
            const std::size_t blocks = (e.depth - 1) / longest_block() + 1;
            choices.block = (e.depth - 1) / blocks + 1;
        }
        if (right_streams)
            choices.tile.ahead = Ahead::prefetch_right;
        else if (hints.left_is_far && lanes > 1 && elements > 2 * hints.inlined_elements &&
                 2 * elements * bytes <= machine.streaming_bytes && kind.has_full_panels &&
                 e.depth >= prefetched_depth && choices.whole >= prefetched_rows)
            choices.rows_first_from = prefetched_rows;
        return choices;
    }

    constexpr void set_low_tiles(ProductChoices& choices, const ColumnKind& kind, bool streams) const {
        choices.has_low_tiles = kind.has_full_panels && has_low_tiles(kind.splits);
        choices.has_two_low_tiles = !streams;
    }

    /// Up to so many samples the rows of dy fit into registers, panel by panel, and dw is written in one
    /// stream: its stores are then the most of the work.
    constexpr std::size_t samples_in_registers() const { return has_many_registers ? 8 : 4; }
    /// Rows of dw at a time. Each multiply-add of a sum waits for the one before, and a processor that looks
    /// at some six rows of many samples finds too little to do; beside dy there is room for as many sums.
    constexpr std::size_t rows_beside_depth(std::size_t samples) const {
        if (has_many_registers)
            return samples > 4 ? 3 : 1;
        return samples > 2 ? 2 : 1;
    }
    /// So many samples go into one running sum of a weight gradient: longer ones are made of such.
    static constexpr std::size_t summed_samples = 512;
    /// So many samples of x that are nearly or more than a page apart leave room for the rows of dy in the
    /// first-level table of pages.
    constexpr std::size_t paged_samples() const { return 4 * machine.page_entries / bytes; }
    /// From how many samples on the weight gradient of [inputs, outputs] is made of packed blocks, or
    /// `never`. It pays where the rows of x are long, and for fewer panels and samples with tiles of twelve
    /// rows, which read twice as many elements of each.
    constexpr std::size_t packed_from(std::size_t inputs, std::size_t outputs) const {
        const std::size_t row_bytes = inputs * bytes;
        if (lanes == 1 || outputs < (has_many_registers ? 4 : 12) * lanes || row_bytes < 1024)
            return ProductChoices::never;
        return has_many_registers || row_bytes >= 2048 ? 16 : paged_samples();
    }

    constexpr Tile packed_tile(std::size_t vectors, Tail tail) const {
        return {vectors == 0 ? 0 : tallest(vectors, 1), vectors, 1, tail, Ahead::nothing, true};
    }

    /// Of the full panels of a weight gradient that is packed.
    constexpr Tile packed_tile(const Extents& e) const {
        return packed_tile(2, Tail::none)
            .with(streams(e.rows * e.columns) ? Ahead::prefetch_result : Ahead::nothing);
    }

    constexpr ProductChoices gradient(const Extents& e, const Hints& hints) const {
        const std::size_t elements = e.rows * e.columns;
        const ColumnKind kind = this->kind(e.columns, hints);
        ProductChoices choices;
        choices.is_inlined =
            !kind.has_full_panels && elements <= hints.inlined_elements && !hints.shares_code;
        choices.tile = kind.has_full_panels ? full_tile(kind) : last_tile(kind);
        if (product == Product::weight_gradient) {
            choices.in_registers = hints.is_long ? 0 : samples_in_registers();
            choices.packed_from = packed_from(e.rows, e.columns);
            // Whatever the number of samples, few inputs are few rows.
            ProductChoices of_rows;
            of_rows.across = kind.has_full_panels ? most_across(kind.splits) : 0;
            set_low_tiles(of_rows, kind, false);
            choices.of_many = of_rows.loops(e.rows);
        }
        // A column of x may have nearly every element on a page of its own.
        const bool is_paged = choices.packed_from == choices.never && e.rows * bytes > machine.page_bytes / 2;
        choices.whole = choices.block = is_paged ? paged_samples() : summed_samples;
        return choices;
    }

    constexpr ProductChoices choices(const Extents& extents, const Hints& hints) const {
        return product == Product::forward ? forward(extents, hints) : gradient(extents, hints);
    }

    constexpr ProductChoice choose(const Extents& e, const Hints& hints) const {
        const ProductChoices all = choices(e, hints);
        const std::size_t count = product == Product::forward ? e.rows : e.depth;
        const Panels panels = panels_of(e.columns, lanes);
        ProductChoice choice{all.loops(count), all.tile, all.depth_block(count), all.inlines(count)};
        Tile& tile = choice.tile;
        if (choice.loops != Loops::panel_by_panel)
            tile.ahead = choice.loops == Loops::rows_first ? Ahead::prefetch_left : Ahead::nothing;
        if (choice.loops == Loops::across_panels) {
            tile.rows = e.rows;
            tile.vectors = 2 * std::min(panels.full, panels_across(tile.rows, tile.splits));
        } else if (choice.loops == Loops::three_vectors) {
            tile.rows = e.rows == 3 ? 3 : 4;
            tile.vectors = 3;
        } else if (choice.loops == Loops::depth_in_registers) {
            tile.rows = tile.tail == Tail::none ? rows_beside_depth(count) : 1;
            tile.splits = 1;
        } else if (choice.loops == Loops::packed) {
            tile = packed_tile(e);
            choice.depth_block = 0;
        }
        return choice;
    }
};

/// How a product of these extents is computed on a machine.
constexpr ProductChoice choose(Product product, const Extents& extents, std::size_t scalar_bytes,
                               const Machine& machine = this_machine,
                               const Hints& hints = {.is_dense = true}) {
    return ProductChooser{product, scalar_bytes, machine}.choose(extents, hints);
}

} // namespace burin::kernels
