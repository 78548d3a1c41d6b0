#pragma once

#include "burin/kernels/convolution_shape.hpp"
#include "burin/kernels/scattered_product.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>

namespace burin::kernels::detail {

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
    static constexpr Pitches step{pitch.z * C.axes[0].stride, pitch.y * C.axes[1].stride,
                                  pitch.x* C.axes[2].stride};
    static constexpr RowSteps steps{step.x, step.y, step.z, image_size};

    static constexpr std::array<std::size_t, count> offsets = [] {
        std::array<std::size_t, count> all{};
        std::size_t next = 0;
        for (std::size_t z = 0; z < C.axes[0].kernel; ++z)
            for (std::size_t y = 0; y < C.axes[1].kernel; ++y)
                for (std::size_t x = 0; x < (merged ? 1 : C.axes[2].kernel); ++x)
                    all[next++] = pitch.of(z * C.axes[0].dilation, y * C.axes[1].dilation,
                                           x * C.axes[2].dilation);
        return all;
    }();

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
