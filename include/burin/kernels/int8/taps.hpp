#pragma once

#include "burin/kernels/convolution/shape.hpp"

#include <cstddef>

namespace burin::kernels {

/// The taps of a kernel, seen by one output, that lie inside the axis, and the input under the first of them.
struct TapRange {
    std::size_t first, last, input;

    constexpr TapRange(const ConvolutionAxis& axis, std::size_t output) noexcept {
        const std::size_t begin = output * axis.stride; // Counted from `before` ahead of the axis.
        first = begin >= axis.before ? 0 : (axis.before - begin + axis.dilation - 1) / axis.dilation;
        const std::size_t end = axis.before + axis.input;
        last = axis.kernel;
        if (end < begin + axis.reach())
            last = end <= begin ? 0 : (end - begin + axis.dilation - 1) / axis.dilation;
        input = begin + first * axis.dilation - axis.before;
    }

    constexpr std::size_t count() const noexcept { return last > first ? last - first : 0; }
};

} // namespace burin::kernels
