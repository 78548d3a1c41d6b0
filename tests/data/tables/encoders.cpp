#include "burin/data/tables/frequency_encoder.hpp"
#include "burin/data/tables/hashing.hpp"
#include "burin/data/tables/on.hpp"
#include "burin/data/tables/one_hot.hpp"
#include "burin/data/tables/ordinal.hpp"
#include "burin/data/tables/polynomial_features.hpp"
#include "burin/data/tables/scalers.hpp"
#include "burin/data/tables/select_columns.hpp"
#include "burin/data/tables/target_encoder.hpp"

#include "reference/transforms.hpp"
#include "support/check_close.hpp"
#include "support/check_same.hpp"
#include "support/error_of.hpp"
#include "support/stage.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace burin::data;
using burin::Shape;
namespace expected = reference::transforms;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

const std::vector<double> odd{1, none, 1, -1, 1, 4, 1, 0.5, 1, infinity};

TrainingSamples categories() {
    TrainingSamples samples = samples_of(expected::categories, 3);
    samples.targets.assign(std::begin(expected::targets), std::end(expected::targets));
    return samples;
}

/// What fit_apply makes of its training samples.
template <class Stage, std::size_t Columns>
std::vector<double> cross_fitted(const TrainingSamples& samples) {
    using Fit = Fitting<Stage, Columns>;
    Fit fit;
    std::vector<double> results(samples.size() * Fit::given);
    Stage::fit_apply(fit.fitted, samples, [&](std::size_t row) { return &results[row * Fit::given]; });
    return results;
}

std::vector<double> every_third(const std::vector<double>& values, std::size_t first) {
    std::vector<double> some;
    for (std::size_t i = first; i < values.size(); i += 3)
        some.push_back(values[i]);
    return some;
}

} // namespace

TEST_CASE("OneHot: a column for each category in the column's place, as scikit-learn's OneHotEncoder") {
    check_close(applied<OneHot<1, 4>, 3>(expected::categories, expected::categories_test), expected::one_hot,
                0);
    check_close(applied<OneHot<1, 4, OneHotOptions{.drop_first = true}>, 3>(expected::categories,
                                                                            expected::categories_test),
                expected::one_hot_dropped, 0);
    CHECK(OneHot<1, 4>::output_shape(Shape(3)) == Shape(6));
}

TEST_CASE("OneHot: what is missing or no category is zeros, or has a column") {
    CHECK(Fitting<OneHot<1, 2>, 2>()(odd) ==
          std::vector<double>{1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0});
    CHECK(Fitting<OneHot<0, 2, OneHotOptions{.missing_column = true}>, 1>()(
              std::vector<double>{0, none, 1, 2}) == std::vector<double>{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1});
}

TEST_CASE("encoders: refuse training samples that are no category, with their place") {
    const auto error = [](double value) {
        return error_of(
            [&] { Fitting<OneHot<1, 3>, 2>(samples_of(std::vector<double>{0, 1, 0, value}, 2)); });
    };
    CHECK(error(3) == "sample 1, column 1: expected a category, a whole number from 0 to 2, got 3");
    CHECK(error(-1) == "sample 1, column 1: expected a category, a whole number from 0 to 2, got -1");
    CHECK(error(0.5) == "sample 1, column 1: expected a category, a whole number from 0 to 2, got 0.5");
    CHECK(error(infinity) ==
          "sample 1, column 1: expected a category, a whole number from 0 to 2, got another number");
    CHECK(error(none) == "(nothing was thrown)");
    CHECK(OneHot<3, 2>::problem(Shape(3)).view() == "expected columns below 3, got 3");
    CHECK(OneHot<0, 0>::problem(Shape(3)).view() == "expected at least one category, got 0");
    CHECK(OneHot<0, 2>::problem(Shape(3, 2)).view() == "expected input `[columns]`, got `[3, 2]`");
}

TEST_CASE("Ordinal: values become codes in rising order, what training didn't show is missing") {
    const auto found = applied<Ordinal<1, 4>, 3>(expected::categories, expected::categories_test);
    check_same(every_third(found, 1), expected::ordinal, 0);
    CHECK(every_third(found, 0) == std::vector<double>{1, 2, 3, 4});
    check_same(applied<Ordinal<0, 3>, 1>(std::vector<double>{7.5, -2, none, 7.5},
                                         std::vector<double>{-2, 7.5, none, 0}),
               std::vector<double>{0, 1, none, none}, 0);
    CHECK(error_of([] { Fitting<Ordinal<0, 2>, 1>(samples_of(std::vector<double>{1, 2, 3}, 1)); }) ==
          "column 0: expected at most 2 different values, got more");
}

TEST_CASE("FrequencyEncoder: the share of the training samples") {
    CHECK(applied<FrequencyEncoder<0, 3>, 1>(std::vector<double>{0, 0, 2, none},
                                             std::vector<double>{0, 1, 2, none, 5}) ==
          std::vector<double>{0.5, 0, 0.25, 0, 0});
}

TEST_CASE("Hashing: as scikit-learn's FeatureHasher of the decimal text") {
    check_close(Fitting<Hashing<0, 8>, 1>()(expected::ids), expected::hashed, 0);
    CHECK(Fitting<Hashing<0, 2>, 1>()(std::vector<double>{none, infinity, 0.5, 1e17}) ==
          std::vector<double>(8, 0));
    CHECK(murmur_hash("foo") == 0xF6A5C420u); // sklearn.utils.murmurhash3_32("foo", 0, positive=True)
}

TEST_CASE("TargetEncoder: as scikit-learn's, cross-fitted and applied") {
    check_close(
        every_third(
            cross_fitted<TargetEncoder<1, 4, TargetEncoderOptions{.shuffle = false}>, 3>(categories()), 1),
        expected::target_cross_fitted, 1e-13);
    check_close(every_third(Fitting<TargetEncoder<1, 4>, 3>(categories())(expected::categories_test), 1),
                expected::target_applied, 1e-13);
    check_close(
        every_third(
            cross_fitted<TargetEncoder<1, 4, TargetEncoderOptions{.folds = 3, .smooth = 3, .shuffle = false}>,
                         3>(categories()),
            1),
        expected::target_smooth_cross_fitted, 1e-13);
}

TEST_CASE("TargetEncoder: of more than two classes each has a column, as scikit-learn's") {
    using Encoder = TargetEncoder<0, 4, TargetEncoderOptions{.shuffle = false, .classes = 3}>;
    TrainingSamples samples{
        categories().column(1), 1, {std::begin(expected::labels), std::end(expected::labels)}};
    check_close(cross_fitted<Encoder, 1>(samples), expected::target_classes_cross_fitted, 1e-13);
    check_close(Fitting<Encoder, 1>(samples)(std::vector<double>{0, 1, 3, 2}),
                expected::target_classes_applied, 1e-13);
    samples.targets[3] = 3;
    CHECK(error_of([&] { Fitting<Encoder, 1>{samples}; }) == "sample 3: expected a label below 3");
    CHECK(Encoder::output_shape(Shape(5)) == Shape(7));
}

TEST_CASE("TargetEncoder: parts are drawn by the seed, and no sample tells its own target") {
    TrainingSamples samples = categories();
    const auto first = cross_fitted<TargetEncoder<1, 4>, 3>(samples);
    CHECK(cross_fitted<TargetEncoder<1, 4>, 3>(samples) == first);
    samples.targets[7] += 100;
    CHECK(cross_fitted<TargetEncoder<1, 4>, 3>(samples)[7 * 3 + 1] == first[7 * 3 + 1]);
    samples.number = 5;
    CHECK(cross_fitted<TargetEncoder<1, 4>, 3>(samples) != first);
}

TEST_CASE("TargetEncoder: codes that are missing or new become the mean; equal targets are themselves") {
    TrainingSamples samples{{0, 1, 0, none}, 1, {1, 2, 3, 6}};
    const auto found = Fitting<TargetEncoder<0, 3>, 1>(samples)(std::vector<double>{2, none, 9});
    CHECK(found == std::vector<double>(3, 3));
    samples.targets.assign(4, 2);
    CHECK(Fitting<TargetEncoder<0, 3>, 1>(samples)(std::vector<double>{0, 1, 2}) ==
          std::vector<double>(3, 2));
    samples.targets[1] = infinity;
    CHECK(error_of([&] { Fitting<TargetEncoder<0, 3>, 1>{samples}; }) ==
          "sample 1: expected a finite target, got an infinite one");
    samples.targets.clear();
    CHECK(error_of([&] { Fitting<TargetEncoder<0, 3>, 1>{samples}; }) ==
          "expected samples with targets, got some without");
    samples.targets.assign(4, 2);
    CHECK(error_of([&] { cross_fitted<TargetEncoder<0, 3>, 1>(samples); }) ==
          "expected a sample for each of 5 folds, got 4");
}

TEST_CASE("PolynomialFeatures: as scikit-learn's") {
    const std::span test(expected::full_test, 12);
    check_close(Fitting<PolynomialFeatures<3>, 4>()(test), expected::polynomial_3, 1e-14);
    check_close(
        Fitting<PolynomialFeatures<3, PolynomialOptions{.interaction_only = true, .bias = false}>, 4>()(test),
        expected::interactions_3, 1e-14);
    CHECK(Fitting<PolynomialFeatures<2>, 1>()(std::vector<double>{3}) == std::vector<double>{1, 3, 9});
    CHECK(Fitting<PolynomialFeatures<3, PolynomialOptions{.interaction_only = true}>, 2>()(
              std::vector<double>{3, 5}) == std::vector<double>{1, 3, 5, 15});
    CHECK(PolynomialFeatures<0>::problem(Shape(2)).view() == "expected a degree of at least 1, got 0");
}

TEST_CASE(
    "On: a stage on some columns, as scikit-learn's ColumnTransformer but with each column in its place") {
    check_close(applied<On<ColumnsAt<0, 2>, StandardScaler>, 4>(expected::full, expected::full_test),
                expected::on_0_2, 1e-13);
    // Another number of columns stands where the first stood.
    CHECK(Fitting<On<ColumnsAt<2, 1>, PolynomialFeatures<2, PolynomialOptions{.bias = false}>>, 4>()(
              std::vector<double>{1, 2, 3, 4}) == std::vector<double>{1, 3, 2, 9, 6, 4, 4});
    CHECK(On<ColumnsAt<1>, OneHot<0, 3>>::output_shape(Shape(4)) == Shape(6));
    check_close(
        cross_fitted<On<ColumnsAt<1>, TargetEncoder<0, 4, TargetEncoderOptions{.shuffle = false}>>, 3>(
            categories()),
        cross_fitted<TargetEncoder<1, 4, TargetEncoderOptions{.shuffle = false}>, 3>(categories()), 0);
}

TEST_CASE("On, SelectColumns, DropColumns: columns are named by their place in the whole") {
    CHECK(error_of([] {
              Fitting<On<ColumnsAt<3, 1>, StandardScaler>, 4>(
                  samples_of(std::vector<double>{1, none, 3, 4}, 4));
          }) == "column 1: expected a value, got only missing ones");
    using Both = On<ColumnsAt<1, 2>, On<ColumnsAt<1>, StandardScaler>>;
    CHECK(error_of([] { Fitting<Both, 4>(samples_of(std::vector<double>{1, 2, infinity, 4}, 4)); }) ==
          "sample 0, column 2: expected a finite or a missing value, got an infinite one");
    CHECK(Fitting<SelectColumns<2, 0>, 3>()(std::vector<double>{1, 2, 3, 4, 5, 6}) ==
          std::vector<double>{3, 1, 6, 4});
    CHECK(Fitting<DropColumns<1>, 3>()(std::vector<double>{1, 2, 3, 4, 5, 6}) ==
          std::vector<double>{1, 3, 4, 6});
    CHECK(On<ColumnsAt<0, 5>, StandardScaler>::problem(Shape(4)).view() == "expected columns below 4, got 5");
    CHECK(On<ColumnsAt<0, 0>, StandardScaler>::problem(Shape(4)).view() ==
          "expected each column once, got 0 twice");
    CHECK(On<ColumnsAt<0>, OneHot<1, 2>>::problem(Shape(4)).view() == "expected columns below 1, got 1");
    CHECK(DropColumns<0, 1>::problem(Shape(2)).view() == "expected a column that stays, got none");
    CHECK(SelectColumns<3, 1>::name().view() == "SelectColumns<3, 1>");
    CHECK(On<ColumnsAt<0, 2>, StandardScaler>::name().view() == "On<ColumnsAt<0, 2>, StandardScaler>");
}
