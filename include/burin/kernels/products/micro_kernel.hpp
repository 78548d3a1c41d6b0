#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"
#include "burin/kernels/products/operands.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

/// The elements of the left matrix that a step of the depth wants, one of each row.
///
/// Clang would make each row's address from the one before, which takes longer than the multiply-adds of
/// eight rows. Where it `IsSplit`, every four rows have an address, of which the compiler does not know how
/// it belongs to the others.
template <std::size_t Rows, bool IsSplit, class Scalar>
class LeftElements {
  public:
    [[gnu::always_inline]] LeftElements(const Scalar* left, std::size_t row_stride) noexcept
        : first(left), second(left + 4 * row_stride), third(left + 8 * row_stride), row(row_stride),
          three_rows(3 * row_stride) {
        if constexpr (IsSplit)
            asm("" : "+r"(three_rows));
        hide();
    }
    /// Of row r, so many steps of the depth on.
    [[gnu::always_inline]] Scalar at(std::size_t r, std::size_t depth) const noexcept {
        if constexpr (IsSplit)
            return (r < 4 ? first : r < 8 ? second : third)[(r % 4 == 3 ? three_rows : r % 4 * row) + depth];
        else
            return first[r * row + depth];
    }
    [[gnu::always_inline]] Scalar operator[](std::size_t r) const noexcept { return at(r, 0); }
    [[gnu::always_inline]] void skip(std::size_t depth) noexcept {
        first += depth;
        second += depth;
        third += depth;
        hide();
    }

  private:
    static_assert(!IsSplit || Rows <= 12);

    [[gnu::always_inline]] void hide() noexcept {
        if constexpr (IsSplit)
            asm("" : "+r"(first));
        if constexpr (IsSplit && Rows > 4)
            asm("" : "+r"(second));
        if constexpr (IsSplit && Rows > 8)
            asm("" : "+r"(third));
    }

    const Scalar *first, *second, *third; // Not an array, which g++ may leave in memory.
    std::size_t row, three_rows;
};

#if defined(__clang__)
inline constexpr bool splits_left_rows = this_machine.has_many_registers();
#else
inline constexpr bool splits_left_rows = false;
#endif

/// How many vectors are packed beside each step, so that tiles pack no fewer elements than they have rows.
template <class Scalar>
inline constexpr std::size_t packed_vectors =
    (tallest_tile(this_machine.registers, 2) + width<Scalar> - 1) / width<Scalar>;

/// Whether an epilogue is told where the sum goes, and reads what lies so: perhaps what is written over.
template <class Epilogue, class Scalar>
inline constexpr bool is_placed = requires(const Epilogue& epilogue, const Vector<Scalar>& sum, Scalar* to) {
    epilogue(sum, to, [](const Scalar* from) { return load(from); });
};

/// The micro-kernel: one tile at the front of the operands. `columns` says how many columns it has where its
/// tail leaves it open.
///
/// Inlined, so that whatever extents are constants where it is called are constants here.
template <Tile T, class Scalar, class Epilogue>
#if defined(BURIN_SHARED_KERNELS)
[[gnu::noinline]]
#else
[[gnu::always_inline]] inline
#endif
void multiply_tile(const Operands<Scalar>& operands, std::size_t columns, Epilogue epilogue) noexcept {
    // By names of their own, since g++ does not take members for bounds of loops that it unrolls in time.
    constexpr std::size_t rows = T.rows, splits = T.splits, lanes = width<Scalar>;
    constexpr bool several_panels = T.tail >= Tail::panels;
    constexpr std::size_t first = T.tail == Tail::panels_from_second ? 1 : 0;
    constexpr bool masked = T.tail == Tail::masked, has_half = T.tail == Tail::half;
    constexpr std::size_t whole_vectors = T.vectors - (has_half ? 1 : 0);
    constexpr bool adds_start_last = T.left_is_transposed;
    const std::size_t half_column = columns - lanes / 2;
    const auto column = [columns](std::size_t v, std::size_t panel) __attribute__((always_inline)) {
        if (several_panels)
            return (v + first) / 2 * panel + (v + first) % 2 * lanes;
        return T.tail == Tail::overlaps && v + 1 == T.vectors ? columns - lanes : v * lanes;
    };
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return masked ? load_partial(from, columns) : load(from);
    };
    // Stores may alias what `operands` refers to; copies are read once.
    const Operands<Scalar> p = operands;
    constexpr bool rows_are_full = T.left_is_transposed && T.tail == Tail::none;
    const std::size_t result_row = rows_are_full ? T.vectors * lanes : p.result.row;
    const std::size_t left_row = T.left_is_transposed ? 1 : p.left_row;
    const std::size_t start_row = rows_are_full ? T.vectors * lanes : p.start.row;

    Vector<Scalar> sums[splits][rows][whole_vectors];
    [[maybe_unused]] HalfVector<Scalar> halves[splits][has_half ? rows : 1];
    BURIN_DETAIL_UNROLL
    for (std::size_t s = 0; s < splits; ++s) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < rows; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v)
                sums[s][r][v] = broadcast(Scalar(0));
            if constexpr (has_half)
                halves[s][r] = lower_half(broadcast(Scalar(0)));
        }
    }
    const auto add_start = [&]() __attribute__((always_inline)) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < rows; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v) {
                const auto start = load_from(p.start.data + r * start_row + column(v, p.start.panel));
                sums[0][r][v] = adds_start_last ? sums[0][r][v] + start : start;
            }
            if constexpr (has_half) {
                const auto start = load_half(p.start.data + r * start_row + half_column);
                halves[0][r] = adds_start_last ? halves[0][r] + start : start;
            }
        }
    };
    if (!adds_start_last && p.start.data != nullptr)
        add_start();

    LeftElements<rows, splits_left_rows && !T.left_is_transposed && (rows > 4), Scalar> left(p.left,
                                                                                             left_row);
    const Scalar* right = p.right.data;
    [[maybe_unused]] const Scalar* ahead = p.ahead;
    [[maybe_unused]] Scalar* packed = p.packed;
    const auto add_product = [&](std::size_t s, auto load_vector) __attribute__((always_inline)) {
        Vector<Scalar> row[whole_vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v)
            row[v] = rows > 1 ? in_register(load_vector(right + column(v, p.right.panel)))
                              : load_vector(right + column(v, p.right.panel));
        [[maybe_unused]] HalfVector<Scalar> half;
        if constexpr (has_half)
            half = load_half(right + half_column);
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < rows; ++r) {
            const Vector<Scalar> factor = broadcast_factor<has_half>(left[r]);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v)
                sums[s][r][v] = fma(factor, row[v], sums[s][r][v]);
            if constexpr (has_half)
                halves[s][r] = fma(lower_half(factor), half, halves[s][r]);
        }
        if constexpr (T.ahead == Ahead::prefetch_right)
            prefetch(ahead);
        else if constexpr (T.ahead == Ahead::prefetch_left)
            prefetch_to_l2(ahead);
        else if constexpr (T.ahead == Ahead::prefetch_result)
            prefetch_for_write(ahead);
        if constexpr (T.ahead == Ahead::pack_left) {
            prefetch(ahead + 8 * p.ahead_step); // No stream that a processor expects.
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < packed_vectors<Scalar>; ++v)
                store(packed + v * lanes, load(ahead + v * lanes));
            ahead += p.ahead_step;
            packed += p.left_depth;
            // Clang would keep an address for each step of an unrolled loop, on the stack.
            asm("" : "+r"(ahead), "+r"(packed));
        } else if constexpr (T.ahead != Ahead::nothing) {
            ahead += p.ahead_step;
        }
        left.skip(p.left_depth);
        right += p.right.row;
    };
    const auto load_whole = [](const Scalar* from) __attribute__((always_inline)) { return load(from); };
    // Rows that are narrower than a vector are followed by others, except the last ones.
    const std::size_t narrow = masked ? std::min(p.depth, (lanes - 1) / columns) : 0;
    const std::size_t depth = p.depth - narrow;
    std::size_t d = 0;
    if constexpr (splits == 1) {
        // Unrolled, for short sums: a loop that ends after few rounds is predicted right.
        BURIN_DETAIL_UNROLL_4
        for (; d < depth; ++d)
            add_product(0, load_whole);
        for (; d < p.depth; ++d)
            add_product(0, load_from);
    } else {
        for (; d + splits <= depth; d += splits) {
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 0; s < splits; ++s)
                add_product(s, load_whole);
        }
        for (; d < p.depth; d += splits) {
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 0; s < splits; ++s)
                if (d + s < p.depth)
                    add_product(s, load_from);
        }
    }

    if (adds_start_last && p.start.data != nullptr)
        add_start();
    const auto total = [](auto sum) __attribute__((always_inline)) {
        if constexpr (splits == 4)
            return (sum(0) + sum(1)) + (sum(2) + sum(3));
        else if constexpr (splits == 2)
            return sum(0) + sum(1);
        else
            return sum(0);
    };
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < rows; ++r) {
        Scalar* const row = p.result.data + r * result_row;
        [[maybe_unused]] Vector<Scalar> placed[T.vectors];
        if constexpr (is_placed<Epilogue, Scalar>) {
            // Vectors that overlap read what they hold before it is written over.
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v)
                placed[v] = epilogue(total([&](std::size_t s) { return sums[s][r][v]; }),
                                     row + column(v, p.result.panel), load_from);
            if constexpr (has_half)
                placed[whole_vectors] =
                    epilogue(widened(total([&](std::size_t s) { return halves[s][r]; })), row + half_column,
                             [](const Scalar* from) { return widened(load_half(from)); });
        }
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v) {
            Scalar* const to = row + column(v, p.result.panel);
            // Else g++ takes what is stored as it is for a copy of memory, and moves the sums there.
            const Vector<Scalar> finished = [&]() __attribute__((always_inline)) {
                if constexpr (is_placed<Epilogue, Scalar>)
                    return placed[v];
                else
                    return in_register<Scalar>(epilogue(total([&](std::size_t s) { return sums[s][r][v]; })));
            }();
            if (masked && rows == 1 && __builtin_constant_p(columns))
                store_in_pieces(to, finished,
                                columns); // Of a small network, whose next layer reads it at once.
            else if (masked)
                store_partial(to, finished, columns);
            else
                store(to, finished);
        }
        if constexpr (has_half && is_placed<Epilogue, Scalar>)
            store_half(row + half_column, placed[whole_vectors]);
        else if constexpr (has_half)
            store_half(row + half_column,
                       epilogue(widened(total([&](std::size_t s) { return halves[s][r]; }))));
    }
}

} // namespace burin::kernels::detail
