#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/tile.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

// How samples stand side by side in the lanes, when they meet w as it lies.

/// How w is read.
enum class Reading {
    whole,     ///< Its rows through all panels.
    in_parts,  ///< Through some panels at a time. What is next of the panel behind is prefetched where there
               ///< are groups: panels a power of two of bytes apart drive what a processor expects out of the
               ///< sets that they share.
    streaming, ///< The same, but its next rows come from beyond the second-level cache and are prefetched.
};

/// So many panels are read whole: what 16 panels of eight lanes meet of 16 samples are 16 KiB, half of a
/// first-level cache.
inline constexpr std::size_t few_panels = vector_registers < 32 ? 16 : 8;

template <class Scalar>
constexpr Reading choose_reading(std::size_t k, std::size_t n) {
    return streams<Scalar>(k * n)                   ? Reading::streaming
           : panels<Scalar>(n).count() > few_panels ? Reading::in_parts
                                                    : Reading::whole;
}

/// Rows of w at a time: with 16 registers 8 or 12 sums are under way, with 32 16 or 24, and there is room for
/// a vector of each and for what is broadcast. (Two vectors by twelve rows were as fast only in groups; by
/// six on the first Zen they have not been measured.)
constexpr std::size_t side_by_side_height(std::size_t registers, std::size_t vectors, std::size_t group,
                                          bool splits = splits_vectors) {
    if (registers < 32)
        return vectors == 1 ? 8 : vectors == 2 && !splits ? 6 : 4;
    return vectors == 1 ? 16 : vectors == 2 && group > 1 ? 12 : 8;
}

/// How samples stand side by side: `Vectors` vectors of them, each of `Group` neighbouring elements of every
/// sample, which meet as many of w that one load broadcasts. So a few samples fill the lanes as well as many.
template <std::size_t Vectors, std::size_t Group, class Scalar, Reading Read>
struct SideBySide {
    static constexpr std::size_t vectors = Vectors, group = Group;
    static constexpr Reading reading = Read;
    static constexpr std::size_t samples_of_vector = width<Scalar> / Group;
    static constexpr std::size_t samples = Vectors * samples_of_vector;
    static constexpr std::size_t step = Vectors * width<Scalar>; ///< Elements of dy that meet a group of w's.

    static constexpr std::size_t height = side_by_side_height(vector_registers, Vectors, Group);

    /// Rows whose sums are transposed together: whole quads of them.
    static constexpr std::size_t rows_together = height % 4 == 0 ? height : 2 * height;

    /// Where w is read in parts, the sums of so many of its rows are kept for the panels behind: the more,
    /// the seldomer dy is put side by side again, 128 KiB with 32 registers. (Of doubles more were slower.)
    static constexpr std::size_t rows_kept = [] {
        if (Read == Reading::whole)
            return 0;
        if (splits_vectors || sizeof(Scalar) > sizeof(float) || width<Scalar> < 8)
            return 256;
        return vector_registers < 32 ? 512 : 1024;
    }();

    /// Panels that are read at a time, of so many. Of doubles, a line of w serves half as many multiply-adds,
    /// and must be there in time; so it must with 32 registers, where a vector is a line.
    static constexpr std::size_t panels_at_a_time(std::size_t panels) {
        constexpr bool are_floats = sizeof(Scalar) == sizeof(float);
        constexpr std::size_t groups = are_floats ? Group : 1;
        if (panels <= few_panels * groups || (vector_registers < 32 && are_floats))
            return few_panels * groups;
        return (are_floats ? 4 : 6) * groups;
    }

    /// For all the panels that are read at a time. A group of columns is a step; so is each of the columns
    /// that are left, at most Group - 1.
    static constexpr std::size_t most_elements =
        ((2 * few_panels + 1) * width<Scalar> / (Read == Reading::whole ? Group : 1) + Group - 1) * step;
};

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
    constexpr std::size_t lanes = width<Scalar>, of_vector = Order::samples_of_vector;
    std::size_t transposed = 0; // So many columns of whole vectors of samples are put there in registers.
    for (; broadcasts_groups && transposed + lanes <= depth; transposed += lanes)
        for (std::size_t first = 0; first + of_vector <= rows; first += of_vector) {
            const auto groups =
                load_groups_transposed<group>(dense.dy + first * dense.n + n + transposed, dense.n);
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < lanes / group; ++i)
                store(side_by_side + (transposed / group + i) * Order::step + first * group, groups[i]);
        }
    for (std::size_t sample = 0; sample < Order::samples; ++sample) {
        const bool is_transposed = sample < rows / of_vector * of_vector;
        const std::size_t begin = is_transposed ? transposed : 0;
        Scalar* to = side_by_side + sample * group + begin / group * Order::step;
        const Scalar* from = dense.dy + sample * dense.n + n + begin;
        for (std::size_t c = begin; c < depth; to += Order::step) {
            const std::size_t count = c + group <= depth ? group : 1;
            for (std::size_t i = 0; i < group; ++i)
                to[i] = sample < rows && i < count ? from[i] : Scalar(0);
            from += count;
            c += count;
        }
    }
}

} // namespace burin::kernels::detail
