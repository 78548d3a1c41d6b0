#pragma once

#include "burin/kernels/products/dense_gradient.hpp"
#include "burin/kernels/products/samples_in_lanes.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels::detail {

// The input gradient of samples in the lanes: w is read as it is stored, and register tiles of the result are
// transposed back.

/// Four sums of a vector of samples, each in `Group` lanes: `count` ≤ 4 elements, from column k on, of the
/// rows of dx from `first` on.
template <std::size_t Group, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_quads(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k, std::size_t first,
             const Vector<Scalar> (&sums)[4], std::size_t count, Derivative derivative) noexcept {
    constexpr std::size_t quads = group_sum_vectors<Group>;
    const auto transposed = group_sums<Group, Scalar>(sums);
    BURIN_DETAIL_UNROLL
    for (std::size_t i = 0; i < quads; ++i) {
        // Rows row, row + quads, … of the result, four elements of each.
        const std::size_t row = first + i;
        if (row >= rows)
            continue;
        const std::size_t held =
            Group == width<Scalar>
                ? 1
                : (std::min(rows, first + width<Scalar> / Group) - row + quads - 1) / quads;
        const std::size_t at = row * dense.k + k, stride = quads * dense.k;
        if (count < 4 && Group == width<Scalar>) {
            finish_gradient(dense, at, transposed[i], count, derivative);
        } else if (count < 4) {
            Scalar gradients[width<Scalar>];
            store(gradients, transposed[i]);
            for (std::size_t q = 0; q < held; ++q)
                for (std::size_t c = 0; c < count; ++c)
                    finish_gradient(dense, at + q * stride + c, broadcast(gradients[4 * q + c]), 1,
                                    derivative);
        } else {
            store_rows_of_4(dense.dx + at, stride,
                            finished_gradient(transposed[i], derivative,
                                              [&]() __attribute__((always_inline)) {
                                                  return load_rows_of_4(dense.activated + at, stride, held);
                                              }),
                            held);
        }
    }
}

/// Eight sums: elements of dx twice as far. (Four and four 32 samples of (784, 128) take 2.3 % longer,
/// AVX-512.)
template <class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_octets(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k, std::size_t first,
              const Vector<Scalar> (&sums)[8], Derivative derivative) noexcept {
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

/// The sums of `count` of `Rows` rows of w, from row k on, with all columns.
template <SampleLanes Samples, std::size_t Rows, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
finish_tile(const DenseGradient<Scalar>& dense, std::size_t rows, std::size_t k, std::size_t count,
            const SampleVector<Samples, Scalar> (&sums)[Samples.vectors][Rows],
            Derivative derivative) noexcept {
    constexpr std::size_t quad = 4, of_vector = Samples.lanes / Samples.group, fold = summed_lanes<Scalar>;
    BURIN_DETAIL_UNROLL
    for (std::size_t v = 0; v < Samples.vectors; ++v) {
        const std::size_t first = v * of_vector;
        if constexpr (fold < quad) {
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; r += fold)
                if (v < rows && r < count)
                    finish_gradient(dense, v * dense.k + k + r, lane_sums<Scalar>(sums[v] + r),
                                    std::min(fold, count - r), derivative);
        } else if constexpr (has_transpose_8x8 && Samples.group == 1 && Rows == 8) {
            finish_octets(dense, rows, k, first, sums[v], derivative);
        } else {
            const auto sum = [&](std::size_t r) __attribute__((always_inline)) {
                if constexpr (Samples.is_half) // Two make a vector.
                    return joined(sums[v][r], sums[std::min(v + 1, Samples.vectors - 1)][r]);
                else
                    return sums[v][r];
            };
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; r += quad)
                if (!Samples.is_half || v % 2 == 0)
                    finish_quads<Samples.group, Scalar>(dense, rows, k + r, first,
                                                        {sum(r), sum(r + 1), sum(r + 2), sum(r + 3)},
                                                        std::min(quad, count - r), derivative);
        }
    }
}

/// Rows `begin` to `end` of w with the samples that `source` has of each. What is not finished is kept, and
/// taken from there.
template <SampleLanes Samples, class Scalar, class Source, class Derivative>
[[gnu::always_inline]] inline void
multiply_samples_in_lanes(const DenseGradient<Scalar>& dense, std::size_t rows, const Source& source,
                          std::size_t begin, std::size_t end, Scalar* kept, Derivative derivative) noexcept {
    constexpr std::size_t vectors = Samples.vectors, lanes = Samples.lanes, quad = 4;
    constexpr std::size_t height = Samples.height, together = Samples.rows_together();
    using VectorType = SampleVector<Samples, Scalar>;
    const bool begins = source.begins(), ends = source.ends(dense.panels);
    const auto multiply = [&]<std::size_t Rows>(VectorType(&sums)[vectors][Rows], std::size_t k,
                                                std::size_t count) __attribute__((always_inline)) {
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < vectors; ++v) {
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r)
                sums[v][r] = begins ? broadcast_to_samples<Samples>(Scalar(0))
                                    : load_samples<Samples>(kept + (r * vectors + v) * lanes);
        }
        source.multiply(dense, k, count, sums);
        if (!ends) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < vectors; ++v) {
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < Rows; ++r)
                    store(kept + (r * vectors + v) * lanes, sums[v][r]);
            }
        }
        kept += Rows * Samples.step();
    };
    const auto finish = [&]<std::size_t Rows>(const VectorType(&sums)[vectors][Rows], std::size_t k,
                                              std::size_t count) __attribute__((always_inline)) {
        if (ends)
            finish_tile<Samples>(dense, rows, k, count, sums, derivative);
    };
    std::size_t k = begin;
    for (; k + together <= end; k += together) {
        if constexpr (together == height) {
            VectorType sums[vectors][height];
            multiply(sums, k, height);
            finish(sums, k, height);
        } else {
            VectorType all[vectors][together];
            for (std::size_t row = 0; row < together; row += height) {
                VectorType sums[vectors][height];
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
    for (; k < end; k += quad) {
        const std::size_t count = std::min(quad, end - k);
        VectorType sums[vectors][quad];
        multiply(sums, k, count);
        finish(sums, k, count);
    }
}

/// Columns of dx from `begin` to `end`, of Samples.samples() rows at a time.
template <SampleLanes Samples, class Scalar, class Derivative>
[[gnu::always_inline]] inline void
input_gradient_in_lanes_inlined(DenseGradient<Scalar> dense, std::size_t rows, std::size_t begin,
                                std::size_t end, Derivative derivative) noexcept {
    constexpr std::size_t lanes = width<Scalar>, samples = Samples.samples(), most_panels = Samples.panels;
    constexpr bool is_packed = Samples.from == SampleLanes::From::buffer;
    constexpr std::size_t most_steps = (2 * most_panels + 1) * lanes / Samples.group;
    alignas(64) [[maybe_unused]] Scalar packed[is_packed ? most_steps * Samples.step() : 1];
    alignas(64) [[maybe_unused]] Scalar kept[std::max<std::size_t>(1, Samples.kept_rows * Samples.step())];
    constexpr std::size_t block = Samples.kept_rows;
    const std::size_t panels = dense.panels.count();
    for (; rows > 0; rows -= std::min(rows, samples), dense.skip_rows(samples)) {
        const std::size_t count = samples == 1 ? 1 : std::min(rows, samples);
        std::size_t k = begin;
        do {
            const auto multiply = [&](const auto& source) __attribute__((always_inline)) {
                multiply_samples_in_lanes<Samples>(
                    dense, count, source, k, block > 0 ? std::min(end, k + block) : end, kept, derivative);
            };
            if constexpr (Samples.from == SampleLanes::From::memory) {
                multiply(SamplesInMemory<Samples, Scalar>{dense.dy, 0, panels});
            } else if constexpr (is_packed) {
                std::size_t p = 0;
                do {
                    const std::size_t some = block > 0 ? std::min(most_panels, panels - p) : panels;
                    const std::size_t n = dense.panels.first_column(p);
                    const std::size_t end_n =
                        p + some < panels ? n + dense.panels.first_column(some) : dense.n;
                    if (k == begin || panels > most_panels) // Else it is there still.
                        pack_samples<Samples>(dense.dy + n, dense.n, count, end_n - n, packed);
                    multiply(SamplesInMemory<Samples, Scalar>{packed, p, some});
                    p += some;
                } while (block > 0 && p < panels);
            } else {
                constexpr std::size_t vectors = (Samples.columns + lanes - 1) / lanes;
                constexpr std::size_t part = block > 0 ? 2 * most_panels : vectors;
                std::size_t first = 0;
                for (; 2 * first + part <= vectors; first += most_panels)
                    multiply(SamplesInRegisters<Samples, part, Scalar>(dense, first));
                if constexpr (vectors % part > 0)
                    multiply(SamplesInRegisters<Samples, vectors % part, Scalar>(dense, first));
            }
            k += block;
        } while (block > 0 && k < end);
    }
}

template <SampleLanes Samples, class Scalar, class Derivative>
[[gnu::noinline]] void input_gradient_in_lanes(const DenseGradient<Scalar>& dense, std::size_t rows,
                                               std::size_t begin, std::size_t end,
                                               Derivative derivative) noexcept {
    input_gradient_in_lanes_inlined<Samples>(dense, rows, begin, end, derivative);
}

} // namespace burin::kernels::detail
