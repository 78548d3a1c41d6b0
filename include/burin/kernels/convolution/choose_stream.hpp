#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/convolution/shape.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/panels.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// How the next piece of a sequence goes through a causal convolution.
enum class StreamWay {
    stateless, ///< A kernel of one tap remembers nothing.
    step,      ///< One output: its taps are read where they lie in the ring.
    window,    ///< A product of all outputs with the inputs from the oldest that is remembered to the last,
    taps,      ///< or with what each tap sees, tap by tap: less to copy where the dilation is long.
};

/// How a step is summed up, a row of the weights at a time.
struct StreamChoice {
    StreamWay way = StreamWay::step;
    bool by_channel = false;      ///< Each filter sees a channel of its own: vectors of channels.
    bool has_half_width = false;  ///< Vectors of half the width.
    std::size_t panels = 0;       ///< Full panels, whose sums are made together,
    std::size_t last_panels = 0;  ///< and those that are left behind such groups.
    std::size_t last_vectors = 0; ///< Of the last panel, if it is not a full one;
    std::size_t last_lanes = 0;   ///< the only one of so many lanes, if it is no whole one.
    bool is_unrolled = false;     ///< All rows have code of their own.

    friend constexpr bool operator==(const StreamChoice&, const StreamChoice&) = default;
};

/// How many inputs before a piece its outputs see, along the last axis of a causal convolution.
constexpr std::size_t remembered_steps(const Convolution& c) {
    return (c.axes[2].kernel - 1) * c.axes[2].dilation;
}

/// The choice for scalars of so many bytes.
constexpr StreamChoice choose_stream(const Convolution& c, std::size_t scalar_bytes, const Machine& machine) {
    const ConvolutionAxis& axis = c.axes[2];
    StreamChoice choice{.way = axis.kernel == 1                                  ? StreamWay::stateless
                               : axis.output == 1                                ? StreamWay::step
                               : axis.stride == 1 && axis.dilation >= axis.input ? StreamWay::taps
                                                                                 : StreamWay::window};
    if (choice.way != StreamWay::step)
        return choice;
    choice.by_channel = c.groups > 1 && c.group_channels() == 1 && c.group_filters() == 1;
    const std::size_t columns = choice.by_channel ? c.filters : c.group_filters();
    std::size_t lanes = machine.lanes(scalar_bytes);
    choice.has_half_width =
        machine.narrow_vectors && 2 * columns <= lanes && (machine.exact_loads || 2 * columns == lanes);
    lanes = choice.has_half_width ? lanes / 2 : lanes;
    // Each sum waits for the one before it: those of four panels are enough to fill the time.
    const Panels panels = panels_of(columns, lanes);
    choice.panels = std::min<std::size_t>(panels.full, 4);
    choice.last_panels = choice.panels == 0 ? 0 : panels.full % choice.panels;
    choice.last_vectors = (panels.last + lanes - 1) / lanes;
    choice.last_lanes = panels.last < lanes ? panels.last : 0;
    choice.is_unrolled = lanes > 1 && c.taps() * (choice.by_channel ? 1 : c.group_channels()) <= 48;
    return choice;
}

/// As in "a step: sums in 2 panels at a time, taps in a ring".
constexpr Text<160> describe(const StreamChoice& choice) {
    switch (choice.way) {
    case StreamWay::stateless:
        return "nothing to remember";
    case StreamWay::window:
        return "a product over the window of inputs, those before from a ring";
    case StreamWay::taps:
        return "a product over what each tap sees, from a ring";
    case StreamWay::step:
        break;
    }
    Text<160> text("a step, taps where they lie in a ring");
    text.append(choice.by_channel ? ", channel by channel" : ", a row of weights at a time");
    if (choice.panels > 0)
        text.append(", ").append(choice.panels).append(choice.panels == 1 ? " panel" : " panels together");
    if (choice.last_lanes > 0)
        text.append(", ").append(choice.last_lanes).append(choice.last_lanes == 1 ? " lane" : " lanes");
    else if (choice.last_vectors > 0)
        text.append(", ")
            .append(choice.last_vectors)
            .append(choice.last_vectors == 1 ? " vector" : " vectors");
    if (choice.has_half_width)
        text.append(" of half the width");
    return text.append(choice.is_unrolled ? ", unrolled" : "");
}

} // namespace burin::kernels
