#include "reference/graph_ops.hpp"

#include "burin/losses/activity.hpp"
#include "burin/losses/gaussian_kl.hpp"
#include "support/loss_checks.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace r = reference::graph_ops;

namespace {

const std::vector<double> no_targets;

/// Value and gradient of 3 samples of 10 outputs.
template <Shape Output, class Loss>
void check_both(const Loss& loss, const double (&value)[1], const double (&gradient)[30],
                const double* weights = nullptr) {
    check_loss<Output>(loss, r::z, no_targets, value, gradient, weights, 1e-6);
}

/// The gradient against central differences.
template <Shape Output, class Loss>
void check_shape(std::size_t rows) {
    check_loss_gradient<Output>(Loss{}, no_targets, rows, -2, 2);
}

constexpr auto sum = Reduction::sum;

} // namespace

TEST_CASE("GaussianKL agrees with PyTorch's kl_divergence") {
    check_both<Shape(10)>(GaussianKL{}, r::gaussian_kl_mean_value, r::gaussian_kl_mean_gradient);
    check_both<Shape(2, 5)>(GaussianKL{sum}, r::gaussian_kl_sum_value, r::gaussian_kl_sum_gradient);
    check_both<Shape(10)>(GaussianKL{}, r::gaussian_kl_weighted_value, r::gaussian_kl_weighted_gradient,
                          r::sample_weights);
}

TEST_CASE("ActivityL1 and ActivityL2 agree with their formulas in PyTorch") {
    check_both<Shape(10)>(ActivityL1{}, r::activity_l1_mean_value, r::activity_l1_mean_gradient);
    check_both<Shape(10)>(ActivityL1{.reduction = sum}, r::activity_l1_sum_value,
                          r::activity_l1_sum_gradient);
    check_both<Shape(10)>(ActivityL1{}, r::activity_l1_weighted_value, r::activity_l1_weighted_gradient,
                          r::sample_weights);
    check_both<Shape(10)>(ActivityL2{}, r::activity_l2_mean_value, r::activity_l2_mean_gradient);
    check_both<Shape(10)>(ActivityL2{.reduction = sum}, r::activity_l2_sum_value,
                          r::activity_l2_sum_gradient);
    check_both<Shape(10)>(ActivityL2{}, r::activity_l2_weighted_value, r::activity_l2_weighted_gradient,
                          r::sample_weights);
}

TEST_CASE("Losses without a target: gradients match central differences at odd sizes") {
    check_shape<Shape(2), GaussianKL>(1);
    check_shape<Shape(14), GaussianKL>(3);
    check_shape<Shape(2, 3, 3), GaussianKL>(2);
    check_shape<Shape(1), ActivityL1>(1);
    check_shape<Shape(3, 3), ActivityL1>(3);
    check_shape<Shape(7), ActivityL2>(3);
}

TEST_CASE("Losses without a target want none, and GaussianKL wants two halves") {
    static_assert(GaussianKL::target_size(Shape(10)) == 0);
    static_assert(ActivityL1::target_size(Shape(10)) == 0);
    static_assert(GaussianKL::reject(Shape(10)).empty());
    static_assert(GaussianKL::reject(Shape(2, 3, 5)).empty());
    static_assert(!GaussianKL::reject(Shape(5)).empty());
    static_assert(!GaussianKL::reject(Shape(4, 5)).empty());
}
