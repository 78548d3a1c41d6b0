#include "reference/gates_and_slopes.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/glu.hpp"
#include "burin/layers/prelu.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/reference_check.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

using namespace burin;
namespace r = reference::gates_and_slopes;

namespace {

/// Five positions of six channels in one sample: output and all gradients.
template <class Scalar, class LayerType>
void check_slopes(const auto& y, const auto& dx, const auto& dw) {
    using In = Input<5, 6>;
    const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 1e-6;
    const std::vector<Scalar> x(std::begin(r::x), std::end(r::x)), dy(std::begin(r::dy), std::end(r::dy));
    const LayerRun<Sequential<In, LayerType>, Scalar> run;
    std::copy_n(r::slopes, std::size(dw), run.parameters->data());
    check_close(run.infer(x), y, tolerance);
    check_close(run.train(x, dy), y, tolerance);
    check_close(run.gradients->all(), dw, tolerance);
    const LayerRun<Sequential<In, Probe, LayerType>, Scalar> probed;
    std::copy(x.begin(), x.end(), probed.parameters->data());
    std::copy_n(r::slopes, std::size(dw), probed.parameters->data() + x.size());
    probed.train(std::vector<Scalar>(x.size(), Scalar(1)), dy);
    check_close(probed.gradients->all().first(x.size()), dx, tolerance);
}

} // namespace

TEST_CASE("GLU agrees with PyTorch, and its gradients with central differences") {
    check_reference<double, Input<5, 6>, GLU<>>(r::x, r::half_dy, r::glu_y, r::glu_dx);
    check_reference<float, Input<5, 6>, GLU<SiLU>>(r::x, r::half_dy, r::swiglu_y, r::swiglu_dx);
    check_gradients<Sequential<Input<3>, Dense<34>, GLU<>, Dense<2>, GLU<GELU>>>(3, 5);
}

TEST_CASE("PReLU agrees with PyTorch, and its gradients with central differences") {
    check_slopes<double, PReLU<>>(r::prelu_y, r::prelu_dx, r::prelu_dw);
    check_slopes<float, PReLU<SharedSlope>>(r::shared_y, r::shared_dx, r::shared_dw);
    // More channels than a vector has lanes, and more rows than are summed in a row.
    check_gradients<Sequential<Input<3>, Dense<21>, PReLU<>, Dense<2>>>(3, 9);
    check_gradients<Sequential<Input<300, 1>, PReLU<>, PReLU<SharedSlope>>>(2, 4);
}

TEST_CASE("PReLU begins with slopes of 0.25, and takes an activation behind it") {
    using Net = Sequential<Input<2, 3>, PReLU<>, ReLU>;
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 1);
    LayerRun<Net> run;
    initialize<Net, double>(*run.parameters, initializers::Default{}, 1);
    CHECK(*run.parameters->data() == 0.25);
    *run.parameters->data() = -2;
    CHECK(run.infer(std::vector<double>{-1, -1, 1, 3, 0, -4}) == std::vector<double>{2, 0, 1, 3, 0, 0});
}

TEST_CASE("GLU and PReLU: what is no number stays so in its place") {
    constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
    LayerRun<Sequential<Input<6>, GLU<>>> gate;
    for (std::size_t at = 0; at < 6; ++at) {
        std::vector<double> x(6, 0.5);
        x[at] = no_number;
        const auto y = gate.infer(x);
        for (std::size_t i = 0; i < 3; ++i)
            CHECK(std::isnan(y[i]) == (i == at % 3));
        LayerRun<Sequential<Input<6>, PReLU<>>> slopes;
        const auto bent = slopes.infer(x);
        for (std::size_t i = 0; i < 6; ++i)
            CHECK(std::isnan(bent[i]) == (i == at));
    }
}

TEST_CASE("GLU: an axis that can't be halved is a sentence") {
    CHECK(problem_of<Sequential<Input<4, 5>, GLU<>>>().find("the last axis of which can be halved") !=
          std::string::npos);
}
