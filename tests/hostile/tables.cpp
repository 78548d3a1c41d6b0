// Tables that mean harm: all that comes of them is an Error that says where, in memory that has an end.

#include "burin/data/tables/check_table.hpp"
#include "burin/data/tables/describe.hpp"
#include "burin/data/tables/join.hpp"
#include "burin/data/tables/read_table.hpp"
#include "burin/data/tables/table_text.hpp"
#include "burin/data/tables/to_dataset.hpp"

#include "support/allocations.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace burin::data;
using namespace std::string_literals;

namespace {

/// The message of the Error that `run` throws while it may hold at most so many bytes.
template <class Run>
std::string error_within(std::size_t bytes, Run run) {
    allocations::most = allocations::current + bytes;
    const std::string error = error_of(run);
    allocations::most = std::numeric_limits<std::size_t>::max();
    return error;
}

std::string error_for(std::string_view text, const TableOptions& options = {}) {
    return error_within(std::size_t{1} << 20, [&] { parse_table(text, "a.csv", options); });
}

} // namespace

TEST_CASE("read_table: other encodings, truncated and malformed text, in one sentence") {
    CHECK(error_for("\xFF\xFE"
                    "a\0,\0"s) == "a.csv: offset 0: expected text of UTF-8, got UTF-16 (little-endian)");
    CHECK(error_for("a,b\n1,\xE4\n"s).starts_with("a.csv: offset 6: expected text of UTF-8"));
    CHECK(error_for("a,b\nx,\xE4\xB8"s).starts_with("a.csv: offset 6: expected text of UTF-8"));
    CHECK(error_for("a,b\n1,\"2\n") ==
          "a.csv: line 2, column 2: expected a closing quote, got the end of the file");
    CHECK(error_for("a,b\n1,2,3\n") == "a.csv: line 2: expected 2 fields, got 3");
    CHECK(error_for("a\n\x1b[2J\n", {.types = {{"a", ColumnType::number}}}) ==
          "a.csv: line 2, column 1: expected a number, got '\\x1B[2J'");
    CHECK(error_for("a\n" + std::string(10'000, '9') + "x\n", {.types = {{"a", ColumnType::number}}}).size() <
          200);
    CHECK(error_for(std::string(5000, 'n') + "," + std::string(5000, 'n') + "\n1,2\n").size() < 200);
}

TEST_CASE("read_table: what unpacks to very much is refused within bounds") {
    const TemporaryDirectory directory;
    write_gzip(directory / "a.csv.gz", "a\n" + std::string(std::size_t{8} << 20, '1'));
    CHECK(error_within(std::size_t{4} << 20, [&] {
              read_table(directory / "a.csv.gz", {.max_bytes = std::size_t{1} << 20});
          }).ends_with("expected at most 1048576 bytes after unpacking, got more"));
    CHECK(error_within(std::size_t{4} << 20, [&] {
              read_table(directory / "a.csv.gz");
          }).ends_with("expected what fits into memory, got more"));
}

TEST_CASE("tables of very many columns take no more than their share of time and memory") {
    std::string text = "0";
    for (int c = 1; c < 50'000; ++c)
        text += "," + std::to_string(c);
    text += "\n" + std::string(49'999, ',') + "\n";
    Table table;
    CHECK(error_within(60 * text.size() + (std::size_t{20} << 20),
                       [&] { table = parse_table(text, "a.csv"); }) == error_of([] {}));
    CHECK(table.columns() == 50'000);
    CHECK(describe(table).rows() == 50'000);
    CHECK(!check(table).problems.empty());
    CHECK(!table_text(table).empty());
    CHECK(to_dataset(table.with("target", {0}), {.target = "target"}).samples.size() == 1);
}

TEST_CASE("join: of keys that are there very many times in both come no more rows than there is memory") {
    const Table many = Table().with("key", std::vector<double>(20'000, 1.0));
    CHECK(error_within(std::size_t{64} << 20, [&] {
              join(many, many.with("x", std::vector<double>(20'000)), {"key"});
          }) == "join: expected what fits into memory, got more");
}
