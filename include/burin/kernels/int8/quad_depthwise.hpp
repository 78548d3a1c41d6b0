#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/int8/choose.hpp"
#include "burin/kernels/int8/dot.hpp"
#include "burin/kernels/int8/instructions.hpp"
#include "burin/kernels/int8/quad_weights.hpp"
#include "burin/kernels/int8/unrolled.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace burin::kernels {

/// A depthwise convolution of height and width with packed weights. Its channels are taken in slabs of up to
/// 64, of which a vector holds a power of 2: fewer channels are those of several pixels. The lines of a band
/// of the image are copied with the zero point around them; with a stride, pixels that are so many apart lie
/// side by side, so that outputs that are neighbours always see neighbours.
///
/// Four taps are a quad. Where it costs none, quads hold the taps that two lines of outputs share: taps of a
/// column, from the first line's first to the second line's last.
struct Int8DepthwiseLayout {
    static constexpr std::size_t quad = 4, parts = 4;

    Int8QuadInstructions has{};
    std::size_t channels = 1, kernel_lines = 1, kernel_columns = 1;
    std::size_t lines = 1; ///< Of outputs at a time.

    constexpr std::size_t lanes() const { return parts * has.lanes; }
    constexpr std::size_t slabs() const { return (channels + lanes() - 1) / lanes(); }
    constexpr std::size_t slab_channels(std::size_t slab) const {
        return std::min(lanes(), channels - slab * lanes());
    }
    /// Lanes of a pixel.
    constexpr std::size_t pitch(std::size_t slab) const { return std::bit_ceil(slab_channels(slab)); }
    /// Of one line of outputs, all taps are one column.
    constexpr std::size_t columns() const { return lines > 1 ? kernel_columns : 1; }
    constexpr std::size_t taps_of_column() const { return kernel_lines * kernel_columns / columns(); }
    constexpr std::size_t quads_of_column() const { return (taps_of_column() + lines - 1 + quad - 1) / quad; }
    constexpr std::size_t quads() const { return columns() * quads_of_column(); }
    /// The line and the column of a tap of a quad; a line beyond the kernel's where there is none.
    constexpr std::array<std::size_t, 2> tap(std::size_t number, std::size_t k) const {
        const std::size_t at = number % quads_of_column() * quad + k;
        if (lines > 1)
            return {at, number / quads_of_column()};
        return {at / kernel_columns, at % kernel_columns};
    }
    constexpr std::size_t slab_bytes() const { return quads() * lines * parts * lanes(); }
};

constexpr Int8DepthwiseLayout int8_depthwise_layout(const Convolution& c,
                                                    const Int8QuadInstructions& has) noexcept {
    Int8DepthwiseLayout layout{has, c.filters, c.axes[1].kernel, c.axes[2].kernel, 1};
    Int8DepthwiseLayout two = layout;
    two.lines = 2;
    if (c.axes[1].stride == 1 && c.axes[1].dilation == 1 && c.axes[1].output > 1 &&
        two.quads() <= layout.quads())
        layout = two;
    return layout;
}

/// Where the lines of a band lie: those of pixels that are a stride apart, phase by phase.
struct Int8DepthwiseBand {
    std::size_t lines = 1;        ///< Of outputs.
    std::size_t phase_pixels = 1; ///< Pixels of a phase.
    std::size_t phases = 1;

    constexpr std::size_t line_bytes(std::size_t pitch) const { return phases * phase_pixels * pitch; }
    constexpr std::size_t input_lines(const Convolution& c, std::size_t of_outputs) const {
        return (of_outputs - 1) * c.axes[1].stride + c.axes[1].reach();
    }
    constexpr std::size_t bytes(const Convolution& c, const Int8DepthwiseLayout& layout) const {
        const std::size_t whole = (lines + layout.lines - 1) / layout.lines * layout.lines;
        return input_lines(c, whole) * line_bytes(layout.pitch(0)) + layout.lanes();
    }
};

constexpr Int8DepthwiseBand int8_depthwise_band(const Convolution& c,
                                                const Int8DepthwiseLayout& layout) noexcept {
    constexpr std::size_t most = 16 * 1024;
    Int8DepthwiseBand band;
    band.phases = c.axes[2].stride;
    band.phase_pixels = c.axes[2].output + (c.axes[2].reach() - 1) / c.axes[2].stride;
    band.lines = std::min(layout.lines, c.axes[1].output);
    for (Int8DepthwiseBand more = band; more.lines < c.axes[1].output;) {
        more.lines = std::min(band.lines + layout.lines, c.axes[1].output);
        if (more.bytes(c, layout) > most)
            break;
        band = more;
    }
    return band;
}

namespace detail {

template <std::size_t Quads>
using Int8TapOffsets = std::array<std::array<std::uint32_t, Int8DepthwiseLayout::quad>, Quads>;

template <std::size_t Quads>
constexpr Int8TapOffsets<Quads> int8_tap_offsets(const Convolution& c, const Int8DepthwiseLayout& layout,
                                                 const Int8DepthwiseBand& band, std::size_t pitch) noexcept {
    Int8TapOffsets<Quads> offsets{};
    for (std::size_t number = 0; number < Quads; ++number)
        for (std::size_t k = 0; k < Int8DepthwiseLayout::quad; ++k) {
            auto [line, column] = layout.tap(number, k);
            if (line >= layout.kernel_lines + layout.lines - 1)
                line = column = 0; // Its weight is 0.
            const std::size_t x = column * c.axes[2].dilation;
            offsets[number][k] =
                static_cast<std::uint32_t>(line * c.axes[1].dilation * band.line_bytes(pitch) +
                                           (x % band.phases * band.phase_pixels + x / band.phases) * pitch);
        }
    return offsets;
}

} // namespace detail

/// Packs weights `[kernel..., channels]`: for each slab and quad, for each line of outputs that it is for,
/// vectors of 4 weights of each lane. Returns whether all shifts are the usual ones.
constexpr bool int8_pack_depthwise(const Int8DepthwiseLayout& layout, const std::int8_t* w,
                                   std::int32_t zero_point, const std::int32_t* bias,
                                   const std::int32_t* multipliers, const std::int8_t* shifts,
                                   const Int8QuadsAt<std::int32_t, std::int8_t>& to) noexcept {
    constexpr std::size_t parts = Int8DepthwiseLayout::parts, quad = Int8DepthwiseLayout::quad;
    const std::size_t lanes = layout.lanes(), of_part = layout.has.lanes, columns = layout.columns(),
                      taps = layout.taps_of_column(), quads = layout.quads_of_column();
    bool are_usual = true;
    for (std::size_t slab = 0; slab < layout.slabs(); ++slab)
        for (std::size_t part = 0; part < parts; ++part)
            for (std::size_t lane = 0; lane < of_part; ++lane) {
                const std::size_t place = (slab * parts + part) * of_part + lane;
                const std::size_t in_slab =
                    Int8QuadLayout{.has = layout.has}.channel_of(parts, part, lane) % layout.pitch(slab);
                std::size_t at = slab * layout.slab_bytes() + (part * of_part + lane) * quad;
                const bool is_there = in_slab < layout.slab_channels(slab);
                const std::size_t channel = is_there ? slab * lanes + in_slab : 0;
                const std::size_t taps_there = is_there ? taps : 0;
                std::int32_t sum = 0;
                // No calls and few steps: a compiler that does this counts them.
                for (std::size_t column = 0; column < columns; ++column)
                    for (std::size_t first = 0; first < quads * quad; first += quad)
                        for (std::size_t line = 0; line < layout.lines; ++line, at += parts * lanes) {
                            // A tap before the column's first counts as a large number.
                            std::size_t tap = first - line;
                            for (std::size_t k = 0; k < quad; ++k, ++tap)
                                if (tap < taps_there)
                                    to.panels[at + k] =
                                        w[(tap * columns + column) * layout.channels + channel];
                                else
                                    to.panels[at + k] = 0;
                        }
                // The first line's are all of them.
                for (std::size_t tap = 0; tap < columns * taps_there; ++tap)
                    sum += w[tap * layout.channels + channel];
                to.starts[place] =
                    is_there ? static_cast<std::int32_t>(
                                   bias[channel] - std::int64_t(layout.has.input_offset + zero_point) * sum)
                             : 0;
                to.multipliers[place] = is_there ? multipliers[channel] : 0;
                to.shifts[place] = to.multipliers[place] == 0 ? 40 : shifts[channel];
                are_usual = are_usual && is_usual_shift(to.shifts[place]);
            }
    return are_usual;
}

/// The same in memory of its own.
template <Int8DepthwiseLayout Layout>
struct Int8DepthwiseWeights {
    static constexpr Int8DepthwiseLayout layout = Layout;
    static constexpr std::size_t places = Layout.slabs() * Layout.lanes();

    alignas(64) std::array<std::int8_t, Layout.slabs() * Layout.slab_bytes()> panels;
    alignas(64) std::array<std::int32_t, places> starts;
    alignas(64) std::array<std::int32_t, places> multipliers;
    alignas(64) std::array<std::int32_t, places> shifts;
    bool has_usual_shifts;

    constexpr void pack(const std::int8_t* w, std::int32_t zero_point, const std::int32_t* bias,
                        const std::int32_t* factors, const std::int8_t* of_factors) noexcept {
        has_usual_shifts =
            int8_pack_depthwise(Layout, w, zero_point, bias, factors, of_factors,
                                {starts.data(), multipliers.data(), shifts.data(), panels.data()});
    }
    Int8Quads view() const noexcept {
        return {starts.data(), multipliers.data(), shifts.data(), panels.data()};
    }
};

namespace detail {

/// The lines of one slab that the outputs from line `first` on see, with what lies beyond the image.
template <class Vectors>
[[gnu::noinline]] inline void int8_copy_phases(const Convolution& c, const Int8DepthwiseBand& band,
                                               const std::int8_t* image, std::size_t first, std::size_t lines,
                                               std::size_t channels, std::size_t pitch, std::int8_t padding,
                                               std::int8_t* to) noexcept {
    const ConvolutionAxis &height = c.axes[1], &width = c.axes[2];
    const std::size_t line_bytes = band.line_bytes(pitch), stride = band.phases * c.channels;
    const bool is_whole = band.phases == 1 && channels == c.channels && pitch == channels;
    for (std::size_t j = 0; j < lines; ++j) {
        std::int8_t* phase_at = to + j * line_bytes;
        const std::size_t in_y = first * height.stride + j - height.before;
        if (in_y >= height.input) {
            Vectors::fill(phase_at, padding, line_bytes);
            continue;
        }
        const std::int8_t* const line = image + in_y * width.input * c.channels;
        for (std::size_t phase = 0; phase < band.phases; ++phase, phase_at += band.phase_pixels * pitch) {
            // Pixel i of a phase is the image's i · phases + phase − before.
            const std::size_t left =
                std::min(phase < width.before ? (width.before - phase + band.phases - 1) / band.phases : 0,
                         band.phase_pixels);
            const std::size_t from = left * band.phases + phase - width.before;
            const std::size_t inside =
                std::min(band.phase_pixels - left,
                         from < width.input ? (width.input - from + band.phases - 1) / band.phases : 0);
            Vectors::fill(phase_at, padding, left * pitch);
            std::int8_t* at = phase_at + left * pitch;
            const std::int8_t* pixel = inside > 0 ? line + from * c.channels : line;
            if (is_whole)
                Vectors::copy_with_offset(pixel, inside * pitch, at);
            else
                for (std::size_t i = 0; i < inside; ++i, pixel += stride)
                    Vectors::copy_with_offset(pixel, channels, at + i * pitch);
            Vectors::fill(at + inside * pitch, padding, (band.phase_pixels - left - inside) * pitch);
        }
    }
}

/// Some lines of outputs, `Lines` at a time, of one slab.
template <class Vectors, std::size_t Lines, Rounding Way>
[[gnu::noinline]] void int8_depthwise_lines(const Convolution& c, const Int8DepthwiseLayout& layout,
                                            std::size_t line_bytes, const std::uint32_t* offsets,
                                            const std::int8_t* from, std::size_t lines, std::size_t channels,
                                            std::size_t pitch, const Int8Quads& at,
                                            const Int8QuadOutputs<Way>& outputs, std::int8_t* y) noexcept {
    constexpr std::size_t parts = Int8DepthwiseLayout::parts, quad = Int8DepthwiseLayout::quad,
                          of_part = Vectors::lanes, lanes = parts * of_part;
    using Sum = typename Vectors::Sum;
    const std::size_t pixels = c.axes[2].output, flat = pixels * pitch, quads = layout.quads();
    const bool is_flat = channels == c.channels && pitch == channels, is_whole = channels == lanes;
    const Sum zero_point = Vectors::broadcast(outputs.zero_point);
    const auto run = [&](auto are_usual) __attribute__((always_inline)) {
        using Scale = Int8QuadScale<Vectors, Way, are_usual>;
        for (std::size_t line = 0; line < lines; line += Lines) {
            const std::int8_t* const x = from + line * c.axes[1].stride * line_bytes;
            for (std::size_t i = 0; i < flat; i += lanes) {
                Sum sums[Lines][parts];
                unrolled<parts>([&](auto p) __attribute__((always_inline)) {
                    const Sum start = Vectors::start(at.starts + p * of_part);
                    unrolled<Lines>([&](auto l) __attribute__((always_inline)) { sums[l][p] = start; });
                });
                const std::int8_t* panel = at.panels;
                const std::uint32_t* tap = offsets;
                for (std::size_t number = 0; number < quads; ++number, tap += quad) {
                    typename Vectors::Input inputs[parts];
                    Vectors::interleave(x + i + tap[0], x + i + tap[1], x + i + tap[2], x + i + tap[3],
                                        inputs);
                    unrolled<Lines>([&](auto l) __attribute__((always_inline)) {
                        unrolled<parts>([&](auto p) __attribute__((always_inline)) {
                            Vectors::add(sums[l][p], inputs[p],
                                         Vectors::weight(panel + (l * parts + p) * lanes));
                        });
                    });
                    panel += Lines * parts * lanes;
                }
                unrolled<parts>([&](auto p) __attribute__((always_inline)) {
                    const Scale scale(at.multipliers + p * of_part, at.shifts + p * of_part, zero_point);
                    unrolled<Lines>([&](auto l)
                                        __attribute__((always_inline)) { sums[l][p] = scale(sums[l][p]); });
                });
                unrolled<Lines>([&](auto l) __attribute__((always_inline)) {
                    if (line + l >= lines)
                        return;
                    std::int8_t* const to = y + (line + l) * pixels * c.channels;
                    if (is_flat) {
                        Vectors::template store<parts>(sums[l], outputs.low, std::min(lanes, flat - i),
                                                       to + i);
                    } else if (is_whole) {
                        Vectors::template store<parts>(sums[l], outputs.low, lanes,
                                                       to + i / lanes * c.channels);
                    } else {
                        std::int8_t all[lanes];
                        Vectors::template store<parts>(sums[l], outputs.low, lanes, all);
                        for (std::size_t at_lane = 0; at_lane < std::min(lanes, flat - i); at_lane += pitch)
                            std::memcpy(to + (i + at_lane) / pitch * c.channels, all + at_lane, channels);
                    }
                });
            }
        }
    };
    if (Way == Rounding::once || outputs.has_usual_shifts) [[likely]]
        run(std::true_type{});
    else
        run(std::false_type{});
}

template <class Vectors, std::size_t Lines, Rounding Way>
[[gnu::noinline]] void
int8_depthwise_bands(const Convolution& c, const Int8DepthwiseLayout& layout, const Int8DepthwiseBand& band,
                     const std::uint32_t* const (&offsets)[2], const std::int8_t* images, std::size_t rows,
                     std::int8_t padding, const Int8Quads& at, const Int8QuadOutputs<Way>& outputs,
                     std::int8_t* y, std::int8_t* copy) noexcept {
    constexpr std::size_t lanes = Int8DepthwiseLayout::parts * Vectors::lanes;
    for (std::size_t row = 0; row < rows; ++row, images += c.input_pixels() * c.channels)
        for (std::size_t first = 0; first < c.axes[1].output; first += band.lines) {
            const std::size_t lines = std::min(band.lines, c.axes[1].output - first);
            for (std::size_t slab = 0; slab < layout.slabs(); ++slab) {
                const std::size_t channels = layout.slab_channels(slab), pitch = layout.pitch(slab),
                                  place = slab * lanes;
                int8_copy_phases<Vectors>(c, band, images + place, first, band.input_lines(c, lines),
                                          channels, pitch, padding, copy);
                int8_depthwise_lines<Vectors, Lines>(
                    c, layout, band.line_bytes(pitch), offsets[slab + 1 == layout.slabs() ? 1 : 0], copy,
                    lines, channels, pitch,
                    {at.starts + place, at.multipliers + place, at.shifts + place,
                     at.panels + slab * layout.slab_bytes()},
                    outputs, y + place);
            }
            y += lines * c.axes[2].output * c.filters;
        }
}

} // namespace detail

/// A depthwise convolution of images of 8-bit integers with packed weights. Beyond the image lies its zero
/// point, `padding`.
template <Convolution C, Rounding Way, class Vectors = detail::Int8QuadVectors>
[[gnu::always_inline]] inline void
int8_quad_depthwise(const std::int8_t* images, std::size_t rows, std::int8_t padding, const Int8Quads& at,
                    const Int8QuadOutputs<Way>& outputs, std::int8_t* y) noexcept {
    constexpr Int8DepthwiseLayout layout = int8_depthwise_layout(C, this_int8.quads);
    constexpr Int8DepthwiseBand band = int8_depthwise_band(C, layout);
    static constexpr auto first = detail::int8_tap_offsets<layout.quads()>(C, layout, band, layout.pitch(0)),
                          last = detail::int8_tap_offsets<layout.quads()>(C, layout, band,
                                                                          layout.pitch(layout.slabs() - 1));
    const std::uint32_t* const offsets[] = {first[0].data(), last[0].data()};
    alignas(64) std::int8_t copy[band.bytes(C, layout)];
    detail::int8_depthwise_bands<Vectors, layout.lines>(C, layout, band, offsets, images, rows, padding, at,
                                                        outputs, y, copy);
}

} // namespace burin::kernels
