#pragma once

#include "burin/core/error.hpp"
#include "burin/data/moments.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/order_statistics.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace burin::data {

/// Numbers outside of these are outliers.
struct Fences {
    double low, high;
};

/// Further from the mean than so many standard deviations (of all the numbers, divided by their count).
struct ZScore {
    double limit = 3;

    Fences fences(std::span<const double> sorted) const {
        const Moments moments = moments_of(sorted);
        return {moments.mean() - limit * moments.deviation(), moments.mean() + limit * moments.deviation()};
    }
};

/// Further below the lower quartile, or above the upper one, than so many times what lies between them:
/// Tukey's fences, which outliers hardly move.
struct InterquartileRange {
    double limit = 1.5;

    Fences fences(std::span<const double> sorted) const {
        const double low = quantile(sorted, 0.25), high = quantile(sorted, 0.75);
        return {low - limit * (high - low), high + limit * (high - low)};
    }
};

/// The rows whose number in this column is an outlier by the rule, ZScore or InterquartileRange. Missing
/// numbers are none. Throws Error for a limit that is not above 0, and for infinities.
template <class Rule = InterquartileRange>
std::vector<std::size_t> outlier_rows(const Table& table, const std::string& name, const Rule& rule = {}) {
    if (!(rule.limit > 0))
        throw Error("outlier_rows: .limit: expected a number above 0, got " + number_text(rule.limit));
    const std::span<const double> numbers = table.numbers(name);
    std::vector<double> sorted;
    for (std::size_t row = 0; row < numbers.size(); ++row) {
        if (std::isinf(numbers[row]))
            throw Error("outlier_rows: row " + std::to_string(row) + ", column " + burin::core::quoted(name) +
                        ": expected a finite number, got " + number_text(numbers[row]));
        if (!std::isnan(numbers[row]))
            sorted.push_back(numbers[row]);
    }
    std::vector<std::size_t> rows;
    if (sorted.empty())
        return rows;
    std::sort(sorted.begin(), sorted.end());
    const Fences fences = rule.fences(sorted);
    for (std::size_t row = 0; row < numbers.size(); ++row)
        if (numbers[row] < fences.low || numbers[row] > fences.high)
            rows.push_back(row);
    return rows;
}

/// A column of 1 where the number of another one is an outlier and 0 where it is not, named as that with ` is
/// outlier` behind it.
///
///     table = data::flag_outliers(table, "income", data::ZScore{.limit = 4});
template <class Rule = InterquartileRange>
Table flag_outliers(const Table& table, const std::string& name, const Rule& rule = {}) {
    std::vector<double> flags(table.rows());
    for (const std::size_t row : outlier_rows(table, name, rule))
        flags[row] = 1;
    return table.with(name + " is outlier", std::move(flags));
}

/// The table without the rows that have an outlier in one of these columns. To cut outliers off instead,
/// sample by sample, is a stage of a pipeline.
template <class Rule = InterquartileRange>
Table drop_outliers(const Table& table, const std::vector<std::string>& names, const Rule& rule = {}) {
    std::vector<bool> dropped(table.rows());
    for (const std::string& name : names)
        for (const std::size_t row : outlier_rows(table, name, rule))
            dropped[row] = true;
    return table.filter([&](const TableRow& row) { return !dropped[row.index()]; });
}

} // namespace burin::data
