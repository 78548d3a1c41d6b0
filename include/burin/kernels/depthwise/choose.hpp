#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/convolution/choose.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/convolution/tap_runs.hpp"
#include "burin/kernels/machine.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// How a product of a depthwise convolution is computed.
struct DepthwiseChoice {
    /// Forward and input gradient: register tiles of pixels side by side, which have so many taps in a line
    /// and are so many source pixels apart, load what several of them see once; 0 if they don't.
    std::size_t shared_taps = 0;
    std::size_t step = 1;
    std::size_t tile_pixels = 0; ///< Of such a tile, at most.
    std::size_t tile_sums = 0;   ///< Sums of other tiles: of 4, 2 or 1 pixels, and vectors of channels.
    /// Weight gradient: of every tap the sum stays in a register, over all lines and columns.
    bool keeps_kernel = false;
    std::size_t tile_lines = 0; ///< Else a register tile is of so many lines of taps,
    std::size_t tile_taps = 0;  ///< and taps of a line.
    std::size_t lines = 0;      ///< Of outputs, in one partial sum.

    friend constexpr bool operator==(const DepthwiseChoice&, const DepthwiseChoice&) = default;
};

/// The choice for images of scalars of so many bytes. It does not depend on how many images there are.
constexpr DepthwiseChoice choose_depthwise(ConvolutionProduct product, const Convolution& c,
                                           std::size_t scalar_bytes, const Machine& machine) {
    const ConvolutionAxis &y = c.axes[1], &x = c.axes[2];
    DepthwiseChoice choice;
    if (product == ConvolutionProduct::weight_gradient) {
        // A kernel of its own for each run of lines and of columns that see the same taps: not for many.
        constexpr std::size_t most_runs = 9;
        // What is multiplied takes four registers. (3 × 3 over 25 × 5 × 64, AVX2: 1.55 µs, and 1.98 without.)
        const std::size_t sums = machine.registers - 4;
        choice.keeps_kernel =
            c.taps() <= sums && detail::count_output_runs(y) * detail::count_output_runs(x) <= most_runs;
        choice.tile_taps = std::min<std::size_t>(x.kernel, 6);
        choice.tile_lines = std::min(y.kernel, sums / choice.tile_taps);
        // What is read of both images for these lines stays in half of the first-level cache.
        const std::size_t line = scalar_bytes * c.channels * (x.input * y.stride + x.output);
        choice.lines = std::max<std::size_t>(machine.l1 / 2 / line, 1);
        return choice;
    }
    // 3 × 3 over 12 × 12 × 64, AVX2: 2.76 µs, and 3.02 if every pixel loads what it sees.
    // Pixels of a gradient that are a stride apart see outputs side by side, but taps a stride apart.
    const bool is_back = product == ConvolutionProduct::input_gradient;
    if (x.dilation == 1 && x.kernel > 1 && x.kernel <= 5 && x.stride <= (is_back ? 1 : 2) &&
        !(is_back && x.before >= x.kernel)) {
        choice.shared_taps = x.kernel;
        choice.step = is_back ? 1 : x.stride;
        choice.tile_pixels = machine.has_many_registers() ? 8 : 6;
        return choice;
    }
    choice.tile_sums = 8; // Enough to hide the latency of multiply-adds.
    return choice;
}

/// As in "tiles of up to 6 pixels that share 3 taps".
constexpr Text<160> describe(const DepthwiseChoice& choice) {
    Text<160> text;
    if (choice.keeps_kernel)
        text.append("all taps in registers");
    else if (choice.tile_taps > 0)
        text.append(choice.tile_lines).append(" × ").append(choice.tile_taps).append(" taps in registers");
    if (choice.lines > 0)
        return text.append(", ")
            .append(choice.lines)
            .append(choice.lines == 1 ? " line" : " lines")
            .append(" at a time");
    if (choice.shared_taps > 0)
        return text.append("tiles of up to ")
            .append(choice.tile_pixels)
            .append(" pixels that share ")
            .append(choice.shared_taps)
            .append(" taps");
    return text.append("tiles of ").append(choice.tile_sums).append(" sums");
}

/// The choice on the processor that this is compiled for.
template <ConvolutionProduct Product, Convolution C, class Scalar>
inline constexpr DepthwiseChoice depthwise_choice =
    choose_depthwise(Product, C, sizeof(Scalar), this_machine);

} // namespace burin::kernels
