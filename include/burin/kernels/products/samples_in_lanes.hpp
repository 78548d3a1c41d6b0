#pragma once

#include "burin/kernels/products/choose_input_gradient.hpp"
#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

template <SampleLanes Samples, class Scalar>
[[gnu::always_inline]] inline auto load_samples(const Scalar* from) noexcept {
    if constexpr (Samples.is_half)
        return load_half(from);
    else
        return load(from);
}
/// What holds the samples: a vector, or half of one.
template <SampleLanes Samples, class Scalar>
using SampleVector = decltype(load_samples<Samples>(static_cast<const Scalar*>(nullptr)));

template <SampleLanes Samples, class Scalar>
[[gnu::always_inline]] inline auto broadcast_to_samples(Scalar value) noexcept {
    if constexpr (Samples.is_half)
        return broadcast_half(value);
    else
        return broadcast(value);
}
/// A group of elements of w for all samples.
template <SampleLanes Samples, class Scalar>
[[gnu::always_inline]] inline auto broadcast_weights(const Scalar* from) noexcept {
    if constexpr (Samples.group > 1)
        return broadcast_group<Samples.group>(from);
    else
        return broadcast_to_samples<Samples>(*from);
}

/// `depth` columns of `rows` ≤ Samples.samples() rows of n columns, packed: with zeros for those samples that
/// are missing. The last group overlaps the one before, and is 0 where both have the same column.
template <SampleLanes Samples, class Scalar>
void pack_samples(const Scalar* dy, std::size_t n, std::size_t rows, std::size_t depth,
                  Scalar* packed) noexcept {
    constexpr std::size_t group = Samples.group, step = Samples.step();
    if constexpr (group == 1) {
        transpose(rows, depth, dy, n, packed, step);
        for (std::size_t i = 0; rows < step && i < depth; ++i)
            std::fill(packed + i * step + rows, packed + (i + 1) * step, Scalar(0));
        return;
    }
    constexpr std::size_t lanes = width<Scalar>, of_vector = lanes / group;
    const std::size_t whole = depth / lanes * lanes, whole_rows = rows / of_vector * of_vector;
    for (std::size_t c = 0; c < whole; c += lanes) // Whole vectors of samples are packed in registers.
        for (std::size_t first = 0; first < whole_rows; first += of_vector) {
            const auto groups = load_groups_transposed<group>(dy + first * n + c, n);
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < of_vector; ++i)
                store(packed + (c / group + i) * step + first * group, groups[i]);
        }
    for (std::size_t sample = 0; sample < Samples.samples(); ++sample) {
        const Scalar* const from = dy + sample * n;
        for (std::size_t c = sample < whole_rows ? whole : 0; c < depth; c += group) {
            Scalar* const to = packed + c / group * step + sample * group;
            const std::size_t begin = std::min(c, depth - group);
            for (std::size_t i = 0; i < group; ++i)
                to[i] = sample < rows && begin + i >= c ? from[begin + i] : Scalar(0);
        }
    }
}

/// Samples that are packed, or lie in memory as dy does: of `panels` panels of w, from `first` on.
template <SampleLanes Samples, class Scalar>
struct SamplesInMemory {
    const Scalar* samples;
    std::size_t first, panels;

    constexpr bool begins() const { return Samples.kept_rows == 0 || first == 0; }
    constexpr bool ends(const Panels& all) const {
        return Samples.kept_rows == 0 || first + panels == all.count();
    }

    /// Adds the products with `Rows` rows of w, from row k on. Where there are less than `Rows`, the last of
    /// `count` rows is taken again.
    template <std::size_t Rows>
    [[gnu::always_inline]] void
    multiply(const DenseGradient<Scalar>& dense, std::size_t k, std::size_t count,
             SampleVector<Samples, Scalar> (&sums)[Samples.vectors][Rows]) const noexcept {
        using Prefetch = SampleLanes::Prefetch;
        constexpr std::size_t group = Samples.group, wide = 2 * width<Scalar>;
        constexpr bool is_packed = Samples.from == SampleLanes::From::buffer;
        const std::size_t stride = is_packed ? Samples.lanes : dense.n;
        const Scalar* from = samples;
        // A step; or the last one, of a group that overlaps the one before by so many columns.
        const auto add = [&](const Scalar* w, std::size_t w_row,
                             std::size_t overlap) __attribute__((always_inline)) {
            SampleVector<Samples, Scalar> row[Samples.vectors];
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Samples.vectors; ++v) {
                if constexpr (is_packed)
                    row[v] = load_samples<Samples>(from + v * stride);
                else
                    row[v] = overlap == 0 ? load(from + v * stride)
                                          : first_lanes<Scalar>(overlap, broadcast(Scalar(0)),
                                                                load(from + v * stride - overlap));
            }
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const auto factor = broadcast_weights<Samples>(w + std::min(r, count - 1) * w_row);
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < Samples.vectors; ++v)
                    sums[v][r] = fma(factor, row[v], sums[v][r]);
            }
            from += is_packed ? Samples.step() : group;
        };
        const auto add_panel = [&](const Scalar* w, std::size_t columns) __attribute__((always_inline)) {
            for (std::size_t r = 0; Samples.prefetches_first && r < Rows; ++r)
                prefetch(w + (Rows + r) * columns);
            [[maybe_unused]] const Scalar* next =
                w + (Samples.prefetch == Prefetch::next_rows ? Rows * columns : dense.k * wide);
            BURIN_DETAIL_UNROLL_4
            for (std::size_t c = columns / group; c > 0; --c, w += group, next += Rows * group) {
                add(w, columns, 0);
                // `if constexpr`: of a loop that never runs g++ warns that it can't be unrolled.
                if constexpr (Samples.prefetch == Prefetch::next_panel) {
                    constexpr std::size_t line = 64 / sizeof(Scalar);
                    BURIN_DETAIL_UNROLL
                    for (std::size_t i = 0; i < Rows * group; i += line)
                        prefetch(next + i);
                } else if constexpr (Samples.prefetch == Prefetch::next_rows) {
                    prefetch(next);
                }
            }
            if (const std::size_t rest = columns % group; group > 1 && rest > 0)
                add(w + rest - group, columns, group - rest);
        };
        const std::size_t end = first + panels, full = std::min(end, dense.panels.full);
        const Scalar* w = dense.panel(first) + k * wide;
        for (std::size_t p = first; p < full; ++p, w += wide * dense.k)
            add_panel(w, wide);
        if (end > full)
            add_panel(dense.panel(full) + k * dense.panels.last, dense.panels.last);
    }
};

/// `Count` vectors of each sample's row of dy, from panel `first` on, in registers: the multiply-adds read w
/// themselves, and so many of them are under way that the sums of some rows are folded beside those of the
/// next. (Two rows of dy at a time load less, but take a quarter longer.)
template <SampleLanes Samples, std::size_t Count, class Scalar>
struct SamplesInRegisters {
    static constexpr std::size_t lanes = width<Scalar>, columns = Samples.columns, rest = columns % lanes;
    static constexpr bool is_whole = Count * lanes >= columns; // Else there is no rest.
    static constexpr Panels panels = kernels::panels<Scalar>(columns);
    std::size_t first; ///< Panel.
    Vector<Scalar> vectors[Samples.vectors][Count];

    [[gnu::always_inline]] SamplesInRegisters(const DenseGradient<Scalar>& dense, std::size_t begin) noexcept
        : first(begin) {
        BURIN_DETAIL_UNROLL
        for (std::size_t s = 0; s < Samples.vectors; ++s) {
            const Scalar* const dy = dense.dy + s * columns + panels.first_column(first);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Count; ++v)
                vectors[s][v] = load_columns(dy, columns, v, v * lanes);
            if constexpr (rest > 0 && columns > lanes) // What the last two both have is 0 in the last one.
                vectors[s][Count - 1] =
                    first_lanes<Scalar>(lanes - rest, broadcast(Scalar(0)), vectors[s][Count - 1]);
        }
    }

    constexpr bool begins() const { return is_whole || first == 0; }
    constexpr bool ends(const Panels&) const {
        return is_whole || panels.first_column(first) + Count * lanes == columns;
    }

    template <std::size_t Rows>
    [[gnu::always_inline]] void multiply(const DenseGradient<Scalar>& dense, std::size_t k, std::size_t count,
                                         Vector<Scalar> (&sums)[Samples.vectors][Rows]) const noexcept {
        const Scalar* const begin = dense.w + panels.first_column(first) * dense.k;
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Count; ++v) {
            const std::size_t p = std::min(v / 2, panels.count() - 1), width = panels.columns(p);
            const Scalar* const w = begin + panels.first_column(p) * dense.k + k * width;
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vector<Scalar> factor = load_columns(w + std::min(r, count - 1) * width, width, v,
                                                           v * lanes - panels.first_column(p));
                BURIN_DETAIL_UNROLL
                for (std::size_t s = 0; s < Samples.vectors; ++s)
                    sums[s][r] = fma(factor, vectors[s][v], sums[s][r]);
            }
        }
    }

  private:
    /// Vector v, from `column` on, of a row of `width` columns. The last one of all overlaps the one before,
    /// or is used in part.
    [[gnu::always_inline]] static Vector<Scalar> load_columns(const Scalar* row, std::size_t width,
                                                              std::size_t v, std::size_t column) noexcept {
        if constexpr (columns < lanes)
            return load_partial(row, columns);
        return load(row + (rest > 0 && v + 1 == Count ? width - lanes : column));
    }
};

} // namespace burin::kernels::detail
