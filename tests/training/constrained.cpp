#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/training/constraints.hpp"
#include "burin/training/trainer.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

/// The norms of a tensor's units, of which unit_of(element) says which one it is of.
template <class Net, class UnitOf>
std::vector<double> norms(Parameters<Net, double>& parameters, std::string_view name, std::size_t units,
                          UnitOf unit_of) {
    std::vector<double> squares(units);
    const auto view = parameters[name];
    for (std::size_t i = 0; i < view.size(); ++i)
        squares[unit_of(i)] += view[i] * view[i];
    for (double& each : squares)
        each = std::sqrt(each);
    return squares;
}

/// Constrains random weights and compares the norms of all units of one tensor with what they were.
template <class Net, class UnitOf>
void check_units(std::string_view name, std::size_t units, double limit, UnitOf unit_of) {
    Parameters<Net, double> parameters;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), parameters.data());
    const auto before = norms(parameters, name, units, unit_of);
    REQUIRE(*std::min_element(before.begin(), before.end()) < limit);
    REQUIRE(*std::max_element(before.begin(), before.end()) > limit);
    fitting::constrain<Net>(parameters.data());
    const auto after = norms(parameters, name, units, unit_of);
    for (std::size_t unit = 0; unit < units; ++unit) {
        INFO(name << ", unit " << unit << " of " << units);
        CHECK(after[unit] == doctest::Approx(std::min(before[unit], limit)).epsilon(1e-12));
    }
}

template <class Layer>
using Limited = Regularized<Layer, MaxNorm<1.1>>;

} // namespace

TEST_CASE("MaxNorm: the norm of each unit, wherever a layer keeps the weights of one") {
    // In panels, of one width and of several.
    check_units<Sequential<Input<4>, Limited<Dense<37>>>>("0.weight", 37, 1.1,
                                                          [](std::size_t i) { return i % 37; });
    check_units<Sequential<Input<3>, Limited<Dense<5>>>>("0.weight", 5, 1.1,
                                                         [](std::size_t i) { return i % 5; });
    check_units<Sequential<Input<4, 4, 1>, Limited<Conv2D<9, 2>>>>("0.weight", 9, 1.1,
                                                                   [](std::size_t i) { return i % 9; });
    check_units<Sequential<Input<4, 4, 5>, Limited<DepthwiseConv2D<2>>>>("0.weight", 5, 1.1,
                                                                         [](std::size_t i) { return i % 5; });
    check_units<Sequential<Input<2, 2, 3>, Limited<Conv2DTranspose<7, 1>>>>(
        "0.weight", 7, 1.1, [](std::size_t i) { return i / 3; });
    check_units<Sequential<Input<4>, Limited<Embedding<9, 3>>>>("0.weight", 9, 1.1,
                                                                [](std::size_t i) { return i / 3; });
    check_units<Sequential<Input<2, 3>, Limited<LSTM<4>>>>("0.recurrent_weight", 16, 1.1,
                                                           [](std::size_t i) { return i % 16; });
}

TEST_CASE("UnitNorm and MaxNorm: zeros, numbers of any size, and what is none") {
    using Net = Sequential<Input<2>, Regularized<Dense<6, NoBias>, UnitNorm>,
                           Regularized<Dense<1, NoBias>, MaxNorm<2>>>;
    Parameters<Net> parameters;
    const float infinity = std::numeric_limits<float>::infinity(), none = std::nanf("");
    const std::vector<float> above{3, 0, 1e-30f, 1e30f, none, -0.6f}, below{4, 0, 1e-30f, 0, 1, 0.8f};
    std::copy(above.begin(), above.end(), parameters.data());
    std::copy(below.begin(), below.end(), parameters.data() + 6);
    fitting::constrain<Net>(parameters.data());
    const auto weight = parameters["0.weight"];
    CHECK(static_cast<double>(weight[0]) == doctest::Approx(0.6).epsilon(1e-6));
    CHECK(static_cast<double>(weight[6]) == doctest::Approx(0.8).epsilon(1e-6));
    CHECK(weight[1] == 0);
    CHECK(static_cast<double>(weight[2]) == doctest::Approx(std::sqrt(0.5)).epsilon(1e-6));
    CHECK(static_cast<double>(weight[3]) == doctest::Approx(1).epsilon(1e-6));
    CHECK(std::isnan(weight[4]));
    CHECK(std::isnan(weight[10]));
    CHECK(static_cast<double>(weight[5]) == doctest::Approx(-0.6).epsilon(1e-6));
    // Within its limit nothing changes, not by a bit; infinite ones have no direction.
    const auto second = parameters["1.weight"];
    for (std::size_t i = 0; i < 6; ++i)
        second[i] = 0.3f + 0.1f * static_cast<float>(i);
    const auto before = parameters.values;
    fitting::constrain<Net>(parameters.data());
    CHECK(std::equal(before.begin() + 12, before.end(), parameters.values.begin() + 12));
    second[0] = infinity;
    fitting::constrain<Net>(parameters.data());
    CHECK(std::isnan(second[0]));
}

TEST_CASE("MaxNorm: kept after each step of a trainer, and not by biases") {
    using Net = Sequential<Input<2>, Regularized<Dense<3>, MaxNorm<0.5>, L2<0.01>>>;
    static_assert(fitting::is_constrained<Net> && !fitting::is_constrained<Sequential<Input<2>, Dense<3>>>);
    static_assert(!fitting::is_constrained<Sequential<Input<2>, Frozen<Regularized<Dense<3>, UnitNorm>>>>);
    Parameters<Net, double> parameters;
    parameters.values.fill(2);
    Trainer<Net, losses::MeanSquaredError, optimizers::SGD, 4, double> trainer(parameters, {},
                                                                               {.learning_rate = 0.5});
    const auto inputs = random_numbers(8, 1), targets = random_numbers(12, 2, 5, 9);
    for (int step = 0; step < 5; ++step) {
        trainer.step(inputs, targets);
        for (const double norm : norms(parameters, "0.weight", 3, [](std::size_t i) { return i % 3; }))
            CHECK((step == 0 ? norm == doctest::Approx(0.5) : norm <= 0.5 + 1e-12));
    }
    CHECK(parameters["0.bias"][0] > 1);
}

TEST_CASE("MaxNorm: nested, the smaller; shared weights must agree") {
    using Nested = Sequential<Input<3>, Limited<Regularized<Dense<2>, MaxNorm<3>, UnitNorm>>>;
    static_assert(engine::find_tensor<Nested>("0.weight")->constraint == passes::Constraint{1.1, true});
    static_assert(!engine::find_tensor<Nested>("0.bias")->constraint.any());
    using Shared = SharedWeights<"w">;
    CHECK(problem_of<Graph<Inputs<Node<"x", Input<3>>>, Node<"a", Limited<Dense<3>>, From<"x">, Shared>,
                           Node<"b", Dense<3>, From<"a">, Shared>, Outputs<"b">>>() ==
          "layer `b` `Dense<3>`: expected the regularisers of the first node with SharedWeights<\"w\">");
}
