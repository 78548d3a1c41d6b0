#include "burin/data/fit_pipeline.hpp"
#include "burin/data/sequences/differencing.hpp"
#include "burin/data/sequences/each_step.hpp"
#include "burin/data/sequences/padding.hpp"
#include "burin/data/sequences/streaming.hpp"
#include "burin/data/sequences/windows.hpp"
#include "burin/data/tables/polynomial_features.hpp"
#include "burin/data/tables/scalers.hpp"

#include "reference/sequences.hpp"
#include "support/check_same.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using namespace burin;
using data::Table;
using namespace data::sequences;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

template <class Data>
std::vector<double> inputs(const Data& data) {
    std::vector<double> all;
    for (std::size_t i = 0; i < data.size(); ++i)
        all.insert(all.end(), data.input(i).begin(), data.input(i).end());
    return all;
}
template <class Data>
std::vector<double> targets(const Data& data) {
    std::vector<double> all;
    for (std::size_t i = 0; i < data.size(); ++i)
        all.insert(all.end(), data.target(i).begin(), data.target(i).end());
    return all;
}

const std::vector<double> six{0, 1, 2, 3, 4, 5};

} // namespace

TEST_CASE("windows: of a series, with what follows them") {
    const auto next = windows(six, {.length = 3});
    CHECK(next.input_shape() == Shape(3, 1));
    CHECK(inputs(next) == std::vector<double>{0, 1, 2, 1, 2, 3, 2, 3, 4});
    CHECK(targets(next) == std::vector<double>{3, 4, 5});
    const auto far = windows<double>(six, {.length = 2, .horizons = {1, 3, 2}, .stride = 2});
    CHECK(inputs(far) == std::vector<double>{0, 1});
    CHECK(targets(far) == std::vector<double>{2, 4, 3});
    CHECK(windows(six, {.length = 1, .horizons = {5}}).size() == 1);
}

TEST_CASE("windows: of a table's columns, several targets at several horizons") {
    const Table table =
        Table().with("a", {0, 1, 2, 3, 4}).with("b", {10, 11, 12, 13, 14}).with("c", {20, 21, 22, 23, 24});
    const auto samples = windows(table, {"b", "a"}, {"c", "a"}, {.length = 2, .horizons = {1, 2}});
    CHECK(samples.input_shape() == Shape(2, 2));
    CHECK(inputs(samples) == std::vector<double>{10, 0, 11, 1, 11, 1, 12, 2});
    CHECK(targets(samples) == std::vector<double>{22, 2, 23, 3, 23, 3, 24, 4});
}

TEST_CASE("windows: what is missing is left out, or kept on wish") {
    const std::vector<double> series{0, 1, none, 3, 4, 5};
    CHECK(inputs(windows(series, {.length = 2})) == std::vector<double>{3, 4});
    check_same(targets(windows(series, {.length = 2, .keep_missing = true})),
               std::vector<double>{none, 3, 4, 5}, 0);
    CHECK(windows(std::vector<double>{none, none}, {.length = 1}).empty());
}

TEST_CASE("windows: refuse a series that is too short, a target that is an input, and nothing to do") {
    CHECK(error_of([] { windows(six, {.length = 2, .horizons = {1, 0}}); }) ==
          "windows: expected horizons of at least 1, steps behind the window, got 0, which is its own last step");
    CHECK(error_of([] { windows(six, {.length = 5, .horizons = {1, 2}}); }) ==
          "windows: expected a series of at least 5 and 2 steps, got 6");
    CHECK(error_of([] { windows(six, {.length = 0}); }) ==
          "windows: expected a length and a stride of at least 1, a horizon and a column, got a length of 0, "
          "a stride of 1, 1 "
          "horizons, 1 columns and 1 targets");
    CHECK(error_of([] {
              windows(six, {.length = 1, .horizons = {std::numeric_limits<std::size_t>::max()}});
          }) == "windows: expected a series of at least 1 and 18446744073709551615 steps, got 6");
}

TEST_CASE("pad: sequences of one length, with a mask on wish") {
    const std::vector<std::vector<float>> sequences{{1, 2, 3, 4}, {5, 6}, {}};
    const std::vector<Label> labels{0, 1, 2};
    const auto right = pad(sequences, labels, {.channels = 2, .value = -1});
    CHECK(right.input_shape() == Shape(2, 2));
    CHECK(inputs(right) == std::vector<double>{1, 2, 3, 4, 5, 6, -1, -1, -1, -1, -1, -1});
    CHECK(right.labels() == labels);
    const auto left = pad(sequences, labels, {.length = 3, .pad_left = true, .mask_channel = true});
    CHECK(left.input_shape() == Shape(3, 2));
    CHECK(inputs(left) == std::vector<double>{1, 1, 2, 1, 3, 1, 0, 0, 5, 1, 6, 1, 0, 0, 0, 0, 0, 0});
    CHECK(inputs(pad(sequences, labels, {.length = 1, .cut_left = true})) == std::vector<double>{4, 6, 0});
}

TEST_CASE("pad_labels: steps that are not there have a label that is ignored") {
    CHECK(pad_labels({{1, 2}, {3}}) == std::vector<Label>{1, 2, 3, no_label});
    CHECK(pad_labels({{1, 2}, {3}}, {.length = 3, .pad_left = true}, 9) ==
          std::vector<Label>{9, 1, 2, 9, 9, 3});
}

TEST_CASE("pad: refuses parts of steps and nothing at all") {
    const std::vector<std::vector<float>> odd{{1, 2}, {1, 2, 3}};
    CHECK(error_of([&] { pad(odd, std::vector<Label>{0, 1}, {.channels = 2}); }) ==
          "pad: sequence 1: expected whole steps of 2 numbers, got 3 numbers");
    CHECK(error_of([&] { pad(odd, std::vector<Label>{0, 1}, {.channels = 0}); }) ==
          "pad: expected at least one channel, got 0");
    for (const std::size_t length : {std::size_t{1} << 62, std::size_t{1} << 63})
        CHECK(error_of([&] { pad(odd, std::vector<Label>{0, 1}, {.length = length}); }) ==
              "pad: expected what fits into memory, got more");
    CHECK(error_of([] { pad(std::vector<std::vector<float>>{{}}, std::vector<Label>{0}); }) ==
          "pad: expected a sequence with a step, got none");
    CHECK(error_of([&] {
              pad(odd, std::vector<Label>{0, 1, 2});
          }).starts_with("Dataset: expected the same number of targets"));
}

TEST_CASE("EachStep: one stage for all steps, that learns from all of them") {
    using Stage = EachStep<data::StandardScaler>;
    data::PipelineOf<double, Input<2, 2>, Stage> preparation;
    const data::Dataset<Label, double> train(Shape(2, 2), {1, 10, 2, 20, 3, 30, 4, 40}, {0, 1});
    preparation.fit(train);
    const auto& fitted = preparation.stages().fitted;
    CHECK(fitted.offset == std::array<double, 2>{2.5, 25});
    const double unit = std::sqrt(1.25);
    check_same(inputs(preparation(train)),
               std::vector<double>{-1.5 / unit, -1.5 / unit, -0.5 / unit, -0.5 / unit, 0.5 / unit, 0.5 / unit,
                                   1.5 / unit, 1.5 / unit},
               1e-15);
    CHECK(EachStep<data::PolynomialFeatures<2>>::output_shape(Shape(5, 2)) == Shape(5, 6));
    CHECK(Stage::problem(Shape(4)).view() == "expected input `[steps, channels]`, got `[4]`");
    CHECK(
        error_of(
            [&] { preparation.fit(data::Dataset<Label, double>(Shape(2, 2), {1, none, 2, none}, {0})); }) ==
        "Pipeline: stage `0` `EachStep<StandardScaler>`: column 1: expected a value, got only missing ones");
}

TEST_CASE("RollingWindow: the last steps, the oldest first, and lags") {
    RollingWindow<3, 2> window;
    std::array<float, 6> out{};
    for (const float step : {1.f, 2.f, 3.f, 4.f}) {
        CHECK(window.is_full() == (step > 3));
        window.push(std::array<float, 2>{step, -step});
    }
    window.copy(out);
    CHECK(out == std::array<float, 6>{2, -2, 3, -3, 4, -4});
    CHECK(window.ago(0) == 4);
    CHECK(window.ago(2, 1) == -2);
    CHECK(std::isnan(window.ago(3)));
    RollingWindow<2> fresh;
    CHECK(std::isnan(fresh.ago(0)));
    fresh.push(7);
    CHECK(fresh.ago(0) == 7);
    CHECK(std::isnan(fresh.ago(1)));
}

TEST_CASE("Difference: step by step what the whole series gives, and back") {
    const auto& series = reference::sequences::series;
    const auto check = [&]<std::size_t Order, std::size_t Season>() {
        Difference<Order, Season, double> streaming;
        const auto whole = difference(series, {Order, Season});
        for (std::size_t i = 0; i < std::size(series); ++i) {
            CHECK((i < Order * Season) == std::isnan(Difference(streaming).undo(0)));
            // What a difference of the next value leads to.
            if (i >= Order * Season)
                CHECK(Difference(streaming).undo(whole[i - Order * Season]) ==
                      doctest::Approx(series[i]).epsilon(1e-13));
            const double found = streaming.push(series[i]);
            if (i < Order * Season)
                CHECK(std::isnan(found));
            else
                CHECK(found == doctest::Approx(whole[i - Order * Season]).epsilon(1e-13));
        }
    };
    check.operator()<1, 1>();
    check.operator()<2, 1>();
    check.operator()<1, 4>();
    check.operator()<3, 2>();
    // Several steps ahead.
    Difference<1, 2> ahead;
    ahead.push(10), ahead.push(20);
    CHECK(ahead.undo(1) == 11);
    CHECK(ahead.undo(1) == 21);
    CHECK(ahead.undo(1) == 12);
}

TEST_CASE("windows, pad: extreme strides and channels") {
    const std::vector<double> series{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    const auto one =
        windows(series, {.length = 2, .horizons = {1}, .stride = std::numeric_limits<std::size_t>::max()});
    CHECK(one.size() == 1);
    CHECK(windows(series, {.length = 2, .horizons = {1}, .stride = 3}).size() == 3);
    CHECK(error_of([&] {
              pad(std::vector<std::vector<float>>{{1}}, std::vector<burin::Label>{0},
                  {.channels = std::numeric_limits<std::size_t>::max(), .mask_channel = true});
          }) == "pad: expected fewer channels, got 18446744073709551615");
}
