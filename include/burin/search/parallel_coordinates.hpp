#pragma once

#include "burin/report/svg.hpp"
#include "burin/report/ticks.hpp"
#include "burin/search/results.hpp"
#include "burin/search/settings.hpp"
#include "burin/search/space.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace burin::search {

namespace detail {

/// An upright axis, with a place from 0 (at the foot) to 1 for each value.
struct Axis {
    std::string title;
    std::vector<std::string> words{}; ///< Evenly spaced, if there are any.
    double low = 0, high = 1;
    bool is_log = false;

    static constexpr double most = 1e307; ///< Scores beyond are drawn there: low and high can be subtracted.

    double place(double value) const {
        if (!words.empty())
            return words.size() == 1 ? 0.5 : value / static_cast<double>(words.size() - 1);
        if (!(high > low))
            return 0.5;
        value = std::clamp(value, low, high);
        return is_log ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
    }

    /// What is written beside it, and where: its words, or round numbers, of a range that is none its value.
    std::vector<std::pair<double, std::string>> marks() const {
        std::vector<std::pair<double, std::string>> result;
        for (std::size_t i = 0; i < words.size(); ++i)
            result.emplace_back(place(static_cast<double>(i)), words[i]);
        if (!words.empty() || !(low <= high))
            return result;
        if (low == high)
            return {{0.5, report::significant(low, 3)}};
        if (is_log && high >= 10 * low) {
            const auto ends = report::ticks(std::log10(low), std::log10(high), 6, /*whole*/ true);
            for (const double exponent : ends.places)
                result.emplace_back(place(std::pow(10.0, exponent)),
                                    report::significant(std::pow(10.0, exponent), 3));
            return result;
        }
        const report::Ticks ticks = report::ticks(low, high, 5);
        for (std::size_t i = 0; i < ticks.places.size(); ++i)
            result.emplace_back(place(ticks.places[i]), ticks.label(i));
        return result;
    }
};

inline Axis axis_of(const Dimension& dimension) {
    return std::visit(
        [](const auto& range) {
            using Range = std::remove_cvref_t<decltype(range)>;
            Axis axis{.title = range.name};
            if constexpr (std::is_same_v<Range, Choice>) {
                for (const Value& value : range.values)
                    axis.words.push_back(value.is_number() ? report::significant(*value.number(), 3)
                                                           : *value.word());
            } else {
                axis.low = static_cast<double>(range.low);
                axis.high = static_cast<double>(range.high);
                axis.is_log = std::is_same_v<Range, LogUniform>;
            }
            return axis;
        },
        dimension);
}

/// Where a value is on its axis: the number itself, or which of the choices it is.
inline double number_of(const Dimension& dimension, const Value& value) {
    if (const Choice* const choice = std::get_if<Choice>(&dimension); choice != nullptr)
        return static_cast<double>(std::find(choice->values.begin(), choice->values.end(), value) -
                                   choice->values.begin());
    return *value.number();
}

/// Whether a value can be on this axis.
inline bool has(const Dimension& dimension, const Value& value) {
    if (const Choice* const choice = std::get_if<Choice>(&dimension); choice != nullptr)
        return std::find(choice->values.begin(), choice->values.end(), value) != choice->values.end();
    return value.is_number();
}

} // namespace detail

/// A picture of all trials: an upright axis for each setting, and for the architectures and the score; each
/// trial is a line across them, the darker the better, and the best in orange. Trials that failed are grey
/// and end before the score. `space` is that of the search; throws Error if it is another.
inline std::string parallel_coordinates_svg(const Results& results, const Space& space,
                                            std::string_view title = {}) {
    using report::detail::SvgCanvas;
    for (const TrialResult& trial : results.trials()) {
        const auto& values = trial.settings.values();
        for (std::size_t i = 0; i < space.size(); ++i)
            if (values.size() != space.size() || values[i].name != space.name(i) ||
                !detail::has(space.dimensions()[i], values[i].value))
                throw Error("parallel_coordinates_svg: expected the space of the search, got one whose " +
                            burin::core::quoted(space.name(i)) + " is not what trial " +
                            std::to_string(trial.number) + " has");
    }
    std::vector<detail::Axis> axes;
    const bool has_architectures = results.architectures().size() > 1;
    if (has_architectures)
        axes.push_back({.title = "architecture", .words = results.architectures()});
    for (const Dimension& dimension : space.dimensions())
        axes.push_back(detail::axis_of(dimension));
    detail::Axis score{.title = "score",
                       .low = std::numeric_limits<double>::infinity(),
                       .high = -std::numeric_limits<double>::infinity()};
    for (const TrialResult& trial : results.trials())
        if (!trial.failed()) {
            score.low = std::max(std::min(score.low, trial.score()), -detail::Axis::most);
            score.high = std::min(std::max(score.high, trial.score()), detail::Axis::most);
        }
    axes.push_back(score);

    constexpr double top = 60, distance = 150, height = 300;
    double left = 90;
    for (const auto& [place, words] : axes[0].marks())
        left = std::max(left, 20 + 7.5 * static_cast<double>(words.size()));
    const auto at_x = [&](std::size_t axis) { return left + distance * static_cast<double>(axis); };
    const auto at_y = [&](double place) { return top + height * (1 - place); };
    SvgCanvas svg(static_cast<std::size_t>(at_x(axes.size() - 1) + left),
                  static_cast<std::size_t>(top + height + 40));
    svg.text(left, 22, "font-size=\"14\"", title);

    // The best are drawn last, on top.
    const std::vector<std::size_t> ranking = results.ranking();
    for (std::size_t rank = ranking.size(); rank-- > 0;) {
        const TrialResult& trial = results.trials()[ranking[rank]];
        std::vector<double> places;
        if (has_architectures)
            places.push_back(axes[0].place(static_cast<double>(trial.architecture)));
        for (std::size_t i = 0; i < space.size(); ++i)
            places.push_back(axes[i + has_architectures].place(
                detail::number_of(space.dimensions()[i], trial.settings.values()[i].value)));
        if (!trial.failed())
            places.push_back(axes.back().place(trial.score()));
        std::string points;
        for (std::size_t i = 0; i < places.size(); ++i) {
            points += i > 0 ? " " : "";
            points += SvgCanvas::pixels(at_x(i));
            points += ',';
            points += SvgCanvas::pixels(at_y(places[i]));
        }
        const double worse = static_cast<double>(rank) / static_cast<double>(ranking.size());
        const bool is_best = rank == 0 && !trial.failed();
        std::string look = trial.failed() ? "stroke=\"#bbb\" stroke-dasharray=\"4 3\""
                           : is_best      ? "stroke=\"#D55E00\" stroke-width=\"3\""
                                          : "stroke=\"#0072B2\" stroke-opacity=\"";
        if (!trial.failed() && !is_best) {
            look += report::Ticks::number(0.15 + 0.75 * (1 - worse), 2);
            look += '"';
        }
        std::string line = "<polyline fill=\"none\" stroke-linejoin=\"round\" ";
        line.append(look).append(" points=\"").append(points).append("\"/>\n");
        svg.raw(line);
    }

    for (std::size_t i = 0; i < axes.size(); ++i) {
        const detail::Axis& axis = axes[i];
        svg.line(at_x(i), top, at_x(i), top + height, "stroke=\"black\"");
        svg.text(at_x(i), top + height + 26, "text-anchor=\"middle\" font-weight=\"bold\"", axis.title);
        const auto mark = [&](double place, std::string_view words) {
            svg.line(at_x(i) - 4, at_y(place), at_x(i), at_y(place), "stroke=\"black\"");
            // Readable over the lines.
            svg.text(at_x(i) - 7, at_y(place),
                     "text-anchor=\"end\" dy=\"0.35em\" paint-order=\"stroke\" stroke=\"white\" "
                     "stroke-width=\"3\"",
                     words);
        };
        for (const auto& [place, words] : axis.marks())
            mark(place, words);
    }
    return svg.take();
}

/// A part of `report::html`: the picture, and the table below it.
inline report::Section section(const Results& results, const Space& space) {
    report::Section both = section(results);
    both.html = "<div class=\"scroll\">" + parallel_coordinates_svg(results, space) + "</div>\n" + both.html;
    return both;
}

} // namespace burin::search
