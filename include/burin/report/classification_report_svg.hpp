#pragma once

#include "burin/report/classification_report.hpp"
#include "burin/report/confusion_matrix_svg.hpp"
#include "burin/report/curves_svg.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace burin::report {

namespace detail {

/// Pictures one below the other, as one.
inline std::string stacked(const std::vector<std::string>& pictures) {
    const auto number_after = [](const std::string& svg, const char* what, std::size_t length) {
        return static_cast<std::size_t>(std::stoul(svg.substr(svg.find(what) + length)));
    };
    std::size_t width = 0, height = 0;
    std::string inside;
    for (const std::string& picture : pictures) {
        inside.append("<svg y=\"").append(std::to_string(height)).append("\"");
        inside.append(picture, 4); // Behind "<svg".
        width = std::max(width, number_after(picture, " width=\"", 8));
        height += number_after(picture, " height=\"", 9);
    }
    SvgCanvas svg(width, height);
    svg.raw(inside);
    return svg.take();
}

/// Lines of text as a picture, in letters of one width.
inline std::string text_svg(std::string_view text) {
    constexpr std::size_t line_height = 17;
    std::vector<std::string_view> lines;
    std::size_t longest = 0;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        longest = std::max(longest, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    // Letters are 0.6 of their size wide, of some fonts a little more.
    SvgCanvas svg(40 + 8 * longest, 20 + line_height * lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (!lines[i].empty())
            svg.text(20, static_cast<double>(20 + line_height * i),
                     "font-family=\"monospace\" xml:space=\"preserve\" style=\"white-space: pre\"", lines[i]);
    return svg.take();
}

} // namespace detail

/// All of a classifier in one picture: the table of `classification_report`, the confusion matrix (of one
/// class of several), ROC, precision and recall, and reliability. Throws Error if an output is NaN:
/// then there are no curves.
inline std::string classification_report_svg(const evaluation::Predictions& predictions) {
    std::vector<std::string> pictures{detail::text_svg(classification_report(predictions))};
    if (!predictions.is_multi_label())
        pictures.push_back(confusion_matrix_svg(predictions.confusion(), {.names = predictions.names}));
    pictures.push_back(roc_svg(predictions));
    pictures.push_back(pr_svg(predictions));
    pictures.push_back(reliability_svg(predictions));
    return detail::stacked(pictures);
}

} // namespace burin::report
