#include "burin/data/preprocessing.hpp"

#include "support/check_close.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

using burin::Label;
using burin::Shape;
using burin::data::Dataset;

namespace {

template <class Target, class Scalar>
std::vector<double> feature(const Dataset<Target, Scalar>& data, std::size_t number) {
    std::vector<double> result;
    for (std::size_t i = 0; i < data.size(); ++i)
        result.push_back(static_cast<double>(data.input(i)[number]));
    return result;
}

const Dataset<Label, double> train(Shape(2), {1, -10, 2, 0, 3, 10, 6, 40}, {0, 1, 2, 3}, {1, 2, 3, 4});

} // namespace

TEST_CASE("standardize: x becomes (x - mean) / standard deviation of the population") {
    // Feature 0: mean 3, variance (4 + 1 + 0 + 9) / 4. Feature 1: mean 10, variance (400 + 100 + 0 + 900)
    // / 4.
    const auto scaling = burin::data::standardize(train);
    check_close(scaling.offsets(), std::vector<double>{3, 10}, 1e-15);
    check_close(scaling.divisors(), std::vector<double>{std::sqrt(3.5), std::sqrt(350)}, 1e-15);
    const auto scaled = scaling(train);
    check_close(feature(scaled, 0),
                std::vector<double>{-2 / std::sqrt(3.5), -1 / std::sqrt(3.5), 0, 3 / std::sqrt(3.5)}, 1e-15);
    check_close(feature(scaled, 1),
                std::vector<double>{-20 / std::sqrt(350), -10 / std::sqrt(350), 0, 30 / std::sqrt(350)},
                1e-15);
}

TEST_CASE("standardize: a large mean does not hide a small deviation") {
    const Dataset<Label, double> data(Shape(1), {1e9 + 1, 1e9 + 2, 1e9 + 3}, {0, 0, 0});
    check_close(feature(burin::data::standardize(data)(data), 0),
                std::vector<double>{-std::sqrt(1.5), 0, std::sqrt(1.5)}, 1e-12);
}

TEST_CASE(
    "standardize, normalize: a feature that never varies becomes 0, whatever its value and their number") {
    for (float value : {0.1f, 0.3f, -0.7f, 1e-3f, 1e30f, 5.0f, 0.0f})
        for (std::size_t count : std::initializer_list<std::size_t>{1, 3, 7, 10, 49, 1000}) {
            CAPTURE(value);
            CAPTURE(count);
            const Dataset<> data(Shape(1), std::vector<float>(count, value), std::vector<Label>(count));
            for (const auto& scaling : {burin::data::standardize(data), burin::data::normalize(data)}) {
                CHECK(scaling.divisors() == std::vector<double>{1});
                CHECK(feature(scaling(data), 0) == std::vector<double>(count, 0));
            }
        }
}

TEST_CASE("normalize: x becomes (x - lowest) / (highest - lowest)") {
    const auto scaling = burin::data::normalize(train);
    CHECK(scaling.offsets() == std::vector<double>{1, -10});
    CHECK(scaling.divisors() == std::vector<double>{5, 50});
    const auto scaled = scaling(train);
    CHECK(feature(scaled, 0) == std::vector<double>{0, 0.2, 0.4, 1});
    CHECK(feature(scaled, 1) == std::vector<double>{0, 0.2, 0.4, 1});
}

TEST_CASE("FeatureScaling: the test set is scaled by what was learnt on the training set") {
    const Dataset<Label, double> test(Shape(2), {11, 90, 1, -60}, {5, 6});
    const auto scaled = burin::data::normalize(train)(test);
    CHECK(feature(scaled, 0) == std::vector<double>{2, 0});
    CHECK(feature(scaled, 1) == std::vector<double>{2, -1});
    check_close(feature(burin::data::standardize(train)(test), 0),
                std::vector<double>{8 / std::sqrt(3.5), -2 / std::sqrt(3.5)}, 1e-15);
}

TEST_CASE("FeatureScaling: shape, targets and weights stay, and so does the set it is applied to") {
    const Dataset<float> data(Shape(1, 2), {1, 2, 3, 4}, {5, 6, 7, 8}, {0.5f, 0.25f});
    const auto scaled = burin::data::normalize(data)(data.subset(1, 1));
    CHECK(scaled.input_shape() == Shape(1, 2));
    CHECK(scaled.size() == 1);
    CHECK(std::vector<float>(scaled.target(0).begin(), scaled.target(0).end()) == std::vector<float>{7, 8});
    CHECK(scaled.weight(0) == 0.25f);
    CHECK(feature(scaled, 0) == std::vector<double>{1});
    CHECK(feature(data, 0) == std::vector<double>{1, 3});
}

TEST_CASE("FeatureScaling: refuses empty sets and other features") {
    CHECK(error_of([] { burin::data::standardize(Dataset<>()); }) ==
          "standardize: expected at least one sample, got an empty set");
    CHECK(error_of([] { burin::data::normalize(Dataset<>()); }) ==
          "normalize: expected at least one sample, got an empty set");
    CHECK(error_of([] { burin::data::normalize(train)(Dataset<>(Shape(3), {1, 2, 3}, {0})); }) ==
          "FeatureScaling: expected 2 features, got 3");
}

TEST_CASE("one_hot: a one at the label, zeros elsewhere") {
    const Dataset<> data(Shape(1), {7, 8, 9}, {2, 0, 1}, {1, 2, 3});
    const Dataset<float> hot = burin::data::one_hot(data, 4);
    CHECK(hot.target_size() == 4);
    const std::vector<std::vector<float>> expected{{0, 0, 1, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}};
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(std::vector<float>(hot.target(i).begin(), hot.target(i).end()) == expected[i]);
        CHECK(hot.input(i)[0] == data.input(i)[0]);
        CHECK(hot.weight(i) == data.weight(i));
    }
    CHECK(error_of([&] { burin::data::one_hot(data, 2); }) ==
          "Dataset: sample 0: expected a label below 2, got 2");
}

TEST_CASE("one_hot: several labels a sample become as many vectors") {
    const Dataset<> data(Shape(1), {7, 8}, {1, 0, 1, 1});
    const Dataset<float> hot = burin::data::one_hot(data, 2);
    CHECK(hot.target_size() == 4);
    CHECK(std::vector<float>(hot.target(0).begin(), hot.target(0).end()) == std::vector<float>{0, 1, 1, 0});
    CHECK(std::vector<float>(hot.target(1).begin(), hot.target(1).end()) == std::vector<float>{0, 1, 0, 1});
}

TEST_CASE("standardize, normalize: learn from finite values only, and say where others are") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {std::nan(""), infinity, -infinity}) {
        const Dataset<Label, double> data(Shape(2), {1, 2, 3, value}, {0, 0});
        const std::string place =
            "sample 1, feature 1: expected a finite value, got " + burin::data::number_text(value);
        CHECK(error_of([&] { burin::data::standardize(data); }) == "standardize: " + place);
        CHECK(error_of([&] { burin::data::normalize(data); }) == "normalize: " + place);
        // What was learnt elsewhere leaves it as it is.
        const double scaled = burin::data::normalize(train)(data).input(1)[1];
        CHECK((std::isnan(value) ? std::isnan(scaled) : scaled == value));
    }
}

TEST_CASE("standardize: values of any size have their mean and deviation") {
    for (const double size : {1e-320, 1e-200, 1.0, 1e155, 1e300, 4.4e307}) {
        CAPTURE(size);
        const Dataset<Label, double> data(Shape(1), {-1 * size, 0, 1 * size, 4 * size}, {0, 0, 0, 0});
        const auto scaling = burin::data::standardize(data);
        const double tolerance = size < 1e-300 ? 1e-3 : 1e-14;
        check_close(std::vector<double>{scaling.offsets()[0] / size, scaling.divisors()[0] / size},
                    std::vector<double>{1, std::sqrt(3.5)}, tolerance);
        const double unit = std::sqrt(3.5);
        check_close(feature(scaling(data), 0), std::vector<double>{-2 / unit, -1 / unit, 0, 3 / unit},
                    tolerance);
    }
    const double large = std::numeric_limits<double>::max();
    const Dataset<Label, double> ends(Shape(1), {-large, large}, {0, 0});
    CHECK(feature(burin::data::standardize(ends)(ends), 0) == std::vector<double>{-1, 1});
    CHECK(error_of([&] {
              burin::data::normalize(ends);
          }).starts_with("FeatureScaling: feature 0: expected a finite offset and a finite divisor"));
}

TEST_CASE("FeatureScaling: refuses what scales nothing, and results that the samples' type does not hold") {
    using burin::data::FeatureScaling;
    CHECK(error_of([] { FeatureScaling({1, 2}, {1}); }) ==
          "FeatureScaling: expected a divisor for each of 2 offsets, got 1");
    for (const double divisor : {0.0, std::nan(""), std::numeric_limits<double>::infinity()})
        CHECK(error_of([&] { FeatureScaling({1, 2}, {1, divisor}); }) ==
              "FeatureScaling: feature 1: expected a finite offset and a finite divisor that is not 0, got 2 "
              "and " +
                  burin::data::number_text(divisor));
    CHECK(error_of([] { FeatureScaling({0}, {1e-30})(Dataset<>(Shape(1), {1, 1e10f}, {0, 0})); }) ==
          "FeatureScaling: sample 1, feature 0: expected a result within the range of float, got 1e+10 with "
          "the "
          "offset 0 and the divisor 1e-30");
}

TEST_CASE("one_hot: more zeros than there is memory for are an Error") {
    const Dataset<> data(Shape(1), {7, 8, 9, 9}, {2, 0, 1, 1});
    for (const std::size_t classes : {std::size_t{1} << 62, std::size_t{1} << 60, ~std::size_t{0}})
        CHECK(error_of([&] { burin::data::one_hot(data, classes); }) ==
              "one_hot: expected what fits into memory, got more");
    CHECK(error_of([&] { burin::data::one_hot(Dataset<>(Shape(1), {1}, {burin::no_label}), 2); }) ==
          "Dataset: sample 0: expected a label below 2, got 4294967295");
}
