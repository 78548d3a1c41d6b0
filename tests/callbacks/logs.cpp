#include "burin/callbacks/csv_log.hpp"
#include "burin/callbacks/json_lines_log.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/told_context.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <limits>
#include <string>

using namespace burin;

namespace {

template <class Log>
void tell_epochs(Log& log, std::size_t first, std::size_t last, bool continued = false) {
    ToldModel model;
    ToldContext context(model);
    context.continued = continued;
    context.epochs_done = first - 1;
    log.on_fit_begin(context);
    for (context.now = first; context.now <= last; ++context.now) {
        const auto number = static_cast<double>(context.now);
        context.steps = context.now * 4;
        context.measured = {{"loss", 1 / number},
                            {"val_a,\"b\"", number == 3 ? std::numeric_limits<double>::quiet_NaN() : number}};
        log.on_epoch_end(context);
    }
}

const std::string header = "epoch,learning_rate,loss,\"val_a,\"\"b\"\"\"\n",
                  rows = "1,0.01,1,1\n2,0.01,0.5,2\n", third = "3,0.01,0.3333333333333333,nan\n";
const std::string
    lines = R"({"epoch":1,"step":4,"learning_rate":0.01,"loss":1.0,"val_a,\"b\"":1.0})"
            "\n"
            R"({"epoch":2,"step":8,"learning_rate":0.01,"loss":0.5,"val_a,\"b\"":2.0})"
            "\n",
    third_line = R"({"epoch":3,"step":12,"learning_rate":0.01,"loss":0.3333333333333333,"val_a,\"b\"":null})"
                 "\n";

} // namespace

TEST_CASE("CsvLog: a header and a row for each epoch, made anew by each run") {
    const TemporaryDirectory directory;
    const std::string path = directory / "deep/log.csv";
    callbacks::CsvLog log{.path = path};
    tell_epochs(log, 1, 3);
    CHECK(bytes_of(path) == header + rows + third);
    tell_epochs(log, 1, 2);
    CHECK(bytes_of(path) == header + rows);
    callbacks::CsvLog appending{.path = path, .appends = true};
    tell_epochs(appending, 3, 3);
    CHECK(bytes_of(path) == header + rows + third);
    callbacks::CsvLog other{.path = directory / "other", .separator = ';', .appends = true};
    tell_epochs(other, 1, 1);
    CHECK(bytes_of(directory / "other") == "epoch;learning_rate;loss;\"val_a,\"\"b\"\"\"\n1;0.01;1;1\n");
}

TEST_CASE("CsvLog: a run that goes on takes back what it will train again, and lines cut short") {
    const TemporaryDirectory directory;
    const std::string path = directory / "log.csv";
    for (const std::string& left : {header + rows + third, header + rows + "3,0.0", header + rows,
                                    header + rows + third + "4,0.01,2"}) {
        write_bytes(path, left);
        callbacks::CsvLog log{.path = path};
        tell_epochs(log, 3, 3, true);
        CHECK(bytes_of(path) == header + rows + third);
    }
    // Where there is no file to go on in, or an empty one.
    write_bytes(path, "");
    callbacks::CsvLog log{.path = path};
    tell_epochs(log, 3, 3, true);
    CHECK(bytes_of(path) == header + third);
}

TEST_CASE("JsonLinesLog: an object for each epoch; what is not finite is null") {
    const TemporaryDirectory directory;
    const std::string path = directory / "deep/log.jsonl";
    callbacks::JsonLinesLog log{.path = path};
    tell_epochs(log, 1, 3);
    CHECK(bytes_of(path) == lines + third_line);
    tell_epochs(log, 1, 2);
    CHECK(bytes_of(path) == lines);
    callbacks::JsonLinesLog appending{.path = path, .appends = true};
    tell_epochs(appending, 3, 3);
    CHECK(bytes_of(path) == lines + third_line);
    for (const char* const left : {"{\"epoch\":3", "[]\n{\"epoch\":-1}\n{\"epoch\":\"x\"}\nnonsense\n"}) {
        write_bytes(path, lines + left);
        tell_epochs(log, 3, 3, true);
        CHECK(bytes_of(path) == lines + third_line);
    }
}

TEST_CASE("logs: a run that goes on leaves what earlier ones have appended") {
    const TemporaryDirectory directory;
    const auto left_by = [&](auto log, const std::string& before) {
        write_bytes(log.path, before);
        tell_epochs(log, 1, 3);
        callbacks::State state;
        log.save(state);
        auto other = log;
        other.start = 0;
        other.load(state);
        tell_epochs(other, 3, 3, true);
        return bytes_of(log.path);
    };
    const callbacks::CsvLog csv{.path = directory / "csv", .appends = true};
    CHECK(left_by(csv, header + rows + third + "4,0.0") == header + rows + third + rows + third);
    CHECK(left_by(csv, "") == header + rows + third);
    const callbacks::JsonLinesLog json{.path = directory / "json", .appends = true};
    CHECK(left_by(json, lines + third_line + "{") == lines + third_line + lines + third_line);
}

TEST_CASE("logs: other columns, and names that are not for a log") {
    const TemporaryDirectory directory;
    const std::string path = directory / "log";
    const std::string before = "epoch,learning_rate,loss,f1\n1,0.01,1,1\n2,0.01,1,1\n";
    write_bytes(path, before);
    callbacks::CsvLog csv{.path = path};
    CHECK(error_of([&] { tell_epochs(csv, 3, 3, true); }) ==
          path + ": expected the columns epoch,learning_rate,loss,\"val_a,\"\"b\"\"\", got a file with "
                 "epoch,learning_rate,loss,f1; give a run that measures something else a file of its own");
    CHECK(bytes_of(path) == before);

    ToldModel model;
    ToldContext context(model);
    context.measured = {{"epoch", 7}, {"\xED\xA0\x80", 8}};
    callbacks::JsonLinesLog json{.path = path};
    json.on_fit_begin(context);
    json.on_epoch_end(context);
    CHECK(bytes_of(path).starts_with(R"({"epoch":1,"step":0,"learning_rate":0.01,"epoch_1":7.0,")"));
    callbacks::CsvLog own{.path = path};
    own.on_fit_begin(context);
    own.on_epoch_end(context);
    CHECK(bytes_of(path).starts_with("epoch,learning_rate,epoch_1,"));
}

TEST_CASE("logs: what can't be written is an Error that names the file") {
    const TemporaryDirectory directory;
    write_bytes(directory / "file", "");
    callbacks::CsvLog csv{.path = directory / "file/log"};
    CHECK(error_of([&] {
              tell_epochs(csv, 1, 1);
          }).starts_with(directory / "file/log" + ": can't be written: "));
    callbacks::JsonLinesLog json{.path = directory / "file/log", .appends = true};
    CHECK(error_of([&] { tell_epochs(json, 1, 1); }) ==
          directory / "file/log" + ": can't be written: Not a directory");
}
