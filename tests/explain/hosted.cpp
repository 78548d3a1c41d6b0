#include "burin/data/dataset.hpp"
#include "burin/embedded.hpp"
#include "burin/explain.hpp"
#include "reference/explain.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace burin;
namespace expected = reference::explain;

namespace {

using DenseNet = Sequential<Input<6>, Dense<8>, Tanh, BatchNorm<>, Dropout<0.5>, Dense<3>>;

Model<DenseNet, double> dense_model() {
    Model<DenseNet, double> model;
    from_row_major<DenseNet>(expected::dense_stored, model.parameters().data());
    return model;
}

template <std::size_t Count>
std::vector<double> vector_of(const double (&values)[Count]) {
    return {std::begin(values), std::end(values)};
}

} // namespace

TEST_CASE("attribute: the methods' attributions of a model, Captum's") {
    const auto model = dense_model();
    const auto x = vector_of(expected::dense_x);
    const std::span<const double> baseline(expected::dense_baseline);
    check_close(
        explain::attribute(model, x, {.element = 1}, explain::IntegratedGradients{.steps = 9}, baseline),
        expected::dense_gauss, 1e-7);
    check_close(explain::attribute(model, x, {.element = 1}, explain::Saliency{}), expected::dense_saliency,
                1e-12);
    const auto outputs = predict(model, x);
    const explain::Target target = explain::predicted(model, x);
    CHECK(outputs[target.element] == *std::ranges::max_element(outputs));

    CHECK(error_of([&] { explain::attribute(model, std::span(x).first(5), {}); }) ==
          "attribute: expected one sample of 6 values, got 5");
    CHECK(error_of([&] { explain::attribute(model, x, {.element = 3}); }) ==
          "attribute: expected an element of the output below 3, got 3");
    CHECK(error_of([&] { explain::attribute(model, x, {.output = 1}); }) ==
          "attribute: expected an output below 1, got 1");
}

TEST_CASE("attribute: a sample of several inputs, and a target of another output") {
    using Net = Graph<Inputs<Node<"a", Input<2>>, Node<"b", Input<3>>>, Node<"both", Concat, From<"a", "b">>,
                      Node<"first", Dense<2>, From<"both">>, Node<"second", Dense<2>, From<"both">>,
                      Outputs<"first", "second">>;
    const Model<Net, double> model({.seed = 1});
    const auto x = random_numbers(5, 2);
    const auto shares = explain::attribute(model, x, {.element = 1, .output = 1});
    const auto weight = model["second.weight"];
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(shares[i] == doctest::Approx(weight[2 * i + 1] * x[i]).epsilon(1e-12));
    const auto covered =
        explain::attribute(model, x, {.element = 1, .output = 1}, explain::GradientTimesInput{});
    check_close(covered, shares, 1e-12);
}

TEST_CASE("grad_cam: a map as large as the image") {
    using Net = Sequential<Input<6, 6, 1>, Conv2D<2, 3>, ReLU, GlobalAveragePool2D, Dense<2>>;
    Model<Net> model({.seed = 1});
    // A dark image with one bright corner, and a filter that sees it.
    std::ranges::fill(model.parameters().all(), 0.0F);
    for (std::size_t i = 0; i < 9; ++i)
        model["0.weight"][2 * i] = 1;
    model["3.weight"][0] = 1;
    std::vector<float> image(36);
    image[0] = image[1] = image[6] = 1;
    const auto heat = explain::grad_cam<"1">(model, image, {.element = 0});
    REQUIRE(heat.size() == 36);
    CHECK(heat[0] == *std::ranges::max_element(heat));
    CHECK(heat[0] > 0);
    CHECK(heat[35] == 0);
    // Nothing speaks for the other class.
    const auto none = explain::grad_cam<"1">(model, image, {.element = 1});
    CHECK(std::ranges::all_of(none, [](float value) { return value == 0; }));
}

TEST_CASE("permutation_importance: what a model does not use has none, what it uses alone has most") {
    using Net = Sequential<Input<3>, Dense<1>>;
    Model<Net> model;
    model["0.weight"][0] = 3;
    model["0.weight"][1] = 1;
    model["0.weight"][2] = 0;
    const std::vector<float> x = random_numbers<float>(3 * 200, 1);
    std::vector<float> y(200);
    std::vector<Label> labels(200);
    for (std::size_t i = 0; i < 200; ++i) {
        y[i] = 3 * x[3 * i] + x[3 * i + 1];
        labels[i] = y[i] > 0 ? 1 : 0;
    }
    const data::Dataset<float> numbers(Shape(3), x, y);
    const auto importances = explain::permutation_importance(model, numbers, {.repeats = 20, .seed = 1});
    REQUIRE(importances.size() == 3);
    REQUIRE(importances[0].each.size() == 20);
    // Of an exact model: twice the variance of what the feature adds, which is 9 / 3 and 1 / 3.
    CHECK(importances[0].mean() == doctest::Approx(6).epsilon(0.1));
    CHECK(importances[1].mean() == doctest::Approx(2.0 / 3).epsilon(0.1));
    CHECK(importances[2].mean() == 0);
    CHECK(importances[2].deviation() == 0);
    CHECK(importances[0].deviation() > 0);
    CHECK(explain::permutation_importance(model, numbers, {.repeats = 20, .seed = 1})[0].each ==
          importances[0].each);
    CHECK(explain::permutation_importance(model, numbers, {.repeats = 20, .seed = 2})[0].each !=
          importances[0].each);

    // Of labels it is what accuracy loses, and groups are mixed as one.
    const auto grouped = explain::permutation_importance(model, data::Dataset<>(Shape(3), x, labels),
                                                         {.repeats = 10, .groups = {{0, 1}, {2}}});
    REQUIRE(grouped.size() == 2);
    CHECK(grouped[0].mean() == doctest::Approx(0.5).epsilon(0.15));
    CHECK(grouped[1].mean() == 0);
    // A probability says yes above a half: of one that is always below nothing is lost.
    using Probable = Sequential<Input<3>, Dense<1>, Sigmoid>;
    Model<Probable> probable;
    std::ranges::fill(probable.parameters().all(), 0.0F);
    probable["0.weight"][0] = 0.1F;
    probable["0.bias"][0] = -1;
    CHECK(explain::permutation_importance(probable, data::Dataset<>(Shape(3), x, labels))[0].mean() == 0);
    const auto constant = [](std::span<const float>) { return 7.0; };
    CHECK(explain::permutation_importance(model, numbers, constant)[0].mean() == 0);
    CHECK(error_of([&] { explain::permutation_importance(model, numbers, {.groups = {{3}}}); }) ==
          "permutation_importance: expected features below 3, got 3");
}

TEST_CASE("partial_dependence: scikit-learn's grid, averages and curves") {
    const auto model = dense_model();
    const data::Dataset<double, double> data(Shape(6), vector_of(expected::samples), std::vector<double>(9));
    const auto check = [&](std::size_t feature, const auto& grid, const auto& average,
                           const auto& individual) {
        const auto found =
            explain::partial_dependence(model, data, feature, {.element = 1}, {.resolution = 5});
        check_close(found.values, grid, 1e-12);
        check_close(found.average, average, 1e-12);
        std::vector<double> curves;
        for (const auto& curve : found.individual)
            curves.insert(curves.end(), curve.begin(), curve.end());
        check_close(curves, individual, 1e-12);
    };
    check(2, expected::dependence2_grid_values, expected::dependence2_average,
          expected::dependence2_individual);
    // Of two values only.
    check(5, expected::dependence5_grid_values, expected::dependence5_average,
          expected::dependence5_individual);
    const auto asked = explain::partial_dependence(model, data, 0, {.element = 1}, {.values = {0.5}});
    CHECK(asked.values == std::vector{0.5});
    CHECK(asked.average.size() == 1);
    CHECK(error_of([&] { explain::partial_dependence(model, data, 6); }) ==
          "partial_dependence: expected a feature below 6 and an element of the output below 3, got 6 and 0");
    std::vector<double> unknown(12);
    unknown[8] = std::nan("");
    const data::Dataset<double, double> gaps(Shape(6), unknown, std::vector<double>(2));
    CHECK(error_of([&] { explain::partial_dependence(model, gaps, 2); }) ==
          "partial_dependence: sample 1: expected a finite number, got nan");
}

TEST_CASE("heat_map: orange where it speaks for the target, blue where against, grey where neither") {
    const std::vector<float> image{0, 0.5F, 1, 0.25F};
    const std::vector<float> attribution{2, -1, 0, std::nanf("")};
    const auto colours = report::heat_map(image, Shape(2, 2), attribution, {.opacity = 1});
    REQUIRE(colours.size() == 12);
    CHECK(colours[0] > 0.8F);
    CHECK(colours[2] == 0);
    CHECK(colours[3] < colours[5]);
    for (std::size_t c = 0; c < 3; ++c) {
        CHECK(colours[6 + c] == 1);
        CHECK(colours[9 + c] == 0.25F);
    }
    CHECK(report::png(colours, Shape(2, 2, 3)).starts_with("\x89PNG"));
    // Attributions of channels are summed.
    const std::vector<float> rgb(12, 0.5F), channels{1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1};
    const auto summed = report::heat_map(rgb, Shape(2, 2, 3), channels);
    CHECK(summed[0] == 0.5F);
    CHECK(summed[9] > 0.7F);
    CHECK(error_of([&] { report::heat_map(image, Shape(2, 2), rgb); }) ==
          "heat_map: expected 4 or 4 attributions, got 12");
}

TEST_CASE("bar_chart_svg: a bar for each number, with its name") {
    const std::string svg = report::bar_chart_svg(
        {{"age < 30", 2, 0.5}, {"height", -1}, {"what", std::nan("")}}, {.title = "Importance"});
    CHECK(svg.find("age &lt; 30") != std::string::npos);
    CHECK(svg.find("height: -1") != std::string::npos);
    std::size_t bars = 0;
    for (std::size_t at = svg.find("<title>"); at != std::string::npos; at = svg.find("<title>", at + 1))
        ++bars;
    CHECK(bars == 2);
    CHECK(svg.find("nan") == std::string::npos);
    CHECK(error_of([] { report::bar_chart_svg({}); }) == "bar_chart_svg: expected at least one bar");
}
