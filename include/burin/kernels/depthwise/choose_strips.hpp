#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/machine.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// How a depthwise convolution and a 1 × 1 convolution behind it are computed together: so many lines of the
/// first go into a buffer, of which the second makes its pixels at once.
struct StripChoice {
    std::size_t lines = 0; ///< 0: one after the other.

    friend constexpr bool operator==(const StripChoice&, const StripChoice&) = default;
};

/// The choice for images of scalars of so many bytes.
constexpr StripChoice choose_strips(const Convolution& depthwise, std::size_t scalar_bytes,
                                    const Machine& machine) {
    const std::size_t height = depthwise.axes[1].output, width = depthwise.axes[2].output;
    const std::size_t line = scalar_bytes * width * depthwise.filters;
    if (2 * line > machine.l1 || depthwise.axes[0].output > 1)
        return {};
    // Where no cache is between, memory is what there is too little of.
    if (machine.vector_bytes == 0)
        return {1};
    // Beside the strip the first-level cache holds lines that it is made of, and a panel of the weights. But
    // each strip costs some calls. (24 × 24 × 96 to 16 channels, AVX-512, of 9 KiB a line: 1.02 of the time
    // of one after the other with strips of one line, 1.00 with three.)
    const std::size_t few = std::min<std::size_t>(machine.l1 / line, 3),
                      most = std::max(machine.l1 / 4 / line, few);
    const std::size_t strips = (height + most - 1) / most;
    return {(height + strips - 1) / strips};
}

/// As in "strips of 5 lines".
constexpr Text<160> describe(const StripChoice& choice) {
    if (choice.lines == 0)
        return "one after the other";
    return Text<160>("strips of ").append(choice.lines).append(choice.lines == 1 ? " line" : " lines");
}

} // namespace burin::kernels
