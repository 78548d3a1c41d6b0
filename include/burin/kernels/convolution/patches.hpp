#pragma once

#include "burin/kernels/convolution/patch_product.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"

#include <array>
#include <cstddef>

namespace burin::kernels::detail {

/// Pixels a stride apart, which see the same taps. All outputs are one class; of inputs there is one for each
/// remainder of their places by the strides.
struct PixelClass {
    std::array<std::size_t, 3> first{};  ///< The first of these pixels.
    std::array<std::size_t, 3> extent{}; ///< How many they are.
    std::size_t first_tap = 0;
    std::size_t taps = 0;
    std::array<std::size_t, 3> axis_taps{}; ///< Taps along each axis.
    std::size_t first_segment = 0;
    std::size_t segments = 0;
};

/// The rows of the left matrix of a product (im2col), none of which is copied: what each pixel of the result
/// sees of the other image, its patch, as segments that lie without gaps, and where they begin.
template <Convolution C, Direction To>
struct Patches {
    static constexpr bool to_outputs = To == Direction::to_outputs;
    static constexpr PaddedImage padded = to_outputs ? padded_input(C) : padded_output(C);
    static constexpr std::array<std::size_t, 3> result{to_outputs ? C.axes[0].output : C.axes[0].input,
                                                       to_outputs ? C.axes[1].output : C.axes[1].input,
                                                       to_outputs ? C.axes[2].output : C.axes[2].input};
    static constexpr std::size_t source_channels = to_outputs ? C.channels : C.filters;
    static constexpr std::size_t result_channels = to_outputs ? C.filters : C.channels;

    /// From a pixel of a class to the next, in the source and in the result.
    static constexpr std::size_t source_stride(std::size_t i) { return to_outputs ? C.axes[i].stride : 1; }
    static constexpr std::size_t result_stride(std::size_t i) { return to_outputs ? 1 : C.axes[i].stride; }

    static constexpr Pitches pitch =
        padded.is_padded() ? padded.pitches() : pitches(padded.image[1], padded.image[2], source_channels);
    static constexpr std::size_t source_size =
        padded.is_padded() ? padded.size()
                           : padded.image[0] * padded.image[1] * padded.image[2] * source_channels;
    static constexpr RowSteps source_steps{pitch.x * source_stride(2), pitch.y* source_stride(1),
                                           pitch.z* source_stride(0), source_size};
    static constexpr Pitches result_pitch = pitches(result[1], result[2], 1);
    static constexpr RowSteps result_steps{result_pitch.x * result_stride(2),
                                           result_pitch.y* result_stride(1), result_pitch.z* result_stride(0),
                                           result[0] * result_pitch.z};

    static constexpr bool is_merged = merges_lines(C, to_outputs);
    static constexpr std::size_t class_count = result_stride(0) * result_stride(1) * result_stride(2);
    static constexpr bool may_clip = kernels::may_clip(C, padded);

    std::array<PixelClass, class_count> classes{};
    std::array<std::size_t, C.taps()> taps{};    ///< The taps of each class, one class after the other.
    std::array<std::size_t, C.taps()> offsets{}; ///< Where the segments of each class begin.
    std::array<TapRuns<may_clip ? result[1] : 0>, class_count> lines{};
    std::array<TapRuns<may_clip ? result[2] : 0>, class_count> columns{};

    static consteval Patches make() {
        Patches patches;
        std::size_t tap = 0, segment = 0, index = 0;
        for (std::size_t z = 0; z < result_stride(0); ++z)
            for (std::size_t y = 0; y < result_stride(1); ++y)
                for (std::size_t x = 0; x < result_stride(2); ++x, ++index) {
                    PixelClass& each = patches.classes[index];
                    each.first = {z, y, x};
                    each.first_tap = tap;
                    each.first_segment = segment;
                    for (std::size_t i = 0; i < 3; ++i) {
                        each.extent[i] = each.first[i] < result[i]
                                             ? (result[i] - 1 - each.first[i]) / result_stride(i) + 1
                                             : 0;
                        for (std::size_t t = 0; t < C.axes[i].kernel; ++t)
                            each.axis_taps[i] += source_of(i, each.first[i], tap_at(i, t)) != none;
                    }
                    patches.add_taps(each, tap, segment);
                    each.taps = tap - each.first_tap;
                    each.segments = segment - each.first_segment;
                    if constexpr (may_clip) {
                        add_runs<1>(each, patches.lines[index]);
                        add_runs<2>(each, patches.columns[index]);
                    }
                }
        return patches;
    }

  private:
    /// The taps along an axis, in the order of the source's pixels that they read.
    static constexpr std::size_t tap_at(std::size_t axis, std::size_t t) {
        return to_outputs ? t : C.axes[axis].kernel - 1 - t;
    }

    /// Where in the padded image the first pixel of a class sees tap k, along one axis.
    static constexpr std::size_t none = static_cast<std::size_t>(-1);
    static constexpr std::size_t source_of(std::size_t i, std::size_t first, std::size_t k) {
        const ConvolutionAxis& axis = C.axes[i];
        if (to_outputs)
            return k * axis.dilation;
        // Never negative: what is before the outputs is in the padding.
        const std::size_t reached = first + axis.before + padded.before[i] * axis.stride - k * axis.dilation;
        return reached % axis.stride == 0 ? reached / axis.stride : none;
    }

    template <std::size_t Axis, std::size_t Max>
    static constexpr void add_runs(const PixelClass& each, TapRuns<Max>& runs) {
        const std::size_t begin = padded.before[Axis], end = begin + padded.image[Axis];
        for (std::size_t p = 0; p < each.extent[Axis]; ++p) {
            TapRun pixel{.first = p, .count = 1, .source_step = source_stride(Axis)};
            for (std::size_t t = 0, index = 0; t < C.axes[Axis].kernel; ++t) {
                const std::size_t seen = source_of(Axis, each.first[Axis], tap_at(Axis, t));
                if (seen == none)
                    continue;
                const std::size_t at = seen + p * source_stride(Axis);
                if (at >= begin && at < end && pixel.taps++ == 0) {
                    pixel.tap = index;
                    pixel.source = at;
                }
                ++index;
            }
            runs.add(pixel);
        }
    }

    constexpr void add_taps(const PixelClass& each, std::size_t& tap, std::size_t& segment) {
        for (std::size_t tz = 0; tz < C.axes[0].kernel; ++tz)
            for (std::size_t ty = 0; ty < C.axes[1].kernel; ++ty) {
                bool has_begun = false;
                for (std::size_t tx = 0; tx < C.axes[2].kernel; ++tx) {
                    const std::size_t kz = tap_at(0, tz), ky = tap_at(1, ty), kx = tap_at(2, tx);
                    const std::size_t z = source_of(0, each.first[0], kz),
                                      y = source_of(1, each.first[1], ky),
                                      x = source_of(2, each.first[2], kx);
                    if (z == none || y == none || x == none)
                        continue;
                    taps[tap++] = (kz * C.axes[1].kernel + ky) * C.axes[2].kernel + kx;
                    if (!is_merged || !has_begun)
                        offsets[segment++] = pitch.of(z, y, x);
                    has_begun = true;
                }
            }
    }
};

template <Convolution C, Direction To>
inline constexpr Patches<C, To> patches_of = Patches<C, To>::make();

} // namespace burin::kernels::detail
