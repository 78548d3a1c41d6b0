#include "reference/more_losses.hpp"

#include "burin/losses/gaussian_nll.hpp"
#include "burin/losses/log_cosh.hpp"
#include "burin/losses/poisson.hpp"
#include "burin/losses/quantile.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace r = reference::more_losses;

namespace {

constexpr auto sum = Reduction::sum;

} // namespace

TEST_CASE("Quantile agrees with its formula in PyTorch, for one and for several") {
    check_loss<Shape(12)>(Quantile{.quantiles = std::array{0.3}}, r::z, r::t, r::quantile_value,
                          r::quantile_gradient);
    const Quantile three{.quantiles = std::array{0.1, 0.5, 0.9}};
    check_loss<Shape(4, 3)>(three, r::z, r::four_targets, r::quantiles_value, r::quantiles_gradient);
    auto summed = three;
    summed.reduction = sum;
    check_loss<Shape(4, 3)>(summed, r::z, r::four_targets, r::quantiles_sum_value, r::quantiles_sum_gradient);
}

TEST_CASE("LogCosh agrees with its formula in PyTorch") {
    check_loss<Shape(12)>(LogCosh{}, r::z, r::t, r::log_cosh_value, r::log_cosh_gradient);
    check_loss<Shape(12)>(LogCosh{sum}, r::z, r::t, r::log_cosh_sum_value, r::log_cosh_sum_gradient);
}

TEST_CASE("Poisson agrees with PyTorch's PoissonNLLLoss") {
    check_loss<Shape(12)>(Poisson{}, r::z, r::counts, r::poisson_value, r::poisson_gradient);
    check_loss<Shape(12)>(Poisson{.full = true, .reduction = sum}, r::z, r::counts, r::poisson_full_value,
                          r::poisson_full_gradient);
    check_loss<Shape(12)>(Poisson{.log_input = false, .full = true, .epsilon = 1e-3}, r::rates, r::counts,
                          r::poisson_rate_value, r::poisson_rate_gradient);
}

TEST_CASE("GaussianNLL agrees with PyTorch's GaussianNLLLoss") {
    check_loss<Shape(12)>(GaussianNLL{}, r::z, r::six_targets, r::gaussian_nll_value,
                          r::gaussian_nll_gradient);
    check_loss<Shape(2, 6)>(GaussianNLL{.full = true, .reduction = sum}, r::z, r::six_targets,
                            r::gaussian_nll_full_value, r::gaussian_nll_full_gradient);
    check_loss<Shape(2, 2, 3)>(GaussianNLL{.log_variance = false, .epsilon = 0.5}, r::variances,
                               r::six_targets, r::gaussian_nll_variance_value,
                               r::gaussian_nll_variance_gradient);
    check_loss<Shape(12)>(GaussianNLL{.full = true}, r::z, r::six_targets, r::gaussian_nll_weighted_value,
                          r::gaussian_nll_weighted_gradient, r::sample_weights);
}

namespace {

template <Shape Output>
void check_shape(std::size_t rows) {
    const auto targets = random_numbers(rows * Output.size(), 7, 0, 4);
    check_loss_gradient<Output>(Quantile{.quantiles = std::array{0.8}}, targets, rows);
    check_loss_gradient<Output>(LogCosh{}, targets, rows);
    check_loss_gradient<Output>(Poisson{.full = true}, targets, rows);
    check_loss_gradient<Output>(Poisson{.log_input = false}, targets, rows, 0.5, 3);
    if constexpr (GaussianNLL::reject(Output).empty()) {
        check_loss_gradient<Output>(GaussianNLL{}, targets, rows);
        check_loss_gradient<Output>(GaussianNLL{.log_variance = false, .full = true}, targets, rows, 0.5, 3);
    }
}

} // namespace

TEST_CASE("losses of distributions: gradients match central differences at odd sizes") {
    check_shape<Shape(1)>(9);
    check_shape<Shape(2, 7)>(3);
    check_shape<Shape(34)>(2);
    check_loss_gradient<Shape(5, 2)>(Quantile<2>{.quantiles = {0.25, 0.75}}, random_numbers(15, 7, -2, 2), 3);
}

TEST_CASE("losses of distributions refuse outputs that hold something else") {
    static_assert(Quantile<1>::reject(Shape(7)).empty());
    static_assert(Quantile<3>::reject(Shape(4, 3)).empty());
    static_assert(Quantile<3>::target_size(Shape(4, 3)) == 4);
    static_assert(Quantile<3>::reject(Shape(4)).view() ==
                  "expected an output for each of 3 quantiles along the last axis, got `[4]`");
    static_assert(GaussianNLL::target_size(Shape(2, 5)) == 5);
    static_assert(GaussianNLL::reject(Shape(3)).view() ==
                  "expected mean and variance as `[2 * n]` or `[2, ...]`, got `[3]`");
}

TEST_CASE_TEMPLATE("losses of distributions: small losses are kept, and large ones don't overflow", Scalar,
                   float, double) {
    const auto value = []<Shape Output>(const auto& loss, std::array<Scalar, 2> y, Scalar t) {
        const std::array<Scalar, 2> targets{t, t};
        const auto found =
            losses::value_and_gradient<Output>(loss, y.data(), targets.data(), nullptr, y.data(), 1);
        CHECK(std::isfinite(y[0]));
        CHECK(std::isfinite(y[1]));
        return static_cast<double>(reduce(loss, found));
    };
    const auto tolerance = sizeof(Scalar) == 4 ? 1e-6 : 1e-14;
    for (const double d : {1e-15, 1e-6, 1e-3, 0.5, 3.0, 15.0, 25.0, 1e4, 1e30}) {
        const double cosh_is = d < 1e-2 ? d * d / 2 - d * d * d * d / 12 + d * d * d * d * d * d / 45
                                        : d + std::log1p(std::exp(-2 * d)) - std::log(2.0);
        const auto s = static_cast<Scalar>(d);
        CHECK(std::abs(value.template operator()<Shape(2)>(LogCosh{}, {s, -s}, 0) / cosh_is - 1) <
              4 * tolerance);
    }
    // A sure answer is as sure as epsilon allows; an unsure one does not count.
    const double clamped = value.template operator()<Shape(2)>(GaussianNLL{}, {1, -1000}, 0);
    CHECK(clamped == doctest::Approx(0.5 * (std::log(1e-6) + 1e6)).epsilon(1e-6));
    CHECK(value.template operator()<Shape(2)>(GaussianNLL{}, {1, 1000}, 0) == doctest::Approx(500));
    // A rate of e^-1000 for a count of 0.
    CHECK(value.template operator()<Shape(2)>(Poisson{}, {-1000, -1000}, 0) == 0);
    CHECK(std::isfinite(value.template operator()<Shape(2)>(Poisson{.log_input = false}, {0, 0}, 3)));
}

TEST_CASE_TEMPLATE("losses of distributions: what is no number spreads as far as it counts", Scalar, float,
                   double) {
    check_not_a_number<Scalar, Shape(19)>(Quantile<1>{}, Spoils::element);
    check_weightless<Scalar, Shape(19)>(Quantile<1>{});
    check_not_a_number<Scalar, Shape(7, 2)>(Quantile<2>{}, Spoils::sample);
    check_weightless<Scalar, Shape(7, 2)>(Quantile<2>{});
    check_not_a_number<Scalar, Shape(19)>(LogCosh{}, Spoils::element);
    check_weightless<Scalar, Shape(19)>(LogCosh{});
    check_not_a_number<Scalar, Shape(19)>(Poisson{.full = true}, Spoils::element);
    check_weightless<Scalar, Shape(19)>(Poisson{});
    check_not_a_number<Scalar, Shape(2, 1)>(GaussianNLL{}, Spoils::sample);
    check_weightless<Scalar, Shape(34)>(GaussianNLL{});
    check_weightless<Scalar, Shape(34)>(GaussianNLL{.log_variance = false});
}
