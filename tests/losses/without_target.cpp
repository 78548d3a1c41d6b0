#include "reference/graph_ops.hpp"

#include "burin/losses/activity.hpp"
#include "burin/losses/gaussian_kl.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

using namespace burin;
using namespace burin::losses;

namespace r = reference::graph_ops;

namespace {

/// Value and gradient of 3 samples of 10 outputs, with the gradient written over the outputs.
template <class Scalar, Shape Output, class Loss>
void check_reference(const Loss& loss, const double* weights, double value, const double (&gradient)[30],
                     double tolerance) {
    std::vector<Scalar> outputs(std::begin(r::z), std::end(r::z)), sample_weights;
    for (std::size_t i = 0; weights != nullptr && i < 3; ++i)
        sample_weights.push_back(static_cast<Scalar>(weights[i]));
    const Scalar* const w = weights == nullptr ? nullptr : sample_weights.data();
    const Scalar* const no_targets = nullptr;
    const Scalar plain = reduce(loss, losses::value<Output>(loss, outputs.data(), no_targets, w, 3));
    const Scalar found = reduce(
        loss, losses::value_and_gradient<Output>(loss, outputs.data(), no_targets, w, outputs.data(), 3));
    CHECK(found == plain);
    CHECK(std::abs(static_cast<double>(found) - value) <= tolerance * std::max(1.0, std::abs(value)));
    check_close(outputs, gradient, tolerance);
}

template <Shape Output, class Loss>
void check_both(const Loss& loss, const double (&value)[1], const double (&gradient)[30],
                const double* weights = nullptr) {
    check_reference<double, Output>(loss, weights, value[0], gradient, 1e-13);
    check_reference<float, Output>(loss, weights, value[0], gradient, 1e-6);
}

/// The gradient against central differences.
template <Shape Output, class Loss>
void check_shape(std::size_t rows) {
    const Loss loss{};
    std::vector<double> y = random_numbers(rows * Output.size(), 1, -2, 2), gradient(y.size());
    const double* const no_targets = nullptr;
    losses::value_and_gradient<Output>(loss, y.data(), no_targets, nullptr, gradient.data(), rows);
    check_gradient(
        [&] { return reduce(loss, losses::value<Output>(loss, y.data(), no_targets, nullptr, rows)); }, y,
        gradient);
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
