#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/tile.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

// The input gradient of few samples, which would leave lanes empty if they stood side by side: every element
// is the product of a row of dy with a row of w.

/// What of `Rows` rows of dy meets the last panel of w. Where the last vector overlaps the one before, its
/// lanes that both have are 0.
template <ColumnKind Kind, std::size_t Rows, class Scalar>
struct LastColumns {
    static constexpr std::size_t lanes = width<Scalar>;
    Vector<Scalar> vectors[Rows][Kind.last_vectors];

    explicit LastColumns(const DenseGradient<Scalar>& dense) noexcept {
        const std::size_t columns = dense.panels.last;
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            const Scalar* const dy = dense.dy + r * dense.n + dense.panels.first_column(dense.panels.full);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Kind.last_vectors; ++v)
                vectors[r][v] = load_rows_transposed(dy, v, columns);
            if constexpr (Kind.last_tail == Tail::overlaps)
                vectors[r][Kind.last_vectors - 1] =
                    first_lanes<Scalar>(Kind.last_vectors * lanes - columns, broadcast(Scalar(0)),
                                        vectors[r][Kind.last_vectors - 1]);
        }
    }

    /// Vector v of a row of as many columns as the last panel. A row that is narrower than a vector is loaded
    /// whole if others follow: masks take longer.
    template <bool OthersFollow = false>
    [[gnu::always_inline]] static Vector<Scalar> load_rows_transposed(const Scalar* row, std::size_t v,
                                                                      std::size_t columns) noexcept {
        if constexpr (Kind.last_tail == Tail::masked)
            return OthersFollow ? first_lanes<Scalar>(columns, load(row), broadcast(Scalar(0)))
                                : load_partial(row, columns);
        return load(row + (Kind.last_tail == Tail::overlaps && v + 1 == Kind.last_vectors ? columns - lanes
                                                                                          : v * lanes));
    }
};

/// The products of `Rows` rows with `count` ≤ Columns rows of w from row k on, lane by lane.
template <ColumnKind Kind, bool OthersFollow, std::size_t Rows, std::size_t Columns, class Scalar, class Last>
[[gnu::always_inline]] inline void multiply_rows(const DenseGradient<Scalar>& dense, std::size_t k,
                                                 std::size_t count, const Last& last,
                                                 Vector<Scalar> (&sums)[Rows][Columns]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < Columns; ++c)
            sums[r][c] = broadcast(Scalar(0));
    }
    // Where there are less, the last one is read again instead of what is behind the matrix.
    const auto row_of_w = [count](std::size_t c)
                              __attribute__((always_inline)) { return std::min(c, count - 1); };
    if constexpr (Kind.has_full_panels) {
        constexpr std::size_t panel = 2 * lanes;
        const Scalar* dy = dense.dy;
        const Scalar* w = dense.w + k * panel;
        for (std::size_t p = 0; p < dense.panels.full; ++p, dy += panel, w += panel * dense.k) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < 2; ++v) {
                // The fewer of both stay in registers beside the sums; of the others one at a time does.
                const auto factor = [&](std::size_t r) __attribute__((always_inline)) {
                    return load(dy + r * dense.n + v * lanes);
                };
                const auto weights = [&](std::size_t c) __attribute__((always_inline)) {
                    return load(w + row_of_w(c) * panel + v * lanes);
                };
                if constexpr (Rows > Columns) {
                    Vector<Scalar> kept[Columns];
                    BURIN_DETAIL_UNROLL
                    for (std::size_t c = 0; c < Columns; ++c)
                        kept[c] = weights(c);
                    BURIN_DETAIL_UNROLL
                    for (std::size_t r = 0; r < Rows; ++r) {
                        const Vector<Scalar> one = factor(r);
                        BURIN_DETAIL_UNROLL
                        for (std::size_t c = 0; c < Columns; ++c)
                            sums[r][c] = fma(kept[c], one, sums[r][c]);
                    }
                } else {
                    Vector<Scalar> kept[Rows];
                    BURIN_DETAIL_UNROLL
                    for (std::size_t r = 0; r < Rows; ++r)
                        kept[r] = factor(r);
                    BURIN_DETAIL_UNROLL
                    for (std::size_t c = 0; c < Columns; ++c) {
                        const Vector<Scalar> one = weights(c);
                        BURIN_DETAIL_UNROLL
                        for (std::size_t r = 0; r < Rows; ++r)
                            sums[r][c] = fma(one, kept[r], sums[r][c]);
                    }
                }
            }
        }
    }
    if constexpr (Kind.last_vectors > 0) {
        const std::size_t columns = dense.panels.last;
        const Scalar* const w = dense.panel(dense.panels.full) + k * columns;
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Kind.last_vectors; ++v) {
            BURIN_DETAIL_UNROLL
            for (std::size_t c = 0; c < Columns; ++c) {
                const Vector<Scalar> weights =
                    Last::template load_rows_transposed<OthersFollow>(w + row_of_w(c) * columns, v, columns);
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < Rows; ++r)
                    sums[r][c] = fma(weights, last.vectors[r][v], sums[r][c]);
            }
        }
    }
}

/// `Rows` rows with `count` ≤ Columns rows of w from row k on.
template <ColumnKind Kind, std::size_t Rows, std::size_t Columns, bool OthersFollow, class Scalar, class Last,
          class Derivative>
[[gnu::always_inline]] inline void input_gradient_tile(const DenseGradient<Scalar>& dense, std::size_t k,
                                                       std::size_t count, const Last& last,
                                                       Derivative derivative) noexcept {
    Vector<Scalar> sums[Rows][Columns];
    multiply_rows<Kind, OthersFollow>(dense, k, count, last, sums);
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < Columns; c += summed_lanes<Scalar>)
            if (c < count)
                finish_gradient(dense, r * dense.k + k + c, lane_sums<Scalar>(sums[r] + c),
                                std::min(summed_lanes<Scalar>, count - c), derivative);
    }
}

/// Four rows with twelve rows of w from row k on, in tiles of four by three: of more loads for each product,
/// four columns would leave room for two or three rows only. The sums of a column are transposed to the rows
/// they belong to.
template <ColumnKind Kind, bool OthersFollow, class Scalar, class Last, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_four(const DenseGradient<Scalar>& dense, std::size_t k,
                                                          const Last& last, Derivative derivative) noexcept {
    Vector<Scalar> columns[12];
    for (std::size_t first = 0; first < 12; first += 3) {
        Vector<Scalar> sums[4][3];
        multiply_rows<Kind, OthersFollow>(dense, k + first, 3, last, sums);
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < 3; ++c) {
            const Vector<Scalar> column[4] = {sums[0][c], sums[1][c], sums[2][c], sums[3][c]};
            columns[first + c] = lane_sums<Scalar>(column);
        }
    }
    for (std::size_t c = 0; c < 12; c += 4) {
        const auto rows = transpose_4x4<Scalar>({columns[c], columns[c + 1], columns[c + 2], columns[c + 3]});
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < 4; ++r)
            finish_gradient(dense, r * dense.k + k + c, rows[r], 4, derivative);
    }
}

struct NoLastColumns {
    template <class Scalar>
    explicit constexpr NoLastColumns(const DenseGradient<Scalar>&) noexcept {}
};

/// Columns of dx from `begin` to `end` of `Rows` rows.
template <ColumnKind Kind, std::size_t Rows, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_rows(const DenseGradient<Scalar>& dense, std::size_t begin,
                                                       std::size_t end, Derivative derivative) noexcept {
    // Twelve sums are under way, or eight: with what is multiplied they fill sixteen registers.
    constexpr std::size_t most = Rows > 1                                         ? 4
                                 : Kind.has_full_panels && vector_registers >= 16 ? 12
                                                                                  : 8,
                          least = 4;
    using Last = std::conditional_t<(Kind.last_vectors > 0), LastColumns<Kind, Rows, Scalar>, NoLastColumns>;
    const Last last(dense);
    // Behind its last row a vector of a narrow matrix would reach beyond it.
    std::size_t beyond = 0;
    if constexpr (Kind.last_vectors > 0 && Kind.last_tail == Tail::masked)
        beyond = (width<Scalar> - 1) / dense.panels.last;
    std::size_t k = begin;
    if constexpr (Rows == 4) {
        for (; k + 12 <= end && k + 12 + beyond <= dense.k; k += 12)
            input_gradient_of_four<Kind, true>(dense, k, last, derivative);
        if (k < end) {
            DenseGradient<Scalar> half = dense;
            for (std::size_t row = 0; row < Rows; row += 2, half.skip_rows(2))
                input_gradient_rows<Kind, 2>(half, k, end, derivative);
        }
        return;
    }
    for (; k + most <= end && k + most + beyond <= dense.k; k += most)
        input_gradient_tile<Kind, Rows, most, true>(dense, k, most, last, derivative);
    for (; k < end; k += least)
        input_gradient_tile<Kind, Rows, least, false>(dense, k, std::min(least, end - k), last, derivative);
}

template <ColumnKind Kind, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_few_inlined(const DenseGradient<Scalar>& dense,
                                                                 std::size_t rows, std::size_t begin,
                                                                 Derivative derivative) noexcept {
    constexpr std::size_t most = width<Scalar> < 4 ? 3 : 4;
    // So many rows of w, 16 KiB or as many as the largest tile has, stay in the first-level cache until all
    // rows of dy have met them.
    const std::size_t block = rows == 1 || (rows <= most && rows > 2)
                                  ? dense.k
                                  : std::max<std::size_t>(12, 16384 / sizeof(Scalar) / dense.n / 12 * 12);
    for (std::size_t k = begin; k < dense.k; k += block) {
        DenseGradient<Scalar> left = dense;
        for (std::size_t left_rows = rows; left_rows > 0;) {
            // Two rows, each with what the other left in the cache, are faster than together.
            const std::size_t together = left_rows == 2 ? 1 : choose_tile_rows(left_rows, most);
            with_constant<most>(together, [&](auto tile_rows) __attribute__((always_inline)) {
                input_gradient_rows<Kind, tile_rows.value>(left, k, std::min(dense.k, k + block), derivative);
            });
            left.skip_rows(together);
            left_rows -= together;
        }
    }
}

template <ColumnKind Kind, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_of_few_shared(const DenseGradient<Scalar>& dense, std::size_t rows,
                                                    std::size_t begin, Derivative derivative) noexcept {
    input_gradient_of_few_inlined<Kind>(dense, rows, begin, derivative);
}

/// So many vectors of a row of dy stay in registers, with room for four sums.
inline constexpr std::size_t kept_vectors = vector_registers / 2;

template <std::size_t N, class Scalar>
inline constexpr bool stays_in_registers = N % (2 * width<Scalar>) == 0 && N <= kept_vectors * width<Scalar>;

/// With 16 registers longer rows stay there in parts. (With 32 that was no faster; on the first Zen it has
/// not been measured.)
template <std::size_t N, class Scalar>
inline constexpr bool stays_in_parts =
    N % (2 * width<Scalar>) == 0 && vector_registers < 32 && !splits_vectors;

template <std::size_t N, class Scalar>
inline constexpr bool is_kept = stays_in_registers<N, Scalar> || stays_in_parts<N, Scalar>;

/// `Count` vectors of a row of dy, from vector `first` on, stay in registers and meet rows `begin` to `end`
/// of w, four at a time, which are read by the multiply-adds themselves: so many of these are then under way
/// that the sums of four rows are folded beside those of the next. `kept` has the sums of the parts before,
/// and gets them for those behind. (Two rows of dy at a time load less, but take a quarter longer.)
template <std::size_t N, std::size_t Count, class Scalar, class Derivative>
[[gnu::always_inline]] inline void meet_kept(const DenseGradient<Scalar>& dense, std::size_t first,
                                             std::size_t begin, std::size_t end, Scalar* kept,
                                             Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, panel = 2 * lanes, together = 4;
    const bool begins = Count * lanes == N || first == 0;
    const bool finishes = Count * lanes == N || (first + Count) * lanes == N;
    Vector<Scalar> dy[Count];
    BURIN_DETAIL_UNROLL
    for (std::size_t v = 0; v < Count; ++v)
        dy[v] = load(dense.dy + (first + v) * lanes);
    const auto multiply = [&](std::size_t k, std::size_t count) __attribute__((always_inline)) {
        Vector<Scalar> sums[together];
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < together; ++c)
            sums[c] = begins ? broadcast(Scalar(0)) : load(kept + c * lanes);
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Count; ++v) {
            const Scalar* const w =
                dense.w + ((first + v) / 2 * dense.k + k) * panel + (first + v) % 2 * lanes;
            BURIN_DETAIL_UNROLL
            for (std::size_t c = 0; c < together; ++c)
                sums[c] = fma(dy[v], load(w + std::min(c, count - 1) * panel), sums[c]);
        }
        if (finishes)
            return finish_gradient(dense, k, lane_sums<Scalar>(sums), count, derivative);
        BURIN_DETAIL_UNROLL
        for (std::size_t c = 0; c < together; ++c)
            store(kept + c * lanes, sums[c]);
    };
    std::size_t k = begin;
    for (; k + together <= end; k += together) {
        multiply(k, together);
        if constexpr (Count * lanes < N)
            kept += together * lanes;
    }
    if (k < end)
        multiply(k, end - k);
}

/// A row of dy at a time, which stays in registers or, of more than `kept_vectors`, part by part. Of several
/// rows each then meets what the others left of w in the first-level cache.
template <std::size_t N, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_of_kept(const DenseGradient<Scalar>& given, std::size_t rows,
                                              Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = N / lanes, part = std::min(vectors, kept_vectors);
    constexpr std::size_t most_rows = 128, rows_of_24_kib = 24 * 1024 / sizeof(Scalar) / N / 4 * 4;
    DenseGradient<Scalar> dense = given;
    if constexpr (part == vectors) {
        for (; rows > 0; --rows, dense.skip_rows(1))
            meet_kept<N, part>(dense, 0, 0, dense.k, static_cast<Scalar*>(nullptr), derivative);
        return;
    }
    alignas(64) Scalar kept[most_rows * lanes];
    const std::size_t block = rows == 1 ? most_rows : std::clamp<std::size_t>(rows_of_24_kib, 4, most_rows);
    for (std::size_t begin = 0; begin < dense.k; begin += block) {
        const std::size_t end = std::min(dense.k, begin + block);
        DenseGradient<Scalar> left = dense;
        for (std::size_t row = 0; row < rows; ++row, left.skip_rows(1)) {
            std::size_t first = 0;
            for (; first + part <= vectors; first += part)
                meet_kept<N, part>(left, first, begin, end, kept, derivative);
            if constexpr (vectors % part > 0)
                meet_kept<N, vectors % part>(left, first, begin, end, kept, derivative);
        }
    }
}

/// Columns of dx from `begin` on.
template <std::size_t N, std::size_t Elements, class Scalar, class Derivative>
[[gnu::always_inline]] inline void input_gradient_of_few(const DenseGradient<Scalar>& dense, std::size_t rows,
                                                         std::size_t begin, Derivative derivative) noexcept {
    constexpr ColumnKind kind = column_kind(panels<Scalar>(N), width<Scalar>);
    if constexpr (is_single_panel<Scalar>(N) && Elements <= inlined_elements)
        input_gradient_of_few_inlined<kind>(dense, rows, begin, derivative);
    else
        input_gradient_of_few_shared<kind>(dense, rows, begin, derivative);
}

} // namespace burin::kernels::detail
