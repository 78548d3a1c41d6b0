#include "burin/data/reduction/fit_random_projection.hpp"
#include "burin/data/reduction/fit_recursive_elimination.hpp"

#include "reference/reduction.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"

#include "fitted.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

using burin::Label;
using burin::Shape;
using namespace burin::data;
namespace expected = reference::reduction;

namespace {

constexpr std::size_t width = 6;
const std::span<const double> points(expected::points);
const std::vector<Label> labels(std::begin(expected::labels), std::end(expected::labels));

ReferenceSamples of_classes(std::span<const double> data) {
    return {data, width, {labels.begin(), labels.end()}};
}
ReferenceSamples of_numbers(std::span<const double> data) {
    return {data, width, {std::begin(expected::targets), std::end(expected::targets)}};
}

/// A score of each feature.
template <class Score>
std::vector<double> scores(const Score& score, bool absolute = false) {
    std::vector<double> result;
    for (std::size_t f = 0; f < width; ++f) {
        std::vector<double> values = burin::data::detail::feature_of(points, width, f);
        for (double& value : values)
            value = absolute ? std::abs(value) : value;
        result.push_back(score(values));
    }
    return result;
}

template <class F>
std::vector<std::size_t> kept(const F& selection) {
    return {selection.features.begin(), selection.features.end()};
}

using Indices = std::vector<std::size_t>;

} // namespace

TEST_CASE("Scores of features: scikit-learn's") {
    check_close(scores([](const auto& values) { return anova_f(values, labels); }), expected::f_classif,
                1e-13);
    check_close(scores([](const auto& values) { return regression_f(values, expected::targets); }),
                expected::f_regression, 1e-12);
    check_close(scores([](const auto& values) { return chi_squared(values, labels); }, true), expected::chi2,
                1e-13);
    check_close(scores([](const auto& values) { return mutual_information(values, labels); }),
                expected::mutual_information, 1e-12);
}

TEST_CASE("Scores of features: what never varies, what says all, and values that are equal") {
    const std::vector<double> constant(6, 3), all{1, 1, 2, 2, 3, 3}, targets{2, 2, 4, 4, 6, 6};
    const std::vector<Label> three{0, 0, 1, 1, 2, 2};
    CHECK(std::isnan(anova_f(constant, three)));
    CHECK(std::isinf(anova_f(all, three)));
    CHECK(regression_f(constant, targets) == 0);
    CHECK(regression_f(all, targets) > 1e10);
    CHECK(std::isnan(chi_squared(std::vector<double>(6, 0), three)));
    CHECK(mutual_information(constant, three) < 0.6);
    // As much as the classes' entropy, which few samples tell roughly.
    std::vector<double> many;
    std::vector<Label> classes;
    for (std::size_t i = 0; i < 300; ++i) {
        classes.push_back(static_cast<Label>(i % 3));
        many.push_back(static_cast<double>(i % 3));
    }
    CHECK(mutual_information(many, classes) == doctest::Approx(std::log(3)).epsilon(0.01));
    CHECK(mutual_information(std::vector<double>{1, 2}, std::vector<Label>{0, 1}) == 0);
    CHECK(best_features(std::vector<double>{1, std::nan(""), 1, 0.5}, 2) == Indices{0, 2});
    CHECK(best_features(std::vector<double>{1, 1, 1}, 2) == Indices{1, 2});
    CHECK(error_of([] { chi_squared(std::vector<double>{1, -2}, std::vector<Label>{0, 1}); }) ==
          "chi_squared: sample 1: expected counts or shares, none below 0, got -2");
    CHECK(error_of([] { anova_f(std::vector<double>{1, 2}, std::vector<Label>{0}); }) ==
          "anova_f: expected a target for each of 2 samples, at least one, got 1");
}

TEST_CASE("SelectBest: the features with the best scores, in their order") {
    CHECK(kept(fitted<SelectBest<2>, width>(of_classes(points))) == Indices{1, 4});
    CHECK(kept(fitted<SelectBest<2, FeatureScore::regression_f>, width>(of_numbers(points))) ==
          Indices{0, 2});
    CHECK(kept(fitted<SelectBest<2, FeatureScore::mutual_information>, width>(of_classes(points))) ==
          Indices{4, 5});
    CHECK(SelectBest<2>::name().view() == "SelectBest<2, anova_f>");
    std::array<double, 2> out{};
    fitted<SelectBest<2>, width>(of_classes(points)).apply(points.data(), out.data());
    CHECK(out == std::array{points[1], points[4]});
    CHECK(error_of([] { fitted<SelectBest<2>, width>({points, width}); }) ==
          "expected samples with a target, got none");
    CHECK(error_of([] {
              fitted<SelectBest<2>, width>(of_numbers(points));
          }).starts_with("sample 0: expected a class, a whole number from 0 to a million, got 2.35"));
}

TEST_CASE("VarianceThreshold: features that vary more, or a sentence that says how many do") {
    const ReferenceSamples samples{points, width};
    CHECK(kept(fitted<VarianceThreshold<4, 1.0>, width>(samples)) == Indices{0, 1, 3, 4});
    CHECK(error_of([&] { fitted<VarianceThreshold<5, 1.0>, width>(samples); }) ==
          "expected 5 features whose variance exceeds 1, got 4 of 6");
    // 0.1 three times: the mean of them is rounded.
    const std::vector<double> constant{0.1, 1, 0.1, 2, 0.1, 3};
    CHECK(kept(fitted<VarianceThreshold<1>, 2>({constant, 2})) == Indices{1});
}

TEST_CASE("RecursiveElimination: what goes first is scikit-learn's") {
    const std::span<const double> standard(expected::standard);
    const auto ranking = [&](std::size_t keep, std::size_t step, const std::vector<double>& targets,
                             std::size_t outputs, double alpha) {
        const burin::data::detail::RidgeImportance importance(standard, width, targets, outputs, alpha);
        return eliminate_recursively(width, keep, step, importance).ranking;
    };
    const auto indices = [](std::span<const unsigned> all) { return Indices(all.begin(), all.end()); };
    std::size_t outputs = 0;
    const auto classes = burin::data::detail::class_targets(labels, outputs);
    REQUIRE(outputs == 3);
    CHECK(ranking(1, 1, classes, outputs, 1) == indices(expected::rfe_classes));
    std::vector<Label> two;
    for (const Label label : labels)
        two.push_back(label > 0);
    const auto yes = burin::data::detail::class_targets(two, outputs);
    REQUIRE(outputs == 1);
    CHECK(ranking(2, 2, yes, outputs, 1) == indices(expected::rfe_two));
    CHECK(ranking(1, 1, of_numbers(points).targets, 1, 0.5) == indices(expected::rfe_numbers));

    CHECK(kept(fitted<RecursiveElimination<2>, width>(of_classes(standard))) == Indices{1, 4});
    constexpr RidgeWeights numbers{.classes = false, .alpha = 0.5};
    CHECK(kept(fitted<RecursiveElimination<3, numbers>, width>(of_numbers(standard))) == Indices{0, 2, 3});
}

TEST_CASE("eliminate_recursively: equal ones go from the first on, the last step is shorter") {
    std::vector<std::size_t> asked;
    const auto equal = [&](std::span<const std::size_t> features) {
        asked.push_back(features.size());
        return std::vector<double>(features.size());
    };
    const Elimination left = eliminate_recursively(6, 3, 2, equal);
    CHECK(left.kept == Indices{3, 4, 5});
    CHECK(left.ranking == Indices{3, 3, 2, 1, 1, 1});
    CHECK(asked == Indices{6, 4});
    CHECK(error_of([&] { eliminate_recursively(6, 7, 1, equal); }) ==
          "eliminate_recursively: expected to keep 1 to 6 features, leaving out one or more at a time, got 7 "
          "and 1");
    CHECK(error_of([] {
              eliminate_recursively(2, 1, 1,
                                    [](std::span<const std::size_t>) { return std::vector<double>{1}; });
          }) == "eliminate_recursively: expected an importance of each of 2 features, got 1");
    const Dataset<> data(Shape(3), {1, 2, 3, 4, 5, 6}, {7, 8}, {0.5f, 2});
    const Dataset<> chosen = with_features(data, Indices{2, 0});
    CHECK(chosen.input(1)[0] == 6);
    CHECK(chosen.input(1)[1] == 4);
    CHECK(chosen.weight(1) == 2);
    CHECK(chosen.labels()[1] == 8);
    CHECK(error_of([&] { with_features(data, Indices{3}); }) ==
          "with_features: expected features below 3, got 3");
}

TEST_CASE("johnson_lindenstrauss_size: scikit-learn's") {
    CHECK(johnson_lindenstrauss_size(1000) == expected::jl_1000[0]);
    CHECK(johnson_lindenstrauss_size(1'000'000, 0.5) == expected::jl_1000000[0]);
    CHECK(johnson_lindenstrauss_size(37, 0.3) == expected::jl_37[0]);
    CHECK(error_of([] { johnson_lindenstrauss_size(10, 1); }) ==
          "johnson_lindenstrauss_size: expected at least one sample and a distortion between 0 and 1, got 10 "
          "and 1");
}

TEST_CASE("RandomProjection: lengths stay, and few numbers are other than 0") {
    constexpr std::size_t features = 400, components = 200;
    const auto check_lengths = [&](const auto& projection) {
        for (std::size_t i = 0; i < 5; ++i) {
            // A point with few numbers other than 0, which is the hardest.
            std::vector<double> point(features), out(components);
            point[7 * i] = 3;
            for (std::size_t f = 0; f < 20 * i; ++f)
                point[3 * f] += static_cast<double>(f % 5) - 2;
            projection.apply(point.data(), out.data());
            const double before = std::inner_product(point.begin(), point.end(), point.begin(), 0.0);
            const double after = std::inner_product(out.begin(), out.end(), out.begin(), 0.0);
            // The square of a length deviates by √(2/200) of it (of a sparse matrix by up to √(20/200)).
            CHECK(after == doctest::Approx(before).epsilon(0.5));
        }
    };
    const std::vector<double> any(features);
    const auto gaussian = fitted<RandomProjection<components>, features>({any, features});
    check_lengths(gaussian);
    double square = 0;
    for (const double number : gaussian.matrix)
        square += number * number;
    CHECK(square == doctest::Approx(features).epsilon(0.02));
    const auto sparse = fitted<RandomProjection<components, RandomMatrix::sparse>, features>({any, features});
    check_lengths(sparse);
    double plus = 0, minus = 0;
    for (const std::uint8_t sign : sparse.signs) {
        plus += sign == 1;
        minus += sign == 2;
    }
    // A share of 1/√400 of 80,000, half of them of either sign.
    CHECK(plus == doctest::Approx(2000).epsilon(0.1));
    CHECK(minus == doctest::Approx(2000).epsilon(0.1));
    CHECK(sparse.scale[0] == doctest::Approx(std::sqrt(20.0 / 200)).epsilon(1e-15));
}
