#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/core/printable.hpp"
#include "burin/data/tables/column.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

class TableRow;

namespace detail {

/// Throws Error unless no two columns have the same name.
inline void check_names(const std::vector<std::string>& names, std::string_view who) {
    std::vector<std::string_view> sorted(names.begin(), names.end());
    std::sort(sorted.begin(), sorted.end());
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end())
        throw Error(std::string(who) + ": expected a name for each column that no other has, got " +
                    burin::core::quoted(*twice) + " twice");
}

} // namespace detail

/// Columns of values, each of a type of its own, under names: what is read from a file (`read_table`) and
/// prepared before it becomes samples. Verbs give another table and leave this one as it is. A copy shares
/// the values.
///
///     const data::Table table = data::Table()
///                                   .with("age", {31, 54, data::Column::missing})
///                                   .with("city", {"Bern", "", "Chur"});       // an empty text is missing
///     const auto grown = table.filter([](const data::TableRow& row) { return row.number("age") > 40; });
///     const std::span<const double> ages = grown.numbers("age");
///
/// Whatever names a column throws Error, with the names that there are, where there is none of that name, and
/// where it holds something else than what is asked for.
class Table {
  public:
    Table() = default;

    /// Throws Error unless each column has a name of its own and all have as many rows.
    Table(std::vector<std::string> names, std::vector<Column> columns)
        : names_(std::move(names)), columns_(std::move(columns)) {
        if (names_.size() != columns_.size())
            throw Error("Table: expected a name for each of " + std::to_string(columns_.size()) +
                        " columns, got " + std::to_string(names_.size()));
        detail::check_names(names_, "Table");
        for (std::size_t c = 0; c < columns_.size(); ++c)
            check_rows(names_[c], columns_[c]);
    }

    std::size_t rows() const noexcept { return columns_.empty() ? 0 : columns_[0].size(); }
    std::size_t columns() const noexcept { return columns_.size(); }
    bool empty() const noexcept { return rows() == 0; }
    const std::vector<std::string>& names() const noexcept { return names_; }

    bool has(std::string_view name) const noexcept {
        return std::find(names_.begin(), names_.end(), name) != names_.end();
    }
    const Column& column(std::string_view name) const {
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found == names_.end())
            refuse(name);
        return columns_[static_cast<std::size_t>(found - names_.begin())];
    }
    const Column& column(std::size_t place) const {
        if (place >= columns_.size())
            throw Error("Table: expected the place of a column below " + std::to_string(columns_.size()) +
                        ", got " + std::to_string(place));
        return columns_[place];
    }
    ColumnType type(std::string_view name) const { return column(name).type(); }

    /// The numbers of a column, NaN where one is missing.
    std::span<const double> numbers(std::string_view name) const {
        return of_type(name, ColumnType::number).numbers();
    }
    /// The dates of a column in seconds since 1970-01-01 00:00, NaN where one is missing.
    std::span<const double> dates(std::string_view name) const {
        return of_type(name, ColumnType::date).numbers();
    }
    /// The places of a column's values among its `categories`, `no_label` where one is missing.
    std::span<const Label> codes(std::string_view name) const {
        return of_type(name, ColumnType::category).codes();
    }
    std::span<const std::string> categories(std::string_view name) const {
        return of_type(name, ColumnType::category).categories();
    }

    /// The same with a further column, or with another one in the place of that of this name. Throws Error if
    /// it has not as many rows as the others.
    Table with(std::string_view name, Column column) const {
        check_rows(name, column);
        Table table = *this;
        const auto found = std::find(names_.begin(), names_.end(), name);
        if (found != names_.end()) {
            table.columns_[static_cast<std::size_t>(found - names_.begin())] = std::move(column);
        } else {
            table.names_.emplace_back(name);
            table.columns_.push_back(std::move(column));
        }
        return table;
    }
    Table with(std::string_view name, std::vector<double> numbers) const {
        return with(name, Column::of_numbers(std::move(numbers)));
    }
    Table with(std::string_view name, const std::vector<std::string>& texts) const {
        return with(name, Column::of_texts(texts));
    }
    Table with(std::string_view name, std::initializer_list<double> numbers) const {
        return with(name, std::vector<double>(numbers));
    }
    Table with(std::string_view name, std::initializer_list<std::string_view> texts) const {
        return with(name, Column::of_texts(std::span(texts.begin(), texts.size())));
    }

    /// These columns, in this order.
    Table select(const std::vector<std::string>& names) const {
        std::vector<Column> columns;
        for (const std::string& name : names)
            columns.push_back(column(name));
        return Table(names, std::move(columns));
    }
    /// All columns but these.
    Table drop(const std::vector<std::string>& names) const {
        for (const std::string& name : names)
            column(name);
        Table table;
        for (std::size_t c = 0; c < columns_.size(); ++c)
            if (std::find(names.begin(), names.end(), names_[c]) == names.end()) {
                table.names_.push_back(names_[c]);
                table.columns_.push_back(columns_[c]);
            }
        return table;
    }
    /// Throws Error if another column has the new name.
    Table rename(std::string_view from, std::string_view to) const {
        column(from);
        if (from != to && has(to))
            throw Error("Table: expected a name that no other column has, got " + burin::core::quoted(to));
        Table table = *this;
        *std::find(table.names_.begin(), table.names_.end(), from) = to;
        return table;
    }

    /// The rows of these numbers, in this order; one may be several times among them. Throws Error if there
    /// are fewer.
    Table subset(std::span<const std::size_t> rows) const {
        for (const std::size_t row : rows)
            if (row >= this->rows())
                throw Error("Table: expected the number of a row below " + std::to_string(this->rows()) +
                            ", got " + std::to_string(row));
        Table table = *this;
        for (Column& column : table.columns_)
            column = column.subset(rows);
        return table;
    }
    /// The rows for which `keep(row)` is true.
    template <class Keep>
    Table filter(Keep keep) const;

    /// The first rows, at most so many.
    Table head(std::size_t count = 5) const {
        std::vector<std::size_t> rows(std::min(count, this->rows()));
        for (std::size_t row = 0; row < rows.size(); ++row)
            rows[row] = row;
        return subset(rows);
    }

  private:
    const Column& of_type(std::string_view name, ColumnType type) const {
        const Column& found = column(name);
        if (found.type() != type)
            throw Error("Table: column " + burin::core::quoted(name) + ": expected " + name_of(type) +
                        ", got " + name_of(found.type()));
        return found;
    }
    void check_rows(std::string_view name, const Column& column) const {
        if (!columns_.empty() && column.size() != rows())
            throw Error("Table: column " + burin::core::quoted(name) + ": expected " +
                        std::to_string(rows()) + " rows, got " + std::to_string(column.size()));
    }
    [[noreturn]] void refuse(std::string_view name) const {
        std::string known;
        for (const std::string& other : names_)
            known += (known.empty() ? "" : ", ") + burin::core::quoted(other);
        throw Error("Table: expected the name of a column (" + (known.empty() ? "there is none" : known) +
                    "), got " + burin::core::quoted(name));
    }

    std::vector<std::string> names_;
    std::vector<Column> columns_;
};

/// One row of a table, as `Table::filter` shows it.
class TableRow {
  public:
    TableRow(const Table& table, std::size_t row) : table_(table), row_(row) {}

    std::size_t index() const noexcept { return row_; }
    bool is_missing(std::string_view name) const { return table_.column(name).is_missing(row_); }
    double number(std::string_view name) const { return table_.numbers(name)[row_]; }
    /// In seconds since 1970-01-01 00:00.
    double date(std::string_view name) const { return table_.dates(name)[row_]; }
    /// Of a category; empty where it is missing.
    std::string_view text(std::string_view name) const {
        return table_.codes(name)[row_] == no_label ? std::string_view()
                                                    : table_.categories(name)[table_.codes(name)[row_]];
    }

  private:
    const Table& table_;
    std::size_t row_;
};

template <class Keep>
Table Table::filter(Keep keep) const {
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < this->rows(); ++row)
        if (keep(TableRow(*this, row)))
            rows.push_back(row);
    return subset(rows);
}

} // namespace burin::data
