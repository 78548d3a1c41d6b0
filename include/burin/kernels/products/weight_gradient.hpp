#pragma once

#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/loops.hpp"
#include "burin/kernels/products/micro_kernel.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

// The loops that only weight gradients have: of few samples, and of many with both matrices packed.

namespace burin::kernels::detail {

template <class Scalar>
inline constexpr ProductChooser weight_gradient_chooser{Product::weight_gradient, sizeof(Scalar),
                                                        this_machine};

/// The weight gradient of `Samples` samples in one panel of `Vectors` vectors, for `rows` rows of it. Where
/// there is a start, it is the result.
template <std::size_t Samples, std::size_t Vectors, Tail TailKind, bool Accumulate, class Scalar>
[[gnu::always_inline]] inline void weight_gradient_panel(const Operands<Scalar>& product, std::size_t rows,
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
        [[maybe_unused]] HalfVector<Scalar> halves[has_half ? count : 1]{};
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
    constexpr std::size_t count =
        TailKind == Tail::none ? weight_gradient_chooser<Scalar>.rows_beside_depth(Samples) : 1;
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

/// The weight gradient of so many samples in all panels.
template <std::size_t Samples, ColumnKind Kind, bool Adds, class Scalar>
[[gnu::always_inline]] inline void weight_gradient_inlined(Operands<Scalar> panel, const Panels& panels,
                                                           std::size_t rows) noexcept {
    if constexpr (Kind.has_full_panels)
        for (std::size_t p = 0; p < panels.full; ++p, panel.skip_panels(1))
            weight_gradient_panel<Samples, 2, Tail::none, Adds>(panel, rows, 0);
    if constexpr (Kind.last_vectors > 0) {
        panel.enter_last_panel(0);
        weight_gradient_panel<Samples, Kind.last_vectors, Kind.tile_tail(), Adds>(panel, rows, panels.last);
    }
}

/// The same, one instance for all its callers.
template <std::size_t Samples, ColumnKind Kind, bool Adds, class Scalar>
[[gnu::noinline]] void weight_gradient_shared(const Operands<Scalar>& operands, const Panels& panels,
                                              std::size_t rows) noexcept {
    weight_gradient_inlined<Samples, Kind, Adds>(operands, panels, rows);
}

/// Up to so many samples dy stays in registers, panel by panel, and dw is written in one stream. The
/// comparisons are here, not in a function of functions: what inlines kernels is compiled once more at each
/// level of it.
template <ColumnKind Kind, bool Adds, bool IsInlined, class Scalar, std::size_t... I>
[[gnu::always_inline]] inline void depth_in_registers(const Operands<Scalar>& operands, const Panels& panels,
                                                      std::size_t rows, std::index_sequence<I...>) noexcept {
    const std::size_t depth = operands.depth;
    if constexpr (IsInlined)
        (void)((depth == sizeof...(I) - I &&
                (weight_gradient_inlined<sizeof...(I) - I, Kind, Adds>(operands, panels, rows), true)) ||
               ...);
    else
        (void)((depth == sizeof...(I) - I &&
                (weight_gradient_shared<sizeof...(I) - I, Kind, Adds>(operands, panels, rows), true)) ||
               ...);
}

/// How many samples are packed at a time, how many rows of the result in a block, and how many columns of it
/// at a time. A block of the left matrix and a panel of the right one fit into the first-level cache
/// together: of 128 samples 24 and 16 KiB with AVX-512, 12 and 8 with AVX2. (Of doubles AVX-512 takes half
/// the rows, which reaches 3 points more of the peak than half the samples; AVX2 half the samples.) All that
/// is packed is 200 KiB of the stack at most, of doubles with AVX-512 330.
template <class Scalar>
inline constexpr std::size_t packed_samples = this_machine.has_many_registers() ? 128 : 512 / sizeof(Scalar);
template <class Scalar>
inline constexpr std::size_t packed_rows = this_machine.has_many_registers() ? 192 / sizeof(Scalar) : 24;
inline constexpr std::size_t packed_columns = 256;

/// to[r · columns + c] = from[r · stride + c] for c < columns
template <class Scalar>
[[gnu::always_inline]] inline void pack_columns(const Scalar* from, std::size_t stride, std::size_t rows,
                                                Scalar* to, std::size_t columns) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    const std::size_t whole = columns / lanes * lanes, rest = columns - whole;
    for (std::size_t r = 0; r < rows; ++r, from += stride, to += columns) {
        for (std::size_t c = 0; c < whole; c += lanes)
            store(to + c, load(from + c));
        if (rest > 0)
            store_partial(to + whole, load_partial(from + whole, rest), rest);
    }
}

/// A block of `packed_rows` with one panel, while the next block is packed from `ahead` to `packed`.
template <Tile Full, class Scalar>
[[gnu::noinline]] void multiply_and_pack(const Operands<Scalar>& operands) noexcept {
    constexpr std::size_t rows = packed_rows<Scalar>, columns = packed_vectors<Scalar> * width<Scalar>;
    static_assert(rows % Full.rows == 0 && rows / Full.rows * columns >= rows);
    Operands<Scalar> tile = operands;
    for (std::size_t r = 0; r < rows; r += Full.rows, tile.skip_rows(Full.rows)) {
        const std::size_t at = std::min(r / Full.rows * columns, rows - columns);
        tile.ahead = operands.ahead + at;
        tile.packed = operands.packed + at;
        multiply_tile<Full.with(Ahead::pack_left)>(tile, 0, StoreSum{});
    }
}

/// result (+)= leftᵀ · right, of packed blocks of both. Read where they are, the elements that a tile wants
/// of each sample are a whole row apart, on pages and in sets of the cache that are soon used up, and even
/// from the first-level cache a tile then takes 1.07 times as long. While a block of the left matrix is
/// multiplied with its first panel, the next is packed. (Else 128 samples of (784, 128) take 2.4 % longer.)
///
/// Where the result streams beyond the second-level cache, each panel of it is prefetched beside the one
/// before.
/// `Rest` rows are left behind the last whole block.
template <Tile Full, Tile Last, std::size_t Rest, class Scalar>
[[gnu::noinline]] void packed_weight_gradient(Operands<Scalar> samples, const Panels& panels,
                                              std::size_t rows) noexcept {
    constexpr std::size_t lanes = width<Scalar>, wide = 2 * lanes, height = packed_rows<Scalar>;
    constexpr std::size_t most_panels = std::max<std::size_t>(1, packed_columns / wide);
    constexpr Tile plain = Full.with(Ahead::nothing);
    constexpr bool prefetches = Full.ahead == Ahead::prefetch_result;
    constexpr RowCounts counts{height, Rest > 0 ? Rest : height};
    using Heights = HeightsOf<Full.rows, counts>;
    alignas(64) Scalar blocks[2][packed_samples<Scalar> * height];
    alignas(64) Scalar right[packed_samples<Scalar> * (most_panels * wide + Last.vectors * lanes)];

    const std::size_t step = samples.left_depth;
    for (std::size_t left = samples.depth; left > 0; left -= samples.depth) {
        samples.depth = std::min(packed_samples<Scalar>, left);
        Operands<Scalar> some = samples;
        for (std::size_t p = 0, full; p < panels.full; p += full, some.skip_panels(full)) {
            full = std::min(most_panels, panels.full - p);
            const std::size_t last = p + full == panels.full ? panels.last : 0;
            const std::size_t panel = some.depth * wide;
            for (std::size_t i = 0; i < full; ++i)
                pack_columns(some.right.data + i * wide, some.right.row, some.depth, right + i * panel, wide);
            if (last > 0)
                pack_columns(some.right.data + full * wide, some.right.row, some.depth, right + full * panel,
                             last);
            // The first panel, the others, and the last of the matrix.
            Operands<Scalar> first = some, others = some, end = some;
            first.right = others.right = {right, wide, wide, panel};
            others.skip_panels(1);
            end.enter_last_panel(full);
            end.right = {right + full * panel, last, last, 0};
            end.depth_done = 0; // What is packed begins here.
            Scalar *here = blocks[0], *next = blocks[1];
            bool is_packed = false;
            for (std::size_t k = 0; k < rows; k += height, std::swap(here, next)) {
                const std::size_t count = std::min(height, rows - k);
                const Scalar* const from = some.left + k;
                if (!is_packed)
                    pack_columns(from, step, some.depth, here, count);
                is_packed = k + 2 * height <= rows;
                first.left = others.left = end.left = here;
                first.left_depth = others.left_depth = end.left_depth = count;
                if (is_packed) {
                    first.ahead = from + height;
                    first.ahead_step = step;
                    first.packed = next;
                    multiply_and_pack<Full>(first);
                }
                Operands<Scalar>& rest = is_packed ? others : first;
                const std::size_t panels_left = full - (is_packed ? 1 : 0);
                if (prefetches && count == height) {
                    rest.ahead = first.result.data + height * first.result.row;
                    rest.ahead_step = (wide * Full.rows + some.depth - 1) / some.depth;
                    TileLoops<Full, Heights>::panel_by_panel(rest, panels_left, 0, count, StoreSum{});
                } else {
                    TileLoops<plain, Heights>::panel_by_panel(rest, panels_left, 0, count, StoreSum{});
                }
                if constexpr (Last.vectors > 0)
                    if (last > 0)
                        TileLoops<Last, HeightsOf<Last.rows, counts>>::panel_by_panel(end, 0, last, count,
                                                                                      StoreSum{});
                first.skip_rows(height);
                others.skip_rows(height);
                end.skip_rows(height);
            }
        }
        samples.skip_depth(samples.depth);
    }
}

} // namespace burin::kernels::detail
