#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/side_by_side.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

// The input gradient of a dozen samples or two: these stand side by side in the lanes. The small matrix dy is
// transposed, w is read as it lies, and tiles of the result are transposed back in registers.

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
    constexpr std::size_t wide = 2 * lanes;
    // The next rows, which Zen does not expect on this page after those of many other panels; but not where
    // they might drive those out of the first-level cache, unless they come from beyond the second.
    const bool prefetches = splits_vectors && (dense.panels.count() <= 8 ||
                                               (Order::panels_at_a_time(dense.panels.count()) == few_panels &&
                                                dense.k * dense.n * sizeof(Scalar) > 512 * 1024));
    const auto add_panel = [&](const Scalar* w, std::size_t columns) __attribute__((always_inline)) {
        for (std::size_t r = 0; prefetches && r < Rows; ++r)
            prefetch(w + (Rows + r) * columns);
        [[maybe_unused]] const Scalar* next =
            w + (Order::reading == Reading::streaming ? Rows * columns : dense.k * wide);
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
            if constexpr (Order::reading == Reading::streaming) {
                prefetch(next);
                next += Rows * group;
            } else if constexpr (Order::reading == Reading::in_parts && group > 1) {
                BURIN_DETAIL_UNROLL
                for (std::size_t i = 0; i < Rows * group; i += 64 / sizeof(Scalar))
                    prefetch(next + i);
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
    constexpr bool parts = Order::reading != Reading::whole;
    BURIN_DETAIL_UNROLL
    for (std::size_t v = 0; v < vectors; ++v) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            sums[v][r] =
                !parts || range.first == 0 ? broadcast(Scalar(0)) : load(kept + (r * vectors + v) * lanes);
    }
    multiply_side_by_side<Order>(dense, range, k, count, samples, sums);
    if (parts && range.first + range.count < dense.panels.count()) {
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
    constexpr std::size_t quads = group_sum_vectors<Group>;
    const auto transposed = group_sums<Group, Scalar>(sums);
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
            store(gradients, transposed[i]);
            for (std::size_t q = 0; q < held; ++q)
                for (std::size_t c = 0; c < count; ++c)
                    finish_gradient(dense, at + q * stride + c, broadcast(gradients[4 * q + c]), 1,
                                    derivative);
            continue;
        }
        store_rows_of_4(dense.dx + at, stride,
                        finished_gradient(transposed[i], derivative,
                                          [&]() __attribute__((always_inline)) {
                                              return load_rows_of_4(dense.activated + at, stride, held);
                                          }),
                        held);
    }
}

/// Eight rows of w at once: elements of dx twice as far.
template <class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_8x8_side_by_side(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k,
                        std::size_t first, const Vector<Scalar> (&sums)[8], Derivative derivative) noexcept {
    constexpr std::size_t octets = width<Scalar> / 8, quad = 4;
    const auto transposed = transpose_8x8<Scalar>(sums);
    BURIN_DETAIL_UNROLL
    for (std::size_t i = 0; i < 8; ++i) {
        const std::size_t row = first + i % quad + i / quad * octets * quad;
        if (row >= rows)
            continue;
        const std::size_t at = row * dense.k + k, stride = quad * dense.k;
        const std::size_t held = octets > 1 && row + quad < rows ? 2 : 1;
        store_rows_of_8(dense.dx + at, stride,
                        finished_gradient(transposed[i], derivative,
                                          [&]() __attribute__((always_inline)) {
                                              return load_rows_of_8(dense.activated + at, stride, held);
                                          }),
                        held);
    }
}

/// `count` of `Rows` rows of w, from row k on, have met all samples.
template <class Order, std::size_t Rows, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_rows_side_by_side(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k,
                         std::size_t count, const Vector<Scalar> (&sums)[Order::vectors][Rows],
                         Derivative derivative) noexcept {
    constexpr std::size_t quad = 4;
    if constexpr (has_transpose_8x8 && Order::group == 1 && Rows == 8) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Order::vectors; ++v)
            finish_8x8_side_by_side(dense, rows, k, v * Order::samples_of_vector, sums[v], derivative);
    } else {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; r += quad) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Order::vectors; ++v)
                finish_side_by_side<Order::group, Scalar>(
                    dense, rows, k + r, v * Order::samples_of_vector,
                    {sums[v][r], sums[v][r + 1], sums[v][r + 2], sums[v][r + 3]}, derivative,
                    std::min(quad, count - r));
        }
    }
}

/// Of at most Order::samples samples, columns of dx from `begin` to `end`.
template <class Order, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_side_by_side(const DenseGradient<Scalar>& given, std::size_t rows,
                                                   std::size_t begin, std::size_t end,
                                                   Derivative derivative) noexcept {
    constexpr std::size_t vectors = Order::vectors, quad = 4;
    constexpr std::size_t height = Order::height, together = Order::rows_together;
    const DenseGradient<Scalar> dense = given; // Stores may alias it; a copy is read once.
    alignas(64) Scalar side_by_side[Order::most_elements];
    alignas(64) [[maybe_unused]] Scalar kept[std::max<std::size_t>(1, Order::rows_kept * Order::step)];

    const auto multiply_rows = [&](PanelRange range, std::size_t first,
                                   std::size_t last) __attribute__((always_inline)) {
        const bool finishes =
            Order::reading == Reading::whole || range.first + range.count == dense.panels.count();
        Scalar* sums_kept = kept;
        const auto multiply = [&]<std::size_t Rows>(Vector<Scalar>(&sums)[vectors][Rows], std::size_t k,
                                                    std::size_t count) __attribute__((always_inline)) {
            sum_side_by_side<Order>(dense, range, k, count, side_by_side, sums_kept, sums);
            sums_kept += Rows * Order::step;
        };
        const auto finish = [&]<std::size_t Rows>(const Vector<Scalar>(&sums)[vectors][Rows], std::size_t k,
                                                  std::size_t count) __attribute__((always_inline)) {
            if (finishes)
                finish_rows_side_by_side<Order>(dense, rows, k, count, sums, derivative);
        };
        std::size_t k = first;
        for (; k + together <= last; k += together) {
            if constexpr (together == height) {
                Vector<Scalar> sums[vectors][height];
                multiply(sums, k, height);
                finish(sums, k, height);
            } else {
                Vector<Scalar> all[vectors][together];
                for (std::size_t row = 0; row < together; row += height) {
                    Vector<Scalar> sums[vectors][height];
                    multiply(sums, k + row, height);
                    BURIN_DETAIL_UNROLL
                    for (std::size_t v = 0; v < vectors; ++v) {
                        BURIN_DETAIL_UNROLL
                        for (std::size_t r = 0; r < height; ++r)
                            all[v][row + r] = sums[v][r];
                    }
                }
                finish(all, k, together);
            }
        }
        for (; k < last; k += quad) {
            const std::size_t count = std::min(quad, last - k);
            Vector<Scalar> sums[vectors][quad];
            multiply(sums, k, count);
            finish(sums, k, count);
        }
    };

    if constexpr (Order::reading == Reading::whole) {
        put_groups_side_by_side<Order>(dense, rows, 0, dense.n, side_by_side);
        return multiply_rows(PanelRange{0, dense.panels.count()}, begin, end);
    }
    const std::size_t most = Order::panels_at_a_time(dense.panels.count());
    for (std::size_t k = begin; k < end; k += Order::rows_kept) {
        for (std::size_t p = 0; p < dense.panels.count(); p += most) {
            const PanelRange range{p, std::min(most, dense.panels.count() - p)};
            const std::size_t n = dense.panels.first_column(p);
            const std::size_t last = range.first + range.count - 1;
            const std::size_t depth = dense.panels.first_column(last) + dense.panels.columns(last) - n;
            if (k == begin || dense.panels.count() > most) // Else it is there still.
                put_groups_side_by_side<Order>(dense, rows, n, depth, side_by_side);
            multiply_rows(range, k, std::min(end, k + Order::rows_kept));
        }
    }
}

} // namespace burin::kernels::detail
