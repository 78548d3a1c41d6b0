#include "burin/search/space.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace burin::search;

namespace {

Space space() {
    return {LogUniform{"rate", 1e-4, 1e-1}, Uniform{"smoothing", -1, 1}, Integer{"units", 4, 10, 3},
            Choice{"optimizer", {"adam", "sgd"}}};
}

} // namespace

TEST_CASE("Space: random settings lie within, spread as they should, and depend on seed and trial alone") {
    constexpr std::size_t trials = 2000;
    std::map<double, std::size_t> units;
    std::map<std::string, std::size_t> optimizers;
    double log_rate = 0, smoothing = 0, square = 0;
    std::size_t low_rates = 0;
    for (std::size_t i = 0; i < trials; ++i) {
        const Settings drawn = space().random(1, i);
        const double rate = drawn["rate"];
        CHECK((rate >= 1e-4 && rate <= 1e-1 && std::abs(drawn["smoothing"]) <= 1));
        log_rate += std::log10(rate) / trials;
        low_rates += rate < 1e-3;
        smoothing += drawn["smoothing"] / trials;
        square += drawn["smoothing"] * drawn["smoothing"] / trials;
        ++units[drawn["units"]];
        ++optimizers[drawn.word("optimizer")];
    }
    // Within five standard deviations of what is expected.
    CHECK(log_rate == doctest::Approx(-2.5).epsilon(0.04));
    CHECK(std::abs(static_cast<double>(low_rates) - trials / 3.0) < 105);
    CHECK(std::abs(smoothing) < 0.065);
    CHECK(square == doctest::Approx(1 / 3.0).epsilon(0.1));
    CHECK(units.size() == 3);
    for (const double each : {4.0, 7.0, 10.0})
        CHECK(std::abs(static_cast<double>(units[each]) - trials / 3.0) < 105);
    CHECK(optimizers.size() == 2);
    CHECK(std::abs(static_cast<double>(optimizers["adam"]) - trials / 2.0) < 112);

    CHECK(space().random(1, 7) == space().random(1, 7));
    CHECK(space().random(1, 7) != space().random(2, 7));
    CHECK(space().random(1, 7) != space().random(1, 8));
}

TEST_CASE("Space: whole numbers are drawn from ranges of 2^32 and more, too") {
    constexpr std::int64_t most = std::int64_t{1} << 31;
    constexpr std::size_t trials = 1000;
    for (const std::int64_t high : {most - 2, most - 1, most}) {
        const Space wide{Integer{"n", -most, high}};
        double mean = 0, square = 0;
        for (std::size_t i = 0; i < trials; ++i) {
            const double drawn = wide.random(1, i)["n"];
            CHECK((drawn >= -0x1p31 && drawn <= static_cast<double>(high) && drawn == std::floor(drawn)));
            mean += drawn / 0x1p31 / trials;
            square += drawn * drawn / 0x1p62 / trials;
        }
        // Within five standard deviations of what is expected.
        CHECK(std::abs(mean) < 0.092);
        CHECK(std::abs(square - 1 / 3.0) < 0.048);
    }
}

TEST_CASE("Space: a grid has every point once, the last setting changes fastest") {
    CHECK(space().grid_size() == 3 * 3 * 3 * 2);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i < space().grid_size(); ++i) {
        std::string text;
        const Settings point = space().grid_point(i);
        for (const Settings::Named& each : point.values())
            text += each.value.text() + " ";
        seen.push_back(text);
    }
    CHECK(seen[0] == "1e-04 -1 4 adam ");
    CHECK(seen[1] == "1e-04 -1 4 sgd ");
    CHECK(seen[2] == "1e-04 -1 7 adam ");
    CHECK(seen[6] == "1e-04 0 4 adam ");
    CHECK(seen.back() == "0.1 1 10 sgd ");
    CHECK(space().grid_point(18)["rate"] == doctest::Approx(std::sqrt(1e-5)));
    std::sort(seen.begin(), seen.end());
    CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
    CHECK(Space{Uniform{"x", 2, 4, 1}}.grid_point(0)["x"] == 3);
    CHECK(Space{Integer{"n", 5, 5}}.grid_size() == 1);
}

TEST_CASE("Space: refuses what is no range, and names given twice") {
    const double infinity = std::numeric_limits<double>::infinity(),
                 nan = std::numeric_limits<double>::quiet_NaN();
    for (const Uniform& range : {Uniform{"x", 1, 1}, Uniform{"x", 2, 1}, Uniform{"x", nan, 1},
                                 Uniform{"x", 0, infinity}, Uniform{"x", 0, 1, 0}})
        CHECK(error_of([&] { Space{range}; }) ==
              "Space: x: expected finite bounds, the lower first, and a point or more, got others");
    for (const LogUniform& range : {LogUniform{"x", 0, 1}, LogUniform{"x", -1, 1}, LogUniform{"x", 1, nan}})
        CHECK(error_of([&] { Space{range}; }) ==
              "Space: x: expected finite bounds above 0, the lower first, and a point or more, got others");
    for (const Integer& range :
         {Integer{"x", 2, 1}, Integer{"x", 0, 1, 0}, Integer{"x", 0, std::int64_t{1} << 40}})
        CHECK(error_of([&] { Space{range}; }).starts_with("Space: x: expected bounds within ±2^31"));
    CHECK(error_of([] { Space{Uniform{"x", -1.7e308, 1.7e308}}; }) ==
          "Space: x: expected bounds a finite distance apart, got others");
    CHECK(error_of([] { Space{Choice{"x", {}}}; }) == "Space: x: expected values to choose from, got others");
    CHECK(error_of([&] { Space{Choice{"x", {nan}}}; }) ==
          "Space: x: expected finite numbers to choose from, got others");
    CHECK(error_of([] { Space{Integer{"x", 1, 2}, Choice{"x", {1}}}; }) ==
          "Space: expected a name for each setting, got 'x' twice");
    CHECK(error_of([] {
              static_cast<void>(Space{Integer{"a", 0, 1 << 30}, Integer{"b", 0, 1 << 30}}.grid_size());
          }) == "Space: expected a grid of at most 2^32 points, got more");
    // Two times 2^63 is 0 in 64 bits.
    CHECK(error_of([] {
              static_cast<void>(
                  Space{Uniform{"a", 0, 1, 2}, Uniform{"b", 0, 1, std::size_t{1} << 63}}.grid_size());
          }) == "Space: expected a grid of at most 2^32 points, got more");
}

TEST_CASE("Settings: numbers, whole numbers and words by name") {
    const Settings settings({{"rate", 0.25}, {"units", 16}, {"optimizer", "sgd"}});
    CHECK(settings["rate"] == 0.25);
    CHECK(settings.whole("units") == 16);
    CHECK(settings.word("optimizer") == "sgd");
    CHECK(error_of([&] { settings.whole("rate"); }) ==
          "Settings: rate: expected a whole number from 0 on, got '0.25'");
    CHECK(error_of([&] { static_cast<void>(settings["optimizer"]); }) ==
          "Settings: optimizer: expected a number, got 'sgd'");
    CHECK(error_of([&] { settings.word("units"); }) == "Settings: units: expected a word, got '16'");
    CHECK(error_of([&] { static_cast<void>(settings["size"]); }) ==
          "Settings: expected one of rate, units, optimizer, got 'size'");
    CHECK(Value(0.1).text() == "0.1");
    CHECK(Value(true).text() == "1");
}
