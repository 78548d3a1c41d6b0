#pragma once

#include "burin/metrics/hosted/confusion.hpp"
#include "burin/report/svg.hpp"
#include "burin/report/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::report {

struct ConfusionMatrixOptions {
    std::string title = "Confusion matrix";
    std::vector<std::string> names{}; ///< Of the classes; numbers where there are fewer.
    std::size_t most_cells = 100;     ///< In a row; of more classes, neighbours are drawn as one.
};

/// A confusion matrix as a heat map: a row for each true class, a column for each predicted one,
/// the darker the larger its share of the row. Cells have their counts as text if there is room, and always
/// where the mouse points; one that is empty stays blank. Readable on light and dark pages.
inline std::string confusion_matrix_svg(const metrics::Confusion& confusion,
                                        const ConfusionMatrixOptions& options = {}) {
    using detail::SvgCanvas;
    const std::size_t classes = confusion.classes();
    const std::size_t in_cell =
        (classes + options.most_cells - 1) / std::max<std::size_t>(options.most_cells, 1);
    const std::size_t group = std::max<std::size_t>(in_cell, 1);
    const std::size_t cells = (classes + group - 1) / group;

    constexpr std::size_t longest_name = 16;
    std::vector<std::string> names;
    std::size_t name_length = 1;
    for (std::size_t c = 0; c < cells; ++c) {
        const std::size_t first = c * group, last = std::min(classes, first + group) - 1;
        std::string name = first < options.names.size() ? options.names[first] : std::to_string(first);
        if (last > first)
            name += "–" + (last < options.names.size() ? options.names[last] : std::to_string(last));
        else if (name.size() > longest_name)
            name = name.substr(0, longest_name - 2) + "..";
        names.push_back(std::move(name));
        name_length = std::max(name_length, names.back().size());
    }
    // Between what can be read and what fits a screen.
    const double cell = std::clamp(480.0 / static_cast<double>(std::max<std::size_t>(cells, 1)), 6.0, 48.0);
    const double side = cell * static_cast<double>(cells);
    const double left = 40 + 7 * static_cast<double>(name_length), top = 40;
    const bool turned = 7 * static_cast<double>(name_length) > cell;
    const double below = 40 + (turned ? 7 * static_cast<double>(name_length) : 16);
    const double width = std::max(left + side + 20, 320.0), height = top + side + below;
    SvgCanvas svg(static_cast<std::size_t>(width), static_cast<std::size_t>(height));
    svg.text(width / 2, 20, "text-anchor=\"middle\" font-size=\"14\"", options.title);

    for (std::size_t line = 0; line <= cells; ++line) {
        const double at = cell * static_cast<double>(line);
        svg.line(left, top + at, left + side, top + at, "stroke=\"#ddd\"");
        svg.line(left + at, top, left + at, top + side, "stroke=\"#ddd\"");
    }
    const std::size_t label_step = static_cast<std::size_t>(std::ceil(14 / cell));
    for (std::size_t r = 0; r < cells; ++r) {
        const double y = top + cell * static_cast<double>(r);
        double all = 0;
        std::vector<double> counts(cells);
        for (std::size_t right = r * group; right < std::min(classes, (r + 1) * group); ++right) {
            all += confusion.support(right);
            for (std::size_t named = 0; named < classes; ++named)
                counts[named / group] += confusion(right, named);
        }
        for (std::size_t c = 0; c < cells; ++c) {
            if (counts[c] == 0)
                continue;
            const double x = left + cell * static_cast<double>(c);
            const double share = all == 0 ? 0 : counts[c] / all;
            const bool is_whole = counts[c] == std::floor(counts[c]);
            const std::string count = Ticks::number(counts[c], is_whole ? 0 : 1);
            svg.box(x, y, cell, cell, "fill=\"#0072B2\" fill-opacity=\"" + Ticks::number(share, 3) + "\"",
                    names[r] + ", predicted " + names[c] + ": " + count + " (" +
                        Ticks::number(100 * share, 1) + " %)");
            if (cell >= 7 * static_cast<double>(count.size()) + 2 && cell >= 16)
                svg.text(x + cell / 2, y + cell / 2,
                         std::string("text-anchor=\"middle\" dy=\"0.35em\" pointer-events=\"none\"") +
                             (share > 0.45 ? " fill=\"#ffffff\"" : ""),
                         count);
        }
        if (r % label_step != 0)
            continue;
        const double middle = cell * (static_cast<double>(r) + 0.5);
        svg.text(left - 6, top + middle, "text-anchor=\"end\" dy=\"0.35em\"", names[r]);
        const std::string x = SvgCanvas::pixels(left + middle), under = SvgCanvas::pixels(top + side + 8);
        if (turned)
            svg.text(left + middle, top + side + 8,
                     "text-anchor=\"end\" dy=\"0.35em\" transform=\"rotate(-90 " + x + " " + under + ")\"",
                     names[r]);
        else
            svg.text(left + middle, top + side + 18, "text-anchor=\"middle\"", names[r]);
    }
    svg.text(left + side / 2, height - 10, "text-anchor=\"middle\"", "predicted");
    const std::string middle = SvgCanvas::pixels(top + side / 2);
    svg.text(16, top + side / 2, "text-anchor=\"middle\" transform=\"rotate(-90 16 " + middle + ")\"",
             "true");
    return svg.take();
}

} // namespace burin::report
