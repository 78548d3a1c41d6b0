#include "burin/embedded.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>

using namespace burin;
using namespace burin::metrics;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

constexpr std::array<float, 12> scores = {0.1f, 0.7f, 0.2f,  //
                                          3.0f, 1.0f, 2.0f,  //
                                          -1.f, -3.f, -2.f,  //
                                          0.5f, 0.5f, 0.1f}; // the first of equals counts
constexpr std::array<Label, 4> labels = {1, 2, 0, 1};

} // namespace

TEST_CASE("Accuracy: the largest output against a label or a distribution") {
    Accuracy accuracy;
    accuracy.update<Shape{3}>(scores.data(), labels.data(), 4);
    CHECK(accuracy.result() == 0.5);
    accuracy.update<Shape{3}>(scores.data(), labels.data(), 1);
    CHECK(accuracy.result() == doctest::Approx(3.0 / 5));
    accuracy.reset();
    CHECK(accuracy.result() == 0);
    constexpr std::array<float, 12> distributions = {0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0};
    accuracy.update<Shape{3}>(scores.data(), distributions.data(), 4);
    CHECK(accuracy.result() == 0.5);
}

TEST_CASE("Accuracy: one output is compared with a threshold") {
    constexpr std::array<float, 4> outputs = {-1, 2, 0.25f, 3}, targets = {0, 1, 0, 0};
    Accuracy logits, probabilities{.threshold = 0.5};
    logits.update<Shape{1}>(outputs.data(), targets.data(), 4);
    CHECK(logits.result() == 0.5);
    probabilities.update<Shape{1}>(outputs.data(), targets.data(), 4);
    CHECK(probabilities.result() == 0.75);
}

TEST_CASE("Accuracy: axes before the last are positions") {
    Accuracy accuracy;
    accuracy.update<Shape{2, 3}>(scores.data(), labels.data(), 2);
    CHECK(accuracy.share.count == 4);
    CHECK(accuracy.result() == 0.5);
}

TEST_CASE("Accuracy: positions whose label is ignored do not count") {
    const std::array<float, 8> outputs{1, 2, 2, 1, 1, 2, 2, 1};
    const std::array<Label, 4> padded{1, 1, 7, 7};
    metrics::Accuracy accuracy{.ignore_index = 7};
    accuracy.update<Shape(2, 2)>(outputs.data(), padded.data(), 2);
    CHECK(accuracy.result() == 0.5);
    accuracy.reset();
    CHECK(accuracy.ignore_index == 7);
    accuracy.update<Shape(2, 2)>(outputs.data() + 4, padded.data() + 2, 1);
    CHECK(accuracy.result() == 0);
    metrics::TopKAccuracy<1> first{.ignore_index = 7}, all;
    first.update<Shape(2, 2)>(outputs.data(), padded.data(), 2);
    all.update<Shape(2, 2)>(outputs.data(), padded.data(), 2);
    CHECK(first.result() == 0.5);
    CHECK(all.result() == 0.25);
}

TEST_CASE("TopKAccuracy: fewer than K larger outputs") {
    TopKAccuracy<1> one;
    TopKAccuracy<2> two;
    TopKAccuracy<3> three;
    one.update<Shape{3}>(scores.data(), labels.data(), 4);
    two.update<Shape{3}>(scores.data(), labels.data(), 4);
    three.update<Shape{3}>(scores.data(), labels.data(), 4);
    CHECK(one.result() == 0.75); // equals of the largest are not larger
    CHECK(two.result() == 1);
    CHECK(three.result() == 1);
}

TEST_CASE("TopKAccuracy: outputs that are no numbers are never right") {
    constexpr std::array<float, 6> outputs = {not_a_number, not_a_number, not_a_number, 1,
                                              not_a_number, not_a_number};
    constexpr std::array<Label, 2> targets = {0, 0};
    TopKAccuracy<2> two;
    two.update<Shape{3}>(outputs.data(), targets.data(), 2);
    CHECK(two.result() == 0);
}

TEST_CASE("mean errors") {
    constexpr std::array<double, 4> outputs = {1, 2, 3, 4}, targets = {1, 4, 0, 4};
    MeanSquaredError squared;
    MeanAbsoluteError absolute;
    squared.update<Shape{2}>(outputs.data(), targets.data(), 2);
    absolute.update<Shape{2}>(outputs.data(), targets.data(), 2);
    CHECK(squared.result() == (4.0 + 9) / 4);
    CHECK(absolute.result() == (2.0 + 3) / 4);
    squared.update<Shape{2}>(outputs.data(), targets.data(), 1);
    CHECK(squared.result() == doctest::Approx((4.0 + 9 + 4) / 6));
    squared.reset();
    CHECK(squared.result() == 0);
}
