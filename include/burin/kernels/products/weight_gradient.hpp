#pragma once

#include "burin/kernels/products/multiply.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/products/tile.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace burin::kernels::detail {

/// How many samples at a time, how many rows of the result in a block, and how many columns of it at a time.
/// A block of the left matrix and a panel of the right one fit into the first-level cache together: of 128
/// samples 24 and 16 KiB with AVX-512, 12 and 8 with AVX2. (Of doubles AVX-512 takes half the rows, not half
/// the samples, which was 3 points slower; AVX2 the other way round.) All that is packed is 200 KiB of the
/// stack at most, of doubles with AVX-512 330.
template <class Scalar>
inline constexpr std::size_t packed_samples = vector_registers < 32 ? 512 / sizeof(Scalar) : 128;
template <class Scalar>
inline constexpr std::size_t packed_rows_of = vector_registers < 32 ? 24 : 192 / sizeof(Scalar);
inline constexpr std::size_t packed_columns = 256;

/// to[r · columns + c] = from[r · stride + c] for c < columns
template <class Scalar>
[[gnu::always_inline]] inline void copy_columns(const Scalar* from, std::size_t stride, std::size_t rows,
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

/// result (+)= leftᵀ · right, of copies without gaps. Read where they are, the elements that a tile wants of
/// each sample are a whole row apart, on pages and in sets of the cache that are soon used up, and even from
/// the first-level cache a tile then takes 1.07 times as long. While a block of the left matrix meets the
/// panels of the right one, the next is copied.
///
/// Where the result `Streams` beyond the second-level cache, each panel of it is prefetched beside the one
/// before.
template <ColumnKind Kind, bool Streams, class Scalar>
struct PackedWeightGradient {
    using Gradient = Product<Scalar, Form::weight_gradient>;
    static constexpr std::size_t lanes = width<Scalar>, wide = 2 * lanes;
    static constexpr std::size_t panels_at_a_time = std::max<std::size_t>(1, packed_columns / wide);
    static constexpr std::size_t packed_rows = packed_rows_of<Scalar>;
    static constexpr std::size_t tallest = tallest_tile(vector_registers, 2);
    static constexpr std::size_t copied = copied_vectors<Scalar> * lanes; ///< Columns, beside each tile.
    static_assert(packed_rows % tallest == 0 && packed_rows / tallest * copied >= packed_rows);

    alignas(64) Scalar blocks[2][packed_samples<Scalar> * packed_rows];
    alignas(64) Scalar right[packed_samples<Scalar> * (panels_at_a_time * wide + Kind.last_vectors * lanes)];

    // Functions of their own: in one, g++ runs out of registers.

    /// A whole block with so many full panels, where the result streams. What is `behind` the last is asked
    /// for beside that.
    [[gnu::noinline]] static void multiply_streaming(const Gradient& given, std::size_t full,
                                                     Scalar* behind) noexcept {
        auto product = given.template as<Form::weight_gradient_streaming>();
        product.ahead_step = (wide * tallest + product.depth - 1) / product.depth;
        for (; full > 0; --full, product.skip_panels(1)) {
            product.ahead = full == 1 ? behind : product.result.data + product.result.panel;
            multiply_panel<2, 1, Tail::none>(product, FixedRows<packed_rows>{}, 0, StoreSum{});
        }
    }

    /// A whole block with so many full panels. Beside the first the `next` block, if that is not null, is
    /// copied from where `ahead` points to.
    [[gnu::noinline]] static void multiply_whole(const Gradient& given, std::size_t full,
                                                 Scalar* next) noexcept {
        Gradient product = given;
        if (next != nullptr) {
            auto tile = given.template as<Form::weight_gradient_copying>();
            for (std::size_t r = 0; r < packed_rows; r += tallest, tile.skip_rows(tallest)) {
                const std::size_t at = std::min(r / tallest * copied, packed_rows - copied);
                tile.ahead = given.ahead + at;
                tile.copy = next + at;
                multiply_tile<tallest, 2, 1, Tail::none>(tile, 0, StoreSum{});
            }
            product.skip_panels(1);
            --full;
        }
        if constexpr (Streams)
            multiply_streaming(product, full, given.result.data + packed_rows * given.result.row);
        else
            for (; full > 0; --full, product.skip_panels(1))
                multiply_panel<2, 1, Tail::none>(product, FixedRows<packed_rows>{}, 0, StoreSum{});
    }

    /// What is left of the rows.
    [[gnu::noinline]] static void multiply_lower(Gradient product, std::size_t height,
                                                 std::size_t full) noexcept {
        for (; full > 0; --full, product.skip_panels(1))
            multiply_panel<2, 1, Tail::none>(product, height, 0, StoreSum{});
    }

    /// The last panel.
    [[gnu::noinline]] static void multiply_last(const Gradient& product, std::size_t height,
                                                std::size_t last) noexcept {
        if constexpr (Kind.last_vectors > 0)
            multiply_panel<Kind.last_vectors, 1, Kind.last_tail>(product, height, last, StoreSum{});
    }

    /// No more samples than are packed at a time, with `full` panels and one of `last` columns, if any.
    void multiply(const Gradient& samples, std::size_t full, std::size_t last, std::size_t rows) noexcept {
        const std::size_t depth = samples.depth, panel = depth * wide, step = samples.left_depth;
        for (std::size_t p = 0; p < full; ++p)
            copy_columns(samples.right.data + p * wide, samples.right.row, depth, right + p * panel, wide);
        if (last > 0)
            copy_columns(samples.right.data + full * wide, samples.right.row, depth, right + full * panel,
                         last);
        Gradient at_full = samples, at_last = samples;
        at_full.right = {right, wide, last, panel};
        at_full.ahead_step = step;
        at_last.skip_panels(full);
        at_last.enter_last_panel();
        at_last.right = {right + full * panel, last, last, 0};

        Scalar *block = blocks[0], *next = blocks[1];
        bool is_copied = false;
        for (std::size_t k = 0; k < rows; k += packed_rows) {
            const std::size_t height = std::min(packed_rows, rows - k);
            const Scalar* const left = samples.left + k;
            if (!is_copied)
                copy_columns(left, step, depth, block, height);
            is_copied = full > 0 && k + 2 * packed_rows <= rows;
            at_full.left = at_last.left = block;
            at_full.left_depth = at_last.left_depth = height;
            at_full.ahead = left + packed_rows;
            if (height == packed_rows)
                multiply_whole(at_full, full, is_copied ? next : nullptr);
            else
                multiply_lower(at_full, height, full);
            if (last > 0)
                multiply_last(at_last, height, last);
            at_full.skip_rows(packed_rows);
            at_last.skip_rows(packed_rows);
            std::swap(block, next);
        }
    }
};

template <ColumnKind Kind, bool Streams, class Scalar>
[[gnu::noinline]] void weight_gradient_packed(const Product<Scalar, Form::weight_gradient>& whole,
                                              const Panels& panels, std::size_t rows) noexcept {
    PackedWeightGradient<Kind, Streams, Scalar> packed;
    Product<Scalar, Form::weight_gradient> samples = whole;
    for (std::size_t left = whole.depth; left > 0; left -= samples.depth) {
        samples.depth = std::min(packed_samples<Scalar>, left);
        Product<Scalar, Form::weight_gradient> some = samples;
        for (std::size_t p = 0; p < panels.full; p += packed.panels_at_a_time) {
            const std::size_t count = std::min(packed.panels_at_a_time, panels.full - p);
            packed.multiply(some, count, p + count == panels.full ? panels.last : 0, rows);
            some.skip_panels(count);
        }
        samples.skip_depth(samples.depth);
        samples.start = {samples.result.data, samples.result.row, samples.result.last_row,
                         samples.result.panel};
    }
}

} // namespace burin::kernels::detail
