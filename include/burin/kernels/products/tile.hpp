#pragma once

#include "burin/kernels/machine.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

inline constexpr std::size_t vector_registers = this_machine.registers;

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
    const std::size_t fit = (registers - vectors - 1) / (vectors * splits);
    const std::size_t enough = vectors == 1 ? 8 : 12;
    return fit < enough ? fit : enough;
}

/// The same where each row of the left matrix has an address of its own. There are 16 general registers, and
/// tiles of more than nine rows were slower (128 rows from beyond the second-level cache 90 % of the peak
/// with twelve, 95 with eight).
constexpr std::size_t tallest_addressed_tile(std::size_t registers, std::size_t vectors,
                                             std::size_t splits = 1) {
    return std::min<std::size_t>(tallest_tile(registers, vectors, splits), 9);
}

/// Rows of the next tile where `rows` are left: eight or the tallest, but the last two of nearly the same
/// height, none of them flat. 8 rows are 4 + 4, not 6 + 2. (Without a division, which takes as long as a
/// short sum.)
constexpr std::size_t choose_tile_rows(std::size_t rows, std::size_t tallest) {
    const std::size_t usual = tallest == 9 ? 8 : tallest;
    return rows <= tallest ? rows : rows < tallest + usual ? (rows + 1) / 2 : usual;
}

/// A matrix as its panels lie in memory: column c of row r of a panel is data[r · row + c].
template <class Pointee>
struct PanelView {
    Pointee* data = nullptr;
    std::size_t row = 0;
    std::size_t last_row = 0; ///< `row` of the last panel, which may be narrower or wider than the others.
    std::size_t panel = 0;    ///< From a panel to the next.

    constexpr void skip_panels(std::size_t count) { data += data == nullptr ? 0 : count * panel; }
    constexpr void skip_rows(std::size_t count) { data += data == nullptr ? 0 : count * row; }
};

/// What is known of a product when it is compiled, and what is done beside each step of its depth, where the
/// multiply-adds leave room for it.
enum class Form {
    any,
    streams_right, ///< The right matrix comes from beyond the caches: what is next of it is prefetched.
    streams_left,  ///< The left one does: its next rows are prefetched.
    /// The left matrix is a row-major one transposed and the result lies in panels. The rows of a tile then
    /// have one address, not one each, for which there are not enough registers.
    weight_gradient,
    weight_gradient_copying,   ///< The same; the left elements of what comes next are copied.
    weight_gradient_streaming, ///< The same; where the result of what comes next will lie, is prefetched.
};

constexpr bool is_weight_gradient(Form form) {
    return form >= Form::weight_gradient;
}

/// How many vectors are copied beside each step, so that tiles copy no fewer elements than they have rows.
template <class Scalar>
inline constexpr std::size_t copied_vectors =
    (tallest_tile(vector_registers, 2) + width<Scalar> - 1) / width<Scalar>;

/// Whether a matrix of so many elements streams from beyond the second-level cache.
template <class Scalar>
constexpr bool streams(std::size_t elements) {
    return elements * sizeof(Scalar) > this_machine.streaming_bytes;
}

/// result(r, c) = finish(start(r, c) + Σ_d left(r, d) · right(d, c)).
template <class Scalar, Form Known = Form::any>
struct Product {
    using Element = Scalar;

    const Scalar* left = nullptr; ///< Element (r, d) is left[r · left_row + d · left_depth].
    std::size_t left_row = 0;     ///< Not read where it is known to be 1.
    std::size_t left_depth = 1;
    std::size_t depth = 0;
    std::size_t depth_done = 0; ///< How much of the depth `left` and `right` have left behind.
    PanelView<const Scalar> right{};
    PanelView<Scalar> result{};
    /// Where the sums begin: a row of biases (`row` is then 0) or the result itself; if null, at 0. To those
    /// of a weight gradient, which are long, it is added when they are made: a block's own sum is rounded
    /// less than that of all blocks.
    PanelView<const Scalar> start{};
    /// What is prefetched or copied, how far on it goes with each step, and where it is copied to, there a
    /// step is as long as for the left matrix.
    const Scalar* ahead = nullptr;
    std::size_t ahead_step = 0;
    Scalar* copy = nullptr;

    constexpr std::size_t row_stride() const { return is_weight_gradient(Known) ? 1 : left_row; }

    template <Form Other>
    constexpr Product<Scalar, Other> as() const {
        return {left, left_row, left_depth, depth, depth_done, right, result, start, ahead, ahead_step, copy};
    }

    constexpr void skip_panels(std::size_t count) {
        right.skip_panels(count);
        result.skip_panels(count);
        start.skip_panels(count);
    }
    constexpr void skip_rows(std::size_t count) {
        left += count * row_stride();
        ahead +=
            Known == Form::streams_right || Known == Form::weight_gradient_streaming ? depth * ahead_step : 0;
        result.skip_rows(count);
        start.skip_rows(count);
    }
    constexpr void skip_depth(std::size_t count) {
        left += count * left_depth;
        right.skip_rows(count);
        depth_done += count;
    }
    constexpr void enter_last_panel() {
        // What was skipped of the depth, was as long as the other panels' rows.
        right.data += depth_done * right.last_row;
        right.data -= depth_done * right.row;
        right.row = right.last_row;
        result.row = result.last_row;
        start.row = start.last_row;
    }
};

/// Stores the sums as they are.
struct StoreSum {
    template <class VectorType>
    VectorType operator()(const VectorType& sum) const noexcept {
        return sum;
    }
};

namespace detail {

/// How the columns of a tile end.
enum class Tail {
    none,     ///< As many as its vectors' lanes, of one panel.
    overlaps, ///< The last vector ends where they end, and so begins within the one before: both hold the
              ///< same.
    half,     ///< The same, but it is no more than half a vector.
    masked,   ///< The only vector is used in part.
    panels,   ///< In another panel than they begin.
    panels_from_second, ///< The same, and they begin with the second vector of a panel.
};

/// The elements of the left matrix that a step of the depth wants, one of each row.
///
/// Clang would make each row's address from the one before, which takes longer than the multiply-adds of
/// eight rows. Where it `IsSplit`, every four rows have an address, of which the compiler does not know how
/// it belongs to the others.
template <std::size_t Rows, bool IsSplit, class Scalar>
class LeftElements {
  public:
    [[gnu::always_inline]] LeftElements(const Scalar* left, std::size_t row_stride) noexcept
        : row(row_stride), three_rows(3 * row_stride) {
        for (std::size_t i = 0; i < addresses; ++i)
            address[i] = left + 4 * i * row;
        if constexpr (IsSplit)
            asm("" : "+r"(three_rows));
        hide();
    }
    /// Of row r, so many steps of the depth on.
    [[gnu::always_inline]] Scalar at(std::size_t r, std::size_t depth) const noexcept {
        return IsSplit ? address[r / 4][(r % 4 == 3 ? three_rows : r % 4 * row) + depth]
                       : address[0][r * row + depth];
    }
    [[gnu::always_inline]] Scalar operator[](std::size_t r) const noexcept { return at(r, 0); }
    [[gnu::always_inline]] void skip(std::size_t depth) noexcept {
        BURIN_DETAIL_UNROLL
        for (std::size_t i = 0; i < addresses; ++i)
            address[i] += depth;
        hide();
    }

  private:
    static constexpr std::size_t addresses = IsSplit ? (Rows + 3) / 4 : 1;

    [[gnu::always_inline]] void hide() noexcept {
        if constexpr (IsSplit) {
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < addresses; ++i)
                asm("" : "+r"(address[i]));
        }
    }

    const Scalar* address[addresses];
    std::size_t row, three_rows;
};

#if defined(__clang__)
inline constexpr bool splits_left_rows = vector_registers >= 32;
#else
inline constexpr bool splits_left_rows = false;
#endif

/// One tile at the front of the product: `Rows` rows and `Vectors` vectors. `columns` says how many columns
/// these are where the Tail leaves it open.
///
/// Inlined, so that whatever extents are constants where it is called are constants here.
template <std::size_t Rows, std::size_t Vectors, std::size_t Splits, Tail TailKind, class Scalar, Form Known,
          class Finish>
#if defined(BURIN_SHARED_KERNELS)
[[gnu::noinline]]
#else
[[gnu::always_inline]] inline
#endif
void multiply_tile(const Product<Scalar, Known>& product, std::size_t columns, Finish finish) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr bool several_panels = TailKind >= Tail::panels;
    constexpr std::size_t first = TailKind == Tail::panels_from_second ? 1 : 0;
    constexpr bool masked = TailKind == Tail::masked, has_half = TailKind == Tail::half;
    constexpr std::size_t whole_vectors = Vectors - (has_half ? 1 : 0);
    const std::size_t half_column = columns - lanes / 2;
    const auto column = [columns](std::size_t v, std::size_t panel) __attribute__((always_inline)) {
        if (several_panels)
            return (v + first) / 2 * panel + (v + first) % 2 * lanes;
        return TailKind == Tail::overlaps && v + 1 == Vectors ? columns - lanes : v * lanes;
    };
    const auto load_from = [columns](const Scalar* from) __attribute__((always_inline)) {
        return masked ? load_partial(from, columns) : load(from);
    };
    // Stores may alias what `product` refers to; copies are read once.
    const Product<Scalar, Known> p = product;
    constexpr bool rows_are_full = is_weight_gradient(Known) && TailKind == Tail::none;
    const std::size_t result_row = rows_are_full ? Vectors * lanes : p.result.row;
    const std::size_t left_row = is_weight_gradient(Known) ? 1 : p.left_row;
    const std::size_t start_row = rows_are_full ? Vectors * lanes : p.start.row;

    Vector<Scalar> sums[Splits][Rows][whole_vectors];
    [[maybe_unused]] HalfVector<Scalar> halves[Splits][has_half ? Rows : 1];
    BURIN_DETAIL_UNROLL
    for (std::size_t s = 0; s < Splits; ++s) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v)
                sums[s][r][v] = broadcast(Scalar(0));
            if constexpr (has_half)
                halves[s][r] = lower_half(broadcast(Scalar(0)));
        }
    }
    const auto add_start = [&]() __attribute__((always_inline)) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v) {
                const auto start = load_from(p.start.data + r * start_row + column(v, p.start.panel));
                sums[0][r][v] = is_weight_gradient(Known) ? sums[0][r][v] + start : start;
            }
            if constexpr (has_half) {
                const auto start = load_half(p.start.data + r * start_row + half_column);
                halves[0][r] = is_weight_gradient(Known) ? halves[0][r] + start : start;
            }
        }
    };
    if (!is_weight_gradient(Known) && p.start.data != nullptr)
        add_start();

    LeftElements<Rows, splits_left_rows && !is_weight_gradient(Known) && (Rows > 4), Scalar> left(p.left,
                                                                                                  left_row);
    const Scalar* right = p.right.data;
    [[maybe_unused]] const Scalar* ahead = p.ahead;
    [[maybe_unused]] Scalar* copy = p.copy;
    const auto add_product = [&](std::size_t s, auto load_vector) __attribute__((always_inline)) {
        Vector<Scalar> row[whole_vectors];
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v)
            row[v] = Rows > 1 ? in_register(load_vector(right + column(v, p.right.panel)))
                              : load_vector(right + column(v, p.right.panel));
        [[maybe_unused]] HalfVector<Scalar> half;
        if constexpr (has_half)
            half = load_half(right + half_column);
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            const Vector<Scalar> factor = broadcast_factor<has_half>(left[r]);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < whole_vectors; ++v)
                sums[s][r][v] = fma(factor, row[v], sums[s][r][v]);
            if constexpr (has_half)
                halves[s][r] = fma(lower_half(factor), half, halves[s][r]);
        }
        if constexpr (Known == Form::streams_right) {
            prefetch(ahead);
            ahead += p.ahead_step;
        } else if constexpr (Known == Form::streams_left) {
            prefetch_to_l2(ahead);
            ahead += p.ahead_step;
        } else if constexpr (Known == Form::weight_gradient_streaming) {
            prefetch_for_write(ahead);
            ahead += p.ahead_step;
        } else if constexpr (Known == Form::weight_gradient_copying) {
            prefetch(ahead + 8 * p.ahead_step); // No stream that a processor expects.
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < copied_vectors<Scalar>; ++v)
                store(copy + v * lanes, load(ahead + v * lanes));
            ahead += p.ahead_step;
            copy += p.left_depth;
            // Clang would keep an address for each step of an unrolled loop, on the stack.
            asm("" : "+r"(ahead), "+r"(copy));
        }
        left.skip(p.left_depth);
        right += p.right.row;
    };
    const auto load_whole = [](const Scalar* from) __attribute__((always_inline)) { return load(from); };
    // Rows that are narrower than a vector are followed by others, except the last ones.
    const std::size_t narrow = masked ? std::min(p.depth, (lanes - 1) / columns) : 0;
    const std::size_t depth = p.depth - narrow;
    std::size_t d = 0;
    if constexpr (Splits == 1) {
        // Unrolled, for short sums: a loop that ends after few rounds is predicted right.
        BURIN_DETAIL_UNROLL_4
        for (; d < depth; ++d)
            add_product(0, load_whole);
        for (; d < p.depth; ++d)
            add_product(0, load_from);
    } else {
        for (; d + Splits <= depth; d += Splits) {
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 0; s < Splits; ++s)
                add_product(s, load_whole);
        }
        for (; d < p.depth; d += Splits) {
            BURIN_DETAIL_UNROLL
            for (std::size_t s = 0; s < Splits; ++s)
                if (d + s < p.depth)
                    add_product(s, load_from);
        }
    }

    if (is_weight_gradient(Known) && p.start.data != nullptr)
        add_start();
    const auto total = [](auto sum) __attribute__((always_inline)) {
        if constexpr (Splits == 4)
            return (sum(0) + sum(1)) + (sum(2) + sum(3));
        else if constexpr (Splits == 2)
            return sum(0) + sum(1);
        else
            return sum(0);
    };
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < whole_vectors; ++v) {
            const Vector<Scalar> sum = total([&](std::size_t s) { return sums[s][r][v]; });
            Scalar* const to = p.result.data + r * result_row + column(v, p.result.panel);
            // Else g++ takes what is stored as it is for a copy of memory, and moves the sums there.
            const Vector<Scalar> finished = in_register<Scalar>(finish(sum));
            if constexpr (masked)
                store_partial(to, finished, columns);
            else
                store(to, finished);
        }
        if constexpr (has_half)
            store_half(p.result.data + r * result_row + half_column,
                       finish(widened(total([&](std::size_t s) { return halves[s][r]; }))));
    }
}

} // namespace detail
} // namespace burin::kernels
