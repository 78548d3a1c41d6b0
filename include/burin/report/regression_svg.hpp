#pragma once

#include "burin/evaluation/regression.hpp"
#include "burin/report/svg_plot.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace burin::report {

/// What was predicted over what is true, of one output: a dot a sample, and the line where both are equal. Of
/// more samples than 2000 it has every second, third, and so on. Throws Error if there is no such output.
///
///     report::save_svg("predicted.svg", report::regression_svg(evaluation::regression(model, test)));
inline std::string regression_svg(const evaluation::NumberPredictions& answers, std::size_t output = 0,
                                  PlotOptions options = {}) {
    if (output >= answers.outputs)
        throw Error("regression_svg: expected an output below " + std::to_string(answers.outputs) + ", got " +
                    std::to_string(output));
    constexpr std::size_t most = 2000;
    const std::size_t samples = std::min(answers.targets.size(), answers.predicted.size()) / answers.outputs;
    const std::size_t step = (samples + most - 1) / most;
    Line found{"predicted", {}, {}, Mark::dots};
    detail::Range range;
    for (std::size_t i = 0; i < samples; i += step) {
        found.x.push_back(answers.targets[i * answers.outputs + output]);
        found.y.push_back(answers.predicted[i * answers.outputs + output]);
        range.include(found.x.back());
        range.include(found.y.back());
    }
    range.widen();
    const std::vector<Line> lines{found, {"right", {range.low, range.high}, {range.low, range.high}}};
    if (options.title.empty())
        options.title = answers.outputs == 1 ? "Predicted and true"
                                             : "Predicted and true: output " + std::to_string(output);
    if (options.x_label.empty())
        options.x_label = "true";
    if (options.y_label.empty())
        options.y_label = "predicted";
    if (options.legend == Legend::automatic)
        options.legend = Legend::upper_left;
    return svg_plot(lines, options);
}

} // namespace burin::report
