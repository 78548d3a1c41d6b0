#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/input_gradient_side_by_side.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

// The input gradient of samples that stand side by side in halves of vectors, for processors whose units are
// as wide as these. An element of w is then loaded once, not once for each half: eight samples reach 91 % of
// the peak of multiply-adds instead of 77, twelve 94 (Zen 1).

/// dy of so many outputs stands side by side.
inline constexpr std::size_t half_depth = 1024;

/// For matrices of up to 4 MiB, the largest that were measured.
template <std::size_t N, std::size_t Elements, class Scalar>
inline constexpr bool goes_by_halves = has_half_vectors && splits_vectors && N >= 8 * width<Scalar> &&
                                       N <= half_depth && Elements * sizeof(Scalar) <= 4 * 1024 * 1024;

/// The sums of `Rows` rows of w from row k on, with `Halves` halves of samples.
template <std::size_t Halves, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void multiply_by_halves(const DenseGradient<Scalar>& dense, std::size_t k,
                                                      const Scalar* samples,
                                                      HalfVector<Scalar> (&sums)[Halves][Rows]) noexcept {
    using Half = HalfVector<Scalar>;
    constexpr std::size_t lanes = width<Scalar> / 2;
    BURIN_DETAIL_UNROLL
    for (std::size_t h = 0; h < Halves; ++h) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            sums[h][r] = broadcast_half(Scalar(0));
    }
    const auto add_panel = [&](const Scalar* w, std::size_t columns) __attribute__((always_inline)) {
        // The next rows, which no processor expects on this page after those of many other panels.
        for (std::size_t r = 0; r < Rows; ++r)
            prefetch(w + (Rows + r) * columns);
        BURIN_DETAIL_UNROLL_4
        for (std::size_t c = columns; c > 0; --c) {
            Half row[Halves];
            BURIN_DETAIL_UNROLL
            for (std::size_t h = 0; h < Halves; ++h)
                row[h] = load_half(samples + h * lanes);
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Half factor = broadcast_half(w[r * columns]);
                BURIN_DETAIL_UNROLL
                for (std::size_t h = 0; h < Halves; ++h)
                    sums[h][r] = fma(factor, row[h], sums[h][r]);
            }
            samples += Halves * lanes;
            ++w;
        }
    };
    constexpr std::size_t wide = 4 * lanes;
    const Scalar* w = dense.w + k * wide;
    for (std::size_t p = 0; p < dense.panels.full; ++p, w += wide * dense.k)
        add_panel(w, wide);
    if (dense.panels.last > 0)
        add_panel(dense.panel(dense.panels.full) + k * dense.panels.last, dense.panels.last);
}

/// Four rows of them, from `row` on, are the elements of dx from k on.
template <std::size_t Halves, std::size_t Rows, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_by_halves(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k, std::size_t row,
                 const HalfVector<Scalar> (&sums)[Halves][Rows], Derivative derivative) noexcept {
    BURIN_DETAIL_UNROLL
    for (std::size_t h = 0; h < Halves; h += 2) {
        const auto at = [&](std::size_t r) __attribute__((always_inline)) {
            return joined(sums[h][row + r], sums[std::min(h + 1, Halves - 1)][row + r]);
        };
        finish_side_by_side<1, Scalar>(dense, rows, k, h * width<Scalar> / 2, {at(0), at(1), at(2), at(3)},
                                       derivative);
    }
}

/// As many samples as `Halves`, two or three, halves of vectors have lanes, or less; twelve sums at a time.
template <std::size_t Halves, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_by_halves(const DenseGradient<Scalar>& given, std::size_t rows,
                                                Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, samples = Halves * lanes / 2;
    constexpr std::size_t together = 12, height = together / Halves, quad = 4;
    const DenseGradient<Scalar> dense = given; // Stores may alias it; a copy is read once.
    alignas(64) Scalar side_by_side[half_depth * samples];
    put_side_by_side(dense, rows, 0, dense.n, side_by_side, samples);

    std::size_t k = 0;
    if constexpr (height == quad) {
        for (; k + height <= dense.k; k += height) {
            HalfVector<Scalar> sums[Halves][height];
            multiply_by_halves(dense, k, side_by_side, sums);
            finish_by_halves(dense, rows, k, 0, sums, derivative);
        }
    } else {
        // Twelve rows are both whole tiles and whole quads.
        HalfVector<Scalar> all[Halves][together];
        for (; k + together <= dense.k; k += together) {
            for (std::size_t row = 0; row < together; row += height) {
                HalfVector<Scalar> sums[Halves][height];
                multiply_by_halves(dense, k + row, side_by_side, sums);
                for (std::size_t h = 0; h < Halves; ++h)
                    for (std::size_t r = 0; r < height; ++r)
                        all[h][row + r] = sums[h][r];
            }
            for (std::size_t row = 0; row < together; row += quad)
                finish_by_halves(dense, rows, k + row, row, all, derivative);
        }
        for (; k + quad <= dense.k; k += quad) {
            HalfVector<Scalar> sums[Halves][quad];
            multiply_by_halves(dense, k, side_by_side, sums);
            finish_by_halves(dense, rows, k, 0, sums, derivative);
        }
    }
    for (; k < dense.k; ++k) {
        HalfVector<Scalar> sums[Halves][1];
        multiply_by_halves(dense, k, side_by_side, sums);
        Scalar gradients[samples];
        for (std::size_t h = 0; h < Halves; ++h)
            store(gradients + h * lanes / 2, sums[h][0]);
        for (std::size_t row = 0; row < rows; ++row)
            finish_gradient(dense, row * dense.k + k, broadcast(gradients[row]), 1, derivative);
    }
}

} // namespace burin::kernels::detail
