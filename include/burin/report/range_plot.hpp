#pragma once

#include "burin/report/svg_plot.hpp"
#include "burin/training/range_test.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::report {

/// The curve of a range test as an SVG image: the losses and their average over the rates, on a logarithmic
/// axis, and an upright line at the rate that `steepest` suggests, if it does.
inline std::string svg_plot(const RangeTest& test, PlotOptions options = {}) {
    options.log_x = true;
    if (options.x_label.empty())
        options.x_label = "learning rate";
    if (options.y_label.empty())
        options.y_label = "loss";
    std::vector<Line> lines{{"loss", test.rates, test.losses}, {"average", test.rates, test.smoothed}};
    detail::Range all, first;
    for (std::size_t i = 0; i < test.losses.size(); ++i) {
        all.include(test.losses[i]);
        if (3 * i < test.losses.size())
            first.include(test.losses[i]);
    }
    // The curve ends high, where the loss diverges: the legend is at its other end, where that leaves room.
    if (options.legend == Legend::automatic)
        options.legend =
            first.high < all.low + 0.7 * (all.high - all.low) ? Legend::upper_left : Legend::lower_left;
    try {
        const double rate = test.steepest();
        lines.push_back({"suggested: " + significant(rate, 2), {rate, rate}, {all.low, all.high}});
    } catch (const Error&) {
        // A test that is too short, or whose loss never falls, suggests none.
    }
    return svg_plot(lines, options);
}

} // namespace burin::report
