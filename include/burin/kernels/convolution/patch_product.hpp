#pragma once

#include "burin/kernels/convolution/epilogue.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/loops.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/panels.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin::kernels {

/// One row of a product: where the row of the left matrix begins, and which row of the result it gives.
template <class Scalar>
struct RowPlace {
    const Scalar* left = nullptr;
    std::size_t row = 0;
};

/// How far it is from one row of a box to the next, and from line to line, plane to plane and box to box.
struct RowSteps {
    std::size_t x = 0, y = 0, z = 0, box = 0;
};

/// Goes through the rows of a product: those of one box of rows after the other, plane by plane, line by
/// line.
template <class Scalar>
class PatchCursor {
  public:
    PatchCursor(const Scalar* left, std::size_t row, const std::array<std::size_t, 3>& extent,
                const RowSteps& left_step, const RowSteps& row_step) noexcept
        : box_{left, row}, plane_(box_), line_(box_), next_(box_), extent_(extent), left_(left_step),
          row_(row_step) {}

    /// One box of one plane, whose lines begin at `offsets` in the left matrix, all rows one after the other.
    PatchCursor(const Scalar* left, const std::size_t* offsets, std::size_t lines,
                std::size_t length) noexcept
        : PatchCursor(left, 0, {1, lines, length}, RowSteps{.x = 1}, RowSteps{.x = 1, .y = length}) {
        offsets_ = offsets;
        next_.left += *offsets;
    }

    RowPlace<Scalar> next() noexcept {
        const RowPlace<Scalar> current = next_;
        if (++x_ < extent_[2]) {
            move(next_, left_.x, row_.x);
            return current;
        }
        x_ = 0;
        if (++y_ < extent_[1]) {
            move(line_, left_.y, row_.y);
        } else {
            y_ = 0;
            if (++z_ < extent_[0]) {
                move(plane_, left_.z, row_.z);
            } else {
                z_ = 0;
                move(box_, left_.box, row_.box);
                plane_ = box_;
            }
            line_ = plane_;
        }
        next_ = line_;
        if (offsets_ != nullptr)
            next_.left += offsets_[y_];
        return current;
    }

    /// The next ones. Mostly they are of one line.
    template <std::size_t Count>
    [[gnu::always_inline]] std::array<RowPlace<Scalar>, Count> take() noexcept {
        std::array<RowPlace<Scalar>, Count> places;
        if (x_ + Count < extent_[2]) [[likely]] {
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < Count; ++i)
                places[i] = {next_.left + i * left_.x, next_.row + i * row_.x};
            x_ += Count;
            move(next_, Count * left_.x, Count * row_.x);
        } else {
            for (RowPlace<Scalar>& place : places)
                place = next();
        }
        return places;
    }

  private:
    static void move(RowPlace<Scalar>& place, std::size_t left, std::size_t row) noexcept {
        place.left += left;
        place.row += row;
    }

    RowPlace<Scalar> box_, plane_, line_, next_;
    std::array<std::size_t, 3> extent_;
    RowSteps left_, row_;
    const std::size_t* offsets_ = nullptr;
    std::size_t x_ = 0, y_ = 0, z_ = 0;
};

/// A product whose left matrix is that of an image's patches (im2col), which are read where they lie: with
/// s < segments, d < length, a row of the right matrix for each (s, d), and a pointer left_r for each patch,
///
///     result(r, c) = finish(start(c) + Σ_s Σ_d left_r[offsets[s] + d · step] · right(s, d, c))
///
/// With `images` > 1 this is summed over images that are `image_step` apart, while `right` goes on from row
/// to row.
template <class Scalar>
struct PatchProduct {
    const std::size_t* offsets = nullptr;
    std::size_t segments = 0;
    std::size_t length = 0;
    std::size_t step = 1;
    std::size_t images = 1;
    std::size_t image_step = 0;
    PanelView<const Scalar> right{};
    std::size_t right_first = 0; ///< Rows of the right matrix that are left out before the first segment,
    std::size_t right_gap = 0;   ///< and after each.
    PanelView<Scalar> result{};
    const Scalar* start = nullptr; ///< A row where all sums begin, or null.
    bool adds = false;             ///< The sums are added to what the result is.
};

/// What the code of a product of patches depends on.
struct PatchTiles {
    Tile full{}, last{}; ///< Of the full panels and the last one; no rows if there are none.
    TileHeights full_heights = 0, last_heights = 0;
    std::size_t unrolled = 0;    ///< The product's `length` where the loop over it is unrolled, else 0.
    bool last_is_narrow = false; ///< The last panel has columns for a narrow vector.
};

/// The same for products of so many rows, too.
constexpr PatchTiles with_rows(PatchTiles tiles, std::size_t rows) {
    if (tiles.full.rows > 0)
        tiles.full_heights |= dividing_heights(tiles.full.rows, rows);
    if (tiles.last.rows > 0)
        tiles.last_heights |= dividing_heights(tiles.last.rows, rows);
    return tiles;
}

namespace detail {

/// The micro-kernel: one register tile of patches and vectors of columns. `Length` is the
/// product's `length` where the loop over it is unrolled, else 0. `Narrow` is for columns that fill a narrow
/// vector.
template <Tile Shape, std::size_t Length, bool Narrow, class Scalar, class Finish>
#if defined(BURIN_SHARED_KERNELS)
[[gnu::noinline]]
#else
[[gnu::always_inline]] inline
#endif
void multiply_patch_tile(const std::array<RowPlace<Scalar>, Shape.rows>& places,
                         const PatchProduct<Scalar>& p, std::size_t columns, Finish finish) noexcept {
    constexpr std::size_t lanes = Narrow ? width<Scalar> / 2 : width<Scalar>;
    constexpr std::size_t Rows = Shape.rows, Vectors = Shape.vectors;
    constexpr bool masked = Shape.tail == Tail::masked && !Narrow;
    using AnyVector = std::conditional_t<Narrow, NarrowVector<Scalar>, Vector<Scalar>>;
    const auto column = [columns](std::size_t v) __attribute__((always_inline)) {
        return Shape.tail == Tail::overlaps && v + 1 == Vectors ? columns - lanes : v * lanes;
    };
    const auto load_whole = [](const Scalar* from)
                                __attribute__((always_inline)) { return load_as<AnyVector>(from); };
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        static_cast<void>(columns);
        if constexpr (masked)
            return load_partial(from, columns);
        else
            return load_as<AnyVector>(from);
    };

    const Scalar* left[Rows];
    Scalar* result[Rows];
    AnyVector sums[Rows][Vectors];
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        left[r] = places[r].left;
        result[r] = p.result.data + places[r].row * p.result.row;
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            sums[r][v] = AnyVector(Scalar(0));
    }
    if (p.start != nullptr) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            const AnyVector begin = load_from(p.start + column(v));
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r)
                sums[r][v] = begin;
        }
    }

    const std::size_t right_row = p.right.row, step = p.step, length = Length > 0 ? Length : p.length;
    const Scalar* right = p.right.data + p.right_first * right_row;
    const std::size_t gap = p.right_gap * right_row;
    const auto add_product = [&](std::size_t at, auto load_vector) __attribute__((always_inline)) {
        AnyVector row[Vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            row[v] = load_vector(right + column(v));
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            const AnyVector factor(left[r][at]);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] = fma(factor, row[v], sums[r][v]);
        }
        right += right_row;
    };
    // Rows that are narrower than a vector are followed by others, except the last ones.
    const std::size_t narrow = masked ? (lanes - 1) / columns : 0;
    std::size_t rows_left = p.images * p.segments * length;
    std::size_t image_at = 0;
    for (std::size_t image = 0; image < p.images; ++image, image_at += p.image_step)
        for (std::size_t s = 0; s < p.segments; ++s) {
            rows_left -= length;
            std::size_t at = image_at + p.offsets[s];
            if (!masked || rows_left >= narrow) {
                if constexpr (Length > 0) {
                    BURIN_DETAIL_UNROLL
                    for (std::size_t d = 0; d < Length; ++d)
                        add_product(at + d, load_whole);
                } else {
                    BURIN_DETAIL_UNROLL_4
                    for (std::size_t d = length; d > 0; --d, at += step)
                        add_product(at, load_whole);
                }
            } else {
                for (std::size_t d = length; d > 0; --d, at += step)
                    add_product(at, load_from);
            }
            right += gap;
        }

    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        // What `finish` reads may be where the sums go, and the last two vectors may overlap.
        Scalar* const to = result[r];
        if (p.adds) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] = sums[r][v] + load_from(to + column(v));
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v)
            sums[r][v] = finish(sums[r][v], to + column(v), load_from);
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            if constexpr (masked)
                store_partial(to + column(v), sums[r][v], columns);
            else
                store_as(to + column(v), sums[r][v]);
        }
    }
}

/// All rows with one panel, tile by tile; no other heights than these come up.
template <Tile Tallest, std::size_t Length, bool Narrow, std::size_t... Heights, class Scalar, class Finish>
[[gnu::always_inline]] inline void
multiply_patch_panel(std::index_sequence<Heights...>, PatchCursor<Scalar> cursor, std::size_t rows,
                     const PatchProduct<Scalar>& product, std::size_t columns, Finish finish) noexcept {
    while (rows > 0) {
        const std::size_t height = choose_tile_rows(rows, Tallest.rows);
        (void)((height == Heights && (multiply_patch_tile<Tallest.with_rows(Heights), Length, Narrow>(
                                          cursor.template take<Heights>(), product, columns, finish),
                                      true)) ||
               ...);
        rows -= height;
    }
}

/// All rows with all panels, in tiles of heights for which there is code.
template <PatchTiles Tiles, class Scalar, class Finish>
[[gnu::noinline]] void multiply_patches(const PatchCursor<Scalar>& cursor, std::size_t rows,
                                        const Panels& panels, PatchProduct<Scalar> product,
                                        Finish finish) noexcept {
    constexpr Tile full = Tiles.full, last = Tiles.last;
    if constexpr (full.rows > 0) {
        for (std::size_t i = 0; i < panels.full; ++i) {
            multiply_patch_panel<full, Tiles.unrolled, false>(HeightSequence<Tiles.full_heights>{}, cursor,
                                                              rows, product, 0, finish);
            product.right.skip_panels(1);
            product.result.skip_panels(1);
            product.start += product.start == nullptr ? 0 : panels.width;
        }
    }
    if constexpr (last.rows > 0) {
        product.right.row = product.right.last_row;
        product.result.row = product.result.last_row;
        // Two halves need half the loads of a whole vector for each multiply-add.
        constexpr bool is_narrow = Tiles.last_is_narrow && takes_narrow<Finish>;
        constexpr Tile tile = is_narrow && last.tail == Tail::none ? last.with_columns(2, Tail::none) : last;
        multiply_patch_panel<tile, Tiles.unrolled, is_narrow>(HeightSequence<Tiles.last_heights>{}, cursor,
                                                              rows, product, panels.last, finish);
    }
}

} // namespace detail
} // namespace burin::kernels
