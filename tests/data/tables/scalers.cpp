#include "burin/data/tables/scalers.hpp"
#include "burin/data/scale_targets.hpp"
#include "burin/data/sequences/each_step.hpp"
#include "burin/data/tables/clip_outliers.hpp"

#include "reference/transforms.hpp"
#include "support/check_same.hpp"
#include "support/error_of.hpp"
#include "support/stage.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

using namespace burin::data;
namespace expected = reference::transforms;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Stage>
void check_with_holes(const auto& wanted) {
    check_same(applied<Stage, 4>(expected::holes, expected::holes_test), wanted, 1e-13);
}
template <class Stage>
void check_clip(const auto& wanted) {
    check_same(applied<Stage, 4>(expected::full, expected::full_test), wanted, 1e-14);
}

} // namespace

TEST_CASE("scalers: as scikit-learn's, where missing values stay missing") {
    check_with_holes<StandardScaler>(expected::standard);
    check_with_holes<MinMaxScaler<>>(expected::min_max);
    check_with_holes<MinMaxScaler<-2, 5>>(expected::min_max_2_5);
    check_with_holes<MaxAbsScaler>(expected::max_abs);
    check_with_holes<RobustScaler<>>(expected::robust);
    check_with_holes<RobustScaler<10, 80>>(expected::robust_10_80);
}

TEST_CASE("scalers: a column that never varies is only shifted; so is one sample") {
    for (const auto& train : {std::vector<double>{0.1, 0.1, 0.1}, std::vector<double>{0.1}}) {
        const std::vector<double> test{0.1, 2.1};
        check_same(applied<StandardScaler, 1>(train, test), std::vector<double>{0, 2}, 1e-15);
        check_same(applied<MinMaxScaler<>, 1>(train, test), std::vector<double>{0, 2}, 1e-15);
        check_same(applied<MinMaxScaler<-1, 1>, 1>(train, test), std::vector<double>{-1, 1}, 1e-15);
        check_same(applied<RobustScaler<>, 1>(train, test), std::vector<double>{0, 2}, 1e-15);
        check_same(applied<MaxAbsScaler, 1>(train, test), std::vector<double>{1, 21}, 1e-15);
    }
    check_same(applied<MaxAbsScaler, 1>(std::vector<double>{0, 0}, std::vector<double>{3}),
               std::vector<double>{3}, 0);
}

TEST_CASE("scalers: a large mean hides no small deviation, and squares of large values are finite") {
    check_same(applied<StandardScaler, 1>(std::vector<double>{1e9 + 1, 1e9 + 2, 1e9 + 3},
                                          std::vector<double>{1e9 + 3}),
               std::vector<double>{std::sqrt(1.5)}, 1e-12);
    check_same(applied<StandardScaler, 1>(std::vector<double>{-1e300, 0, 1e300},
                                          std::vector<double>{1e300, infinity}),
               std::vector<double>{std::sqrt(1.5), infinity}, 1e-14);
}

TEST_CASE("scalers: what floats round off the offset is not lost, and constant columns are one thing") {
    const std::vector<double> train{1e7, 1e7 + 1, 1e7};
    check_same(Fitting<StandardScaler, 1, float>(samples_of(train, 1))(train),
               std::vector<double>{-std::sqrt(0.5), std::sqrt(2), -std::sqrt(0.5)}, 1e-6);
    check_same(Fitting<MinMaxScaler<-1, 1>, 1, float>(samples_of(train, 1))(train),
               std::vector<double>{-1, 1, -1}, 0);
    check_same(Fitting<RobustScaler<50, 100>, 1, float>(samples_of(std::vector<double>{1e7, 1e7 + 1}, 1))(
                   std::vector<double>{1e7, 1e7 + 1}),
               std::vector<double>{-1, 1}, 0);
    for (const double value : {1.0, 1234.567, 1e37, -1e37}) {
        const std::vector<double> same{static_cast<double>(static_cast<float>(value))};
        check_same(Fitting<StandardScaler, 1, float>(samples_of(same, 1))(same), std::vector<double>{0}, 0);
        check_same(Fitting<MinMaxScaler<-1, 1>, 1, float>(samples_of(same, 1))(same), std::vector<double>{-1},
                   0);
    }
    const std::vector<double> ends{3e38, 3e38, -3e38};
    CHECK(error_of([&] { Fitting<RobustScaler<>, 1, float>(samples_of(ends, 1)); }) ==
          "sample 2, column 0: expected a value within the range of the scalar type once it is transformed, "
          "got a larger one");
}

TEST_CASE("scalers, clipping: constants from a file that can't be are told") {
    Fitting<StandardScaler, 2> scaler;
    CHECK(scaler.fitted.problem().view() ==
          "expected scales above 0, got one that isn't (is the pipeline fitted?)");
    scaler.fitted.divisor = {1, none};
    CHECK(scaler.fitted.problem().view().starts_with("expected scales above 0"));
    scaler.fitted.divisor = {1, infinity};
    CHECK(scaler.fitted.problem().view() == "expected finite constants, got one that isn't");
    scaler.fitted.divisor = {1, 2};
    CHECK(scaler.fitted.problem().empty());
    scaler.fitted.shift = {0, none};
    CHECK(!scaler.fitted.problem().empty());
    Fitting<ClipIQR<>, 1> clip;
    CHECK(clip.fitted.problem().empty());
    clip.fitted.high = {none};
    CHECK(!clip.fitted.problem().empty());
}

TEST_CASE("clipping: by deviations, quartiles, quantiles and a given range") {
    check_clip<ClipZScore<1>>(expected::clip_z_1);
    check_clip<ClipIQR<0.5>>(expected::clip_iqr_half);
    check_clip<Winsorize<0.1, 0.85>>(expected::winsorized);
    check_same(
        Fitting<ClipRange<-1, 2.5>, 1>()(std::vector<double>{-3, -1, 0, 2.5, 3, infinity, -infinity, none}),
        std::vector<double>{-1, -1, 0, 2.5, 2.5, 2.5, -1, none}, 0);
    check_same(applied<ClipIQR<>, 1>(std::vector<double>{1, 2, none, 3},
                                     std::vector<double>{none, infinity, -infinity, 2}),
               std::vector<double>{none, 4, 0, 2}, 1e-15);
}

TEST_CASE("scalers, clipping: refuse what teaches nothing, with its place") {
    const std::vector<double> empty{1, none, 2, none}, infinite{1, 2, 3, infinity};
    const auto check = [&]<class Stage>() {
        CHECK(error_of([&] { Fitting<Stage, 2>(samples_of(empty, 2)); }) ==
              "column 1: expected a value, got only missing ones");
        CHECK(error_of([&] { Fitting<Stage, 2>(samples_of(infinite, 2)); }) ==
              "sample 1, column 1: expected a finite or a missing value, got an infinite one");
    };
    check.operator()<StandardScaler>();
    check.operator()<RobustScaler<>>();
    check.operator()<ClipZScore<>>();
    CHECK(error_of([] { Fitting<StandardScaler, 1, float>(samples_of(std::vector<double>{0, 1e-60}, 1)); }) ==
          "column 0: expected a scale within the range of the scalar type, got a smaller one");
    CHECK(error_of([] {
              Fitting<MinMaxScaler<>, 1>(samples_of(std::vector<double>{-1.7e308, 1.7e308}, 1));
          }) == "column 0: expected constants within the range of the scalar type, got a larger one");
}

TEST_CASE("scalers, clipping: options that make no sense are said") {
    using burin::Shape;
    CHECK(MinMaxScaler<1, 1>::problem(Shape(1)).view() == "expected a lower end below the upper end");
    CHECK(RobustScaler<75, 25>::problem(Shape(1)).view() ==
          "expected quantiles from 0 to 100 percent, the lower one first");
    CHECK(Winsorize<0.1, 1.1>::problem(Shape(1)).view() ==
          "expected shares from 0 to 1, the lower one first");
    CHECK(ClipRange<2, 1>::problem(Shape(1)).view() == "expected a range whose lower end comes first");
    CHECK(RobustScaler<>::problem(Shape(1)).empty());
    CHECK(MinMaxScaler<-1, 1>::name().view() == "MinMaxScaler<-1, 1>");
    CHECK(ClipRange<-1e20, 2.5e-9>::name().view() == "ClipRange<-1e20, 2.5e-9>");
    CHECK(ClipRange<0, infinity>::name().view() == "ClipRange<0, infinity>");
}

TEST_CASE("scale_targets: targets are scaled as inputs are, and answers are scaled back") {
    using burin::Input;
    using burin::Shape;
    const Dataset<double, double> data(Shape(1), {1, 2, 3}, {20000, 1, 20300, 2, 20600, 3}, {1, 2, 1});
    PipelineOf<double, Input<2>, StandardScaler> standard;
    fit_targets(standard, data);
    const auto scaled = scale_targets(standard, data);
    CHECK(scaled.weight(1) == 2);
    for (std::size_t i = 0; i < data.size(); ++i) {
        CHECK(scaled.input(i)[0] == data.input(i)[0]);
        const double expected = (static_cast<double>(i) - 1) * std::sqrt(1.5);
        check_same(scaled.target(i), std::vector<double>{expected, expected}, 1e-12);
        std::array<double, 2> back{};
        standard.undo(std::span<const double, 2>(scaled.target(i)), back);
        check_same(back, data.target(i), 1e-12);
    }

    PipelineOf<double, Input<2, 1>, sequences::EachStep<MinMaxScaler<-1, 1>>> each;
    fit_targets(each, Dataset<double, double>(Shape(1), {1, 2}, {10, 20, 30, 50}));
    std::array<double, 2> back{};
    each.undo(std::array<double, 2>{-1, 0.5}, back);
    check_same(back, std::vector<double>{10, 40}, 1e-14);

    CHECK(error_of([&] { fit_targets(standard, Dataset<double, double>(Shape(1), {1}, {1})); }) ==
          "Pipeline: expected 2 targets a sample, got 1");
    CHECK(error_of([&] { scale_targets(PipelineOf<double, Input<2>, StandardScaler>{}, data); })
              .starts_with("Pipeline: "));
}
