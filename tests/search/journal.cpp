#include "burin/search/run.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

using namespace burin;

namespace {

const search::Space space{search::LogUniform{"rate", 1e-3, 1}, search::Choice{"kind", {"plain", "round"}}};
constexpr search::Hyperband strategy{.most = 9};
constexpr std::size_t all_calls = 9 + 3 + 1 + 5 + 1 + 3;

struct Counted {
    search::Results results;
    std::size_t calls;
};

/// A search of which trial 3 fails, killed after so many calls of the objective unless it is 0.
Counted run(const std::string& journal, std::uint64_t seed = 1, const search::Space& searched = space,
            std::size_t calls_until_killed = 0) {
    std::atomic<std::size_t> calls{0};
    struct Killed {};
    const search::Options options{
        .seed = seed, .journal = journal, .on_result = [&](const search::TrialResult&) {
            if (calls == calls_until_killed)
                throw Killed{};
        }};
    const parallel::Threads asked(calls_until_killed > 0 ? 1 : 3);
    search::Results results;
    try {
        results = search::run(
            strategy, searched,
            [&](const search::Settings& settings, search::Trial& trial) {
                ++calls;
                if (trial.number() == 3)
                    throw Error("out of \"memory\"");
                return std::log(settings["rate"]) * static_cast<double>(trial.budget()) / 3;
            },
            options);
    } catch (const Killed&) {
    }
    return {results, calls};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = text.find('\n', begin);
        lines.push_back(text.substr(begin, end - begin));
        begin = end == std::string::npos ? text.size() : end + 1;
    }
    return lines;
}

} // namespace

TEST_CASE("journal: a search that is run again repeats nothing, and gives the same table") {
    const TemporaryDirectory directory;
    const Counted plain = run(""), first = run(directory / "journal"), second = run(directory / "journal");
    CHECK(plain.calls == all_calls);
    CHECK(first.calls == all_calls);
    CHECK(second.calls == 0);
    CHECK(first.results.csv() == plain.results.csv());
    CHECK(second.results.csv() == plain.results.csv());
    CHECK(report::text(second.results) ==
          report::text(plain.results) + "22 of 22 calls were read from " + (directory / "journal") + "\n");
    CHECK(report::text(first.results) == report::text(plain.results));
    const std::vector<std::string> lines = lines_of(bytes_of(directory / "journal"));
    CHECK(lines.size() == 1 + all_calls);
    CHECK(lines[0].starts_with(
        R"({"burin":"journal of a search","seed":1,"space":[{"name":"rate","log uniform":[0.001,1.0])"));
}

TEST_CASE("journal: after an interruption anywhere, and with a last line that was cut anywhere") {
    const TemporaryDirectory directory;
    const std::string path = directory / "journal", expected = run("").results.csv();
    for (const std::size_t killed : {1u, 2u, 9u, 10u, 13u, 21u}) {
        CAPTURE(killed);
        write_bytes(path, "");
        CHECK(run(path, 1, space, killed).calls == killed);
        const Counted rest = run(path);
        CHECK(rest.calls == all_calls - killed);
        CHECK(rest.results.csv() == expected);
    }
    const std::string whole = bytes_of(path);
    const std::size_t first = whole.find('\n') + 1;
    for (std::size_t size = 0; size <= whole.size(); size += size < first + 5 ? first / 3 : 97) {
        CAPTURE(size);
        write_bytes(path, whole.substr(0, size));
        const std::size_t lines = lines_of(whole.substr(0, whole.substr(0, size).rfind('\n') + 1)).size();
        const Counted rest = run(path);
        CHECK(rest.calls == all_calls - (lines > 0 ? lines - 1 : 0));
        CHECK(rest.results.csv() == expected);
        CHECK(lines_of(bytes_of(path)).size() == 1 + all_calls);
    }
}

TEST_CASE("journal: one of another search is refused with what differs, and stays as it is") {
    const TemporaryDirectory directory;
    const std::string path = directory / "journal";
    run(path);
    const std::string before = bytes_of(path);
    CHECK(error_of([&] { run(path, 2); }) ==
          path + ": expected the journal of this search, whose seed is 2, got one whose seed is 1");
    const search::Space wider{search::LogUniform{"rate", 1e-4, 1},
                              search::Choice{"kind", {"plain", "round"}}};
    CHECK(error_of([&] { run(path, 1, wider); })
              .starts_with(path + ": expected the journal of this search, whose space is [{\"name\":\"rate\","
                                  "\"log uniform\":[0.0001,1.0],\"points\":3}"));
    const auto other = [&](const auto& other_strategy, const search::Options& options) {
        return error_of([&] {
            search::run(
                other_strategy, space, [](const search::Settings&, search::Trial&) { return 1; }, options);
        });
    };
    CHECK(other(search::Random{}, {.seed = 1, .journal = path}) ==
          path +
              ": expected the journal of this search, whose brackets is [[[10,1]]], got one whose brackets "
              "is [[[9,1],[3,3],[1,9]],[[5,3],[1,9]],[[3,9]]]");
    CHECK(other(strategy, {.highest = false, .seed = 1, .journal = path}) ==
          path +
              ": expected the journal of this search, whose highest is false, got one whose highest is true");
    CHECK(bytes_of(path) == before);
}

TEST_CASE("journal: refuses what is none, lines that are none, and twice the same") {
    const TemporaryDirectory directory;
    const std::string path = directory / "journal";
    run(path);
    const std::string whole = bytes_of(path);
    const auto with = [&](const std::string& text) {
        write_bytes(path, text);
        const std::string error = error_of([&] { run(path); });
        CHECK(bytes_of(path) == text);
        return error;
    };
    CHECK(with("my diary") == path + ": line 1: expected the journal of a search, got 'my diary'");
    CHECK(with("my diary\n") == path + ": line 1: expected the journal of a search, got 'my diary'");
    CHECK(with("{\"burin\":1}\n") ==
          path + ": line 1: expected the journal of a search, got '{\"burin\":1}'");
    const std::size_t trials = lines_of(whole).size();
    const std::string next = path + ": line " + std::to_string(trials + 1) +
                             ": expected a trial with its budget, its settings and a score or an error, got ";
    for (const std::string line :
         {"", "{", "[]", "{\"trial\":0}", R"({"trial":-1,"budget":1,"settings":{},"score":1})",
          R"({"trial":9999,"budget":1,"settings":{},"score":"1"})",
          R"({"trial":9999,"budget":1,"settings":{},"error":""})"})
        CHECK(with(whole + line + "\n").starts_with(next));
    CHECK(with(whole + lines_of(whole)[1] + "\n").starts_with(next));
    const std::string deep(200'000, '[');
    CHECK(with(deep + "\n").starts_with(path + ": line 1: expected the journal of a search, got '[["));
    const std::string nested = deep + std::string(deep.size(), ']');
    CHECK(with(lines_of(whole)[0] + R"(
{"trial":0,"budget":1,"score":1,"settings":)" +
               nested + "}\n")
              .starts_with(path + ": trial 0: expected the settings"));
    std::string seed = whole;
    seed.replace(seed.find("\"seed\":1") + 7, 1, nested);
    CHECK(with(seed).starts_with(path + ": expected the journal of this search, whose seed is 1, got one"));
    std::string other = whole;
    other.replace(other.find("\"kind\":\"", whole.find('\n')), 8, "\"mind\":\"");
    CHECK(with(other).find(": expected the settings {\"rate\":") != std::string::npos);
    CHECK(error_of([&] { run(directory / "none" + "/journal"); }).find("can't be opened") !=
          std::string::npos);
}

TEST_CASE("journal: refuses what is no regular file, and words that are no UTF-8") {
    const TemporaryDirectory directory;
    const std::string path = directory / "fifo";
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    CHECK(error_of([&] { run(path); }) ==
          path + ": can't be opened: expected a regular file or none, got a FIFO");
    CHECK(error_of([&] { run("/dev/zero"); }) ==
          "/dev/zero: can't be opened: expected a regular file or none, got a device");
    for (const search::Space& other :
         {search::Space{search::Uniform{"rate\xFF", 1, 2}},
          search::Space{search::Uniform{"rate", 1, 2}, search::Choice{"kind", {"\xED\xA0\x80"}}}})
        CHECK(error_of([&] {
                  run(directory / "words", 1, other);
              }).starts_with(directory / "words" + ": expected a search whose names and words are UTF-8"));
    CHECK(!std::filesystem::exists(directory / "words"));
}

TEST_CASE("journal: one search at a time") {
    const TemporaryDirectory directory;
    const std::string path = directory / "journal";
    std::string error;
    search::run(search::Random{.trials = 1}, space,
                [&](const search::Settings&, search::Trial&) {
                    error = error_of([&] { run(path); });
                    return 1;
                },
                {.journal = path});
    CHECK(error == path + ": expected a journal for this search alone, got one that another is at");
}
