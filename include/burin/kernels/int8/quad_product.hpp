#pragma once

#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/dot.hpp"
#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/quad_weights.hpp"
#include "burin/kernels/int8/unrolled.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace burin::kernels {

/// The rows of a left matrix, which lie in an image: a line of pixels, each so many bytes behind the one
/// before, then the next line.
struct Int8QuadRows {
    const std::int8_t* first;
    std::size_t step;      ///< Bytes from a row to the next of its line.
    std::size_t per_line;  ///< Rows of a line.
    std::size_t line_step; ///< Bytes from the first row of a line to that of the next.
};

namespace detail {

/// Scales the sums of a tile and stores the first `rows` of its rows.
template <bool AreUsual, class Vectors, std::size_t Rows, std::size_t Width, Rounding Way>
[[gnu::always_inline]] inline void int8_quad_store(typename Vectors::Sum (&sums)[Rows][Width],
                                                   std::size_t rows, const Int8Quads& at,
                                                   const Int8QuadOutputs<Way>& outputs, std::size_t channels,
                                                   std::int8_t* y, std::size_t y_pitch) noexcept {
    constexpr std::size_t lanes = Vectors::lanes;
    const typename Vectors::Sum zero_point = Vectors::broadcast(outputs.zero_point);
    unrolled<Width>([&](auto v) __attribute__((always_inline)) {
        const Int8QuadScale<Vectors, Way, AreUsual> scale(at.multipliers + v * lanes, at.shifts + v * lanes,
                                                          zero_point);
        unrolled<Rows>([&](auto r) __attribute__((always_inline)) { sums[r][v] = scale(sums[r][v]); });
    });
    unrolled<Rows>([&](auto r) __attribute__((always_inline)) {
        if (r < rows)
            Vectors::template store<Width>(sums[r], outputs.low, channels, y + r * y_pitch);
    });
}

/// The same with shifts of any size, which few networks have.
template <class Vectors, std::size_t Rows, std::size_t Width, Rounding Way>
[[gnu::noinline]] void int8_quad_store_any(typename Vectors::Sum (&sums)[Rows][Width], std::size_t rows,
                                           const Int8Quads& at, const Int8QuadOutputs<Way>& outputs,
                                           std::size_t channels, std::int8_t* y,
                                           std::size_t y_pitch) noexcept {
    int8_quad_store<false, Vectors>(sums, rows, at, outputs, channels, y, y_pitch);
}

/// A tile of `Rows` rows, of which `rows` are stored, and one block of channels. `offsets` are those of the
/// segments from a row's beginning.
template <class Vectors, std::size_t Rows, std::size_t Width, Rounding Way>
[[gnu::always_inline]] inline void
int8_quad_tile(const std::int8_t* const (&x)[Rows], std::size_t rows, const Int8QuadLayout& layout,
               const std::uint32_t* offsets, const Int8Quads& at, const Int8QuadOutputs<Way>& outputs,
               std::size_t channels, std::int8_t* y, std::size_t y_pitch) noexcept {
    constexpr std::size_t lanes = Vectors::lanes, bytes = Int8QuadLayout::quad * lanes;
    // Few sums would wait for themselves: they are split.
    constexpr std::size_t split = Rows * Width >= 4 ? 1 : 4 / (Rows * Width);
    using Sum = typename Vectors::Sum;
    Sum sums[Rows][Width];
    [[maybe_unused]] Sum others[split][Rows][Width];
    unrolled<Width>([&](auto v) __attribute__((always_inline)) {
        const Sum start = Vectors::start(at.starts + v * lanes);
        unrolled<Rows>([&](auto r) __attribute__((always_inline)) {
            sums[r][v] = start;
            if constexpr (split > 1)
                unrolled<split>([&](auto s)
                                    __attribute__((always_inline)) { others[s][r][v] = Vectors::zero(); });
        });
    });
    const std::int8_t* panel = at.panels;
    const auto add = [&](Sum(&to)[Rows][Width], std::size_t offset) __attribute__((always_inline)) {
        typename Vectors::Weight panel_weights[Width];
        unrolled<Width>([&](auto v) __attribute__((always_inline)) {
            panel_weights[v] = Vectors::weight(panel + v * bytes);
        });
        unrolled<Rows>([&](auto r) __attribute__((always_inline)) {
            const auto row_inputs = Vectors::input(x[r] + offset);
            unrolled<Width>([&](auto v) __attribute__((always_inline)) {
                Vectors::add(to[r][v], row_inputs, panel_weights[v]);
            });
        });
        panel += Width * bytes;
    };
    const std::size_t quads = layout.quads();
    for (std::size_t s = 0; s < layout.segments; ++s) {
        std::size_t offset = offsets[s], q = 0;
        if constexpr (split > 1)
            for (; q + split <= quads; q += split)
                unrolled<split>([&](auto part) __attribute__((always_inline)) {
                    add(others[part], offset);
                    offset += Int8QuadLayout::quad;
                });
        for (; q < quads; ++q, offset += Int8QuadLayout::quad)
            add(sums, offset);
    }
    if constexpr (split > 1)
        unrolled<split>([&](auto s) __attribute__((always_inline)) {
            unrolled<Rows * Width>([&](auto i) __attribute__((always_inline)) {
                Sum& to = sums[i / Width][i % Width];
                to = Vectors::added(to, others[s][i / Width][i % Width]);
            });
        });
    // Rounded once, too, where all shifts do: behind a branch no factor is kept in a register from tile to tile.
    if (outputs.has_usual_shifts) [[likely]] {
        int8_quad_store<true, Vectors>(sums, rows, at, outputs, channels, y, y_pitch);
    } else {
        // A copy, so that nobody else sees the sums: they are to stay in registers.
        Sum copies[Rows][Width];
        unrolled<Rows * Width>([&](auto i) __attribute__((always_inline)) {
            copies[i / Width][i % Width] = sums[i / Width][i % Width];
        });
        int8_quad_store_any<Vectors>(copies, rows, at, outputs, channels, y, y_pitch);
    }
}

/// All rows with one block of channels.
template <class Vectors, std::size_t Rows, std::size_t Width, Rounding Way>
[[gnu::noinline]] void int8_quad_block(Int8QuadRows from, std::size_t rows, const Int8QuadLayout& layout,
                                       const std::uint32_t* offsets, const Int8Quads& at,
                                       const Int8QuadOutputs<Way>& outputs, std::size_t channels,
                                       std::int8_t* y, std::size_t y_pitch) noexcept {
    const std::int8_t *line = from.first, *next = line;
    std::size_t in_line = 0;
    for (std::size_t row = 0; row < rows; row += Rows, y += Rows * y_pitch) {
        // What is left of a tile computes its last row again.
        const std::int8_t* x[Rows];
        unrolled<Rows>([&](auto r) __attribute__((always_inline)) {
            x[r] = next;
            if (row + r + 1 < rows) {
                next += from.step;
                if (++in_line == from.per_line) {
                    in_line = 0;
                    next = line += from.line_step;
                }
            }
        });
        int8_quad_tile<Vectors, Rows, Width>(x, rows - row, layout, offsets, at, outputs, channels, y,
                                             y_pitch);
    }
}

template <class Vectors, std::size_t Width, Rounding Way>
void int8_quad_rows_of_block(const Int8QuadRows& from, std::size_t rows, const Int8QuadLayout& layout,
                             const std::uint32_t* offsets, const Int8Quads& at,
                             const Int8QuadOutputs<Way>& outputs, std::size_t channels, std::int8_t* y,
                             std::size_t y_pitch) noexcept {
    constexpr std::size_t tile = int8_quad_rows(Width, this_machine.registers);
    if (rows == 1)
        int8_quad_block<Vectors, 1, Width>(from, rows, layout, offsets, at, outputs, channels, y, y_pitch);
    else
        int8_quad_block<Vectors, tile, Width>(from, rows, layout, offsets, at, outputs, channels, y, y_pitch);
}

} // namespace detail

/// y[r][c] = outputs(Σ x · w, c) with packed weights, of the rows of a left matrix whose inputs have their
/// offset and whose segments lie at `offsets` from where each row begins. Whole quads are read of each.
template <Rounding Way, class Vectors = detail::Int8QuadVectors>
[[gnu::noinline]] void int8_quad_product(const Int8QuadRows& from, std::size_t rows,
                                         const Int8QuadLayout& layout, const std::uint32_t* offsets,
                                         Int8Quads at, const Int8QuadOutputs<Way>& outputs, std::int8_t* y,
                                         std::size_t y_pitch) noexcept {
    constexpr std::size_t lanes = Vectors::lanes;
    if (rows == 0)
        return;
    for (std::size_t vector = 0; vector < layout.vectors(); vector += Int8QuadLayout::vectors_of_block) {
        const std::size_t width = layout.vectors_from(vector),
                          channels = std::min(width * lanes, layout.channels - vector * lanes);
        const auto run = [&](auto constant) {
            detail::int8_quad_rows_of_block<Vectors, constant>(from, rows, layout, offsets, at, outputs,
                                                               channels, y, y_pitch);
        };
        using detail::unrolled;
        unrolled<Int8QuadLayout::vectors_of_block>([&](auto below) {
            if (width == below + 1)
                run(std::integral_constant<std::size_t, below + 1>{});
        });
        at.panels += width * layout.panel_bytes();
        at.starts += width * lanes;
        at.multipliers += width * lanes;
        at.shifts += width * lanes;
        y += channels;
    }
}

/// y[r][c] = outputs(Σₖ x[r][k] · w[c][k], c) with packed weights, of rows of which each lies in one piece,
/// of no more than `int8_deepest_quads` bytes. They are copied with the offset of inputs, some at a time.
template <Rounding Way, class Vectors = detail::Int8QuadVectors>
[[gnu::noinline]] void int8_quad_product(const std::int8_t* x, std::size_t x_pitch, std::size_t rows,
                                         const Int8QuadLayout& layout, const Int8Quads& at,
                                         const Int8QuadOutputs<Way>& outputs, std::int8_t* y,
                                         std::size_t y_pitch) noexcept {
    alignas(64) std::int8_t copy[int8_deepest_quads];
    const std::size_t pitch = layout.quads() * Int8QuadLayout::quad, most = int8_deepest_quads / pitch;
    const std::uint32_t none = 0;
    for (std::size_t row = 0; row < rows; row += most) {
        const std::size_t count = std::min(most, rows - row);
        if (pitch == x_pitch)
            Vectors::copy_with_offset(x + row * pitch, count * pitch, copy);
        else
            for (std::size_t r = 0; r < count; ++r)
                Vectors::copy_with_offset(x + (row + r) * x_pitch, layout.segment_depth, copy + r * pitch);
        int8_quad_product<Way, Vectors>(Int8QuadRows{copy, pitch, count, 0}, count, layout, &none, at,
                                        outputs, y + row * y_pitch, y_pitch);
    }
}

} // namespace burin::kernels
