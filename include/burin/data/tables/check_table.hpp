#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/data/check.hpp"
#include "burin/data/check_rows.hpp"
#include "burin/data/tables/categories.hpp"
#include "burin/data/tables/table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data {

namespace detail {

/// The rows of a table; a target, if there is one, is no feature.
class TableRows {
  public:
    TableRows(const Table& table, const std::string& target) {
        for (std::size_t c = 0; c < table.columns(); ++c)
            if (table.names()[c] != target) {
                names_.push_back(burin::core::quoted(table.names()[c]));
                columns_.push_back(table.column(c));
            }
        if (!target.empty())
            target_.push_back(table.column(target));
        rows_ = table.rows();
    }

    std::size_t size() const noexcept { return rows_; }
    std::size_t width() const noexcept { return columns_.size(); }
    double value(std::size_t row, std::size_t column) const noexcept { return columns_[column].value(row); }
    std::uint64_t key(std::size_t row, std::size_t column) const noexcept {
        return key_of(columns_[column], row);
    }
    const std::string& name(std::size_t column) const noexcept { return names_[column]; }
    bool is_date(std::size_t column) const noexcept { return columns_[column].type() == ColumnType::date; }
    std::size_t categories(std::size_t column) const noexcept { return columns_[column].categories().size(); }

    std::uint64_t target_key(std::size_t row) const noexcept {
        return target_.empty() ? 0 : key_of(target_[0], row);
    }
    template <class ClassCheck>
    std::vector<ClassCheck> classes() const {
        std::vector<ClassCheck> found;
        if (target_.empty() || target_[0].type() != ColumnType::category)
            return found;
        for (const std::string& name : target_[0].categories())
            found.push_back({core::printable(name, 40), 0});
        for (const Label code : target_[0].codes())
            if (code != no_label)
                ++found[code].samples;
        return found;
    }

  private:
    /// Categories are compared by their texts, which have other codes in another table.
    static std::uint64_t key_of(const Column& column, std::size_t row) noexcept {
        if (column.type() != ColumnType::category || column.is_missing(row))
            return number_key(column.value(row));
        std::uint64_t hash = 1;
        for (const char c : column.text(row))
            hash = mixed(hash, static_cast<unsigned char>(c));
        return hash;
    }

    std::vector<std::string> names_;
    std::vector<Column> columns_, target_;
    std::size_t rows_ = 0;
};

} // namespace detail

/// The same of the columns of a table; `target` names the one that is to be predicted, if there is one.
///
///     data::print(data::check(table, "left"));
inline DataCheck check(const Table& table, const std::string& target = {}) {
    DataCheck check =
        detail::check_rows(detail::TableRows(table, target), "column", "columns", "row", "rows");
    if (!target.empty() && table.column(target).missing_count() > 0)
        check.problems.push_back("target " + burin::core::quoted(target) + ": missing in " +
                                 detail::count_of(table.column(target).missing_count(), "row", "rows"));
    return check;
}

/// The same of both parts of a table. Throws Error unless both have the same columns.
inline PartsCheck check(const Table& train, const Table& test, const std::string& target = {}) {
    for (const std::string& name : train.names())
        if (test.type(name) != train.type(name))
            throw Error("check: column " + burin::core::quoted(name) + ": expected " +
                        name_of(train.type(name)) + " in both parts, got " + name_of(test.type(name)));
    const Table same = test.select(train.names());
    return detail::check_parts(detail::TableRows(train, target), detail::TableRows(same, target),
                               check(train, target), check(same, target), "column", "columns", "row", "rows");
}

} // namespace burin::data
