#pragma once

#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/report/node_title.hpp"
#include "burin/report/svg.hpp"
#include "burin/report/table.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
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

template <class Net, std::size_t Batch, engine::Recipe<engine::Network<Net>::output_count> PlanRecipe,
          class Scalar = float>
inline constexpr MemoryUse memory_use = [] {
    using PlanType = engine::Plan<typename engine::Network<Net>::Type, PlanRecipe>;
    return MemoryUse{sizeof(Scalar) * PlanType::template memory<Batch, Scalar>.size,
                     sizeof(Scalar) * PlanType::template lower_bound<Batch>,
                     sizeof(Scalar) * PlanType::template all_buffers<Batch>};
}();

namespace detail {

/// What a step does, as a user would say it.
inline std::string step_title(const passes::Step& step, std::span<const passes::LoweredNode> nodes) {
    const passes::LoweredNode& node = nodes[step.node];
    switch (step.kind) {
    case passes::StepKind::forward:
        return step.then == passes::none ? node_title(node)
                                         : node_title(node) + ", " + node_title(nodes[step.then]);
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
        const std::string title = step_title(step, PlanType::graph.nodes);
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
            const std::string_view what = value == step[passes::Role::scratch] ? " (scratch)"
                                          : value == step[passes::Role::saves] ? " (saved)"
                                                                               : "";
            const bool is_pinned = program.values[value].is_pinned;
            buffers.push_back({title + std::string(what), s, is_pinned ? program.step_count : s + 1, offset,
                               program.values[value].size * Batch});
        }
    }
    return buffers;
}

/// a to z, aa, ab, …: layers have numbers.
inline std::string letters(std::size_t index) {
    std::string text;
    for (std::size_t rest = index + 1; rest != 0; rest = (rest - 1) / 26)
        text.insert(text.begin(), static_cast<char>('a' + (rest - 1) % 26));
    return text;
}

} // namespace detail

/// The memory plan as a picture: the steps of a run from left to right, the arena from bottom to top, a box
/// for each buffer from the step that writes it to the last one that reads it. What the buffers are stands
/// beside it, by letter.
template <class Net, std::size_t Batch, engine::Recipe<engine::Network<Net>::output_count> PlanRecipe,
          class Scalar = float>
std::string memory_plan_svg() {
    using PlanType = engine::Plan<typename engine::Network<Net>::Type, PlanRecipe>;
    using detail::SvgCanvas;
    constexpr MemoryUse use = memory_use<Net, Batch, PlanRecipe, Scalar>;
    constexpr std::size_t steps = PlanType::program.step_count;

    const std::string title =
        "Arena of " + std::string(PlanRecipe.mode == Mode::training ? "a training step" : "inference") +
        ", batch " + std::to_string(Batch) + ": " + with_commas(use.arena) + " bytes (at least " +
        with_commas(use.lower_bound) + "; unshared " + with_commas(use.all_buffers) + ")";
    std::vector<std::string> step_titles;
    for (std::size_t s = 0; s < steps; ++s)
        step_titles.push_back(detail::step_title(PlanType::program.steps[s], PlanType::graph.nodes));
    const auto buffers = detail::planned_buffers<PlanType, Batch, Scalar>();
    std::vector<std::string> names;
    for (std::size_t b = 0; b < buffers.size(); ++b)
        names.push_back(detail::letters(b) + ": " + buffers[b].name + ", " +
                        with_commas(sizeof(Scalar) * buffers[b].size) + " bytes");

    // Widths of texts, in letters of 10 and of 14 pixels that are rather too wide than too narrow.
    const auto longest = [](const std::vector<std::string>& texts) {
        std::size_t letters = 0;
        for (const std::string& text : texts)
            letters = std::max(letters, text.size());
        return 6.5 * static_cast<double>(letters);
    };
    constexpr double top = 40, column = 44, height = 360, gap = 24, row = 15, swatch = 12;
    // The names of steps are turned by 60 degrees, and end below the middle of their column.
    const double labels = 0.87 * longest(step_titles) + 30;
    const double left = std::max(90.0, 0.5 * longest(step_titles));
    const double width = column * static_cast<double>(steps);
    const double legend = left + width + gap;
    const double right = legend + swatch + 6 + longest(names);
    const double bottom = std::max(top + height + labels, top + row * static_cast<double>(names.size()) + 10);
    SvgCanvas svg(
        static_cast<std::size_t>(std::max(right, left + 8.5 * static_cast<double>(title.size())) + 10),
        static_cast<std::size_t>(bottom));
    const auto at_x = [&](std::size_t step) { return left + column * static_cast<double>(step); };
    const auto at_y = [&](std::size_t bytes) {
        const auto whole = static_cast<double>(std::max<std::size_t>(use.arena, 1));
        return top + height * (1 - static_cast<double>(bytes) / whole);
    };

    svg.text(left, 20, "font-size=\"14\"", title);
    for (std::size_t s = 0; s < steps; ++s)
        svg.line(at_x(s), top, at_x(s), top + height + 4, "stroke=\"#ccc\"");
    for (std::size_t b = 0; b < buffers.size(); ++b) {
        const auto& buffer = buffers[b];
        const std::size_t begin = sizeof(Scalar) * buffer.offset;
        const std::size_t bytes = sizeof(Scalar) * buffer.size;
        const double x = at_x(buffer.first);
        const double y = at_y(begin + bytes);
        const double wide = at_x(std::max(buffer.end, buffer.first + 1)) - x;
        const double tall = at_y(begin) - y;
        const std::string look = "fill-opacity=\"0.55\" stroke=\"black\" stroke-width=\"0.5\" fill=\"" +
                                 std::string(SvgCanvas::colour(b)) + "\"";
        const std::string tip = buffer.name + ": " + with_commas(bytes) + " bytes at " + with_commas(begin);
        svg.box(x, y, wide, tall, look, tip);
        if (tall >= 10)
            svg.text(x + wide / 2, y + tall / 2, "text-anchor=\"middle\" dy=\"0.35em\" font-size=\"10\"",
                     detail::letters(b));
        const double line = top + swatch / 2 + row * static_cast<double>(b);
        svg.line(legend, line, legend + swatch, line,
                 "stroke-width=\"12\" stroke-opacity=\"0.55\" stroke=\"" + std::string(SvgCanvas::colour(b)) +
                     "\"");
        svg.text(legend + swatch + 6, line, "dy=\"0.35em\" font-size=\"10\"", names[b]);
    }
    for (std::size_t s = 0; s < steps; ++s) {
        const double x = at_x(s) + column / 2, y = top + height + 10;
        svg.text(x, y,
                 "text-anchor=\"end\" font-size=\"10\" transform=\"rotate(-60 " + SvgCanvas::pixels(x) + " " +
                     SvgCanvas::pixels(y) + ")\"",
                 step_titles[s]);
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
