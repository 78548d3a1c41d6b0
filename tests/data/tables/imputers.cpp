#include "burin/data/tables/imputers.hpp"
#include "burin/data/tables/impute_iterative.hpp"
#include "burin/data/tables/impute_nearest.hpp"
#include "burin/data/tables/missing_indicator.hpp"

#include "reference/transforms.hpp"
#include "support/check_same.hpp"
#include "support/error_of.hpp"
#include "support/stage.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

using namespace burin::data;
namespace expected = reference::transforms;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Stage>
void check_imputer(const auto& wanted, double tolerance) {
    check_same(applied<Stage, 4>(expected::holes, expected::holes_test), wanted, tolerance);
}

} // namespace

TEST_CASE("imputers: one value a column, as scikit-learn's SimpleImputer") {
    check_imputer<ImputeMean>(expected::impute_mean, 1e-14);
    check_imputer<ImputeMedian>(expected::impute_median, 0);
    check_imputer<ImputeMostFrequent>(expected::impute_most_frequent, 0);
    CHECK(Fitting<ImputeConstant<-2.5>, 2>()(std::vector<double>{1, none, infinity, none}) ==
          std::vector<double>{1, -2.5, infinity, -2.5});
}

TEST_CASE("imputers: an indicator for each column stands behind what is imputed") {
    check_imputer<Indicated<ImputeMean>>(expected::indicated, 1e-14);
    CHECK(Fitting<Indicated<ImputeConstant<0>>, 2>()(std::vector<double>{none, 3}) ==
          std::vector<double>{0, 3, 1, 0});
    CHECK(Indicated<ImputeMean>::name().view() == "Indicated<ImputeMean>");
}

TEST_CASE("ImputeNearest: as scikit-learn's KNNImputer") {
    check_imputer<ImputeNearest<3>>(expected::impute_nearest, 1e-14);
}

TEST_CASE("ImputeNearest: of more samples than donors one of each part is kept, drawn by the seed") {
    TrainingSamples samples{std::vector<double>(100), 1};
    for (std::size_t i = 0; i < 100; ++i)
        samples.values[i] = static_cast<double>(i);
    using Fit = Fitting<ImputeNearest<1, 10>, 1>;
    const auto first = Fit(samples).fitted.donor;
    for (std::size_t d = 0; d < 10; ++d)
        CHECK(static_cast<std::size_t>(first[d]) / 10 == d);
    CHECK(Fit(samples).fitted.donor == first);
    samples.number = 1;
    CHECK(Fit(samples).fitted.donor != first);
}

TEST_CASE("ImputeNearest: without a neighbour the mean of the column, and fewer neighbours than wanted all "
          "of them") {
    const std::vector<double> train{1, none, 3, none, none, 10, none, 20};
    check_same(applied<ImputeNearest<5>, 2>(train, std::vector<double>{2, none, none, 12}),
               std::vector<double>{2, 15, 2, 12}, 0);
    check_same(applied<ImputeNearest<5>, 2>(std::vector<double>{1, 10, 2, 20}, std::vector<double>{2, none}),
               std::vector<double>{2, 15}, 0);
}

TEST_CASE("ImputeIterative: as scikit-learn's IterativeImputer, Bayesian and by least squares") {
    check_imputer<ImputeIterative<10>>(expected::impute_iterative, 1e-9);
    check_imputer<ImputeIterative<4, Ridge::none>>(expected::impute_iterative_linear, 1e-10);
}

TEST_CASE("ImputeIterative: an exact relation is found, and columns that say the same do no harm") {
    std::vector<double> train;
    for (int i = 0; i < 12; ++i)
        train.insert(train.end(), {double(i * i % 7), double(i * i % 7), 3.0 * (i * i % 7) - 1});
    check_same(
        applied<ImputeIterative<3, Ridge::none>, 3>(train, std::vector<double>{2, 2, none, none, 4, 11}),
        std::vector<double>{2, 2, 5, 4, 4, 11}, 1e-12);
}

TEST_CASE("imputers: one sample and a column that never varies") {
    const std::vector<double> one{5, -1}, test{none, none};
    for (const auto& found :
         {applied<ImputeMean, 2>(one, test), applied<ImputeMedian, 2>(one, test),
          applied<ImputeMostFrequent, 2>(one, test), applied<ImputeNearest<2>, 2>(one, test),
          applied<ImputeIterative<2>, 2>(one, test)})
        check_same(found, one, 1e-15);
}

TEST_CASE("imputers: refuse columns without values and infinite values, with their place") {
    const std::vector<double> empty{1, none, 2, none}, infinite{1, 2, 3, -infinity};
    const auto check = [&]<class Stage>() {
        CHECK(error_of([&] { Fitting<Stage, 2>(samples_of(empty, 2)); }) ==
              "column 1: expected a value, got only missing ones");
        CHECK(error_of([&] { Fitting<Stage, 2>(samples_of(infinite, 2)); }) ==
              "sample 1, column 1: expected a finite or a missing value, got an infinite one");
    };
    check.operator()<ImputeMean>();
    check.operator()<ImputeMedian>();
    check.operator()<ImputeMostFrequent>();
    check.operator()<ImputeNearest<1>>();
    check.operator()<ImputeIterative<1>>();
    CHECK(error_of([] { Fitting<ImputeMean, 1, float>(samples_of(std::vector<double>{1e300}, 1)); }) ==
          "column 0: expected constants within the range of the scalar type, got a larger one");
}

TEST_CASE("imputers: what they can't work on is said") {
    using burin::Shape;
    CHECK(ImputeNearest<0>::problem(Shape(2)).view() == "expected neighbours from 1 to 256, got 0");
    CHECK(ImputeNearest<5, 3>::problem(Shape(2)).view() == "expected neighbours from 1 to 3, got 5");
    CHECK(ImputeIterative<>::problem(Shape(1)).view() == "expected at least 2 columns, got 1");
    CHECK(Indicated<ImputeMean>::problem(Shape(2, 2)).view() == "expected input `[columns]`, got `[2, 2]`");
}
