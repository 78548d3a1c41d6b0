#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/loops.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/short_rows.hpp"
#include "burin/kernels/products/weight_gradient.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels {

namespace detail {

/// An epilogue that is told where the sum goes.
template <class Epilogue>
struct PlacedOfLastBlock {
    Epilogue epilogue;
    bool is_last;

    template <class VectorType, class Scalar, class Load>
    VectorType operator()(const VectorType& sum, const Scalar* to, Load load_from) const noexcept {
        return is_last ? epilogue(sum, to, load_from) : sum;
    }
};

/// The epilogue, of the last block of the depth only. (Asking `is_last` takes no time worth counting: only
/// deep sums have blocks.)
template <bool HasBlocks, class Epilogue>
[[gnu::always_inline]] constexpr auto of_last_block(Epilogue epilogue, bool is_last) noexcept {
    if constexpr (HasBlocks && requires { Epilogue::is_placed; })
        return PlacedOfLastBlock<Epilogue>{epilogue, is_last};
    else if constexpr (HasBlocks)
        return [=](const auto& sum) { return is_last ? epilogue(sum) : sum; };
    else
        return epilogue;
}

} // namespace detail

/// Computes a product as it is chosen for these extents: `Size.columns` and, where it is that of a weight
/// gradient, `Size.rows`, else `Size.depth` are constants; the other extent is `rows` (a number or
/// `detail::FixedRows`) and the operands' depth. A row's result depends on neither the number of rows nor its
/// place among them.
template <Product Of, Extents Size, Hints Known = Hints{}, class Scalar, class Rows, class Epilogue>
[[gnu::always_inline]] inline void multiply(Operands<Scalar> operands, Rows rows,
                                            Epilogue epilogue) noexcept {
    using detail::across_panels, detail::shared, detail::TileLoops;
    constexpr bool is_forward = Of == Product::forward;
    constexpr ProductChooser chooser{Of, sizeof(Scalar), this_machine};
    constexpr Panels panels = kernels::panels<Scalar>(Size.columns);
    constexpr ColumnKind kind = chooser.kind(Size.columns, Known);
    constexpr Tile full = chooser.full_tile(kind), last = chooser.last_tile(kind);
    constexpr Tile left_far = full.with(Ahead::prefetch_left);
    constexpr std::size_t most_across = chooser.most_across(kind.splits);
    constexpr ProductChoices choices = chooser.choices(Size, Known);
    // Going forward, the loops of a whole batch are those of its parts, too: they give the same bits. The
    // sums of gradients depend on the loops, which are chosen for the samples that there are.
    constexpr RowCounts counts = Known.counts;
    constexpr std::size_t most =
        !is_forward || choices.loops(counts.most) == Loops::three_vectors ? 0 : counts.most;
    constexpr RowCounts row_counts = is_forward ? counts : RowCounts{Size.rows, Size.rows};
    using Heights = detail::HeightsOf<choices.tile.rows, row_counts>;
    const std::size_t count = is_forward ? std::size_t(rows) : operands.depth;

    if constexpr (choices.of_many == Loops::dot_products)
        return detail::dot_products<Size.depth>(operands, rows, epilogue);
    const Loops loops = choices.loops(most > 0 ? most : count);
    if constexpr (choices.has_half_width && most <= 1)
        if (loops == Loops::half_width)
            return detail::half_width<Size.depth, Size.columns>(operands, epilogue);
    if constexpr (choices.in_registers >= counts.each)
        if (loops == Loops::depth_in_registers) {
            // Where whole batches are not, a few samples are but the last of an epoch.
            constexpr bool inlines = choices.is_inlined && counts.most <= choices.in_registers;
            // Each sum is one of few samples, whatever matrix it is of.
            constexpr ColumnKind unsplit{kind.has_full_panels, kind.last_vectors, kind.last_tail,
                                         kind.last_is_half};
            const Operands<Scalar> all = operands; // What is passed by reference is in memory.
            return detail::depth_in_registers<unsplit, Known.adds, inlines>(
                all, panels, Size.rows, std::make_index_sequence<choices.in_registers>{});
        }
    if constexpr (choices.packed_from != choices.never &&
                  (counts.most == 0 || counts.most >= choices.packed_from))
        if (loops == Loops::packed)
            return detail::packed_weight_gradient<chooser.packed_tile(Size),
                                                  chooser.packed_tile(kind.last_vectors, kind.last_tail),
                                                  Size.rows % detail::packed_rows<Scalar>>(operands, panels,
                                                                                           rows);

    if constexpr (choices.is_inlined && !is_forward && (counts.most == 0 || counts.most > choices.whole)) {
        // Code for blocks of so many samples would crowd out that for few.
        if (count > choices.whole) [[unlikely]] {
            constexpr Hints many = [] {
                Hints hints = Known;
                hints.shares_code = hints.is_long = true;
                return hints;
            }();
            const Operands<Scalar> all = operands; // What is passed by reference is in memory.
            return shared<multiply<Of, Size, many, Scalar, std::size_t, Epilogue>>(all, std::size_t(rows),
                                                                                   epilogue);
        }
    }
    if constexpr (choices.is_inlined || (choices.inlines_one && most <= 1)) {
        if (choices.inlines(count)) {
            const auto height = [&]() __attribute__((always_inline)) {
                if constexpr (choices.inlines_one)
                    return detail::FixedRows<1>{};
                else
                    return rows;
            }();
            if constexpr (kind.has_full_panels) {
                if (height <= most_across)
                    detail::with_constant<most_across>(height, [&](auto few) __attribute__((always_inline)) {
                        across_panels<full.with_rows(few)>(operands, panels.full, epilogue);
                    });
                else
                    TileLoops<full>::panels_inlined(operands, panels.full, 0, height, epilogue);
            }
            if constexpr (kind.last_vectors > 0)
                TileLoops<last>::panels_inlined(operands, panels.full, panels.last, height, epilogue);
            return;
        }
    }
    if constexpr (!choices.is_inlined && !(choices.inlines_one && most == 1)) {
        // The others have functions that all products with such columns share.
        constexpr bool has_blocks = choices.whole != choices.never;
        const std::size_t height = rows;
        Operands<Scalar> block = operands;
        for (std::size_t left = operands.depth;; left -= block.depth) {
            if (has_blocks && count > choices.whole)
                block.depth = std::min(left, choices.block);
            const bool is_last = !has_blocks || block.depth == left;
            const auto finish = detail::of_last_block<(is_forward && has_blocks)>(epilogue, is_last);
            using Finish = std::remove_const_t<decltype(finish)>;
            if constexpr (kind.has_full_panels) {
                if (loops == Loops::panel_by_panel) {
                    if constexpr (choices.may_be(Loops::panel_by_panel, most))
                        TileLoops<choices.tile, Heights>::panel_by_panel(block, panels.full, 0, height,
                                                                         finish);
                } else if (loops == Loops::rows_first) {
                    if constexpr (choices.rows_first_from != choices.never &&
                                  choices.may_be(Loops::rows_first, most))
                        TileLoops<left_far, Heights>::rows_first(block, panels.full, height, finish);
                } else if (loops == Loops::three_vectors) {
                    if constexpr (chooser.has_low_tiles(kind.splits) &&
                                  choices.may_be(Loops::three_vectors, most))
                        detail::three_vectors<full>(block, panels.full, height, finish);
                } else if constexpr (choices.may_be(Loops::across_panels, most)) {
                    constexpr std::size_t few_rows = most == 1 ? 1 : most_across;
                    detail::with_constant<few_rows>(height, [&](auto few) __attribute__((always_inline)) {
                        shared<across_panels<full.with_rows(few), Scalar, Finish>>(block, panels.full,
                                                                                   finish);
                    });
                }
            }
            if constexpr (kind.last_vectors > 0)
                TileLoops<last, detail::HeightsOf<last.rows, row_counts>>::panel_by_panel(
                    block, panels.full, panels.last, height, finish);
            if (is_last)
                return;
            block.skip_depth(block.depth);
        }
    }
}

} // namespace burin::kernels
