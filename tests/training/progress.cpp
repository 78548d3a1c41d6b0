#include "burin/training/progress.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using burin::NamedValue;
using burin::fitting::Progress;

namespace {

/// What a Progress writes, with a clock that stands where the test puts it.
class Watched {
  public:
    explicit Watched(bool terminal, std::size_t width = 100)
        : progress({.stream = file_, .terminal = terminal, .width = width, .clock = [this] { return now; }}) {
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;
    ~Watched() { std::fclose(file_); }

    std::string written() {
        std::fflush(file_);
        std::rewind(file_);
        std::string text;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_))
            text.push_back(static_cast<char>(c));
        return text;
    }

    double now = 100;

  private:
    std::FILE* file_ = std::tmpfile();

  public:
    Progress progress;
};

const std::vector<NamedValue> running{{"loss", 0.12345}, {"accuracy", 0.97}};
const std::vector<NamedValue> last{
    {"loss", 0.1}, {"accuracy", 0.975}, {"val_loss", 0.2}, {"val_accuracy", 0.9625}};

/// The lines drawn over each other, without what moves the cursor.
std::vector<std::string> drawn(const std::string& text) {
    std::vector<std::string> result;
    std::size_t at = 0;
    while (at < text.size() && text[at] == '\r') {
        const std::size_t end = text.find("\x1b[K", at);
        REQUIRE(end != std::string::npos);
        result.push_back(text.substr(at + 1, end - at - 1));
        at = end + 3;
    }
    return result;
}

} // namespace

TEST_CASE("Progress: off a terminal, one plain line an epoch and nothing else") {
    Watched watched(false);
    for (std::size_t epoch = 1; epoch <= 2; ++epoch) {
        watched.progress.begin_epoch(epoch, 10, 1438);
        for (std::size_t done = 32; done < 1438; done += 32) {
            watched.now += 0.5;
            watched.progress.update(done, running);
        }
        watched.progress.end_epoch(last);
    }
    const std::string values = "  loss 0.1  accuracy 0.975  val_loss 0.2  val_accuracy 0.9625\n";
    CHECK(watched.written() ==
          "Epoch 1/10  0:22  65 samples/s" + values + "Epoch 2/10  0:22  65 samples/s" + values);
}

TEST_CASE("Progress: on a terminal a line shows place, bar, speed, time left and the running values") {
    Watched watched(true);
    watched.progress.begin_epoch(3, 10, 1000);
    watched.now += 2;
    watched.progress.update(400, running);
    const std::vector<std::string> lines = drawn(watched.written());
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("Epoch 3/10  400/1000  ["));
    CHECK(lines[0].ends_with("]  200 samples/s  3.0 s left  loss 0.1235  accuracy 0.97"));
    CHECK(lines[0].size() <= 99);
    const auto filled = std::count(lines[0].begin(), lines[0].end(), '=') + 1;
    const auto empty = std::count(lines[0].begin(), lines[0].end(), '.') - 3; // less those of the numbers
    CAPTURE(lines[0]);
    CHECK(static_cast<double>(filled) / static_cast<double>(filled + empty) ==
          doctest::Approx(0.4).epsilon(0.1));
}

TEST_CASE("Progress: draws at most ten times a second") {
    Watched watched(true);
    watched.progress.begin_epoch(1, 1, 1000);
    for (std::size_t done = 1; done <= 1000; ++done) {
        watched.now += 0.002;
        watched.progress.update(done, running);
    }
    const std::size_t lines = drawn(watched.written()).size();
    CHECK(lines >= 15);
    CHECK(lines <= 20);
}

TEST_CASE("Progress: an epoch that is over at once shows its last line only") {
    Watched watched(true);
    watched.progress.begin_epoch(1, 2, 100);
    watched.progress.update(50, running);
    watched.progress.end_epoch(last);
    CHECK(watched.written() == "\rEpoch 1/2  0.0 s  0 samples/s  loss 0.1  accuracy 0.975  val_loss 0.2  "
                               "val_accuracy 0.9625\x1b[K\n");
}

TEST_CASE("Progress: what is drawn over fits the terminal, the last line has all values") {
    for (const std::size_t width : {1u, 10u, 40u, 60u, 79u, 80u, 200u}) {
        Watched watched(true, width);
        watched.progress.begin_epoch(1, 1, 1000);
        watched.now += 1;
        watched.progress.update(999, running);
        watched.now += 1;
        watched.progress.update(2000, running);
        watched.progress.end_epoch(last);
        const std::vector<std::string> lines = drawn(watched.written());
        CAPTURE(width);
        REQUIRE(lines.size() == 3);
        for (std::size_t i = 0; i < 2; ++i) {
            CAPTURE(lines[i]);
            CHECK(lines[i].size() <= std::max<std::size_t>(width - 1, 1));
        }
        CHECK(lines[2].ends_with("val_accuracy 0.9625"));
        CHECK(watched.written().ends_with("\x1b[K\n"));
    }
}

TEST_CASE("Progress: long times and high speeds are written short") {
    Watched watched(true, 200);
    watched.progress.begin_epoch(1, 1, 100'000'000);
    watched.now += 1;
    watched.progress.update(12'345, running);
    watched.now += 1;
    watched.progress.update(5'000'000, running);
    const std::vector<std::string> lines = drawn(watched.written());
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].find("  12k samples/s  2:14:59 left") != std::string::npos);
    CHECK(lines[1].find("  2.5M samples/s  0:38 left") != std::string::npos);
}

TEST_CASE("Progress: without a terminal's size, COLUMNS says how wide it is") {
    REQUIRE(setenv("COLUMNS", "50", 1) == 0);
    std::FILE* const file = std::tmpfile();
    double now = 0;
    Progress progress({.stream = file, .terminal = true, .clock = [&now] { return now; }});
    progress.begin_epoch(1, 1, 100);
    now = 1;
    progress.update(50, running);
    CHECK(std::ftell(file) == 49 + 4); // the line, and what moves the cursor
    std::fclose(file);
    unsetenv("COLUMNS");
}

TEST_CASE("Progress: a file is no terminal") {
    std::FILE* const file = std::tmpfile();
    Progress progress({.stream = file});
    progress.begin_epoch(1, 1, 100);
    progress.update(50, running);
    CHECK(std::ftell(file) == 0);
    std::fclose(file);
}
