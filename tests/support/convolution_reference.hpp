#pragma once

#include "burin/graph/lower.hpp"
#include "reference/convolution.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"

#include <doctest/doctest.h>

#include <span>
#include <vector>

namespace burin {

using Numbers = std::span<const double>;

struct Expected {
    Numbers x, w, b, y, dy, dw, db, xdx;
};

#define EXPECTED(name)                                                                                       \
    Expected {                                                                                               \
        reference::convolution::name##_x, reference::convolution::name##_w,                                  \
            reference::convolution::name##_b, reference::convolution::name##_y,                              \
            reference::convolution::name##_dy, reference::convolution::name##_dw,                            \
            reference::convolution::name##_db, reference::convolution::name##_xdx                            \
    }

/// A layer's outputs and all its gradients, the input's by a Probe of ones before it.
template <class Scalar, class InputLayer, class Layer>
void check_reference(const Expected& expected) {
    using Net = Sequential<InputLayer, Probe, Layer>;
    const double tolerance = sizeof(Scalar) == 8 ? 1e-12 : 5e-6;
    const auto convert = [](Numbers from) { return std::vector<Scalar>(from.begin(), from.end()); };
    LayerRun<Net, Scalar> run;
    std::vector<Scalar> parameters(expected.xdx.size(), Scalar(1));
    for (const Numbers& tensor : {expected.w, expected.b})
        parameters.insert(parameters.end(), tensor.begin(), tensor.end());
    REQUIRE(parameters.size() == parameter_count<Net>);
    from_row_major<Net>(parameters.data(), run.parameters->data());

    check_close(run.infer(convert(expected.x)), expected.y, tolerance);
    check_close(run.train(convert(expected.x), convert(expected.dy)), expected.y, tolerance);
    to_row_major<Net>(run.gradients->data(), parameters.data());
    std::span<const Scalar> gradients = parameters;
    for (const Numbers& tensor : {expected.xdx, expected.dw, expected.db}) {
        check_close(gradients.first(tensor.size()), tensor, tolerance);
        gradients = gradients.subspan(tensor.size());
    }
}

/// All gradients of Σ dy · y against central differences. The Tanh before the layer is what its input
/// gradient is multiplied with.
template <class InputLayer, class... Layers>
void check_differences() {
    using Net = Sequential<InputLayer, Probe, Tanh, Layers...>;
    check_gradients<Net>(2, 1);
}

} // namespace burin
