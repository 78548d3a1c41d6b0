#include "burin/embedded.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

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

TEST_CASE("Accuracy: a position with an output that is no number is never right") {
    // Wherever it stands, and whatever the label is.
    for (std::size_t place = 0; place < 3; ++place)
        for (Label label = 0; label < 3; ++label) {
            std::array<float, 3> outputs = {1, 2, 3}, distribution = {0, 0, 0};
            outputs[place] = not_a_number;
            distribution[label] = 1;
            CHECK(argmax(outputs.data(), 3) == place);
            Accuracy accuracy;
            accuracy.update<Shape{3}>(outputs.data(), &label, 1);
            accuracy.update<Shape{3}>(outputs.data(), distribution.data(), 1);
            TopKAccuracy<5> five;
            const std::array<float, 3> nowhere = {not_a_number, not_a_number, not_a_number};
            five.update<Shape{3}>(nowhere.data(), &label, 1);
            CHECK(accuracy.result() == 0);
            CHECK(five.result() == 0);
        }
    const std::array<float, 3> two = {1, not_a_number, not_a_number};
    CHECK(argmax(two.data(), 3) == 1);
    Accuracy one;
    for (const float target : {0.0f, 1.0f})
        one.update<Shape{1}>(&not_a_number, &target, 1);
    one.update<Shape{1}>(two.data(), &not_a_number, 1);
    CHECK(one.result() == 0);
    CHECK(one.share.count == 3);
}

TEST_CASE("mean errors of what is no number are none") {
    const std::array<float, 2> outputs = {1, not_a_number}, targets = {1, 1};
    MeanSquaredError squared;
    MeanAbsoluteError absolute;
    for (const auto* pair : {&outputs, &targets}) {
        const auto& other = pair == &outputs ? targets : outputs;
        squared.reset();
        absolute.reset();
        squared.update<Shape{2}>(pair->data(), other.data(), 1);
        absolute.update<Shape{2}>(pair->data(), other.data(), 1);
        CHECK(std::isnan(squared.result()));
        CHECK(std::isnan(absolute.result()));
    }
}

TEST_CASE("metrics: counts and sums go on beyond what a float can count") {
    // 2^24 ones and one more.
    constexpr std::size_t block = 1 << 12;
    const std::vector<float> outputs(block, 1.0f), targets(block, 0.0f);
    Accuracy accuracy;
    MeanSquaredError squared;
    for (std::size_t i = 0; i < block; ++i) {
        accuracy.update<Shape{1}>(outputs.data(), outputs.data(), block);
        squared.update<Shape{1}>(outputs.data(), targets.data(), block);
    }
    accuracy.update<Shape{1}>(outputs.data(), outputs.data(), 1);
    squared.update<Shape{1}>(outputs.data(), targets.data(), 1);
    CHECK(accuracy.share.count == (1 << 24) + 1);
    CHECK(accuracy.share.correct == (1 << 24) + 1);
    CHECK(squared.mean.sum == (1 << 24) + 1);
    CHECK(squared.result() == 1);
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
