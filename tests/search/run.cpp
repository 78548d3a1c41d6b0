#include "burin/search/run.hpp"
#include "burin/search/parallel_coordinates.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

using namespace burin;

namespace {

const search::Space space{search::LogUniform{"rate", 1e-3, 1}, search::Choice{"kind", {"plain", "round"}}};

/// Best at a rate of 0.1, the better the more is spent; a function of its arguments alone.
double score(const search::Settings& settings, std::size_t budget) {
    const double away = std::log10(settings["rate"]) + 1;
    return -away * away - (settings.word("kind") == "round" ? 0.5 : 0) - 1 / static_cast<double>(budget);
}

double objective(const search::Settings& settings, const search::Trial& trial) {
    return score(settings, trial.budget());
}

struct Small {};
struct Wide {};
using Networks = search::Architectures<search::Named<"small", Small>, Wide>;

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t result = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++result;
    return result;
}

} // namespace

TEST_CASE("run: one seed gives the same table at any number of threads, another seed another") {
    const auto table = [](std::size_t threads, std::uint64_t seed) {
        const parallel::Threads asked(threads);
        return search::run(search::Hyperband{.most = 27}, space, objective, {.seed = seed}).csv();
    };
    const std::string once = table(1, 1);
    CHECK(table(1, 1) == once);
    for (const std::size_t threads : {2u, 5u})
        for (int i = 0; i < 5; ++i)
            CHECK(table(threads, 1) == once);
    CHECK(table(1, 2) != once);
}

TEST_CASE("run: the best of a rung go on, and no others") {
    std::map<std::size_t, std::vector<std::size_t>> budgets; // Of each trial.
    std::mutex mutex;
    const search::Results results =
        search::run(search::SuccessiveHalving{.trials = 9, .least = 1, .most = 9}, space,
                    [&](const search::Settings& settings, search::Trial& trial) {
                        const std::lock_guard lock(mutex);
                        budgets[trial.number()].push_back(trial.budget());
                        return score(settings, trial.budget());
                    });
    std::vector<std::size_t> by_rate(9);
    for (std::size_t i = 0; i < 9; ++i)
        by_rate[i] = i;
    std::sort(by_rate.begin(), by_rate.end(), [&](std::size_t a, std::size_t b) {
        return score(results.trials()[a].settings, 1) > score(results.trials()[b].settings, 1);
    });
    for (std::size_t rank = 0; rank < 9; ++rank) {
        const std::vector<std::size_t> expected = rank < 1   ? std::vector<std::size_t>{1, 3, 9}
                                                  : rank < 3 ? std::vector<std::size_t>{1, 3}
                                                             : std::vector<std::size_t>{1};
        CHECK(budgets[by_rate[rank]] == expected);
        CHECK(results.trials()[by_rate[rank]].budget() == expected.back());
    }
    CHECK(results.best().number == by_rate[0]);
    CHECK(results.best().scores.size() == 3);
}

TEST_CASE("run: the lowest is the best where that is said") {
    const search::Results results =
        search::run(search::Random{.trials = 20}, space,
                    [](const search::Settings& settings, search::Trial&) { return settings["rate"]; },
                    {.highest = false});
    for (const search::TrialResult& trial : results.trials())
        CHECK(results.best().score() <= trial.score());
    CHECK_FALSE(results.highest());
}

TEST_CASE("run: a trial keeps its state from rung to rung, and only one that goes on") {
    struct Counter {
        explicit Counter(std::atomic<int>& all) : alive(all) { ++alive; }
        Counter(const Counter&) = delete;
        Counter& operator=(const Counter&) = delete;
        ~Counter() { --alive; }
        std::atomic<int>& alive;
        std::size_t spent = 0;
    };
    std::atomic<int> alive{0};
    std::atomic<std::size_t> steps{0};
    const search::Results results =
        search::run(search::SuccessiveHalving{.trials = 9, .least = 1, .most = 9}, space,
                    [&](const search::Settings& settings, search::Trial& trial) {
                        Counter& counter = trial.keep<Counter>(alive);
                        CHECK(counter.spent == trial.spent());
                        steps += trial.budget() - trial.spent();
                        counter.spent = trial.budget();
                        if (trial.budget() > 1)
                            CHECK(alive <= 3);
                        return score(settings, trial.budget());
                    });
    CHECK(alive == 0);
    CHECK(steps == 9 * 1 + 3 * 2 + 1 * 6);
}

TEST_CASE("run: trials that throw or give no finite number have failed, with their message, and never win") {
    const auto broken = [](const search::Settings& settings, search::Trial& trial) -> double {
        switch (trial.number()) {
        case 0:
            throw Error("no such file");
        case 1:
            return std::numeric_limits<double>::quiet_NaN();
        case 2:
            return std::numeric_limits<double>::infinity();
        case 3:
            throw 5;
        case 4:
            if (trial.budget() > 1)
                throw std::runtime_error("too large");
            return 1e9;
        case 5:
            trial.report(2);
            trial.report(std::numeric_limits<double>::quiet_NaN());
            return 1e9;
        default:
            return score(settings, trial.budget());
        }
    };
    const search::Results results =
        search::run(search::SuccessiveHalving{.trials = 9, .least = 1, .most = 9}, space, broken);
    const auto error = [&](std::size_t trial) { return results.trials()[trial].error; };
    CHECK(error(0) == "no such file");
    CHECK(error(1) == "expected a finite score, got nan");
    CHECK(error(2) == "expected a finite score, got inf");
    CHECK(error(3) == "an exception that is no std::exception");
    CHECK(error(4) == "too large");
    CHECK(results.trials()[4].budget() == 1);
    CHECK(error(5) == "stopped: value 2 that it reported was nan");
    for (std::size_t i = 6; i < 9; ++i)
        CHECK(error(i) == "");
    CHECK(results.best().number >= 6);
    CHECK(results.ranking()[2] >= 6);
    CHECK(results.ranking().back() == 5);
    const std::string text = report::text(results);
    CHECK(count(text, "  too large\n") == 1);

    const search::Results none =
        search::run(search::Random{.trials = 2}, space,
                    [](const search::Settings&, search::Trial&) -> double { throw Error("no"); });
    CHECK(error_of([&] { static_cast<void>(none.best()); }) ==
          "Results: expected a trial that did not fail, got 2 that did, the first: no");
    CHECK(error_of([] { static_cast<void>(search::Results().best()); }) ==
          "Results: expected a trial that did not fail, got 0 that did");
}

TEST_CASE("run: a rule stops trials by what they report") {
    std::atomic<std::size_t> reports{0};
    const search::Results results =
        search::run(search::Random{.trials = 4, .budget = 10}, space,
                    [&](const search::Settings&, search::Trial& trial) {
                        for (std::size_t i = 0; i < trial.budget(); ++i) {
                            ++reports;
                            if (!trial.report(static_cast<double>(trial.number() * i)))
                                break;
                        }
                        return 1.0;
                    },
                    {.stop = [](std::span<const double> reported) { return reported.back() > 8; }});
    CHECK(reports == 10 + 10 + 6 + 4); // Trial 2 reports 10 with the sixth, trial 3 9 with the fourth.
    CHECK(results.trials()[1].error == "stopped: value 10 that it reported was 9.000000");
}

TEST_CASE("run: architectures, each given to the objective as its type") {
    const auto by_type = [](auto architecture, const search::Settings& settings, search::Trial& trial) {
        using Network = typename decltype(architecture)::Network;
        return score(settings, trial.budget()) + (std::is_same_v<Network, Wide> ? 10 : 0);
    };
    const search::Results grid = search::run(search::Grid{}, Networks{}, space, by_type);
    CHECK(grid.trials().size() == 12);
    CHECK(grid.architectures() == std::vector<std::string>{"small", "network 2"});
    CHECK(grid.best().architecture == 1);
    CHECK(grid.best().settings["rate"] == doctest::Approx(std::sqrt(1e-3)));
    CHECK(grid.best().settings.word("kind") == "plain");
    std::set<std::size_t> drawn;
    const search::Results random = search::run(search::Random{.trials = 20}, Networks{}, space, by_type);
    for (const search::TrialResult& trial : random.trials()) {
        drawn.insert(trial.architecture);
        CHECK((trial.score() > 0) == (trial.architecture == 1));
    }
    CHECK(drawn.size() == 2);
}

TEST_CASE("run: on_result is told of each call, one at a time") {
    std::size_t calls = 0;
    double spent = 0;
    search::run(search::Hyperband{.most = 9}, space, objective,
                {.on_result = [&](const search::TrialResult& trial) {
                    ++calls;
                    spent += static_cast<double>(trial.budget());
                }});
    CHECK(calls == 9 + 3 + 1 + 5 + 1 + 3);
    CHECK(spent == 9 * 1 + 3 * 3 + 9 + 5 * 3 + 9 + 3 * 9);
    CHECK(error_of([] {
              search::run(search::Random{}, space, objective,
                          {.on_result = [](const search::TrialResult&) { throw Error("disk full"); }});
          }) == "disk full");
}

TEST_CASE("run: refuses strategies that are none") {
    const auto with = [](const auto& strategy) {
        return error_of([&] { search::run(strategy, space, objective); });
    };
    CHECK(with(search::Random{.trials = 0}) == "search: expected a trial or more in each bracket, got none");
    CHECK(with(search::SuccessiveHalving{.trials = 0}) ==
          "search: expected a trial or more in each bracket, got none");
    CHECK(with(search::Grid{.budget = 0}) ==
          "search: expected budgets that grow from 1 or more, got 0 in rung 1");
}

TEST_CASE("Results: a table, the best first, and exact values by number") {
    const search::Settings plain({{"rate", 0.125}, {"kind", "plain"}}),
        odd({{"rate", 1 / 3.0}, {"kind", "a \"b\", c"}});
    const search::Results results(
        {{.number = 0, .settings = plain, .scores = {{1, 0.5}}},
         {.number = 1, .architecture = 1, .bracket = 2, .settings = odd, .scores = {{1, 0.25}, {3, 0.875}}},
         {.number = 2, .settings = plain, .error = "no, not this"}},
        {"small", "wide"}, true);
    CHECK(report::text(results) ==
          "trial  architecture    rate  kind      bracket  budget  score  failed\n"
          "-----  ------------  ------  --------  -------  ------  -----  ------------\n"
          "    1  wide          0.3333  a \"b\", c        2       3  0.875\n"
          "    0  small          0.125  plain           0       1    0.5\n"
          "    2  small          0.125  plain           0       0         no, not this\n");
    CHECK(count(report::text(results, 1), "\n") == 3);
    CHECK(results.csv() == "trial,architecture,rate,kind,bracket,budget,score,error\r\n"
                           "0,small,0.125,plain,0,1,0.5,\r\n"
                           "1,wide,0.3333333333333333,\"a \"\"b\"\", c\",2,3,0.875,\r\n"
                           "2,small,0.125,plain,0,0,,\"no, not this\"\r\n");
}

TEST_CASE(
    "parallel_coordinates_svg: a line a trial, the best on top, those that failed end before the score") {
    const search::Results results =
        search::run(search::Random{.trials = 6}, Networks{}, space,
                    [](auto, const search::Settings& settings, search::Trial& trial) {
                        return trial.number() == 2 ? throw Error("no") : score(settings, 1);
                    });
    const std::string svg = search::parallel_coordinates_svg(results, space, "a < b");
    CHECK(svg.starts_with("<svg "));
    CHECK(svg.ends_with("</svg>\n"));
    CHECK(count(svg, "<polyline ") == 6);
    CHECK(count(svg, "#D55E00") == 1);
    CHECK(svg.rfind("#D55E00") > svg.rfind("#0072B2"));
    CHECK(count(svg, "stroke-dasharray") == 1);
    CHECK(count(svg, "a &lt; b") == 1);
    for (const char* title :
         {"architecture", "rate", "kind", "score", "small", "network 2", "plain", "round"})
        CHECK(count(svg, std::string(">") + title + "<") == 1);
    CHECK(count(svg, "nan") == 0);
    CHECK(count(search::parallel_coordinates_svg(search::Results(), space), "<polyline ") == 0);

    const search::Results huge(
        {{.number = 0, .settings = search::Settings({{"x", 0.5}}), .scores = {{1, -1.7e308}}},
         {.number = 1, .settings = search::Settings({{"x", 0.25}}), .scores = {{1, 1.7e308}}}},
        {}, true);
    const std::string far = search::parallel_coordinates_svg(huge, {search::Uniform{"x", 0, 1}});
    CHECK(count(far, "nan") + count(far, "inf") == 0);
    for (const search::Space& other :
         {search::Space{search::Uniform{"y", 0, 1}}, search::Space{search::Choice{"x", {"a"}}},
          search::Space{search::Uniform{"x", 0, 1}, search::Uniform{"y", 0, 1}}})
        CHECK(error_of([&] { (void)search::parallel_coordinates_svg(huge, other); })
                  .starts_with("parallel_coordinates_svg: expected the space of the search, got one whose "));
}
