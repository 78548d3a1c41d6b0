#include "reference/losses.hpp"
#include "reference/attention.hpp"

#include "burin/losses/binary_crossentropy.hpp"
#include "burin/losses/categorical_crossentropy.hpp"
#include "burin/losses/hinge.hpp"
#include "burin/losses/huber.hpp"
#include "burin/losses/kl_divergence.hpp"
#include "burin/losses/mean_absolute_error.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/multi_class_hinge.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace {

constexpr auto mean = Reduction::mean;
constexpr auto sum = Reduction::sum;

/// Value and gradient of 6 samples of 5 outputs.
template <class Loss, class Target>
void check_both(const Loss& loss, const Target& targets, const double (&value)[1],
                const double (&gradient)[30], const double* weights = nullptr) {
    check_loss<Shape(5)>(loss, reference::losses::z, targets, value, gradient, weights);
}

} // namespace

namespace r = reference::losses;

TEST_CASE("MeanSquaredError agrees with PyTorch") {
    check_both(MeanSquaredError{mean}, r::t, r::mse_mean_value, r::mse_mean_gradient);
    check_both(MeanSquaredError{sum}, r::t, r::mse_sum_value, r::mse_sum_gradient);
    check_both(MeanSquaredError{mean}, r::t, r::mse_sample_weighted_value, r::mse_sample_weighted_gradient,
               r::sample_weights);
}

TEST_CASE("MeanAbsoluteError agrees with PyTorch") {
    check_both(MeanAbsoluteError{mean}, r::t, r::mae_mean_value, r::mae_mean_gradient);
    check_both(MeanAbsoluteError{sum}, r::t, r::mae_sum_value, r::mae_sum_gradient);
}

TEST_CASE("Huber agrees with PyTorch") {
    check_both(Huber{.delta = 0.7, .reduction = mean}, r::t, r::huber_mean_value, r::huber_mean_gradient);
    check_both(Huber{.delta = 0.7, .reduction = sum}, r::t, r::huber_sum_value, r::huber_sum_gradient);
}

TEST_CASE("BinaryCrossentropy agrees with PyTorch") {
    check_both(BinaryCrossentropy{.reduction = mean}, r::b, r::bce_mean_value, r::bce_mean_gradient);
    check_both(BinaryCrossentropy{.reduction = sum}, r::b, r::bce_sum_value, r::bce_sum_gradient);
}

TEST_CASE("Hinge agrees with its formula in PyTorch") {
    check_both(Hinge{mean}, r::s, r::hinge_mean_value, r::hinge_mean_gradient);
    check_both(Hinge{sum}, r::s, r::hinge_sum_value, r::hinge_sum_gradient);
}

TEST_CASE("MultiClassHinge agrees with PyTorch's MultiMarginLoss") {
    check_both(MultiClassHinge{.reduction = mean}, r::labels, r::multi_class_hinge_mean_value,
               r::multi_class_hinge_mean_gradient);
    check_both(MultiClassHinge{.reduction = sum}, r::labels, r::multi_class_hinge_sum_value,
               r::multi_class_hinge_sum_gradient);
}

TEST_CASE("SparseCategoricalCrossentropy agrees with PyTorch, with smoothing and weights") {
    check_both(SparseCategoricalCrossentropy{}, r::labels, r::sparse_mean_value, r::sparse_mean_gradient);
    check_both(SparseCategoricalCrossentropy{.reduction = sum}, r::labels, r::sparse_sum_value,
               r::sparse_sum_gradient);
    const SparseCategoricalCrossentropy smooth{.label_smoothing = 0.1, .class_weights = r::class_weights};
    check_both(smooth, r::labels, r::sparse_smooth_weighted_mean_value,
               r::sparse_smooth_weighted_mean_gradient);
    auto smooth_sum = smooth;
    smooth_sum.reduction = sum;
    check_both(smooth_sum, r::labels, r::sparse_smooth_weighted_sum_value,
               r::sparse_smooth_weighted_sum_gradient);
    check_both(SparseCategoricalCrossentropy{}, r::labels, r::sparse_sample_weighted_value,
               r::sparse_sample_weighted_gradient, r::sample_weights);
}

TEST_CASE_TEMPLATE("SparseCategoricalCrossentropy of tokens agrees with PyTorch's ignore_index", Scalar,
                   float, double) {
    namespace t = reference::attention;
    const double tolerance = sizeof(Scalar) == 8 ? 1e-12 : 3e-6;
    const auto check = [&](SparseCategoricalCrossentropy loss, const double(&value)[1],
                           const double(&gradient)[60]) {
        // The ignored label may be a class or, as PyTorch's usual −100, none.
        for (const Label padding : {Label(0), Label(1000), no_label - 1}) {
            loss.ignore_index = padding;
            std::vector<Label> labels(std::begin(t::token_labels), std::end(t::token_labels));
            std::replace(labels.begin(), labels.end(), Label(0), padding);
            std::vector<Scalar> z(std::begin(t::token_z), std::end(t::token_z));
            const auto found = losses::value_and_gradient<Shape(5), SparseCategoricalCrossentropy, Scalar>(
                loss, z.data(), labels.data(), nullptr, z.data(), 12);
            CHECK(static_cast<double>(reduce(loss, found)) == doctest::Approx(value[0]).epsilon(tolerance));
            check_close(z, gradient, tolerance);
        }
    };
    check({}, t::token_mean_value, t::token_mean_gradient);
    check({.reduction = sum}, t::token_sum_value, t::token_sum_gradient);
    check({.label_smoothing = 0.1}, t::token_smooth_value, t::token_smooth_gradient);
    check({.class_weights = t::token_class_weights}, t::token_weighted_value, t::token_weighted_gradient);
    check({.label_smoothing = 0.1, .class_weights = t::token_class_weights}, t::token_both_value,
          t::token_both_gradient);
}

TEST_CASE("SparseCategoricalCrossentropy: a batch of nothing but ignored labels has loss and gradient 0") {
    const SparseCategoricalCrossentropy loss{.ignore_index = 7};
    const std::vector<Label> labels(6, 7);
    std::vector<double> z = random_numbers(6 * 5, 1);
    const auto found = losses::value_and_gradient<Shape(5), SparseCategoricalCrossentropy, double>(
        loss, z.data(), labels.data(), nullptr, z.data(), 6);
    CHECK(reduce(loss, found) == 0);
    CHECK(z == std::vector<double>(z.size(), 0.0));
}

TEST_CASE("CategoricalCrossentropy agrees with PyTorch, with smoothing and weights") {
    check_both(CategoricalCrossentropy{}, r::p, r::categorical_mean_value, r::categorical_mean_gradient);
    check_both(CategoricalCrossentropy{.reduction = sum}, r::p, r::categorical_sum_value,
               r::categorical_sum_gradient);
    const CategoricalCrossentropy smooth{.label_smoothing = 0.1, .class_weights = r::class_weights};
    check_both(smooth, r::p, r::categorical_smooth_weighted_mean_value,
               r::categorical_smooth_weighted_mean_gradient);
    auto smooth_sum = smooth;
    smooth_sum.reduction = sum;
    check_both(smooth_sum, r::p, r::categorical_smooth_weighted_sum_value,
               r::categorical_smooth_weighted_sum_gradient);
}

TEST_CASE("KLDivergence agrees with PyTorch") {
    check_both(KLDivergence{mean}, r::p, r::kl_mean_value, r::kl_mean_gradient);
    check_both(KLDivergence{sum}, r::p, r::kl_sum_value, r::kl_sum_gradient);
}

namespace {

template <Shape Output>
void check_all(std::size_t rows) {
    const std::size_t count = rows * Output.size();
    const auto dense = random_numbers(count, 7, -2, 2);
    std::vector<double> signs, shares;
    for (double value : dense) {
        signs.push_back(value < 0 ? -1 : 1);
        shares.push_back((value + 2) / 4);
    }
    check_loss_gradient<Output>(MeanSquaredError{}, dense, rows);
    check_loss_gradient<Output>(MeanAbsoluteError{}, dense, rows);
    check_loss_gradient<Output>(Huber{.reduction = sum}, dense, rows);
    check_loss_gradient<Output>(BinaryCrossentropy{}, shares, rows);
    check_loss_gradient<Output>(Hinge{}, signs, rows);
    if constexpr (Output.last() > 1) {
        std::vector<Label> labels;
        for (std::size_t i = 0; i < count / Output.last(); ++i)
            labels.push_back(static_cast<Label>(i * 7 % Output.last()));
        check_loss_gradient<Output>(SparseCategoricalCrossentropy{.label_smoothing = 0.2}, labels, rows);
        check_loss_gradient<Output>(MultiClassHinge{.margin = 0.8}, labels, rows);
        check_loss_gradient<Output>(CategoricalCrossentropy{}, shares, rows);
        check_loss_gradient<Output>(KLDivergence{}, shares, rows);
    }
}

} // namespace

TEST_CASE(
    "losses: gradients match central differences for one output, SIMD widths ± 1, primes and positions") {
    check_all<Shape(1)>(1);
    check_all<Shape(1)>(9);
    check_all<Shape(2)>(3);
    check_all<Shape(3)>(2);
    check_all<Shape(4)>(2);
    check_all<Shape(5)>(1);
    check_all<Shape(7)>(2);
    check_all<Shape(17)>(2);
    check_all<Shape(3, 5)>(2);
}

TEST_CASE(
    "cross-entropies: gradients match central differences for short and long rows, whole blocks of rows "
    "and some more") {
    const auto check = []<Shape Output>(std::size_t rows) {
        std::vector<Label> labels;
        for (std::size_t i = 0; i < rows; ++i)
            labels.push_back(static_cast<Label>(i * 7 % Output.size()));
        const auto shares = random_numbers(rows * Output.size(), 8, 0, 1);
        check_loss_gradient<Output>(SparseCategoricalCrossentropy{}, labels, rows);
        check_loss_gradient<Output>(SparseCategoricalCrossentropy{.label_smoothing = 0.2}, labels, rows);
        check_loss_gradient<Output>(KLDivergence{}, shares, rows);
    };
    check.operator()<Shape(2)>(33);
    check.operator()<Shape(10)>(17);
    check.operator()<Shape(71)>(9);
}

TEST_CASE_TEMPLATE("losses: extreme logits give finite values and gradients", Scalar, float, double) {
    for (const double extreme : {88.0, 104.0, 745.0, 1e4}) {
        const auto e = static_cast<Scalar>(extreme);
        const std::array<Scalar, 6> z{e, -e, 0, -e, e, e};
        std::array<Scalar, 6> gradient{};
        const auto check = [&](const auto& loss, const auto& targets) {
            const Scalar value =
                reduce(loss, losses::value_and_gradient<Shape(3)>(loss, z.data(), targets.data(), nullptr,
                                                                  gradient.data(), 2));
            INFO("logits of ±" << extreme << ": loss " << value);
            CHECK(std::isfinite(value));
            for (Scalar g : gradient)
                CHECK(std::isfinite(g));
            return value;
        };
        // The label's logit is 2·e below the largest, and as large as another.
        const Scalar sparse = check(SparseCategoricalCrossentropy{}, std::array<Label, 2>{1, 2});
        CHECK(sparse == doctest::Approx((2 * extreme + std::log(2.0)) / 2).epsilon(1e-6));
        const std::array<Scalar, 6> one_hot{0, 1, 0, 0, 0, 1};
        CHECK(check(CategoricalCrossentropy{}, one_hot) == sparse);
        CHECK(check(KLDivergence{}, one_hot) == sparse);
        // Three of six targets are missed by e, and one logit is 0.
        const std::array<Scalar, 6> wrong{0, 1, 1, 0, 0, 1};
        CHECK(check(BinaryCrossentropy{}, wrong) ==
              doctest::Approx((3 * extreme + std::log(2.0)) / 6).epsilon(1e-6));
    }
}

TEST_CASE("losses: batches without weight have loss and gradient 0") {
    const std::array<double, 4> z{1, 2, 3, 4}, none{0, 0};
    std::array<double, 4> gradient{9, 9, 9, 9};
    const std::array<Label, 2> labels{0, 1};
    const SparseCategoricalCrossentropy loss;
    CHECK(reduce(loss, losses::value_and_gradient<Shape(2)>(loss, z.data(), labels.data(), none.data(),
                                                            gradient.data(), 2)) == 0);
    CHECK(gradient == std::array<double, 4>{});
}
