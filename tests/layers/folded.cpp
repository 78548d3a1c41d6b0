#include "burin/layers/folded.hpp"
#include "burin/graph/plan.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/merge.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

static_assert(std::is_same_v<Folded<Sequential<Input<3>, Dense<4, NoBias>, BatchNorm<>, ReLU>>,
                             Sequential<Input<3>, Dense<4>, Identity, ReLU>>);
static_assert(std::is_same_v<Conv2D<4, 3, Same, NoBias, Stride<2>>::WithBias, Conv2D<4, 3, Same, Stride<2>>>);
static_assert(std::is_same_v<DepthwiseConv2D<3, NoBias>::WithBias, DepthwiseConv2D<3>>);
// Behind an activation, or first, it stays.
static_assert(std::is_same_v<Folded<Sequential<Input<3>, BatchNorm<>, Dense<4>, ReLU, BatchNorm<>>>,
                             Sequential<Input<3>, BatchNorm<>, Dense<4>, ReLU, BatchNorm<>>>);

template <class Net>
constexpr std::size_t steps = Plan<Net, Mode::inference>::program.step_count;

template <class Net, class Scalar>
void check_same_outputs(double tolerance) {
    LayerRun<Net, Scalar> run;
    const auto start = random_numbers<Scalar>(parameter_count<Net> + statistics_count<Net>, 1, 0.2, 1.2);
    std::copy(start.begin(), start.end(), run.parameters->data());
    LayerRun<Folded<Net>, Scalar> folded;
    fold(*run.parameters, *folded.parameters);
    const auto x = random_numbers<Scalar>(3 * input_shape<Net>.size(), 2);
    check_close(folded.infer(x), run.infer(x), tolerance);
}

using Mlp = Sequential<Input<9>, Dense<7, NoBias>, BatchNorm<>, ReLU,
                       Residual<Dense<7>, BatchNorm<Epsilon<0.01>>, Tanh>, BatchNorm<>, Dense<3>>;
using Image =
    Sequential<Input<6, 5, 3>, Conv2D<10, 3, Same, NoBias>, BatchNorm<>, ReLU,
               Frozen<Sequential<DepthwiseConv2D<3, NoBias>, BatchNorm<>, Sigmoid>>, Flatten, Dense<2>>;
using Shared =
    Graph<Inputs<Node<"x", Input<5>>>,
          Node<"once", Sequential<Dense<5, NoBias>, BatchNorm<>, Tanh>, From<"x">, SharedWeights<"e">>,
          Node<"twice", Sequential<Dense<5, NoBias>, BatchNorm<>, Tanh>, From<"once">, SharedWeights<"e">>,
          Node<"y", Add, From<"once", "twice">>, Outputs<"y">>;

} // namespace

TEST_CASE("BatchNorm is folded into Dense: the same outputs, and no step of its own") {
    check_same_outputs<Mlp, double>(1e-13);
    check_same_outputs<Mlp, float>(1e-5);
    // Dense with ReLU, Dense with Tanh, Add, the BatchNorm behind it and the last Dense.
    static_assert(steps<Mlp> == 7 && steps<Folded<Mlp>> == 5);
    CHECK(find_tensor<Folded<Mlp>>("0.weight") != nullptr);
    CHECK(find_tensor<Folded<Mlp>>("0.bias") != nullptr);
    CHECK(find_tensor<Folded<Mlp>>("1.weight") == nullptr);
}

TEST_CASE("BatchNorm is folded into convolutions") {
    check_same_outputs<Image, double>(1e-13);
    static_assert(steps<Image> == 5 && steps<Folded<Image>> == 3);
}

TEST_CASE("weights that two nodes share are folded once") {
    check_same_outputs<Shared, double>(1e-13);
    static_assert(steps<Shared> == 5 && steps<Folded<Shared>> == 3);
}
