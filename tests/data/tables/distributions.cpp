#include "burin/data/tables/binning.hpp"
#include "burin/data/tables/power_transformer.hpp"
#include "burin/data/tables/quantile_transformer.hpp"

#include "reference/transforms.hpp"
#include "support/check_close.hpp"
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

/// The test samples, and behind them those of the training.
std::vector<double> both(const auto& test, const auto& train) {
    std::vector<double> all(std::begin(test), std::end(test));
    all.insert(all.end(), std::begin(train), std::end(train));
    return all;
}

template <class Stage>
void check_full(const auto& wanted, double tolerance) {
    check_same(applied<Stage, 4>(expected::full, expected::full_test), wanted, tolerance);
}

} // namespace

TEST_CASE("normal_quantile: as scipy's norm.ppf") {
    std::vector<double> found, found_floats;
    for (const double p : expected::probabilities)
        found.push_back(normal_quantile(p));
    check_close(found, expected::normal_quantiles, 1e-14);
    for (const double p : {0.01, 0.3, 0.5, 0.7, 0.99})
        CHECK(std::abs(double(normal_quantile(static_cast<float>(p))) - normal_quantile(p)) < 3e-6);
}

TEST_CASE("QuantileTransformer: as scikit-learn's") {
    const auto test = both(expected::holes_test, expected::holes);
    check_same(applied<QuantileTransformer<12>, 4>(expected::holes, test), expected::quantile_uniform, 1e-13);
    check_same(applied<QuantileTransformer<100, Distribution::normal>, 4>(expected::holes, test),
               expected::quantile_normal, 1e-8);
}

TEST_CASE("QuantileTransformer: the ends, a column that never varies, one sample") {
    check_same(applied<QuantileTransformer<5>, 1>(std::vector<double>{1, 2, 3, 4, 5},
                                                  std::vector<double>{-infinity, 0, 1, 5, 9, infinity, none}),
               std::vector<double>{0, 0, 0, 1, 1, 1, none}, 0);
    // As scikit-learn, the lower end goes first.
    check_same(applied<QuantileTransformer<5>, 1>(std::vector<double>{2, 2, 2}, std::vector<double>{1, 2, 3}),
               std::vector<double>{0, 0, 1}, 0);
    check_same(applied<QuantileTransformer<5>, 1>(std::vector<double>{2}, std::vector<double>{1, 2, 3}),
               std::vector<double>{0, 0, 1}, 0);
}

TEST_CASE("QuantileTransformer: the ends of a normal distribution, in floats too") {
    const std::vector<double> train{1e6, 2e6, 3e6}, test{0, 1e6, 2e6, 3e6, 4e6, none};
    const std::vector<double> wanted{-5.19933758, -5.19933758, 0, 5.19933758, 5.19933758, none};
    using Stage = QuantileTransformer<3, Distribution::normal>;
    check_same(Fitting<Stage, 1, float>(samples_of(train, 1))(test), wanted, 1e-6);
    check_same(applied<Stage, 1>(train, test), wanted, 1e-8);
    check_same(applied<Stage, 1>(std::vector<double>{2}, std::vector<double>{1, 2, 3}),
               std::vector<double>{-5.19933758, -5.19933758, 5.19933758}, 1e-8);
}

TEST_CASE("PowerTransformer: as scikit-learn's, λ to 1e-6") {
    check_same(applied<PowerTransformer<>, 4>(expected::holes, expected::holes_test), expected::yeo_johnson,
               1e-6);
    check_full<PowerTransformer<Power::yeo_johnson, PowerOptions{.standardize = false}>>(
        expected::yeo_johnson_only, 1e-6);
    std::vector<double> train, test;
    for (const double x : expected::full)
        train.push_back(std::abs(x) + 0.05);
    for (const double x : expected::full_test)
        test.push_back(std::abs(x) + 0.05);
    check_same(applied<PowerTransformer<Power::box_cox>, 4>(train, test), expected::box_cox, 1e-6);
}

TEST_CASE("PowerTransformer: λ of 0 and 2 are logarithms; what is no power of anything is missing") {
    const auto box = [](double x, double l) { return detail::power_transformed<Power::box_cox>(x, l); };
    const auto yeo = [](double x, double l) { return detail::power_transformed<Power::yeo_johnson>(x, l); };
    check_same(
        std::vector<double>{box(2, 0), box(2, 1), box(0, 1), box(-1, 1), box(none, 1), yeo(2, 0), yeo(-2, 2),
                            yeo(-2, 1), yeo(3, 2), yeo(none, 1)},
        std::vector<double>{std::log(2), 1, none, none, none, std::log1p(2), -std::log1p(2), -2, 7.5, none},
        1e-14);
    // A column that never varies, and one that is all but a multiple of a tiny number.
    check_same(applied<PowerTransformer<>, 1>(std::vector<double>{3, 3, none}, std::vector<double>{3, 4}),
               std::vector<double>{0, 1}, 1e-14);
    const auto tiny = applied<PowerTransformer<>, 1>(std::vector<double>{1e-9, 2e-9, 4e-9},
                                                     std::vector<double>{1e-9, 4e-9});
    CHECK((std::isfinite(tiny[0]) && tiny[0] < tiny[1]));
    CHECK(error_of([] {
              Fitting<PowerTransformer<Power::box_cox>, 1>(samples_of(std::vector<double>{1, 0}, 1));
          }) == "column 0: expected values above 0, got one that isn't");
}

TEST_CASE("PowerTransformer: a column of whose powers a float holds too little is refused, not wiped out") {
    std::vector<double> close;
    for (int i = 0; i < 200; ++i)
        close.push_back(8000 + 7 * i % 1000);
    const double most = double(std::numeric_limits<float>::max());
    const std::vector<double> ends{most, -most, 0};
    check_same(Fitting<PowerTransformer<>, 1, float>(samples_of(ends, 1))(ends),
               std::vector<double>{std::sqrt(1.5), -std::sqrt(1.5), 0}, 1e-6);
    for (const auto& train : {close, std::vector<double>{1e7, 1e7 + 1, 1e7}})
        CHECK(error_of([&] {
                  Fitting<PowerTransformer<>, 1, float>(samples_of(train, 1));
              }).starts_with("column 0: expected "));
    CHECK(error_of([&] {
              Fitting<PowerTransformer<Power::yeo_johnson, PowerOptions{.standardize = false}>, 1, float>(
                  samples_of(close, 1));
          }) == "column 0: expected values whose powers the scalar type tells apart, got some too close "
                "together or too large: scale the column before, or take PipelineOf<double, …>");
    const auto wide = applied<PowerTransformer<>, 1>(close, close);
    CHECK((std::abs(wide[0]) > 1 && std::abs(wide[0]) < 3));
    for (const double value : {1.0, 1234.567, 1e37}) {
        const std::vector<double> same{static_cast<double>(static_cast<float>(value))};
        check_same(Fitting<PowerTransformer<>, 1, float>(samples_of(same, 1))(same), std::vector<double>{0},
                   0);
        check_same(Fitting<PowerTransformer<Power::box_cox>, 1, float>(samples_of(same, 1))(same),
                   std::vector<double>{0}, 0);
    }
    CHECK(!Fitting<PowerTransformer<>, 1>().fitted.problem().empty());
}

TEST_CASE("Binning: as scikit-learn's KBinsDiscretizer") {
    check_full<Binning<4>>(expected::bins_uniform, 0);
    check_full<Binning<5, Bins::quantile>>(expected::bins_quantile, 0);
    check_full<Binning<4, Bins::uniform, BinningOptions{.one_hot = true}>>(expected::bins_one_hot, 0);
    check_same(
        applied<Binning<4, Bins::kmeans>, 4>(expected::full, both(expected::full_test, expected::full)),
        expected::bins_kmeans, 0);
}

TEST_CASE("Binning: few values have few bins, and beyond the edges are the outer bins") {
    const std::vector<double> train{1, 1, 1, 1, 2, 2}, test{-infinity, 1, 1.4, 1.6, 2, infinity, none};
    check_same(applied<Binning<3, Bins::quantile>, 1>(train, test),
               std::vector<double>{0, 0, 0, 1, 1, 1, none}, 0);
    check_same(applied<Binning<3, Bins::kmeans>, 1>(train, test), std::vector<double>{0, 0, 0, 1, 1, 1, none},
               0);
    check_same(applied<Binning<3>, 1>(std::vector<double>{5, 5, none}, test),
               std::vector<double>{0, 0, 0, 0, 0, 0, none}, 0);
    check_same(Fitting<Binning<2, Bins::uniform, BinningOptions{.one_hot = true}>, 1>(
                   samples_of(std::vector<double>{0, 4}, 1))(std::vector<double>{1, 2, none}),
               std::vector<double>{1, 0, 0, 1, 0, 0}, 0);
    CHECK(Binning<1>::problem(burin::Shape(2)).view() == "expected at least 2 bins, got 1");
    CHECK(error_of([] { Fitting<Binning<2>, 1>(samples_of(std::vector<double>{none, none}, 1)); }) ==
          "column 0: expected a value, got only missing ones");
}
