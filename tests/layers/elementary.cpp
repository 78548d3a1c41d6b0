#include "burin/layers/elementary.hpp"
#include "burin/layers/complex_abs.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/rescaling.hpp"
#include "reference/elementary.hpp"
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
namespace r = reference::elementary;

namespace {

template <class LayerType>
void check(const auto& x, const auto& dy, const auto& y, const auto& dx) {
    const auto in = [&]<class Scalar>(Scalar) {
        INFO(std::string(LayerType::name().view()));
        const std::vector<Scalar> numbers(std::begin(x), std::end(x)), gradient(std::begin(dy), std::end(dy));
        const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 2e-6;
        check_close(LayerRun<Sequential<Input<4, 6>, LayerType>, Scalar>{}.infer(numbers), y, tolerance);
        check_close(input_gradient<Scalar, Input<4, 6>, LayerType>(numbers, gradient), dx, tolerance);
    };
    in(0.0);
    in(0.0F);
}

/// f and f' of one number.
template <class LayerType>
std::vector<double> at(double x) {
    using V = kernels::Vector<double>;
    const V y = LayerType::value(V(x));
    const V dx = LayerType::gradient(V(1.0), LayerType::traits.input_gradient.output ? y : V(x));
    return {kernels::first_lane<double>(y), kernels::first_lane<double>(dx)};
}

} // namespace

TEST_CASE("elementary functions agree with PyTorch") {
    check<Abs>(r::signed_x, r::dy, r::abs_y, r::abs_dx);
    check<Pow<2>>(r::signed_x, r::dy, r::square_y, r::square_dx);
    check<Exp>(r::signed_x, r::dy, r::exp_y, r::exp_dx);
    check<Pow<3>>(r::signed_x, r::dy, r::cube_y, r::cube_dx);
    check<Sqrt>(r::positive_x, r::dy, r::sqrt_y, r::sqrt_dx);
    check<Log>(r::positive_x, r::dy, r::log_y, r::log_dx);
    check<Pow<-1>>(r::positive_x, r::dy, r::inverse_y, r::inverse_dx);
    check<Pow<-0.5>>(r::positive_x, r::dy, r::inverse_root_y, r::inverse_root_dx);
    check<Pow<2.3>>(r::positive_x, r::dy, r::real_power_y, r::real_power_dx);
}

TEST_CASE("elementary functions: gradients match central differences in a network") {
    check_gradients<
        Sequential<Input<3>, Dense<17>, Pow<2>, Rescaling<1, 0.5>, Log, Dense<5>, Abs, Dense<4>, Exp>>(3, 5);
    check_gradients<Sequential<Input<3>, Dense<4>, Pow<2>, Rescaling<1, 0.5>, Sqrt, Dense<3>, Exp, Pow<-1.5>,
                               Dense<2>, Pow<2>>>(3, 6);
}

TEST_CASE("elementary functions at the ends of their domains") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
    CHECK(at<Abs>(0) == std::vector<double>{0, 0});
    CHECK(at<Sqrt>(0) == std::vector<double>{0, infinity});
    CHECK(at<Log>(0) == std::vector<double>{-infinity, infinity});
    CHECK(at<Exp>(-infinity) == std::vector<double>{0, 0});
    CHECK(at<Pow<0>>(3) == std::vector<double>{1, 0});
    CHECK(at<Pow<-2>>(-0.5) == std::vector<double>{4, 16});
    CHECK(at<Pow<1.5>>(4) == std::vector<double>{8, 3});
    CHECK(std::isnan(at<Sqrt>(-1)[0]));
    CHECK(std::isnan(at<Log>(-1)[0]));
    CHECK(std::isnan(at<Pow<0.3>>(-1)[0]));
    for (const auto& each :
         {at<Abs>(no_number), at<Pow<2>>(no_number), at<Sqrt>(no_number), at<Exp>(no_number),
          at<Log>(no_number), at<Pow<3>>(no_number), at<Pow<0.3>>(no_number)}) {
        CHECK(std::isnan(each[0]));
        CHECK(std::isnan(each[1]));
    }
}

TEST_CASE("elementary functions are fused into the layer before them in inference") {
    using Net = Sequential<Input<3>, Dense<4>, Pow<2>, Sqrt>;
    static_assert(engine::Plan<Net, recipes::inference>::program.step_count == 1);
    LayerRun<Net> run;
    const auto weights = random_numbers(parameter_count<Net>, 1), x = random_numbers(3, 2);
    std::copy(weights.begin(), weights.end(), run.parameters->data());
    CHECK(run.infer(x) == run.train(x, random_numbers(4, 3)));
}

TEST_CASE("ComplexAbs agrees with PyTorch, and its gradient with central differences") {
    check<ComplexAbs>(r::signed_x, r::half_dy, r::magnitude_y, r::magnitude_dx);
    check_gradients<Sequential<Input<3>, Dense<34>, ComplexAbs, Dense<2>, ComplexAbs>>(3, 5);
    CHECK(problem_of<Sequential<Input<2, 5>, ComplexAbs>>() ==
          "layer `0` `ComplexAbs`: expected input `[..., 2n]`, the real parts and then the imaginary ones, got "
          "`[2, 5]`");
    LayerRun<Sequential<Input<4>, ComplexAbs>> run;
    const auto y = run.infer(std::vector<double>{std::numeric_limits<double>::quiet_NaN(), 3, 1, -4});
    CHECK(std::isnan(y[0]));
    CHECK(y[1] == 5);
}
