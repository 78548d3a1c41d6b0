#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/data/tables/same_rows.hpp"
#include "burin/data/tables/sort.hpp"
#include "burin/data/tables/spread.hpp"
#include "burin/data/tables/table.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// Rows that have the same values in some columns, and what they come to; see `group`.
class Groups {
  public:
    Groups(Table table, const std::vector<std::string>& keys) : source_(std::move(table)) {
        const std::vector<Column> columns =
            keys.empty() ? std::vector<Column>() : detail::columns_of(source_, keys);
        std::vector<std::size_t> firsts;
        detail::for_each_group(columns, source_.rows(), [&](auto rows) {
            for (const Column& column : columns)
                if (column.is_missing(rows[0]))
                    return;
            firsts.push_back(rows[0]);
            rows_.emplace_back(rows.begin(), rows.end());
        });
        result_ = keys.empty() ? Table() : source_.select(keys).subset(firsts);
    }

    /// Each adds a column to the result, named as it says: `count`, `mean(age)`, or as the second argument
    /// has it.
    Groups count(std::string_view name = "count") const {
        std::vector<double> counts;
        for (const auto& rows : rows_)
            counts.push_back(static_cast<double>(rows.size()));
        return with(std::string(name), std::move(counts));
    }
    Groups mean(std::string_view column, std::string_view name = {}) const {
        return with("mean", column, name, &Spread::mean);
    }
    Groups sum(std::string_view column, std::string_view name = {}) const {
        return with("sum", column, name, &Spread::sum);
    }
    Groups min(std::string_view column, std::string_view name = {}) const {
        return with("min", column, name, &Spread::min);
    }
    Groups max(std::string_view column, std::string_view name = {}) const {
        return with("max", column, name, &Spread::max);
    }
    Groups median(std::string_view column, std::string_view name = {}) const {
        return with("median", column, name, &Spread::median);
    }
    Groups std(std::string_view column, std::string_view name = {}) const {
        return with("std", column, name, &Spread::std);
    }

    /// The keys of each group, and what was asked for.
    const Table& table() const noexcept { return result_; }
    operator const Table&() const noexcept { return result_; }
    std::size_t size() const noexcept { return rows_.size(); }
    /// The numbers of the rows of each group.
    const std::vector<std::vector<std::size_t>>& rows() const noexcept { return rows_; }

  private:
    Groups with(const std::string& name, std::vector<double> values) const {
        if (result_.has(name))
            throw Error("group: expected a name that no other column of the result has, got " +
                        burin::core::quoted(name));
        Groups groups = *this;
        groups.result_ = result_.columns() == 0 ? Table({name}, {Column::of_numbers(std::move(values))})
                                                : result_.with(name, std::move(values));
        return groups;
    }
    Groups with(const char* what, std::string_view column, std::string_view name,
                double Spread::* statistic) const {
        const std::span<const double> numbers = source_.numbers(column);
        std::vector<double> values, of_group;
        for (const auto& rows : rows_) {
            of_group.clear();
            for (const std::size_t row : rows)
                of_group.push_back(numbers[row]);
            values.push_back(spread_of(of_group).*statistic);
        }
        return with(name.empty() ? what + ("(" + std::string(column)) + ")" : std::string(name),
                    std::move(values));
    }

    Table source_, result_;
    std::vector<std::vector<std::size_t>> rows_;
};

/// The rows by their values in the columns `keys`, in the order of these; what is missing is in no group.
/// Missing numbers count for nothing in a group's mean, sum, …; of a group that has no others they are NaN,
/// and the sum is 0. As pandas.
///
///     const data::Table by_city = data::group(table, {"city"}).count().mean("income").max("age", "oldest");
///
/// Throws Error as the table does for columns that are not there or are no numbers.
inline Groups group(const Table& table, const std::vector<std::string>& keys) {
    return Groups(table, keys);
}

/// How often each value of a column is there, the most frequent first; missing ones are left out.
inline Table value_counts(const Table& table, const std::string& name) {
    return sort(group(table, {name}).count(name == "count" ? "rows" : "count"),
                {name == "count" ? "rows" : "count"}, Order::descending);
}

} // namespace burin::data
