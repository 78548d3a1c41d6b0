#pragma once

#include "burin/core/error.hpp"
#include "burin/report/svg.hpp"
#include "burin/report/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::report {

/// One bar, with half the length of the line through its end (a deviation; 0: none).
struct Bar {
    std::string name;
    double value = 0;
    double deviation = 0;
};

struct BarChartOptions {
    std::string title{};
    std::string x_label{};
    std::size_t width = 640; ///< Pixels.
};

/// Numbers with names as horizontal bars from 0 on, one below the other in the order given: the importance of
/// features, an attribution. What is below 0 has another colour; what is not finite has no bar. Throws Error
/// if there are none.
inline std::string bar_chart_svg(const std::vector<Bar>& bars, const BarChartOptions& options = {}) {
    if (bars.empty())
        throw Error("bar_chart_svg: expected at least one bar");
    constexpr double height = 22, top = 34, gap = 4;
    double low = 0, high = 0;
    std::size_t longest = 1;
    for (const Bar& bar : bars) {
        longest = std::max(longest, bar.name.size());
        if (!std::isfinite(bar.value))
            continue;
        const double deviation = std::isfinite(bar.deviation) ? std::abs(bar.deviation) : 0;
        low = std::min(low, bar.value - deviation);
        high = std::max(high, bar.value + deviation);
    }
    if (low == high)
        high = 1;
    const auto width = static_cast<double>(options.width);
    const double left = std::min(12 + 7 * static_cast<double>(std::min<std::size_t>(longest, 60)), width / 2);
    const double right = width - 20;
    const double bottom = top + height * static_cast<double>(bars.size());
    const auto at = [&](double value) { return left + (right - left) * ((value - low) / (high - low)); };

    detail::SvgCanvas svg(options.width,
                          static_cast<std::size_t>(bottom) + (options.x_label.empty() ? 30 : 50));
    if (!options.title.empty())
        svg.text(width / 2, 20, "text-anchor=\"middle\" font-size=\"14\"", options.title);
    const Ticks across = ticks(low, high, 8);
    for (std::size_t i = 0; i < across.places.size(); ++i) {
        const double x = at(across.places[i]);
        svg.line(x, top, x, bottom, "stroke=\"#ddd\"");
        svg.text(x, bottom + 16, "text-anchor=\"middle\"", across.label(i));
    }
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const Bar& bar = bars[i];
        const double y = top + height * static_cast<double>(i), middle = y + height / 2;
        svg.text(left - 6, middle, "text-anchor=\"end\" dy=\"0.35em\"", bar.name);
        if (!std::isfinite(bar.value))
            continue;
        const std::string_view colour = detail::SvgCanvas::colour(bar.value < 0 ? 0 : 1);
        svg.box(std::min(at(0), at(bar.value)), y + gap / 2, std::abs(at(bar.value) - at(0)), height - gap,
                std::string("fill=\"").append(colour).append("\""),
                bar.name + ": " + Ticks::number(bar.value, 6));
        if (std::isfinite(bar.deviation) && bar.deviation != 0)
            svg.line(at(bar.value - std::abs(bar.deviation)), middle, at(bar.value + std::abs(bar.deviation)),
                     middle, "stroke=\"black\"");
    }
    svg.line(at(0), top, at(0), bottom, "stroke=\"black\"");
    if (!options.x_label.empty())
        svg.text((left + right) / 2, bottom + 36, "text-anchor=\"middle\"", options.x_label);
    return svg.take();
}

} // namespace burin::report
