#pragma once

#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/products/scattered_product.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace burin::kernels::detail {

/// Places along an axis that see the same taps, the others seeing zeros around the image only.
struct ClippedRun {
    std::size_t first = 0;
    std::size_t count = 0;
    std::size_t first_tap = 0;
    std::size_t taps = 0;
};

/// The places along an axis, as runs.
template <std::size_t Max>
struct ClippedRuns {
    std::array<ClippedRun, Max> runs{};
    std::size_t count = 0;

    /// Place p sees through tap t the element p · step + offset(t), which is of the image in [begin, end).
    constexpr void add(std::size_t places, std::size_t step, std::size_t taps, std::size_t begin,
                       std::size_t end, auto offset) {
        for (std::size_t p = 0; p < places; ++p) {
            ClippedRun place{p, 1, 0, 0};
            for (std::size_t t = 0; t < taps; ++t) {
                const std::size_t at = p * step + offset(t);
                if (at < begin || at >= end)
                    continue;
                if (place.taps++ == 0)
                    place.first_tap = t;
            }
            if (count > 0 && runs[count - 1].taps == place.taps &&
                runs[count - 1].first_tap == place.first_tap)
                ++runs[count - 1].count;
            else
                runs[count++] = place;
        }
    }
};

/// The boxes of places for which some taps are left out, if it is worth it: lines that see the same lines of
/// taps, and within them columns that see the same columns of taps.
/// Calls f(lines, columns); `whole` are all columns.
template <std::size_t MaxLines, std::size_t MaxColumns, class Function>
void for_clipped_boxes(const ClippedRuns<MaxLines>& lines, const ClippedRuns<MaxColumns>& columns,
                       const ClippedRun& whole, bool clips_columns, Function f) noexcept {
    constexpr std::size_t enough = 4; // Lower tiles cost more than they save.
    for (std::size_t y = 0; y < lines.count; ++y)
        if (clips_columns && lines.runs[y].count >= enough)
            for (std::size_t x = 0; x < columns.count; ++x)
                f(lines.runs[y], columns.runs[x]);
        else
            f(lines.runs[y], whole);
}

/// What an output pixel reads, as pieces of `length` elements that lie without gaps, and where they begin.
template <Convolution C>
struct Patches {
    static constexpr bool merged = C.axes[2].dilation == 1 && C.groups == 1;
    static constexpr bool framed = C.needs_padding();
    static constexpr Frame3 frame = padded_input(C);
    static constexpr Pitches pitch =
        framed ? frame.pitches() : pitches(C.axes[1].input, C.axes[2].input, C.channels);
    static constexpr std::size_t image_size = framed ? frame.size() : C.input_pixels() * C.channels;
    static constexpr std::size_t count = merged ? C.axes[0].kernel * C.axes[1].kernel : C.taps();
    static constexpr std::size_t length = C.depth() / count;
    static constexpr Pitches step{pitch.z * C.axes[0].stride, pitch.y* C.axes[1].stride,
                                  pitch.x* C.axes[2].stride};
    static constexpr RowSteps steps{step.x, step.y, step.z, image_size};

    static constexpr std::array<std::size_t, count> offsets = [] {
        std::array<std::size_t, count> all{};
        std::size_t next = 0;
        for (std::size_t z = 0; z < C.axes[0].kernel; ++z)
            for (std::size_t y = 0; y < C.axes[1].kernel; ++y)
                for (std::size_t x = 0; x < (merged ? 1 : C.axes[2].kernel); ++x)
                    all[next++] =
                        pitch.of(z * C.axes[0].dilation, y * C.axes[1].dilation, x * C.axes[2].dilation);
        return all;
    }();

    static constexpr std::size_t taps_of_line = C.axes[2].kernel;
    static constexpr ClippedRun all_lines{0, C.axes[1].output, 0, C.axes[1].kernel};
    static constexpr ClippedRun all_columns{0, C.axes[2].output, 0, taps_of_line};
    /// Images of several planes, and those of narrow lines, are not clipped; short segments not within lines.
    static constexpr bool clips =
        framed && C.axes[0].kernel == 1 && C.axes[0].stride == 1 && C.axes[2].output >= 4;
    static constexpr bool clips_columns = clips && merged && length > 8;

    template <std::size_t Axis>
    static constexpr auto runs() {
        constexpr ConvolutionAxis axis = C.axes[Axis];
        ClippedRuns<axis.output> result;
        result.add(axis.output, axis.stride, axis.kernel, axis.before, axis.before + axis.input,
                   [](std::size_t tap) { return tap * axis.dilation; });
        return result;
    }

    /// Where the patches of the first pixel of each row of outputs begin.
    static constexpr std::size_t line_count = C.axes[0].output * C.axes[1].output;
    static constexpr std::array<std::size_t, line_count> lines = [] {
        std::array<std::size_t, line_count> all{};
        std::size_t next = 0;
        for (std::size_t z = 0; z < C.axes[0].output; ++z)
            for (std::size_t y = 0; y < C.axes[1].output; ++y)
                all[next++] = step.of(z, y, 0);
        return all;
    }();
};

/// The inputs of a convolution that a stride apart see the same taps: a convolution of stride 1 of the
/// gradients of the outputs.
struct GradientClass {
    std::array<std::size_t, 3> first{};  ///< The first of these inputs.
    std::array<std::size_t, 3> extent{}; ///< How many they are.
    std::size_t first_tap = 0;
    std::size_t taps = 0;
    std::array<std::size_t, 3> axis_taps{}; ///< Taps along each axis.
    std::size_t first_segment = 0;
    std::size_t segments = 0;
};

/// How the gradients of the inputs are put together from those of the outputs.
template <Convolution C>
struct GradientPatches {
    static constexpr Frame3 frame = padded_output(C);
    static constexpr bool framed = frame.extent != frame.image;
    static constexpr Pitches pitch = frame.pitches();
    static constexpr std::size_t class_count = C.axes[0].stride * C.axes[1].stride * C.axes[2].stride;
    /// Whether taps side by side read outputs side by side.
    static constexpr bool merged = C.axes[2].stride % C.axes[2].dilation == 0 && C.groups == 1;

    std::array<GradientClass, class_count> classes{};
    std::array<std::size_t, C.taps()> taps{};    ///< The taps of each class, one class after the other.
    std::array<std::size_t, C.taps()> offsets{}; ///< Where the segments of each class begin.

    static constexpr bool clips =
        framed && C.axes[0].kernel == 1 && C.axes[0].stride == 1 && C.axes[2].input / C.axes[2].stride >= 4;
    static constexpr bool clips_columns = clips && merged && C.axes[2].kernel * C.filters > 8;

    std::array<ClippedRuns<C.axes[1].input>, class_count> lines{};
    std::array<ClippedRuns<C.axes[2].input>, class_count> columns{};

    /// Elements of one segment.
    constexpr std::size_t length(const GradientClass& each) const {
        return each.segments == 0 ? 0 : each.taps / each.segments * C.group_filters();
    }

    static consteval GradientPatches make() {
        GradientPatches result;
        std::size_t tap = 0, segment = 0, index = 0;
        for (std::size_t z = 0; z < C.axes[0].stride; ++z)
            for (std::size_t y = 0; y < C.axes[1].stride; ++y)
                for (std::size_t x = 0; x < C.axes[2].stride; ++x) {
                    GradientClass& each = result.classes[index++];
                    each.first = {z, y, x};
                    each.first_tap = tap;
                    each.first_segment = segment;
                    for (std::size_t i = 0; i < 3; ++i)
                        each.extent[i] = each.first[i] < C.axes[i].input
                                             ? (C.axes[i].input - 1 - each.first[i]) / C.axes[i].stride + 1
                                             : 0;
                    result.add_taps(each, tap, segment);
                    result.add_runs<1>(each, result.lines[index - 1]);
                    result.add_runs<2>(each, result.columns[index - 1]);
                    each.taps = tap - each.first_tap;
                    each.segments = segment - each.first_segment;
                }
        return result;
    }

  private:
    /// Where in the frame the output is that the first input of a class has through tap k, along one axis.
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    static constexpr std::size_t place(std::size_t i, std::size_t first, std::size_t k) {
        const ConvolutionAxis& axis = C.axes[i];
        // Never negative: what is before the outputs is in the frame.
        const std::size_t shifted = first + axis.before + frame.before[i] * axis.stride;
        const std::size_t reached = shifted - k * axis.dilation;
        return reached % axis.stride == 0 ? reached / axis.stride : none;
    }

    template <std::size_t Axis, std::size_t Max>
    constexpr void add_runs(GradientClass& each, ClippedRuns<Max>& runs) {
        std::array<std::size_t, C.axes[Axis].kernel> offsets_of_taps{};
        std::size_t& count = each.axis_taps[Axis];
        for (std::size_t k = C.axes[Axis].kernel; k-- > 0;)
            if (const std::size_t at = place(Axis, each.first[Axis], k); at != none)
                offsets_of_taps[count++] = at;
        runs.add(each.extent[Axis], 1, count, frame.before[Axis], frame.before[Axis] + C.axes[Axis].output,
                 [&](std::size_t tap) { return offsets_of_taps[tap]; });
    }

    constexpr void add_taps(const GradientClass& each, std::size_t& tap, std::size_t& segment) {
        for (std::size_t kz = C.axes[0].kernel; kz-- > 0;)
            for (std::size_t ky = C.axes[1].kernel; ky-- > 0;) {
                bool begun = false;
                for (std::size_t kx = C.axes[2].kernel; kx-- > 0;) {
                    const std::size_t z = place(0, each.first[0], kz), y = place(1, each.first[1], ky),
                                      x = place(2, each.first[2], kx);
                    if (z == none || y == none || x == none)
                        continue;
                    taps[tap++] = (kz * C.axes[1].kernel + ky) * C.axes[2].kernel + kx;
                    if (!merged || !begun)
                        offsets[segment++] = pitch.of(z, y, x);
                    begun = true;
                }
            }
    }
};

template <Convolution C>
inline constexpr GradientPatches<C> gradient_patches = GradientPatches<C>::make();

} // namespace burin::kernels::detail
