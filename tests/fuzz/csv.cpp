#include "burin/data/csv.hpp"

#include "fuzz/memory.hpp"
#include "fuzz/parse.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
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

/// Numbers straight from text, or what is wrong with it.
template <class Scalar>
struct Outcome {
    csv::NumbersOf<Scalar> numbers;
    std::string error;
};

template <class Read>
auto outcome(Read read) {
    Outcome<typename decltype(read().values)::value_type> result;
    try {
        result.numbers = read();
    } catch (const burin::Error& error) {
        result.error = error.what();
    }
    return result;
}

template <class Scalar>
void check_numbers(std::string_view text, const csv::Options& options) {
    const auto straight = outcome([&] {
        burin::data::ByteStream bytes(text, "input");
        return csv::detail::collect<csv::detail::NumberRows<Scalar>>(bytes, options);
    });
    const csv::NumbersOf<Scalar>& numbers = straight.numbers;
    expect(numbers.values.size() == numbers.rows() * numbers.columns);
    for (const Scalar value : numbers.values)
        expect(options.allow_not_finite || std::isfinite(value));
    // The same by way of a table; a quote or a row out of place further down is found earlier there.
    const auto table = parsed([&] { return csv::parse(text, "input", options); });
    // Of numbers a NUL is refused as any other text is; in a header, and in rows left out, it may stand.
    if (!table)
        return expect(!straight.error.empty() || text.find('\0') != std::string_view::npos);
    const auto again = outcome([&] { return csv::numbers<Scalar>(*table, "input", options); });
    expect(again.error == straight.error);
    expect(again.numbers.values.size() == numbers.values.size() && again.numbers.names == numbers.names);
    if (!numbers.values.empty())
        expect(std::memcmp(again.numbers.values.data(), numbers.values.data(),
                           numbers.values.size() * sizeof(Scalar)) == 0);
}

void check(std::string_view text, const csv::Options& options) {
    const std::size_t fixed = 20'000;
    std::optional<csv::Table> table;
    expect(memory::peak_of([&] { table = parsed([&] { return csv::parse(text, "input", options); }); }) <=
           14 * text.size() + (options.header ? 3 * sizeof(std::string) * text.size() : 0) + fixed);
    expect(memory::peak_of([&] {
               parsed([&] {
                   burin::data::ByteStream bytes(text, "input");
                   return csv::detail::collect<csv::detail::NumberRows<double>>(bytes, options);
               });
           }) <= 4 * text.size() + (options.header ? 3 * sizeof(std::string) * text.size() : 0) + fixed);
    check_numbers<double>(text, options);
    check_numbers<float>(text, options);
    if (!table)
        return;
    const std::string in_quotes = quoted(*table, options.delimiter);
    // Zeros behind the first quote look like UTF-16 or UTF-32.
    if (in_quotes.substr(0, 4).find('\0') != std::string::npos)
        return;
    const csv::Table again =
        csv::parse(in_quotes, "input", {.delimiter = options.delimiter, .same_length = options.same_length});
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
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(text, {});
    check(text, {.header = true, .skip_rows = 1});
    check(text, {.delimiter = ';', .same_length = false, .allow_not_finite = true});
    return 0;
}
