#pragma once

#include "burin/graph/forms.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <iterator>
#include <span>
#include <string>
#include <vector>

/// Checks a layer's output, as the second of two samples, and its input's gradient.
template <class Scalar, class InputLayer, class LayerType>
void check_reference(const auto& x, const auto& dy, const auto& y, const auto& dx) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 1e-6;
    INFO("for " << std::string(LayerType::name().view()));
    const std::vector<Scalar> one(std::begin(x), std::end(x));
    const std::vector<Scalar> other = random_numbers<Scalar>(one.size(), 7);
    std::vector<Scalar> both = other;
    both.insert(both.end(), one.begin(), one.end());
    const LayerRun<burin::Sequential<InputLayer, LayerType>, Scalar, 2> run;
    const auto outputs = run.infer(both), others = run.infer(other);
    const std::size_t size = std::size(y);
    REQUIRE(outputs.size() == 2 * size);
    check_close(std::span(outputs).first(size), others, 0);
    check_close(std::span(outputs).last(size), y, tolerance);
    const std::vector<Scalar> gradient(std::begin(dy), std::end(dy));
    check_close(input_gradient<Scalar, InputLayer, LayerType>(one, gradient), dx, tolerance);
}
