#pragma once

#include "burin/core/label.hpp"
#include "burin/core/shape.hpp"
#include "burin/metrics/metric.hpp"
#include "burin/report/html_page.hpp"
#include "burin/report/image.hpp"
#include "burin/report/ticks.hpp"
#include "burin/training/evaluate.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::report {

struct MistakeOptions {
    std::size_t count = 12; ///< How many are shown at most.
    std::vector<std::string>
        names{}; ///< Of classes, by label, as in `evaluation::Predictions`; else numbers.
};

/// One answer of a network that is wrong.
struct Mistake {
    std::size_t sample = 0; ///< Its number in the data.
    /// Of classes 1 − the probability of the right one; of numbers the mean absolute error.
    double badness = 0;
    std::string caption;
};

namespace detail {

template <class Text>
std::string class_name(const std::vector<Text>& names, std::size_t label) {
    return label < names.size() ? std::string(names[label]) : std::to_string(label);
}

/// What is wrong with one answer, whose probabilities or numbers these are; badness 0 if nothing.
template <class Scalar, class Target>
Mistake judge(std::size_t sample, std::span<const Scalar> answer, std::span<const Target> target,
              const MistakeOptions& options) {
    Mistake mistake{sample, 0, {}};
    if constexpr (std::is_same_v<Target, Label>) {
        const std::size_t label = target[0];
        const bool is_yes_or_no = answer.size() == 1;
        const std::size_t said =
            is_yes_or_no ? answer[0] > Scalar(0.5) : metrics::argmax(answer.data(), answer.size());
        const auto probability = [&](std::size_t of) {
            const double given = static_cast<double>(answer[is_yes_or_no ? 0 : of]);
            return is_yes_or_no && of == 0 ? 1 - given : given;
        };
        const bool is_class = is_yes_or_no ? label <= 1 : label < answer.size();
        if (!is_class || (said == label && !std::isnan(probability(said))))
            return mistake;
        mistake.badness = 1 - probability(label);
        mistake.caption = class_name(options.names, label) + ", taken for " +
                          class_name(options.names, said) + " (" + significant(probability(said), 3) +
                          " against " + significant(probability(label), 3) + ")";
    } else {
        for (std::size_t i = 0; i < answer.size() && i < target.size(); ++i)
            mistake.badness += std::abs(static_cast<double>(answer[i]) - static_cast<double>(target[i])) /
                               static_cast<double>(answer.size());
        mistake.caption = "off by " + significant(mistake.badness, 3) + ": " +
                          significant(double(target[0]), 3) + ", answered " +
                          significant(double(answer[0]), 3) + (answer.size() > 1 ? ", …" : "");
    }
    if (std::isnan(mistake.badness))
        mistake.badness = std::numeric_limits<double>::infinity();
    return mistake;
}

} // namespace detail

/// The answers that are most wrong, the worst first; of equal ones the earlier. The network has one output;
/// targets are labels, one a sample, or numbers. Throws Error if the data do not fit it.
template <class Net, class Scalar, class Data>
std::vector<Mistake> worst_mistakes(const Model<Net, Scalar>& model, const Data& data,
                                    const MistakeOptions& options = {}) {
    using Target = typename Data::TargetType;
    static_assert(engine::Network<Net>::output_count == 1, "worst_mistakes takes a network of one output");
    std::vector<Scalar> answers;
    if constexpr (std::is_same_v<Target, Label>)
        answers = predict_proba(model, data);
    else
        answers = predict(model, data);
    const std::size_t size = output_shape<Net>.size();
    if (std::is_same_v<Target, Label> ? data.target_size() != 1 : data.target_size() != size)
        throw Error("worst_mistakes: expected " + std::to_string(std::is_same_v<Target, Label> ? 1 : size) +
                    " targets a sample, got " + std::to_string(data.target_size()));
    std::vector<Mistake> mistakes;
    for (std::size_t i = 0; i < data.size(); ++i) {
        Mistake mistake = detail::judge(i, std::span<const Scalar>(answers).subspan(i * size, size),
                                        data.target(i), options);
        if (mistake.badness > 0)
            mistakes.push_back(std::move(mistake));
    }
    // Not std::stable_sort: that of libstdc++ 12 uses what clang calls deprecated.
    std::sort(mistakes.begin(), mistakes.end(), [](const Mistake& a, const Mistake& b) {
        return a.badness != b.badness ? a.badness > b.badness : a.sample < b.sample;
    });
    mistakes.resize(std::min(mistakes.size(), options.count));
    return mistakes;
}

/// The same as a section of a page, with pictures where the samples are images (`[height, width]`, also with
/// 1 or 3 channels), else with their first values.
template <class Net, class Scalar, class Data>
Section mistakes(const Model<Net, Scalar>& model, const Data& data, const MistakeOptions& options = {}) {
    const auto worst = worst_mistakes(model, data, options);
    const Shape shape = input_shape<Net>;
    const bool are_images = shape.rank == 2 || (shape.rank == 3 && (shape[2] == 1 || shape[2] == 3));
    ImageGrid grid{.columns = 1, .magnification = 1, .gap = 0};
    if (are_images && !worst.empty()) {
        grid.magnification = std::max<std::size_t>(1, 96 / std::max(shape[0], shape[1]));
        grid.low = std::numeric_limits<float>::max();
        grid.high = std::numeric_limits<float>::lowest();
        for (const Mistake& mistake : worst)
            for (const auto value : data.input(mistake.sample)) {
                if (std::isfinite(static_cast<float>(value))) {
                    grid.low = std::min(grid.low, static_cast<float>(value));
                    grid.high = std::max(grid.high, static_cast<float>(value));
                }
            }
        // All alike are black, unless there is nothing above them.
        if (grid.low > grid.high)
            grid.low = grid.high = 0;
        if (grid.low == grid.high)
            grid.high = std::max(grid.low + 1, std::nextafter(grid.low, std::numeric_limits<float>::max()));
        if (grid.low == grid.high)
            grid.low = 0;
    }
    std::string html = worst.empty() ? "<p>None.</p>\n" : "<div class=\"cards\">\n";
    for (const Mistake& mistake : worst) {
        const auto input = data.input(mistake.sample);
        html += "<figure>";
        if (are_images) {
            const std::vector<float> pixels(input.begin(), input.end());
            html.append("<img alt=\"sample ").append(std::to_string(mistake.sample));
            html.append("\" src=\"data:image/png;base64,");
            html.append(detail::base64(png(pixels, shape, grid))).append("\">");
        } else {
            html += "<div>";
            for (std::size_t i = 0; i < std::min<std::size_t>(input.size(), 6); ++i)
                html.append(i > 0 ? " " : "").append(significant(static_cast<double>(input[i]), 3));
            html.append(input.size() > 6 ? " …" : "").append("</div>");
        }
        html.append("<figcaption>").append(detail::escaped(mistake.caption)).append(" <span>#");
        html.append(std::to_string(mistake.sample)).append("</span></figcaption></figure>\n");
    }
    return {"Worst mistakes", html + (worst.empty() ? "" : "</div>\n")};
}

} // namespace burin::report
