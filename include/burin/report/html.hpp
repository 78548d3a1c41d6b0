#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/evaluation/predictions.hpp"
#include "burin/evaluation/regression.hpp"
#include "burin/graph/network.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/report/classification_report.hpp"
#include "burin/report/confusion_matrix_svg.hpp"
#include "burin/report/curves_svg.hpp"
#include "burin/report/html_page.hpp"
#include "burin/report/memory_plan.hpp"
#include "burin/report/mistakes.hpp"
#include "burin/report/regression_svg.hpp"
#include "burin/report/summary.hpp"
#include "burin/report/svg_plot.hpp"
#include "burin/report/table.hpp"
#include "burin/report/ticks.hpp"
#include "burin/report/timings.hpp"
#include "burin/training/history.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::report {

/// What a page is called; its first part may be one.
struct Title {
    std::string text;
};

namespace detail {

inline std::string short_number(double value) {
    return value >= 1e4 && value < 1e15 ? significant(std::nearbyint(value), 15) : significant(value, 4);
}

inline std::string values_html(const std::vector<NamedValue>& values) {
    std::string html = "<div class=\"values\">\n";
    for (const NamedValue& each : values)
        html += "<div><b>" + short_number(each.value) + "</b><span>" + escaped(each.name) + "</span></div>\n";
    return html + "</div>\n";
}

inline std::string scrolling(const std::string& html) {
    return "<div class=\"scroll\">" + html + "</div>\n";
}

} // namespace detail

/// The curves of a training: a picture for the loss and for each metric, that of the validation data beside
/// it, and what the last epoch measured.
inline Section section(const History& history) {
    constexpr std::string_view validation = "val_";
    std::string pictures;
    std::vector<NamedValue> last;
    for (const History::Series& series : history.series()) {
        if (!series.values.empty())
            last.push_back({series.name, series.values.back()});
        const bool is_validation = series.name.starts_with(validation);
        const auto has = [&](const std::string& name) {
            return std::any_of(history.series().begin(), history.series().end(),
                               [&](const History::Series& other) { return other.name == name; });
        };
        if (is_validation && has(series.name.substr(validation.size())))
            continue;
        std::vector<std::string> names{series.name};
        if (has(std::string(validation) + series.name))
            names.push_back(std::string(validation) + series.name);
        pictures += "<figure>" +
                    svg_plot(history, names, {.title = series.name, .width = 480, .height = 300}) +
                    "</figure>\n";
    }
    std::string html = "<div class=\"pictures\">\n" + pictures + "</div>\n";
    double seconds = 0;
    for (const double each : history.seconds())
        seconds += each;
    html += "<p>" + std::to_string(history.epochs()) + " epochs";
    if (seconds > 0)
        html += " in " + detail::short_number(seconds) + " s, " +
                detail::short_number(seconds / static_cast<double>(history.epochs())) + " s each";
    html += "; the last one measured</p>\n" + detail::values_html(last);
    return {"Training", html};
}

/// The loss and metrics that were measured.
inline Section section(const Evaluation& evaluation) {
    return {"Evaluation", detail::values_html(evaluation.values())};
}

/// A classifier's answers: the report of each class, the confusion matrix, and the curves that there are
/// (none of answers with a NaN, or of a single class).
inline Section section(const evaluation::Predictions& predictions) {
    std::string html = "<pre>" + detail::escaped_lines(classification_report(predictions)) + "</pre>\n";
    const auto add = [&](auto picture, const char* begin = "<figure>") {
        try {
            html += begin + picture() + "</figure>\n";
        } catch (const Error& error) {
            html += "<p>" + detail::escaped(error.what()) + "</p>\n";
        }
    };
    html += "<div class=\"pictures\">\n";
    // What would be too small beside another picture takes the page's width, and scrolls on a phone.
    constexpr std::size_t most_in_column = 15;
    const bool is_wide = predictions.classes() > most_in_column;
    if (!predictions.is_multi_label())
        add(
            [&] {
                const std::string svg =
                    confusion_matrix_svg(predictions.confusion(), {.names = predictions.names});
                return is_wide ? detail::scrolling(svg) : svg;
            },
            is_wide ? "<figure class=\"wide\">" : "<figure>");
    add([&] { return roc_svg(predictions); });
    add([&] { return pr_svg(predictions); });
    add([&] { return reliability_svg(predictions); });
    return {"Classes", html + "</div>\n"};
}

/// A model's numbers: their errors, and for each of the first six outputs what was predicted over what is
/// true.
inline Section section(const evaluation::NumberPredictions& answers) {
    std::string html;
    try {
        html += detail::values_html({{"r_squared", answers.r_squared()},
                                     {"root_mean_squared_error", answers.root_mean_squared_error()},
                                     {"mean_absolute_error", answers.mean_absolute_error()},
                                     {"median_absolute_error", answers.median_absolute_error()}});
    } catch (const Error& error) {
        html += "<p>" + detail::escaped(error.what()) + "</p>\n";
    }
    constexpr std::size_t most = 6;
    html += "<div class=\"pictures\">\n";
    for (std::size_t output = 0; output < std::min(answers.outputs, most); ++output)
        html += "<figure>" + regression_svg(answers, output, {.width = 480, .height = 400}) + "</figure>\n";
    html += "</div>\n";
    if (answers.outputs > most)
        html += "<p>The first " + std::to_string(most) + " of " + std::to_string(answers.outputs) +
                " outputs.</p>\n";
    return {"Numbers", html};
}

inline Section section(const Timings& timings) {
    Table table(
        {{"", Table::Align::left}, {"median", Table::Align::right}, {"samples/s", Table::Align::right}});
    for (const Timings::Row& row : timings.rows)
        table.add_row({row.name, detail::short_number(1e6 * row.seconds) + " µs",
                       detail::short_number(static_cast<double>(row.samples) / row.seconds)});
    return {"Timings", detail::scrolling(table.html())};
}

inline const Section& section(const Section& section) {
    return section;
}

/// The layers of a network with their shapes and parameters, and the memory plans of inference (one sample)
/// and of a training step.
template <class Net, std::size_t Batch = 32, class Scalar = float>
Section network() {
    std::string html = detail::scrolling(detail::summary_table<Net, Scalar>().html());
    html += "<p>Inference of one sample takes " + with_commas(inference_bytes<Net, 1, Scalar>) +
            " bytes and " + with_commas(flops<Net>) + " FLOPs; training with Adam, " + std::to_string(Batch) +
            " samples at a time, " + with_commas(training_bytes<Net, Batch, optimizers::Adam, Scalar>) +
            " bytes.</p>\n";
    html += detail::scrolling(memory_plan_svg<Net, 1, recipes::inference, Scalar>());
    html += detail::scrolling(memory_plan_svg<Net, Batch, recipes::training, Scalar>());
    return {"Network", html};
}

namespace detail {

template <class Part>
concept IsPart = std::is_same_v<Part, Title> || requires(const Part& part) {
    { section(part) } -> std::convertible_to<Section>;
};

template <class Part>
struct ExaminedPart {
    static constexpr Sentence problem =
        IsPart<Part> ? Sentence{}
                     : burin::detail::misuse<Part>("report::html",
                                                   "a part that has a section, such as a `History`, or a "
                                                   "`report::Section` of a title and HTML");
};

} // namespace detail

/// Writes one self-contained page, whole or not at all: each part is a section. Parts are a History, an
/// Evaluation, `network<Net>()`, `mistakes(model, data)`, `timings(model, data)`, what
/// `evaluation::classification` and `evaluation::regression` give, the Scores of a cross-validation, the
/// Results of a search (or `search::section(results, space)`, with a picture), or a Section of one's own; a
/// Title first names the page. It needs no other file, no script and no network, is light or dark as the
/// reader's screen, and fits a phone.
///
///     report::html("run.html", report::Title{"Digits"}, history, evaluate(model, test),
///                  report::network<Digits>(), report::mistakes(model, test));
///
/// A type of your own is a part if its namespace has a function `report::Section section(const It&)`.
///
/// Throws Error if the file can't be written.
template <class... Parts>
void html(const std::string& path, const Parts&... parts) {
    if constexpr (!(detail::IsPart<Parts> && ...))
        return (static_cast<void>(core::DiagnosisOf<detail::ExaminedPart<Parts>>{}), ...);
    else
        core::within_memory(path, [&] {
            std::string title = path.substr(path.find_last_of('/') + 1), body, contents;
            std::size_t count = 0;
            const auto add = [&](const auto& part) {
                if constexpr (std::is_same_v<std::remove_cvref_t<decltype(part)>, Title>) {
                    title = part.text;
                } else {
                    const Section& each = section(part);
                    const std::string id = "part" + std::to_string(++count);
                    contents += "<a href=\"#" + id + "\">" + detail::escaped(each.title) + "</a>\n";
                    body += "<section id=\"" + id + "\">\n<h2>" + detail::escaped(each.title) + "</h2>\n" +
                            each.html + "</section>\n";
                }
            };
            (add(parts), ...);
            io::write_file(path, detail::page(title, "<nav>\n" + contents + "</nav>\n" + body));
        });
}

} // namespace burin::report
