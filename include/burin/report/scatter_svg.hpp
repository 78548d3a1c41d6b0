#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/report/svg.hpp"
#include "burin/report/svg_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::report {

struct ScatterOptions {
    std::string title{};
    std::vector<std::string> names{}; ///< Of the classes; those that have none are called by their numbers.
    std::size_t width = 640;          ///< Pixels.
    std::size_t height = 520;
};

namespace detail {

/// A mark at a place: seven colours, and for more than seven classes another shape each seven.
inline void draw_mark(SvgCanvas& svg, double x, double y, std::size_t c) {
    constexpr std::size_t colours = 7;
    const std::string fill = "fill-opacity=\"0.7\" fill=\"" + std::string(SvgCanvas::colour(c)) + "\"";
    const auto at = [&](double right, double down) {
        std::string text = SvgCanvas::pixels(x + right);
        text += ' ';
        text += SvgCanvas::pixels(y + down);
        return text;
    };
    switch (c / colours % 3) {
    case 0:
        return svg.raw("<circle r=\"3\" cx=\"" + SvgCanvas::pixels(x) + "\" cy=\"" + SvgCanvas::pixels(y) +
                       "\" " + fill + "/>\n");
    case 1:
        return svg.raw("<path d=\"M" + at(-3, -3) + " H" + SvgCanvas::pixels(x + 3) + " V" +
                       SvgCanvas::pixels(y + 3) + " H" + SvgCanvas::pixels(x - 3) + " Z\" " + fill + "/>\n");
    default:
        return svg.raw("<path d=\"M" + at(0, -4) + " L" + at(4, 3) + " L" + at(-4, 3) + " Z\" " + fill +
                       "/>\n");
    }
}

} // namespace detail

/// Places in the plane, [samples, 2], by class, with a legend beside them: as `data::tsne` and two principal
/// components give them. There are no axes, as the numbers mean nothing. Classes differ in colour, and beyond
/// seven also in shape; readable on light and dark pages. What is not finite is left out. Throws Error unless
/// there are two numbers for each label.
inline std::string scatter_svg(std::span<const double> places, std::span<const Label> labels,
                               const ScatterOptions& options = {}) {
    if (places.size() != 2 * labels.size())
        throw Error("scatter_svg: expected two numbers for each of " + std::to_string(labels.size()) +
                    " labels, got " + std::to_string(places.size()));
    std::vector<Label> classes(labels.begin(), labels.end());
    std::ranges::sort(classes);
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    std::array<detail::Range, 2> ranges;
    for (std::size_t i = 0; i < places.size(); ++i)
        if (std::isfinite(places[i]) && std::isfinite(places[i ^ 1]))
            ranges[i % 2].include(places[i]);
    for (detail::Range& range : ranges)
        range.widen();

    constexpr double legend = 120, margin = 14;
    const double top = options.title.empty() ? margin : 34;
    const double right = static_cast<double>(options.width) - legend;
    const double bottom = static_cast<double>(options.height) - margin;
    detail::SvgCanvas svg(options.width, options.height);
    if (!options.title.empty())
        svg.text(right / 2, 20, "text-anchor=\"middle\" font-size=\"14\"", options.title);
    for (const auto& [x1, y1, x2, y2] :
         std::array{std::array{margin, top, right, top}, std::array{margin, bottom, right, bottom},
                    std::array{margin, top, margin, bottom}, std::array{right, top, right, bottom}})
        svg.line(x1, y1, x2, y2, "stroke=\"#ddd\"");
    // One unit is as long in both directions; 6 pixels keep marks within the frame.
    const double across = right - margin - 12, up = bottom - top - 12;
    const double unit = std::min(across / (ranges[0].high / 2 - ranges[0].low / 2),
                                 up / (ranges[1].high / 2 - ranges[1].low / 2)) /
                        2;
    const double middle_x = ranges[0].high / 2 + ranges[0].low / 2,
                 middle_y = ranges[1].high / 2 + ranges[1].low / 2;
    for (std::size_t i = 0; i < labels.size(); ++i)
        if (std::isfinite(places[2 * i]) && std::isfinite(places[2 * i + 1]))
            detail::draw_mark(
                svg, (margin + right) / 2 + unit * (places[2 * i] - middle_x),
                (top + bottom) / 2 - unit * (places[2 * i + 1] - middle_y),
                static_cast<std::size_t>(std::ranges::lower_bound(classes, labels[i]) - classes.begin()));
    for (std::size_t c = 0; c < classes.size(); ++c) {
        const double y = top + 10 + 18 * static_cast<double>(c);
        detail::draw_mark(svg, right + 16, y, c);
        svg.text(right + 28, y, "dy=\"0.35em\"",
                 classes[c] < options.names.size() ? options.names[classes[c]] : std::to_string(classes[c]));
    }
    return svg.take();
}

} // namespace burin::report
