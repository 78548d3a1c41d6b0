#pragma once

#include "burin/report/html_page.hpp"
#include "burin/report/table.hpp"
#include "burin/training/history.hpp"

#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::validation {

/// What became of one fold.
struct FoldResult {
    Evaluation scores;               ///< The loss and the metrics on what is tested.
    History history;                 ///< Of the training.
    std::size_t train = 0, test = 0; ///< Samples.
};

/// The scores of all folds, with their mean and how far they spread.
class Scores {
  public:
    Scores() = default;
    explicit Scores(std::vector<FoldResult> folds) : folds_(std::move(folds)) {}

    std::size_t size() const noexcept { return folds_.size(); }
    const std::vector<FoldResult>& folds() const noexcept { return folds_; }

    /// One value a fold. Throws Error, which says what there is, if nothing of that name was measured.
    std::vector<double> operator[](std::string_view name) const {
        std::vector<double> values;
        for (const FoldResult& fold : folds_)
            for (const NamedValue& each : fold.scores.values())
                if (each.name == name) {
                    values.push_back(each.value);
                    break;
                }
        if (values.size() != folds_.size())
            burin::detail::refuse_name("Scores", name, folds_[0].scores.values());
        return values;
    }

    /// The mean over the folds, each of the same weight; NaN of none.
    double mean(std::string_view name) const { return mean_of((*this)[name]); }

    /// The standard deviation, √(Σ (x − mean)² / folds), as NumPy's `scores.std()`.
    double spread(std::string_view name) const {
        std::vector<double> values = (*this)[name];
        const double mean = mean_of(values);
        for (double& value : values)
            value = (value - mean) * (value - mean);
        return std::sqrt(mean_of(values));
    }

  private:
    static double mean_of(const std::vector<double>& values) {
        double sum = 0;
        for (const double value : values)
            sum += value;
        return sum / static_cast<double>(values.size());
    }

    std::vector<FoldResult> folds_;
};

} // namespace burin::validation

namespace burin::report {

namespace detail {

inline Table table_of(const validation::Scores& scores) {
    const auto number = [](double value) {
        char buffer[48];
        std::snprintf(buffer, sizeof buffer, "%.4f", value);
        return std::string(buffer);
    };
    std::vector<Table::Column> columns{{"fold", Table::Align::left},
                                       {"trained on", Table::Align::right},
                                       {"tested on", Table::Align::right}};
    if (scores.size() > 0)
        for (const NamedValue& each : scores.folds()[0].scores.values())
            columns.push_back({each.name, Table::Align::right});
    Table table(columns);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const validation::FoldResult& fold = scores.folds()[i];
        std::vector<std::string> row{std::to_string(i + 1), with_commas(fold.train), with_commas(fold.test)};
        for (const NamedValue& each : fold.scores.values())
            row.push_back(number(each.value));
        table.add_row(std::move(row));
    }
    table.add_line();
    std::vector<std::string> means{"mean", "", ""}, spreads{"spread", "", ""};
    if (scores.size() > 0)
        for (const NamedValue& each : scores.folds()[0].scores.values()) {
            means.push_back(number(scores.mean(each.name)));
            spreads.push_back(number(scores.spread(each.name)));
        }
    table.add_row(std::move(means));
    table.add_row(std::move(spreads));
    return table;
}

} // namespace detail

/// A table: a line a fold, then the means and the spreads.
inline std::string text(const validation::Scores& scores) {
    return detail::table_of(scores).text();
}

inline void print(const validation::Scores& scores, std::FILE* stream = stdout) {
    std::fputs(text(scores).c_str(), stream);
}

} // namespace burin::report

namespace burin::validation {

/// The same table as a part of `report::html`.
inline report::Section section(const Scores& scores) {
    return {"Cross-validation",
            "<div class=\"scroll\">" + report::detail::table_of(scores).html() + "</div>\n"};
}

} // namespace burin::validation
