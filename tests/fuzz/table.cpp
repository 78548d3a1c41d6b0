#include "burin/data/tables/check_table.hpp"
#include "burin/data/tables/read_table.hpp"
#include "burin/data/tables/table_text.hpp"
#include "burin/data/tables/write_table.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

using burin::data::Table;
using burin::data::TableOptions;

namespace {

/// What is read from what was written is the same.
void check_written(const Table& table, TableOptions options) {
    options.date_format.clear();
    options.skip_rows = 0;
    // Texts that look like numbers or dates are told by their types.
    for (const std::string& name : table.names())
        options.types[name] = table.type(name);
    std::string text;
    try {
        text = burin::data::csv_text(table, options);
    } catch (const burin::Error&) {
        return; // A text that can't be told from a missing one.
    }
    const Table again = burin::data::parse_table(text, "input", options);
    expect(again.rows() == table.rows() && again.names() == table.names());
    for (std::size_t c = 0; c < table.columns(); ++c)
        for (std::size_t row = 0; row < table.rows(); ++row) {
            const auto &a = table.column(c), &b = again.column(c);
            expect(a.is_missing(row) == b.is_missing(row) && a.text(row) == b.text(row));
            // A date is written to microseconds.
            expect(a.is_missing(row) || a.type() == burin::data::ColumnType::category ||
                   std::abs(a.value(row) - b.value(row)) < 1e-5 || a.value(row) == b.value(row));
        }
}

void check(std::string_view text, const TableOptions& options) {
    std::optional<Table> table;
    const std::size_t peak = memory::peak_of(
        [&] { table = parsed([&] { return burin::data::parse_table(text, "input", options); }); });
    // A column's own memory is that of a few small objects; no more columns than bytes.
    const std::size_t most_columns = table ? table->columns() : text.size();
    expect(peak <= 30 * text.size() + 300 * most_columns + 20'000);
    if (!table)
        return;
    for (std::size_t c = 0; c < table->columns(); ++c) {
        const burin::data::Column& column = table->column(c);
        expect(column.size() == table->rows());
        for (std::size_t row = 0; row < column.size(); ++row)
            expect(options.allow_not_finite || column.is_missing(row) || std::isfinite(column.value(row)));
    }
    for (const char character : burin::data::table_text(*table, {.rows = 3}))
        expect(static_cast<unsigned char>(character) >= 0x20 || character == '\n');
    burin::data::check_text(burin::data::check(*table));
    check_written(*table, options);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, {});
    check(text, {.delimiter = ';',
                 .decimal = ',',
                 .thousands = '.',
                 .comment = '#',
                 .date_format = "%d.%m.%y %H:%M",
                 .allow_not_finite = true});
    check(text, {.delimiter = '\t', .header = false, .skip_rows = 1, .trim = false, .missing = {"-"}});
    return 0;
}
