#pragma once

#include "burin/data/tables/column.hpp"
#include "burin/data/tables/date_text.hpp"
#include "burin/data/tables/spread.hpp"
#include "burin/data/tables/table.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// A row for each column: its name and type, how many values are there and are missing, and how many
/// different ones there are; of numbers their mean, std (of a sample), min, quartiles and max; of categories
/// the most frequent text and how often it is there. Of dates the earliest and the latest are shown as those.
///
///     data::print(data::describe(table));
inline Table describe(const Table& table) {
    const std::vector<std::string> statistics{"mean", "std", "min", "25%", "50%", "75%", "max"};
    std::vector<std::string> types, tops;
    std::vector<double> counts, missing, different, frequencies;
    std::vector<std::vector<double>> numbers(statistics.size());
    std::vector<std::string> earliest, latest;
    for (std::size_t c = 0; c < table.columns(); ++c) {
        const Column& column = table.column(c);
        types.emplace_back(name_of(column.type()));
        missing.push_back(static_cast<double>(column.missing_count()));
        counts.push_back(static_cast<double>(column.size()) - missing.back());
        std::vector<double> values;
        for (std::size_t row = 0; row < column.size(); ++row)
            if (!column.is_missing(row))
                values.push_back(column.value(row));
        std::sort(values.begin(), values.end());
        std::size_t distinct = 0, most = 0, run = 0;
        double top = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool is_other = i == 0 || values[i] != values[i - 1];
            distinct += is_other;
            run = is_other ? 1 : run + 1;
            if (run > most) {
                most = run;
                top = values[i];
            }
        }
        different.push_back(static_cast<double>(distinct));
        const bool is_text = column.type() == ColumnType::category,
                   is_date = column.type() == ColumnType::date;
        tops.push_back(is_text && most > 0 ? column.categories()[static_cast<std::size_t>(top)] : "");
        frequencies.push_back(is_text && most > 0 ? static_cast<double>(most) : Column::missing);
        const Spread spread = column.type() == ColumnType::number ? spread_of(column.numbers()) : Spread{};
        const double found[] = {
            spread.mean,           spread.std, spread.min, spread.lower_quartile, spread.median,
            spread.upper_quartile, spread.max};
        for (std::size_t s = 0; s < statistics.size(); ++s)
            numbers[s].push_back(found[s]);
        earliest.push_back(is_date && !values.empty() ? date_text(values.front()) : "");
        latest.push_back(is_date && !values.empty() ? date_text(values.back()) : "");
    }
    Table result = Table()
                       .with("column", table.names())
                       .with("type", types)
                       .with("count", std::move(counts))
                       .with("missing", std::move(missing))
                       .with("different", std::move(different));
    const auto has_any = [&](ColumnType type) {
        return std::find(types.begin(), types.end(), name_of(type)) != types.end();
    };
    if (has_any(ColumnType::number))
        for (std::size_t s = 0; s < statistics.size(); ++s)
            result = result.with(statistics[s], std::move(numbers[s]));
    if (has_any(ColumnType::category))
        result = result.with("most frequent", tops).with("times", std::move(frequencies));
    if (has_any(ColumnType::date))
        result = result.with("earliest", earliest).with("latest", latest);
    return result;
}

} // namespace burin::data
