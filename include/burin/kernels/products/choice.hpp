#pragma once

#include "burin/core/text.hpp"

#include <cstddef>

// What is chosen for a product of matrices: plain values, which the loops execute (how: choose.hpp).

namespace burin::kernels {

/// Of a layer with a weight matrix [inputs, outputs], for some samples.
enum class Product : unsigned char {
    forward,         ///< y = x · w: [samples, inputs] · [inputs, outputs]
    weight_gradient, ///< dw = xᵀ · dy: [inputs, samples] · [samples, outputs]
    bias_gradient,   ///< db, of few outputs: ones [1, samples] · dy [samples, outputs]
};

/// result [rows, columns] = left [rows, depth] · right [depth, columns]
struct Extents {
    std::size_t rows = 0;
    std::size_t depth = 0;
    std::size_t columns = 0;
};

/// How the columns of a register tile end.
enum class Tail : unsigned char {
    none,     ///< As many as its vectors' lanes, of one panel.
    overlaps, ///< The last vector ends where they end, and so begins within the one before: both hold the
              ///< same.
    half,     ///< The same, but it is no more than half a vector.
    masked,   ///< The only vector is used in part.
    panels,   ///< In another panel than they begin.
    panels_from_second, ///< The same, and they begin with the second vector of a panel.
};

/// What a micro-kernel does beside each step of the depth, where the multiply-adds leave room for it.
enum class Ahead : unsigned char {
    nothing,
    prefetch_left, ///< From beyond the caches.
    prefetch_right,
    prefetch_result,
    pack_left, ///< What comes next is packed.
};

/// What a micro-kernel computes: the sums of `rows` rows and `vectors` vectors of columns, all in registers.
struct Tile {
    std::size_t rows = 1;
    std::size_t vectors = 1;
    std::size_t splits = 1; ///< In how many interleaved sums the depth is summed up.
    Tail tail = Tail::none;
    Ahead ahead = Ahead::nothing;
    /// The left matrix is a row-major one transposed: the rows of a tile have one address, not one each, for
    /// which there are not enough registers.
    bool left_is_transposed = false;

    /// The last panel, if not a full one, is narrower or wider.
    constexpr bool is_of_full_panel() const { return vectors == 2 && tail == Tail::none; }
    constexpr Tile with_rows(std::size_t count) const {
        Tile tile = *this;
        tile.rows = count;
        return tile;
    }
    constexpr Tile with_columns(std::size_t count, Tail end) const {
        Tile tile = *this;
        tile.vectors = count;
        tile.tail = end;
        return tile;
    }
    constexpr Tile with(Ahead what) const {
        Tile tile = *this;
        tile.ahead = what;
        return tile;
    }
    friend constexpr bool operator==(const Tile&, const Tile&) = default;
};

/// In which order the tiles of a result are computed.
enum class Loops : unsigned char {
    dot_products,       ///< One column: each row by itself, its sums in the lanes.
    half_width,         ///< One row, of vectors of half the width.
    panel_by_panel,     ///< All rows with one panel of the right matrix, then with the next.
    across_panels,      ///< All rows in one tile, of several panels.
    three_vectors,      ///< All rows in low tiles of three vectors, whatever panels these are of.
    rows_first,         ///< The rows of a tile with all panels, then the next rows.
    depth_in_registers, ///< The right matrix, of a few samples, stays in registers, panel by panel.
    packed,             ///< Of blocks of both matrices that are packed.
};

struct ProductChoice {
    Loops loops = Loops::panel_by_panel;
    Tile tile{};                 ///< The tallest one of the full panels, or of the only panel.
    std::size_t depth_block = 0; ///< So much of the depth at a time; 0: all.
    bool is_inlined = false;     ///< Compiled for these sizes; else one function serves all.

    friend constexpr bool operator==(const ProductChoice&, const ProductChoice&) = default;
};

/// As in "6 × 2 register tiles, panel by panel, right matrix prefetched, compiled for all sizes".
constexpr Text<160> describe(const ProductChoice& choice) {
    Text<160> text;
    if (choice.loops == Loops::dot_products)
        return text.append("a dot product a row");
    if (choice.loops == Loops::half_width)
        return text.append("one row in vectors of half the width");
    text.append(choice.tile.rows).append(" × ").append(choice.tile.vectors).append(" register tiles");
    if (choice.tile.splits > 1)
        text.append(" of ").append(choice.tile.splits).append(" sums each");
    text.append(choice.loops == Loops::across_panels        ? ", across panels"
                : choice.loops == Loops::three_vectors      ? ", across panels"
                : choice.loops == Loops::rows_first         ? ", rows first"
                : choice.loops == Loops::depth_in_registers ? ", samples in registers"
                : choice.loops == Loops::packed             ? ", both matrices packed"
                                                            : ", panel by panel");
    if (choice.depth_block > 0)
        text.append(", ").append(choice.depth_block).append(" of the depth at a time");
    if (choice.tile.ahead != Ahead::nothing)
        text.append(choice.tile.ahead == Ahead::prefetch_left    ? ", left matrix prefetched"
                    : choice.tile.ahead == Ahead::prefetch_right ? ", right matrix prefetched"
                    : choice.tile.ahead == Ahead::pack_left      ? ", left matrix packed ahead"
                                                                 : ", result prefetched");
    return text.append(choice.is_inlined ? ", compiled for these sizes" : ", compiled for all sizes");
}

} // namespace burin::kernels
