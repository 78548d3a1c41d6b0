#include "burin/data/csv.hpp"

#include "fuzz/parse.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace csv = burin::data::csv;

namespace {

/// The table as text, every field in quotes.
std::string quoted(const csv::Table& table, char delimiter) {
    std::string text;
    for (std::size_t row = 0; row < table.rows(); ++row) {
        for (std::size_t column = 0; column < table.columns(row); ++column) {
            if (column > 0)
                text.push_back(delimiter);
            text.push_back('"');
            for (char character : table.field(row, column))
                text.append(character == '"' ? 2 : 1, character);
            text.push_back('"');
        }
        text.push_back('\n');
    }
    return text;
}

void check(std::string_view text, const csv::Options& options) {
    const auto table = parsed([&] { return csv::parse(text, "input", options); });
    if (!table)
        return;
    const csv::Table again = csv::parse(quoted(*table, options.delimiter), "input",
                                        {.delimiter = options.delimiter, .same_length = options.same_length});
    expect(again.rows() == table->rows());
    for (std::size_t row = 0; row < again.rows(); ++row) {
        expect(again.columns(row) == table->columns(row));
        expect(!options.same_length || table->columns(row) == table->columns(0));
        expect(table->line(row) > (row == 0 ? 0 : table->line(row - 1)));
        for (std::size_t column = 0; column < again.columns(row); ++column)
            expect(again.field(row, column) == table->field(row, column));
    }
    if (options.header && options.same_length && table->rows() > 0)
        expect(table->names().size() == table->columns(0));
    if (const auto numbers = parsed([&] { return csv::numbers(*table, "input"); }))
        expect(numbers->rows() == table->rows() &&
               numbers->values.size() == numbers->rows() * numbers->columns);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, {});
    check(text, {.header = true, .skip_rows = 1});
    check(text, {.delimiter = ';', .same_length = false});
    return 0;
}
