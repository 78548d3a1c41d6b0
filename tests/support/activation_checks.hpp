#pragma once

#include "reference/activations.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <cstddef>
#include <iterator>
#include <vector>

namespace activation_checks {

using burin::Input, burin::Sequential;
namespace r = reference::activations;

constexpr std::size_t count = std::size(r::x);

template <class Activation, class Scalar>
void check_reference(const double (&y)[count], const double (&dx)[count], double tolerance) {
    const std::vector<Scalar> x(std::begin(r::x), std::end(r::x)), ones(count, Scalar(1));
    check_close(LayerRun<Sequential<Input<count>, Activation>, Scalar>{}.infer(x), y, tolerance);
    check_close(input_gradient<Scalar, Input<count>, Activation>(x, ones), dx, tolerance);
}

/// Central differences of Σ dy · f(x) away from the kinks of piecewise functions.
template <class Activation, std::size_t Size>
void check_differences() {
    auto x = random_numbers(Size, 3, -4, 4);
    const auto dy = random_numbers(Size, 4);
    LayerRun<Sequential<Input<Size>, Activation>> run;
    check_gradient_of_weighted_sum(
        dy, [&] { return run.infer(x); }, x, input_gradient<double, Input<Size>, Activation>(x, dy));
}

template <class Activation>
void check_activation(const double (&y)[count], const double (&dx)[count]) {
    check_reference<Activation, double>(y, dx, 1e-12);
    check_reference<Activation, float>(y, dx, 2e-6);
    check_differences<Activation, 1>();
    check_differences<Activation, 17>();
}

} // namespace activation_checks
