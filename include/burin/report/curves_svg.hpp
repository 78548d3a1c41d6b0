#pragma once

#include "burin/evaluation/predictions.hpp"
#include "burin/report/svg_plot.hpp"
#include "burin/report/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What a classifier's probabilities are worth, as pictures, readable on light and dark pages. Curves of more
// classes than `most` are left out, the best ones first, and the title says so.

namespace burin::report {

namespace detail {

inline constexpr std::size_t most_curves = 6;

struct RatedLine {
    Line line;
    double area;
};

/// The lines with the smallest areas, in the order of the classes, their areas in their names.
inline std::vector<Line> worst_lines(std::vector<RatedLine> rated, std::string_view area_name,
                                     std::size_t most) {
    std::vector<std::size_t> order(rated.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return rated[a].area != rated[b].area ? rated[a].area < rated[b].area : a < b;
    });
    order.resize(std::min(order.size(), most));
    std::sort(order.begin(), order.end());
    std::vector<Line> lines;
    for (const std::size_t index : order) {
        lines.push_back(std::move(rated[index].line));
        lines.back().name.append(" (").append(area_name).append(" ");
        lines.back().name.append(Ticks::number(rated[index].area, 3)).append(")");
    }
    return lines;
}

/// A title, which says so where not all classes are drawn.
inline std::string title_of(std::string title, std::size_t shown, const evaluation::Predictions& predictions,
                            std::size_t all) {
    if (shown < all)
        title += ": the worst " + std::to_string(shown) + " of " + std::to_string(all) +
                 (predictions.is_multi_label() ? " labels" : " classes");
    return title;
}

/// Calls `rate(class)` for each class that there is a curve of: all, or yes alone.
template <class Rate>
std::vector<RatedLine> rate_classes(const evaluation::Predictions& predictions, Rate rate) {
    std::vector<RatedLine> rated;
    for (std::size_t c = predictions.is_binary() ? 1 : 0; c < predictions.classes(); ++c) {
        RatedLine each = rate(c);
        each.line.name = predictions.name(c);
        // Of a class that never or always is right there is no curve.
        if (std::isfinite(each.area))
            rated.push_back(std::move(each));
    }
    return rated;
}

} // namespace detail

/// The ROC of each class against the others (of yes or no, that of yes), with its area.
inline std::string roc_svg(const evaluation::Predictions& predictions, PlotOptions options = {},
                           std::size_t most = detail::most_curves) {
    const auto rate = [&](std::size_t c) {
        metrics::RocCurve roc = predictions.roc(c);
        const double area = roc.area();
        return detail::RatedLine{{"", std::move(roc.false_positive_rate), std::move(roc.true_positive_rate)},
                                 area};
    };
    std::vector<detail::RatedLine> rated = detail::rate_classes(predictions, rate);
    const std::size_t all = rated.size();
    std::vector<Line> lines = detail::worst_lines(std::move(rated), "area", most);
    options.title =
        detail::title_of(options.title.empty() ? "ROC" : options.title, lines.size(), predictions, all);
    lines.push_back({"chance", {0, 1}, {0, 1}});
    options.x_label = "false positive rate";
    options.y_label = "true positive rate";
    options.x_shows = options.y_shows = {0, 1};
    return svg_plot(lines, options);
}

/// Precision against recall of each class, with its average precision. A class that never is right has none.
inline std::string pr_svg(const evaluation::Predictions& predictions, PlotOptions options = {},
                          std::size_t most = detail::most_curves) {
    const metrics::ClassScores scores = predictions.scores();
    const auto rate = [&](std::size_t c) {
        metrics::PrecisionRecallCurve curve = predictions.precision_recall(c);
        const double area = scores[c].support() == 0 ? std::nan("") : curve.average_precision();
        // Between two recalls the precision is that of the higher one: steps, as their area is.
        detail::RatedLine rated{{}, area};
        const auto& recall = curve.recall;
        for (std::size_t i = 0; i + 1 < recall.size(); ++i)
            if (recall[i] != recall[i + 1])
                for (const double end : {recall[i], recall[i + 1]}) {
                    rated.line.x.push_back(end);
                    rated.line.y.push_back(curve.precision[i]);
                }
        return rated;
    };
    std::vector<detail::RatedLine> rated = detail::rate_classes(predictions, rate);
    const std::size_t all = rated.size();
    const std::vector<Line> lines = detail::worst_lines(std::move(rated), "average precision", most);
    options.title = detail::title_of(options.title.empty() ? "Precision and recall" : options.title,
                                     lines.size(), predictions, all);
    options.x_label = "recall";
    options.y_label = "precision";
    options.legend = Legend::lower_left;
    options.x_shows = options.y_shows = {0, 1};
    return svg_plot(lines, options);
}

/// The reliability diagram: how often answers of each confidence were right, beside how often they should
/// have been, and what share of the answers had that confidence.
inline std::string reliability_svg(const metrics::Reliability& reliability, PlotOptions options = {}) {
    double all = 0;
    for (const auto& bin : reliability.bins)
        all += bin.weight;
    Line found{"", {}, {}, Mark::line_and_dots}, share{"share of the answers", {}, {}};
    const double width = 1.0 / static_cast<double>(std::max<std::size_t>(reliability.bins.size(), 1));
    for (std::size_t i = 0; i < reliability.bins.size(); ++i) {
        const auto& bin = reliability.bins[i];
        if (bin.weight > 0) {
            found.x.push_back(bin.mean_confidence());
            found.y.push_back(bin.accuracy());
        }
        for (std::size_t edge = i; edge < i + 2; ++edge) {
            share.x.push_back(width * static_cast<double>(edge));
            share.y.push_back(all == 0 ? 0 : bin.weight / all);
        }
    }
    found.name =
        "found (calibration error " + Ticks::number(reliability.expected_calibration_error(), 3) + ")";
    const std::vector<Line> lines{std::move(found), {"perfect", {0, 1}, {0, 1}}, std::move(share)};
    if (options.title.empty())
        options.title = "Reliability";
    options.x_label = "confidence";
    options.y_label = "right answers";
    options.legend = Legend::upper_left;
    options.x_shows = options.y_shows = {0, 1};
    return svg_plot(lines, options);
}
inline std::string reliability_svg(const evaluation::Predictions& predictions, std::size_t bins = 10) {
    return reliability_svg(predictions.reliability(bins));
}

} // namespace burin::report
