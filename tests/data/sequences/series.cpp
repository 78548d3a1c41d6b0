#include "burin/data/sequences/differencing.hpp"
#include "burin/data/sequences/lags.hpp"
#include "burin/data/sequences/resample.hpp"
#include "burin/data/sequences/seasonal_decompose.hpp"
#include "burin/data/sequences/stl.hpp"

#include "reference/sequences.hpp"
#include "support/check_same.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin;
using data::Table;
using namespace data::sequences;
namespace expected = reference::sequences;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

std::vector<double> on_grid(Resampling how, double max_gap = std::numeric_limits<double>::infinity()) {
    const Resampled found = resample(
        expected::times, expected::values,
        {.step = 1.5, .how = how, .start = 99, .count = std::size(expected::grid), .max_gap = max_gap});
    check_same(found.times, expected::grid, 0);
    return found.values;
}

} // namespace

TEST_CASE("lagged: as pandas's shift, and as columns of a table") {
    check_same(lagged(expected::series, 3), expected::lag_3, 0);
    check_same(lagged(expected::series, -2), expected::lead_2, 0);
    check_same(lagged(std::vector<double>{1, 2}, 5), std::vector<double>{none, none}, 0);
    const Table table =
        with_lags(Table().with("load", {1, 2, 3}).with("day", {"a", "b", "c"}), "load", {1, 2});
    CHECK(table.names() == std::vector<std::string>{"load", "day", "load_lag_1", "load_lag_2"});
    check_same(table.numbers("load_lag_2"), std::vector<double>{none, none, 1}, 0);
    const Table far = with_lags(table, "load", {std::numeric_limits<std::size_t>::max()});
    CHECK(std::isnan(far.numbers("load_lag_18446744073709551615")[2]));
}

TEST_CASE("difference: as pandas's diff, and back") {
    check_same(difference(expected::series), expected::difference_1, 1e-15);
    check_same(difference(expected::series, {.order = 2}), expected::difference_2, 1e-15);
    check_same(difference(expected::series, {.order = 2, .season = 4}), expected::difference_2_4, 1e-15);
    const std::span<const double> series(expected::series);
    for (const Differencing of :
         {Differencing{1, 1}, Differencing{2, 1}, Differencing{1, 4}, Differencing{3, 2}})
        check_same(undifference(difference(series, of), series.first(of.order * of.season), of), series,
                   1e-14);
}

TEST_CASE("difference: refuses what leaves nothing") {
    const std::vector<double> two{1, 2};
    CHECK(error_of([&] { difference(two, {.order = 2}); }) ==
          "difference: expected a series of more than 2 · 1 values, got 2");
    CHECK(error_of([&] { difference({}, {}); }) ==
          "difference: expected a series of more than 1 · 1 values, got 0");
    CHECK(error_of([&] { difference(two, {.order = 0}); }) ==
          "difference: expected an order and a season of at least 1, got 0 and 1");
    CHECK(error_of([&] { undifference(two, two, {.season = 3}); }) ==
          "undifference: expected the 3 values in front of the differences, got 2");
    CHECK(difference(two) == std::vector<double>{1});
}

TEST_CASE("seasonal_decompose: as statsmodels's") {
    const auto check = [](std::size_t period, Composition composition, const auto& trend,
                          const auto& seasonal, const auto& rest) {
        const Decomposition found = seasonal_decompose(expected::series, period, composition);
        check_same(found.trend, trend, 1e-13);
        check_same(found.seasonal, seasonal, 1e-12);
        check_same(found.rest, rest, 1e-12);
    };
    check(4, Composition::additive, expected::add_4_trend, expected::add_4_seasonal, expected::add_4_rest);
    check(5, Composition::additive, expected::add_5_trend, expected::add_5_seasonal, expected::add_5_rest);
    check(4, Composition::multiplicative, expected::multiply_4_trend, expected::multiply_4_seasonal,
          expected::multiply_4_rest);
}

TEST_CASE("seasonal_decompose: refuses less than two seasons, and what has no product") {
    const std::vector<double> few{1, 2, 3}, gap{1, 2, none, 4}, zero{1, 2, 0, 4};
    CHECK(error_of([&] { seasonal_decompose(few, 2); }) ==
          "seasonal_decompose: expected a period of at least 2 and two of them, got a period of 2 and 3 "
          "values");
    CHECK(error_of([&] { seasonal_decompose(gap, 2); }) ==
          "seasonal_decompose: value 2: expected a finite number, got nan");
    CHECK(error_of([&] { seasonal_decompose(zero, 2, Composition::multiplicative); }) ==
          "seasonal_decompose: value 2: expected a finite number above 0, got 0");
}

TEST_CASE("stl: as statsmodels's, robust too") {
    const auto check = [](const auto& series, const Stl& options, const auto& trend, const auto& seasonal) {
        const Decomposition found = stl(series, 4, options);
        check_same(found.trend, trend, 1e-11);
        check_same(found.seasonal, seasonal, 1e-11);
        for (std::size_t i = 0; i < found.rest.size(); ++i)
            CHECK(found.trend[i] + found.seasonal[i] + found.rest[i] == doctest::Approx(series[i]));
    };
    check(expected::series, {}, expected::stl_trend, expected::stl_seasonal);
    check(expected::outliers, {.robust = true}, expected::stl_robust_trend, expected::stl_robust_seasonal);
    check(expected::series, {.seasonal = 13, .trend = 11, .low_pass = 7}, expected::stl_smooth_trend,
          expected::stl_smooth_seasonal);
}

TEST_CASE("stl: two seasons are enough, a constant stays, and what can't be is refused") {
    const std::vector<double> constant(8, 3), few{1, 2, 3};
    for (const bool robust : {false, true}) {
        const Decomposition found = stl(constant, 4, {.robust = robust});
        check_same(found.trend, constant, 1e-14);
        check_same(found.seasonal, std::vector<double>(8, 0), 1e-14);
    }
    CHECK(error_of([&] { stl(few, 2); }) ==
          "stl: expected a period of at least 2 and two of them, got a period of 2 and 3 values");
    CHECK(error_of([&] { stl(constant, 4, {.seasonal = 8}); }) ==
          "stl: .seasonal: expected an odd number of at least 3 and above 0, got 8");
    CHECK(error_of([&] { stl(constant, 4, {.trend = 3}); }) ==
          "stl: .trend: expected an odd number of at least 3 and above 4, got 3");
}

TEST_CASE("resample: to a grid, as pandas, numpy and scipy") {
    check_same(on_grid(Resampling::mean), expected::mean, 1e-14);
    check_same(on_grid(Resampling::last), expected::last, 0);
    check_same(on_grid(Resampling::last, 2), expected::last_2, 0);
    check_same(on_grid(Resampling::linear), expected::linear, 1e-13);
    check_same(on_grid(Resampling::spline), expected::spline, 1e-12);
}

TEST_CASE("resample: wide gaps stay missing; ends, one value, none that is known") {
    const std::vector<double> times{0, 1, 5, 6}, values{1, 2, 6, 7};
    const auto found = resample(times, values, {.step = 0.5, .how = Resampling::linear, .max_gap = 1}).values;
    CHECK(found.size() == 13);
    check_same(found, std::vector<double>{1, 1.5, 2, none, none, none, none, none, none, none, 6, 6.5, 7}, 0);
    check_same(resample(std::vector<double>{3}, std::vector<double>{4},
                        {.step = 1, .how = Resampling::spline, .start = 2, .count = 3})
                   .values,
               std::vector<double>{none, 4, none}, 0);
    check_same(resample(std::vector<double>{3}, std::vector<double>{none}, {.step = 1}).values,
               std::vector<double>{none}, 0);
}

TEST_CASE("resample: a table, by numbers or dates; categories and dates are the last ones") {
    const Table table = Table()
                            .with("time", {0, 1, 4})
                            .with("a", {1, 2, 5})
                            .with("b", {none, 0, 3})
                            .with("name", {"x", "y", "z"})
                            .with("day", data::Column::of_dates({none, 60, 120}));
    const Table even = resample(table, "time", {.step = 2, .how = Resampling::linear});
    CHECK(even.names() == table.names());
    CHECK(std::vector<Label>(even.codes("name").begin(), even.codes("name").end()) ==
          std::vector<Label>{0, 1, 2});
    CHECK(even.categories("name").size() == 3);
    check_same(even.dates("day"), std::vector<double>{none, 60, 120}, 0);
    const Table early = resample(table, "time", {.step = 2, .start = -2, .max_gap = 0.5});
    CHECK(std::vector<Label>(early.codes("name").begin(), early.codes("name").end()) ==
          std::vector<Label>{no_label, 0, no_label, 2});
    check_same(even.numbers("a"), std::vector<double>{1, 3, 5}, 1e-15);
    check_same(even.numbers("b"), std::vector<double>{none, 1, 3}, 1e-15);
    const Table dated = Table().with("time", data::Column::of_dates({0, 60})).with("a", {1, 2});
    CHECK(resample(dated, "time", {.step = 30}).dates("time").size() == 3);
}

TEST_CASE("resample: refuses times that don't rise, and grids that are none") {
    const std::vector<double> times{0, 2, 2}, values{1, 2, 3};
    CHECK(error_of([&] { resample(times, values, {.step = 1}); }) ==
          "resample: time 2: expected a finite one above that before, got 2");
    CHECK(error_of([&] { resample(times, std::vector<double>{1}, {.step = 1}); }) ==
          "resample: expected a value for each of 3 times, got 1");
    CHECK(error_of([&] { resample(times, values, {}); }) == "resample: expected a step above 0, got 0");
    CHECK(error_of([] { resample(std::vector<double>{}, std::vector<double>{}, {.step = 1}); }) ==
          "resample: expected a value at least, got none");
    CHECK(error_of([] {
              resample(std::vector<double>{0, 1}, std::vector<double>{0, 1}, {.step = 1, .start = 2});
          }) == "resample: expected a start no later than the last time, 1, got 2");
    CHECK(error_of([] {
              resample(std::vector<double>{0, 1e9}, std::vector<double>{0, 1}, {.step = 1e-9});
          }) == "resample: expected what fits into memory, got more");
}
