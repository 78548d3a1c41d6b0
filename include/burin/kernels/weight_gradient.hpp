#pragma once

#include "burin/kernels/multiply.hpp"
#include "burin/kernels/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/tile.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

/// How many samples, and rows of the weight matrix in tiles, are packed at a time: 128 samples of 16 tiles of
/// 6 rows are 48 KiB, a tenth of a second-level cache. Of fewer samples there are more tiles.
inline constexpr std::size_t packed_samples = 128;
inline constexpr std::size_t packed_tiles = 16;

/// to[d · Width + c] = from[d · stride + c] for c < Width
template <std::size_t Width, class Scalar>
[[gnu::always_inline]] inline void pack(const Scalar* from, std::size_t stride, std::size_t depth,
                                        Scalar* to) noexcept {
    for (std::size_t d = 0; d < depth; ++d, from += stride, to += Width)
        std::copy_n(from, Width, to);
}

/// The tiles of `rows` rows of the result with one panel of the right matrix. The left one is packed tile by
/// tile, or lies where it is.
template <std::size_t Vectors, std::size_t Tallest, Tail TailKind, class Scalar>
[[gnu::noinline]] void multiply_packed(Product<Scalar, Form::weight_gradient> product, std::size_t rows,
                                       std::size_t columns, bool left_is_packed) noexcept {
    constexpr std::size_t height = std::min(Tallest, tallest_tile(vector_registers, Vectors));
    for (; rows >= Tallest; rows -= Tallest) {
        // A panel of three vectors leaves registers for lower tiles only.
        Product<Scalar, Form::weight_gradient> tile = product;
        std::size_t left = Tallest;
        // The next tile's lines: a matrix that no cache holds has to be read before it is written.
        for (std::size_t line = 0; line < Tallest * Vectors; ++line)
            prefetch_to_write(product.result.data + (Tallest * Vectors + line) * width<Scalar>);
        for (; left >= height; left -= height, tile.skip_rows(height))
            multiply_tile<height, Vectors, 1, TailKind>(tile, columns, StoreSum{});
        if constexpr (Tallest % height != 0)
            multiply_tile<Tallest % height, Vectors, 1, TailKind>(tile, columns, StoreSum{});
        product.left += left_is_packed ? Tallest * product.depth : Tallest;
        product.result.skip_rows(Tallest);
        product.start.skip_rows(Tallest);
    }
    with_constant<Tallest>(rows, [&](auto rest) __attribute__((always_inline)) {
        if (left_is_packed)
            product.left_depth = rest.value;
        constexpr std::size_t upper = std::min(rest.value, height);
        multiply_tile<upper, Vectors, 1, TailKind>(product, columns, StoreSum{});
        if constexpr (rest.value > upper) {
            product.skip_rows(upper);
            multiply_tile<rest.value - upper, Vectors, 1, TailKind>(product, columns, StoreSum{});
        }
    });
}

/// result (+)= leftᵀ · right of [rows, columns], of which blocks are copied to where they lie without gaps:
/// of the right matrix a panel, and of the left one, where the result is larger than the caches, as many rows
/// of the result as fit. Read where they are, the elements that a tile wants of each sample would be a whole
/// row apart, on pages and in sets of the cache that are soon used up.
template <ColumnKind Kind, class Scalar>
[[gnu::noinline]] void weight_gradient_packed(const Product<Scalar, Form::weight_gradient>& whole,
                                              const Panels& panels, std::size_t rows,
                                              bool packs_left) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    constexpr std::size_t tallest = tallest_tile(vector_registers, 2);
    constexpr std::size_t left_elements = packed_samples * packed_tiles * tallest;
    alignas(64) Scalar left[left_elements];
    alignas(64) Scalar right[packed_samples * std::max<std::size_t>(2, Kind.last_vectors) * lanes];

    Product<Scalar, Form::weight_gradient> samples = whole;
    for (std::size_t done = 0; done < whole.depth; done += packed_samples) {
        samples.depth = std::min(packed_samples, whole.depth - done);
        const std::size_t block = packs_left ? left_elements / samples.depth / tallest * tallest : rows;
        for (std::size_t k = 0; k < rows; k += block) {
            const std::size_t height = std::min(block, rows - k);
            Product<Scalar, Form::weight_gradient> panel = samples;
            panel.left += k;
            if (packs_left) {
                for (std::size_t r = 0; r < height; r += tallest)
                    with_constant<tallest>(std::min(tallest, height - r),
                                           [&](auto count) __attribute__((always_inline)) {
                                               pack<count.value>(panel.left + r, samples.left_depth,
                                                                 samples.depth, left + r * samples.depth);
                                           });
                panel.left = left;
                panel.left_depth = tallest;
            }
            const auto multiply = [&]<std::size_t Vectors, Tail TailKind>(std::size_t columns) {
                for (std::size_t d = 0; d < panel.depth; ++d)
                    for (std::size_t v = 0; v < Vectors; ++v) {
                        const std::size_t c =
                            TailKind == Tail::overlaps && v + 1 == Vectors ? columns - lanes : v * lanes;
                        store(right + d * columns + c, load(panel.right.data + d * panel.right.row + c));
                    }
                Product<Scalar, Form::weight_gradient> packed = panel;
                packed.result.skip_rows(k);
                packed.start.skip_rows(k);
                packed.right.data = right;
                packed.right.row = columns;
                multiply_packed<Vectors, tallest, TailKind>(packed, height, columns, packs_left);
            };
            for (std::size_t p = 0; p < panels.full; ++p, panel.skip_panels(1))
                multiply.template operator()<2, Tail::none>(2 * lanes);
            if constexpr (Kind.last_vectors > 0) {
                panel.enter_last_panel();
                multiply.template operator()<Kind.last_vectors, Kind.last_tail>(panels.last);
            }
        }
        samples.left += samples.depth * samples.left_depth;
        samples.right.skip_rows(samples.depth);
        samples.start = {samples.result.data, samples.result.row, samples.result.last_row,
                         samples.result.panel};
    }
}

} // namespace burin::kernels::detail
