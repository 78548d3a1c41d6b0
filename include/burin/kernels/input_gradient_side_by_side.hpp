#pragma once

#include "burin/kernels/dense_gradient.hpp"
#include "burin/kernels/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/tile.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

// The input gradient of a dozen samples or two: these stand side by side in the lanes. The small matrix dy is
// transposed, w is read as it lies, and tiles of the result are turned back in registers.

/// How many panels a row of w is read through at a time at most, and how many rows for each turn of dy: what
/// 16 panels of eight lanes meet of 16 samples are 16 KiB, half of a first-level cache, and so are the sums
/// of 256 rows.
inline constexpr std::size_t most_panels = vector_registers < 32 ? 16 : 8;
inline constexpr std::size_t side_by_side_rows = 256;

/// The same for a matrix of so many panels. Of doubles, a line of w serves half as many multiply-adds, and
/// must be there in time; so it must with 32 registers, where a vector is a line. Panels a power of two of
/// bytes apart share the sets of a cache: four rows of six panels are 24 lines, in four sets of eight ways
/// each.
template <class Scalar>
constexpr std::size_t panels_at_a_time(std::size_t panels) {
    constexpr bool are_floats = sizeof(Scalar) == sizeof(float);
    if (panels <= most_panels || (vector_registers < 32 && are_floats))
        return most_panels;
    return are_floats ? 4 : 6;
}

/// How samples stand side by side: `Vectors` vectors of them, each of `Group` neighbouring elements of every
/// sample, which meet as many of w that one load broadcasts. So a few samples fill the lanes as well as many.
/// Where w `Streams` from beyond the second-level cache, its next rows are asked for beside each step.
template <std::size_t Vectors, std::size_t Group, class Scalar, bool Streams = false>
struct SideBySide {
    static constexpr std::size_t vectors = Vectors, group = Group;
    static constexpr bool streams = Streams;
    static constexpr std::size_t samples_of_vector = width<Scalar> / Group;
    static constexpr std::size_t samples = Vectors * samples_of_vector;
    static constexpr std::size_t step = Vectors * width<Scalar>; ///< Elements of dy that meet a group of w's.

    /// Rows of w at a time, in quads: with 16 registers 8 or 12 sums are under way, with 32 16 or 24, and
    /// there is room for a vector of each and for what is broadcast. (Two vectors by twelve rows were as fast
    /// only in groups.)
    static constexpr std::size_t height = vector_registers < 32       ? (Vectors == 1 ? 8 : 4)
                                          : Vectors == 1              ? 16
                                          : Vectors == 2 && Group > 1 ? 12
                                                                      : 8;

    /// For all the panels that are read at a time. A group of columns is a step; so is each of the columns
    /// that are left, at most Group - 1.
    static constexpr std::size_t most_elements =
        ((2 * most_panels + 1) * width<Scalar> / Group + Group - 1) * step;
};

/// Some panels.
struct PanelRange {
    std::size_t first;
    std::size_t count;
};

/// Adds the products of `Rows` rows of w, from row k on, with the samples. Where there are less than `Rows`,
/// the last of `count` rows is taken again.
template <class Order, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void
multiply_side_by_side(const DenseGradient<Scalar>& dense, PanelRange range, std::size_t k, std::size_t count,
                      const Scalar* samples, Vector<Scalar> (&sums)[Order::vectors][Rows]) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = Order::vectors, group = Order::group;
    // The next rows, which Zen does not expect on this page after those of many other panels; but not where
    // they might drive those out of the first-level cache, unless they come from beyond the second.
    const bool prefetches =
        splits_vectors &&
        (dense.panels.count() <= 8 || (panels_at_a_time<Scalar>(dense.panels.count()) == most_panels &&
                                       dense.k * dense.n * sizeof(Scalar) > 512 * 1024));
    const auto add_panel = [&](const Scalar* w, std::size_t columns) __attribute__((always_inline)) {
        for (std::size_t r = 0; prefetches && r < Rows; ++r)
            prefetch(w + (Rows + r) * columns);
        [[maybe_unused]] const Scalar* next = w + Rows * columns;
        const auto add = [&](auto load_factor) __attribute__((always_inline)) {
            Vector<Scalar> row[vectors];
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < vectors; ++v)
                row[v] = load(samples + v * lanes);
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vector<Scalar> factor = load_factor(w + std::min(r, count - 1) * columns);
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < vectors; ++v)
                    sums[v][r] = fma(factor, row[v], sums[v][r]);
            }
            samples += Order::step;
            if constexpr (Order::streams) {
                prefetch(next);
                next += Rows * group;
            }
        };
        const auto load_group = [](const Scalar* from) __attribute__((always_inline)) {
            return broadcast_group<Order::group>(from);
        };
        BURIN_DETAIL_UNROLL_4
        for (std::size_t c = columns / group; c > 0; --c, w += group)
            add(load_group);
        if constexpr (group > 1)
            for (std::size_t c = columns % group; c > 0; --c, ++w)
                add([](const Scalar* from) __attribute__((always_inline)) { return broadcast(*from); });
    };
    constexpr std::size_t wide = 2 * lanes;
    const std::size_t end = range.first + range.count, full = std::min(end, dense.panels.full);
    const Scalar* w = dense.panel(range.first) + k * wide;
    for (std::size_t p = range.first; p < full; ++p, w += wide * dense.k)
        add_panel(w, wide);
    if (end > full)
        add_panel(dense.panel(full) + k * dense.panels.last, dense.panels.last);
}

/// The sums of `Rows` rows of w go on from where the panels before have left them, and are kept for those
/// behind.
template <class Order, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void
sum_side_by_side(const DenseGradient<Scalar>& dense, PanelRange range, std::size_t k, std::size_t count,
                 const Scalar* samples, Scalar* kept, Vector<Scalar> (&sums)[Order::vectors][Rows]) noexcept {
    constexpr std::size_t lanes = width<Scalar>, vectors = Order::vectors;
    BURIN_DETAIL_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            sums[v][r] = range.first == 0 ? broadcast(Scalar(0)) : load(kept + (r * vectors + v) * lanes);
    }
    multiply_side_by_side<Order>(dense, range, k, count, samples, sums);
    if (range.first + range.count < dense.panels.count()) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < vectors; ++v) {
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r)
                store(kept + (r * vectors + v) * lanes, sums[v][r]);
        }
    }
}

/// `count` ≤ 4 rows of w from row k on have met the samples from `first` on, a vector of them: their sums are
/// elements of as many rows of dx.
template <std::size_t Group = 1, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_side_by_side(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k, std::size_t first,
                    const Vector<Scalar> (&sums)[4], Derivative derivative, std::size_t count = 4) noexcept {
    constexpr std::size_t quads = quad_vectors<Group>;
    const auto turned = quad_sums<Group, Scalar>(sums);
    BURIN_DETAIL_UNROLL
    for (std::size_t i = 0; i < quads; ++i) {
        // Rows row, row + quads, … of the result, four elements of each.
        const std::size_t row = first + i;
        if (row >= rows)
            continue;
        const std::size_t held = (std::min(rows, first + width<Scalar> / Group) - row + quads - 1) / quads;
        const std::size_t at = row * dense.k + k, stride = quads * dense.k;
        if (count < 4) {
            Scalar gradients[width<Scalar>];
            store(gradients, turned[i]);
            for (std::size_t q = 0; q < held; ++q)
                for (std::size_t c = 0; c < count; ++c)
                    finish_gradient(dense, at + q * stride + c, broadcast(gradients[4 * q + c]), 1,
                                    derivative);
            continue;
        }
        Vector<Scalar> gradient = turned[i];
        if constexpr (Derivative::reads_activation)
            gradient = derivative(gradient, load_quads(dense.activated + at, stride, held));
        else
            gradient = derivative(gradient, gradient);
        store_quads(dense.dx + at, stride, gradient, held);
    }
}

/// dy of `rows` ≤ `samples` samples, with zeros for those that are missing.
template <class Scalar>
void put_side_by_side(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t n, std::size_t depth,
                      Scalar* side_by_side, std::size_t samples) noexcept {
    transpose(rows, depth, dense.dy + n, dense.n, side_by_side, samples);
    for (std::size_t i = 0; rows < samples && i < depth; ++i)
        std::fill(side_by_side + i * samples + rows, side_by_side + (i + 1) * samples, Scalar(0));
}

/// The same, group by group.
template <class Order, class Scalar>
void put_groups_side_by_side(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t n,
                             std::size_t depth, Scalar* side_by_side) noexcept {
    constexpr std::size_t group = Order::group;
    if constexpr (group == 1)
        return put_side_by_side(dense, rows, n, depth, side_by_side, Order::samples);
    const std::size_t grouped = depth / group * group;
    for (std::size_t sample = 0; sample < Order::samples; ++sample) {
        Scalar* to = side_by_side + sample * group;
        const Scalar* const from = dense.dy + sample * dense.n + n;
        std::size_t c = 0;
        for (; c < grouped; c += group, to += Order::step)
            for (std::size_t i = 0; i < group; ++i)
                to[i] = sample < rows ? from[c + i] : Scalar(0);
        for (; c < depth; ++c, to += Order::step)
            for (std::size_t i = 0; i < group; ++i)
                to[i] = sample < rows && i == 0 ? from[c] : Scalar(0);
    }
}

/// Of at most Order::samples samples, columns of dx from `begin` to `end`.
template <class Order, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_side_by_side(const DenseGradient<Scalar>& given, std::size_t rows,
                                                   std::size_t begin, std::size_t end,
                                                   Derivative derivative) noexcept {
    constexpr std::size_t vectors = Order::vectors, height = Order::height, quad = 4;
    const DenseGradient<Scalar> dense = given; // Stores may alias it; a copy is read once.
    alignas(64) Scalar side_by_side[Order::most_elements];
    alignas(64) Scalar kept[side_by_side_rows * Order::step];

    const auto multiply_rows = [&](PanelRange range, std::size_t first,
                                   std::size_t last) __attribute__((always_inline)) {
        const bool finishes = range.first + range.count == dense.panels.count();
        Scalar* sums_kept = kept;
        const auto multiply = [&](auto tile_rows, std::size_t k,
                                  std::size_t count) __attribute__((always_inline)) {
            constexpr std::size_t tile = decltype(tile_rows)::value;
            Vector<Scalar> sums[vectors][tile];
            sum_side_by_side<Order>(dense, range, k, count, side_by_side, sums_kept, sums);
            sums_kept += tile * Order::step;
            if (!finishes)
                return;
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < tile; r += quad) {
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < vectors; ++v)
                    finish_side_by_side<Order::group, Scalar>(
                        dense, rows, k + r, v * Order::samples_of_vector,
                        {sums[v][r], sums[v][r + 1], sums[v][r + 2], sums[v][r + 3]}, derivative,
                        std::min(quad, count - r));
            }
        };
        std::size_t k = first;
        for (; k + height <= last; k += height)
            multiply(std::integral_constant<std::size_t, height>{}, k, height);
        for (; k < last; k += quad)
            multiply(std::integral_constant<std::size_t, quad>{}, k, std::min(quad, last - k));
    };

    const std::size_t most = panels_at_a_time<Scalar>(dense.panels.count());
    for (std::size_t k = begin; k < end; k += side_by_side_rows) {
        for (std::size_t p = 0; p < dense.panels.count(); p += most) {
            const PanelRange range{p, std::min(most, dense.panels.count() - p)};
            const std::size_t n = dense.panels.first_column(p);
            const std::size_t last = range.first + range.count - 1;
            const std::size_t depth = dense.panels.first_column(last) + dense.panels.columns(last) - n;
            if (k == begin || dense.panels.count() > most) // Else it is there still.
                put_groups_side_by_side<Order>(dense, rows, n, depth, side_by_side);
            multiply_rows(range, k, std::min(end, k + side_by_side_rows));
        }
    }
}

} // namespace burin::kernels::detail
