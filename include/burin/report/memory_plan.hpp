#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/report/node_title.hpp"
#include "burin/report/svg.hpp"
#include "burin/report/table.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::report {

/// Bytes of an arena, and what they are measured by.
struct MemoryUse {
    std::size_t arena = 0;
    std::size_t lower_bound = 0; ///< Largest sum of buffers that are in use at the same step.
    std::size_t all_buffers = 0; ///< If no two shared their place.
};

template <class Net, std::size_t Batch, Mode RunMode, class Scalar = float>
inline constexpr MemoryUse memory_use = [] {
    using PlanType = Plan<typename Network<Net>::Type, RunMode>;
    return MemoryUse{sizeof(Scalar) * PlanType::template memory<Batch, Scalar>.size,
                     sizeof(Scalar) * PlanType::template lower_bound<Batch>,
                     sizeof(Scalar) * PlanType::template all_buffers<Batch>};
}();

namespace detail {

/// What a step does, as a user would say it.
inline std::string step_title(const passes::Step& step, const passes::Node& node) {
    switch (step.kind) {
    case passes::StepKind::forward:
        return node_title(node);
    case passes::StepKind::loss:
        return "loss";
    case passes::StepKind::backward_parameters:
        return node_title(node) + ": gradient of parameters";
    case passes::StepKind::backward_input:
        return node_title(node) + ": gradient of input";
    case passes::StepKind::backward:
        return node_title(node) + ": gradients";
    case passes::StepKind::accumulate:
        return "sum of gradients";
    }
    return {};
}

/// A buffer in the plan's picture: from the step that writes it to the one that reads it last, or over it.
struct PlannedBuffer {
    std::string name;
    std::size_t first = 0;
    std::size_t end = 0;
    std::size_t offset = 0;
    std::size_t size = 0;
};

template <class PlanType, std::size_t Batch, class Scalar>
std::vector<PlannedBuffer> planned_buffers() {
    constexpr auto& program = PlanType::program;
    constexpr auto& live = PlanType::liveness;
    constexpr auto& memory = PlanType::template memory<Batch, Scalar>;
    std::vector<PlannedBuffer> buffers;
    std::vector<std::size_t> buffer_of(program.max_values, passes::none);
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const passes::Step& step = program.steps[s];
        const std::string title = step_title(step, PlanType::graph.nodes[step.node]);
        for (const std::size_t value : step.reads())
            if (value != passes::none && buffer_of[value] != passes::none)
                buffers[buffer_of[value]].end = s + 1;
        for (const std::size_t value : step.writes()) {
            if (value == passes::none)
                continue;
            const std::size_t piece = live.storage[value];
            const std::size_t offset = memory.offsets[piece];
            // What is written over ends here.
            for (std::size_t other = 0; other < program.max_values; ++other)
                if (buffer_of[other] != passes::none && live.storage[other] == piece)
                    buffers[buffer_of[other]].end = std::min(buffers[buffer_of[other]].end, s);
            buffer_of[value] = buffers.size();
            const std::string_view what = value == step.scratch       ? " (scratch)"
                                          : value == step.saved_write ? " (saved)"
                                                                      : "";
            const bool is_pinned = program.values[value].is_pinned;
            buffers.push_back({title + std::string(what), s, is_pinned ? program.step_count : s + 1, offset,
                               program.values[value].size * Batch});
        }
    }
    return buffers;
}

} // namespace detail

/// The memory plan as a picture: the steps of a run from left to right, the arena from bottom to top, a box
/// for each buffer from the step that writes it to the last one that reads it.
template <class Net, std::size_t Batch, Mode RunMode, class Scalar = float>
std::string memory_plan_svg() {
    using PlanType = Plan<typename Network<Net>::Type, RunMode>;
    using detail::SvgCanvas;
    constexpr MemoryUse use = memory_use<Net, Batch, RunMode, Scalar>;
    constexpr std::size_t steps = PlanType::program.step_count;
    constexpr double left = 90, top = 40, column = 56, height = 360, labels = 190;
    constexpr double width = column * static_cast<double>(steps);
    SvgCanvas svg(static_cast<std::size_t>(left + width + 30),
                  static_cast<std::size_t>(top + height + labels));
    const auto at_x = [&](std::size_t step) { return left + column * static_cast<double>(step); };
    const auto at_y = [&](std::size_t bytes) {
        const auto whole = static_cast<double>(std::max<std::size_t>(use.arena, 1));
        return top + height * (1 - static_cast<double>(bytes) / whole);
    };

    svg.text(left, 20, "font-size=\"14\"",
             "Arena of " + std::string(RunMode == Mode::training ? "a training step" : "inference") +
                 ", batch " + std::to_string(Batch) + ": " + with_commas(use.arena) + " bytes (at least " +
                 with_commas(use.lower_bound) + "; unshared " + with_commas(use.all_buffers) + ")");
    for (std::size_t s = 0; s < steps; ++s)
        svg.line(at_x(s), top, at_x(s), top + height + 4, "stroke=\"#ccc\"");
    std::size_t index = 0;
    for (const auto& buffer : detail::planned_buffers<PlanType, Batch, Scalar>()) {
        const std::size_t begin = sizeof(Scalar) * buffer.offset;
        const std::size_t bytes = sizeof(Scalar) * buffer.size;
        const double x = at_x(buffer.first);
        const double y = at_y(begin + bytes);
        const double wide = at_x(std::max(buffer.end, buffer.first + 1)) - x;
        const double tall = at_y(begin) - y;
        std::string look = "fill-opacity=\"0.55\" stroke=\"black\" stroke-width=\"0.5\" fill=\"";
        look += SvgCanvas::colour(index++);
        look += "\"";
        svg.box(x, y, wide, tall, look,
                buffer.name + ": " + with_commas(bytes) + " bytes at " + with_commas(begin));
        // Seven pixels a letter.
        const auto letters = static_cast<std::size_t>(wide / 6.5);
        if (tall >= 12)
            svg.text(x + 3, y + tall / 2 + 4, "font-size=\"10\"",
                     buffer.name.size() <= letters ? buffer.name : buffer.name.substr(0, letters));
    }
    for (std::size_t s = 0; s < steps; ++s) {
        const passes::Step& step = PlanType::program.steps[s];
        const double x = at_x(s) + column / 2, y = top + height + 10;
        svg.text(x, y,
                 "text-anchor=\"end\" font-size=\"10\" transform=\"rotate(-60 " + SvgCanvas::pixels(x) + " " +
                     SvgCanvas::pixels(y) + ")\"",
                 detail::step_title(step, PlanType::graph.nodes[step.node]));
    }
    svg.line(left, top + height, left + width, top + height, "stroke=\"black\"");
    svg.line(left, top, left, top + height, "stroke=\"black\"");
    for (std::size_t part = 0; part <= 4; ++part) {
        const std::size_t bytes = use.arena * part / 4;
        svg.text(left - 6, at_y(bytes), "text-anchor=\"end\" dy=\"0.35em\"", with_commas(bytes));
    }
    return svg.take();
}

} // namespace burin::report
