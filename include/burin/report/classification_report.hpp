#pragma once

#include "burin/core/printable.hpp"
#include "burin/evaluation/predictions.hpp"
#include "burin/report/table.hpp"
#include "burin/report/text_width.hpp"
#include "burin/report/ticks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::report {

struct ClassificationReportOptions {
    int digits = 2;           ///< Behind the point.
    double zero_division = 0; ///< What 0 / 0 is.
};

/// Precision, recall, F1 and support of each class, and their means, as the table that scikit-learn's
/// `classification_report` prints.
///
///     std::cout << report::classification_report(evaluation::classification(model, test));
inline std::string classification_report(const evaluation::Predictions& predictions,
                                         const ClassificationReportOptions& options = {}) {
    using metrics::Average;
    const metrics::ClassScores scores = predictions.scores();
    bool is_counted = true; // Supports are whole numbers, unless there are weights.
    std::size_t name_width = std::string_view("weighted avg").size();
    for (std::size_t c = 0; c < scores.classes(); ++c) {
        is_counted = is_counted && scores[c].support() == std::floor(scores[c].support());
        name_width = std::max(name_width, text_width(core::printable(predictions.name(c))));
    }
    const auto number = [&](double value) {
        return std::isnan(value) ? std::string("nan") : Ticks::number(value, options.digits);
    };
    const auto support = [&](double value) {
        return is_counted ? Ticks::number(value, 0) : Ticks::number(value, std::max(options.digits, 1));
    };
    std::string text;
    const auto add = [&](std::string_view name, const std::array<std::string, 4>& cells) {
        text += std::string(name_width - std::min(name_width, text_width(name)), ' ');
        text += name;
        text += ' ';
        for (const std::string& cell : cells)
            text += ' ' + std::string(9 - std::min<std::size_t>(9, cell.size()), ' ') + cell;
        text += '\n';
    };
    add("", {"precision", "recall", "f1-score", "support"});
    text += '\n';
    const double zero = options.zero_division;
    for (std::size_t c = 0; c < scores.classes(); ++c)
        add(core::printable(predictions.name(c)),
            {number(scores.precision_of(c, zero)), number(scores.recall_of(c, zero)),
             number(scores.f1_of(c, zero)), support(scores[c].support())});
    text += '\n';
    const std::string all = support(scores.support());
    const auto add_average = [&](std::string_view name, Average average) {
        add(name, {number(scores.precision(average, zero)), number(scores.recall(average, zero)),
                   number(scores.f1(average, zero)), all});
    };
    if (predictions.is_multi_label())
        add_average("micro avg", Average::micro);
    else
        add("accuracy", {"", "", number(predictions.accuracy()), all});
    add_average("macro avg", Average::macro);
    add_average("weighted avg", Average::weighted);
    if (predictions.is_multi_label()) {
        const metrics::SampleScores samples = predictions.sample_scores(zero);
        add("samples avg", {number(samples.precision), number(samples.recall), number(samples.f1), all});
    }
    return text;
}

} // namespace burin::report
