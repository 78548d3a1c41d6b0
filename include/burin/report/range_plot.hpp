#pragma once

#include "burin/report/svg_plot.hpp"
#include "burin/training/range_test.hpp"

#include <string>
#include <utility>
#include <vector>

namespace burin::report {

/// The curve of a range test as an SVG image: the losses and their average over the rates, on a logarithmic
/// axis.
inline std::string svg_plot(const RangeTest& test, PlotOptions options = {}) {
    options.log_x = true;
    if (options.x_label.empty())
        options.x_label = "learning rate";
    const std::vector<Line> lines{{"loss", test.rates, test.losses}, {"average", test.rates, test.smoothed}};
    return svg_plot(lines, options);
}

} // namespace burin::report
