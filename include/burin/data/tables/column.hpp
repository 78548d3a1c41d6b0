#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data {

/// What a column of a table holds. Whole numbers are numbers; texts, and what is true or false, are
/// categories.
enum class ColumnType {
    number,   ///< `double`; NaN where it is missing.
    category, ///< A code, which is the place of its text among the column's categories; `no_label` where
              ///< missing.
    date      ///< Seconds since 1970-01-01 00:00, as `double`; NaN where it is missing.
};

constexpr const char* name_of(ColumnType type) noexcept {
    return type == ColumnType::number ? "numbers" : type == ColumnType::category ? "categories" : "dates";
}

/// The values of one column. A copy shares them; nothing changes them.
class Column {
  public:
    /// Stands for a row that there is not, in `subset`.
    static constexpr std::size_t no_row = std::numeric_limits<std::size_t>::max();
    static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

    static Column of_numbers(std::vector<double> values) {
        return Column(ColumnType::number, std::move(values));
    }
    /// Of seconds since 1970-01-01 00:00.
    static Column of_dates(std::vector<double> seconds) {
        return Column(ColumnType::date, std::move(seconds));
    }
    /// Of places among `categories`, or `no_label`. Throws Error for a code beyond them.
    static Column of_codes(std::vector<Label> codes, std::vector<std::string> categories) {
        for (std::size_t row = 0; row < codes.size(); ++row)
            if (codes[row] != no_label && codes[row] >= categories.size())
                throw Error("Column: row " + std::to_string(row) + ": expected a code below " +
                            std::to_string(categories.size()) + ", got " + std::to_string(codes[row]));
        Column column(ColumnType::category, {});
        column.codes_ = std::make_shared<const std::vector<Label>>(std::move(codes));
        column.categories_ = std::make_shared<const std::vector<std::string>>(std::move(categories));
        return column;
    }
    /// Of texts, of which an empty one is missing. The categories are the different ones in the order of
    /// their bytes (which is that of Unicode's numbers), so the same texts have the same codes in whatever
    /// rows.
    static Column of_texts(std::span<const std::string_view> texts) {
        std::vector<std::size_t> order(texts.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return texts[a] != texts[b] ? texts[a] < texts[b] : a < b;
        });
        std::vector<Label> codes(texts.size(), no_label);
        std::vector<std::string> categories;
        // So that many different ones are not held twice while there come to be more.
        std::size_t different = 0;
        for (std::size_t i = 0; i < order.size(); ++i)
            different += !texts[order[i]].empty() && (i == 0 || texts[order[i]] != texts[order[i - 1]]);
        categories.reserve(different);
        for (const std::size_t row : order) {
            if (texts[row].empty())
                continue;
            if (categories.empty() || categories.back() != texts[row])
                categories.emplace_back(texts[row]);
            codes[row] = static_cast<Label>(categories.size() - 1);
        }
        return of_codes(std::move(codes), std::move(categories));
    }
    static Column of_texts(std::span<const std::string> texts) {
        return of_texts(std::vector<std::string_view>(texts.begin(), texts.end()));
    }

    ColumnType type() const noexcept { return type_; }
    std::size_t size() const noexcept { return codes_ ? codes_->size() : numbers_->size(); }

    /// Of numbers, or the seconds of dates; empty for categories.
    std::span<const double> numbers() const noexcept { return *numbers_; }
    /// Of categories; empty for the others.
    std::span<const Label> codes() const noexcept {
        return codes_ ? std::span<const Label>(*codes_) : std::span<const Label>();
    }
    std::span<const std::string> categories() const noexcept {
        return categories_ ? std::span<const std::string>(*categories_) : std::span<const std::string>();
    }

    bool is_missing(std::size_t row) const noexcept {
        return codes_ ? (*codes_)[row] == no_label : std::isnan((*numbers_)[row]);
    }
    std::size_t missing_count() const noexcept {
        std::size_t count = 0;
        for (std::size_t row = 0; row < size(); ++row)
            count += is_missing(row);
        return count;
    }
    /// The value as a number: the code of a category. NaN where it is missing.
    double value(std::size_t row) const noexcept {
        if (!codes_)
            return (*numbers_)[row];
        return (*codes_)[row] == no_label ? missing : static_cast<double>((*codes_)[row]);
    }
    /// The text of a category; empty where it is missing.
    std::string_view text(std::size_t row) const noexcept {
        return !codes_ || (*codes_)[row] == no_label ? std::string_view()
                                                     : std::string_view((*categories_)[(*codes_)[row]]);
    }

    /// The values of these rows, in this order; that of `no_row` is missing.
    Column subset(std::span<const std::size_t> rows) const {
        Column column = *this;
        const auto taken = [&](const auto& values, auto none) {
            std::vector<decltype(none)> result;
            result.reserve(rows.size());
            for (const std::size_t row : rows)
                result.push_back(row == no_row ? none : values[row]);
            return std::make_shared<const std::vector<decltype(none)>>(std::move(result));
        };
        if (codes_)
            column.codes_ = taken(*codes_, no_label);
        else
            column.numbers_ = taken(*numbers_, double(missing));
        return column;
    }
    /// Other values of the same type: numbers, seconds, or codes of the same categories.
    Column with(std::vector<double> numbers) const { return Column(type_, std::move(numbers)); }
    Column with(std::vector<Label> codes) const {
        return of_codes(std::move(codes), {categories().begin(), categories().end()});
    }

  private:
    Column(ColumnType type, std::vector<double> numbers)
        : type_(type), numbers_(std::make_shared<const std::vector<double>>(std::move(numbers))) {}

    ColumnType type_;
    std::shared_ptr<const std::vector<double>> numbers_;
    std::shared_ptr<const std::vector<Label>> codes_;
    std::shared_ptr<const std::vector<std::string>> categories_;
};

} // namespace burin::data
