#pragma once

#include "burin/kernels/dense_gradient.hpp"
#include "burin/kernels/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

// The input gradient of a dozen samples or two: these stand side by side in the lanes. The small matrix dy is
// transposed, w is read as it lies, and tiles of the result are turned back in registers.

/// How many panels a row of w is read through at a time at most, and how many rows for each turn of dy: what
/// 16 panels meet of 16 samples are 16 KiB, half of a first-level cache, and so are the sums of 256 rows.
inline constexpr std::size_t side_by_side_panels = 16;
inline constexpr std::size_t side_by_side_rows = 256;

/// The same for a matrix of so many panels. Of doubles, a line of w serves half as many multiply-adds, and
/// must be there in time. Panels a power of two of bytes apart share the sets of a cache: four rows of six
/// panels are 24 lines, in four sets of eight ways each.
template <class Scalar>
constexpr std::size_t panels_at_a_time(std::size_t panels) {
    return sizeof(Scalar) > sizeof(float) && panels > side_by_side_panels ? 6 : side_by_side_panels;
}

/// Some panels.
struct PanelRange {
    std::size_t first;
    std::size_t count;
};

/// Adds the products of `Rows` rows of w from row k on, with `Vectors` vectors of samples that stand side by
/// side.
template <std::size_t Vectors, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void multiply_side_by_side(const DenseGradient<Scalar>& dense, PanelRange range,
                                                         std::size_t k, const Scalar* samples,
                                                         Vector<Scalar> (&sums)[Vectors][Rows]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    // The next rows, which no processor expects on this page after those of many other panels; but not where
    // they might drive those out of the first-level cache, unless they come from beyond the second.
    const bool prefetches =
        dense.panels.count() <= 8 || (panels_at_a_time<Scalar>(dense.panels.count()) == side_by_side_panels &&
                                      dense.k * dense.n * sizeof(Scalar) > 512 * 1024);
    const auto add_panel = [&](const Scalar* w, std::size_t columns) __attribute__((always_inline)) {
        for (std::size_t r = 0; prefetches && r < Rows; ++r)
            prefetch(w + (Rows + r) * columns);
        BURIN_DETAIL_UNROLL_4
        for (std::size_t c = columns; c > 0; --c) {
            Vector<Scalar> row[Vectors];
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                row[v] = load(samples + v * lanes);
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vector<Scalar> factor = broadcast(w[r * columns]);
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < Vectors; ++v)
                    sums[v][r] = fma(factor, row[v], sums[v][r]);
            }
            samples += Vectors * lanes;
            ++w;
        }
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
template <std::size_t Vectors, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void sum_side_by_side(const DenseGradient<Scalar>& dense, PanelRange range,
                                                    std::size_t k, const Scalar* samples, Scalar* kept,
                                                    Vector<Scalar> (&sums)[Vectors][Rows]) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    BURIN_DETAIL_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            sums[v][r] = range.first == 0 ? broadcast(Scalar(0)) : load(kept + (r * Vectors + v) * lanes);
    }
    multiply_side_by_side(dense, range, k, samples, sums);
    if (range.first + range.count < dense.panels.count()) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r)
                store(kept + (r * Vectors + v) * lanes, sums[v][r]);
        }
    }
}

/// Four rows of w from row k on have met the samples from `first` on, a vector of them: their sums are
/// elements of as many rows of dx.
template <class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_side_by_side(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k, std::size_t first,
                    const Vector<Scalar> (&sums)[4], Derivative derivative) noexcept {
    constexpr std::size_t quad = 4;
    const auto turned = transpose_quads<Scalar>(sums);
    BURIN_DETAIL_UNROLL
    for (std::size_t i = 0; i < quad; ++i) {
        // Rows row, row + 4, … of the result, four elements of each.
        const std::size_t row = first + i;
        if (row >= rows)
            continue;
        const std::size_t count = (std::min(rows, first + width<Scalar>) - row + quad - 1) / quad;
        const std::size_t at = row * dense.k + k;
        Vector<Scalar> gradient = turned[i];
        if constexpr (Derivative::reads_activation)
            gradient = derivative(gradient, load_quads(dense.activated + at, quad * dense.k, count));
        else
            gradient = derivative(gradient, gradient);
        store_quads(dense.dx + at, quad * dense.k, gradient, count);
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

/// At most `Vectors` ≤ 2 vectors of samples.
template <std::size_t Vectors, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_side_by_side(const DenseGradient<Scalar>& given, std::size_t rows,
                                                   Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t samples = Vectors * lanes;
    // Eight sums are under way.
    constexpr std::size_t quad = 4, height = 8 / Vectors;
    const DenseGradient<Scalar> dense = given; // Stores may alias it; a copy is read once.
    alignas(64) Scalar side_by_side[(2 * side_by_side_panels + 1) * lanes * samples];
    alignas(64) Scalar kept[side_by_side_rows * samples];

    const auto multiply_rows = [&](PanelRange range, std::size_t begin,
                                   std::size_t end) __attribute__((always_inline)) {
        const bool finishes = range.first + range.count == dense.panels.count();
        Scalar* sums_kept = kept;
        std::size_t k = begin;
        for (; k + height <= end; k += height, sums_kept += height * samples) {
            Vector<Scalar> sums[Vectors][height];
            sum_side_by_side(dense, range, k, side_by_side, sums_kept, sums);
            if (!finishes)
                continue;
            BURIN_DETAIL_UNROLL
            for (std::size_t q = 0; q < 8 / quad; ++q) {
                const std::size_t v = q % Vectors, first = q / Vectors * quad;
                finish_side_by_side(
                    dense, rows, k + first, v * lanes,
                    {sums[v][first], sums[v][first + 1], sums[v][first + 2], sums[v][first + 3]}, derivative);
            }
        }
        for (; k < end; ++k, sums_kept += samples) {
            Vector<Scalar> sums[Vectors][1];
            sum_side_by_side(dense, range, k, side_by_side, sums_kept, sums);
            if (!finishes)
                continue;
            Scalar gradients[samples];
            for (std::size_t v = 0; v < Vectors; ++v)
                store(gradients + v * lanes, sums[v][0]);
            for (std::size_t row = 0; row < rows; ++row)
                finish_gradient(dense, row * dense.k + k, broadcast(gradients[row]), 1, derivative);
        }
    };

    const std::size_t most = panels_at_a_time<Scalar>(dense.panels.count());
    for (std::size_t k = 0; k < dense.k; k += side_by_side_rows) {
        for (std::size_t p = 0; p < dense.panels.count(); p += most) {
            const PanelRange range{p, std::min(most, dense.panels.count() - p)};
            const std::size_t n = dense.panels.first_column(p);
            const std::size_t end = range.first + range.count - 1;
            const std::size_t depth = dense.panels.first_column(end) + dense.panels.columns(end) - n;
            if (k == 0 || dense.panels.count() > most) // Else it is there still.
                put_side_by_side(dense, rows, n, depth, side_by_side, samples);
            multiply_rows(range, k, std::min(dense.k, k + side_by_side_rows));
        }
    }
}

} // namespace burin::kernels::detail
