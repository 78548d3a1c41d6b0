#pragma once

#include "burin/report/escaped.hpp"
#include "burin/report/text_width.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::report {

/// A number with a comma between thousands.
inline std::string with_commas(std::size_t number) {
    const std::string digits = std::to_string(number);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0)
            text.push_back(',');
        text.push_back(digits[i]);
    }
    return text;
}

/// A table as text, its columns as wide as their widest cell.
class Table {
  public:
    enum class Align { left, right };

    struct Column {
        std::string title;
        Align align = Align::left;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    /// Cells that a row lacks are empty.
    void add_row(std::vector<std::string> cells) {
        cells.resize(columns_.size());
        rows_.push_back(std::move(cells));
    }
    /// A line across, before the rows that follow.
    void add_line() { rows_.emplace_back(); }

    std::string text() const {
        std::vector<std::size_t> widths;
        for (std::size_t c = 0; c < columns_.size(); ++c) {
            widths.push_back(text_width(columns_[c].title));
            for (const auto& row : rows_)
                if (!row.empty())
                    widths[c] = std::max(widths[c], text_width(row[c]));
        }
        std::string result;
        std::vector<std::string> titles;
        for (const Column& column : columns_)
            titles.push_back(column.title);
        append(result, titles, widths);
        append_line(result, widths);
        for (const auto& row : rows_) {
            if (row.empty())
                append_line(result, widths);
            else
                append(result, row, widths);
        }
        return result;
    }

    /// The same as HTML.
    std::string html() const {
        const auto row_of = [&](const std::vector<std::string>& cells, std::string_view tag,
                                std::string_view row) {
            std::string result(row);
            for (std::size_t c = 0; c < cells.size(); ++c) {
                result.append("<").append(tag);
                if (columns_[c].align == Align::right)
                    result += " class=\"number\"";
                result.append(">").append(detail::escaped(cells[c])).append("</").append(tag).append(">");
            }
            return result + "</tr>\n";
        };
        std::vector<std::string> titles;
        for (const Column& column : columns_)
            titles.push_back(column.title);
        std::string result = "<table>\n<thead>" + row_of(titles, "th", "<tr>") + "</thead>\n<tbody>\n";
        bool is_below_line = false;
        for (const auto& row : rows_) {
            if (!row.empty())
                result += row_of(row, "td", is_below_line ? "<tr class=\"below\">" : "<tr>");
            is_below_line = row.empty();
        }
        return result + "</tbody>\n</table>\n";
    }

  private:
    void append(std::string& result, const std::vector<std::string>& cells,
                const std::vector<std::size_t>& widths) const {
        std::string line;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string gap(widths[c] - text_width(cells[c]), ' ');
            line +=
                (c > 0 ? "  " : "") + (columns_[c].align == Align::right ? gap + cells[c] : cells[c] + gap);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        result += line + "\n";
    }

    static void append_line(std::string& result, const std::vector<std::size_t>& widths) {
        for (std::size_t c = 0; c < widths.size(); ++c)
            result += (c > 0 ? "  " : "") + std::string(widths[c], '-');
        result += "\n";
    }

    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace burin::report
