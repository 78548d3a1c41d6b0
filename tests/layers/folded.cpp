#include "burin/layers/folded.hpp"
#include "burin/graph/block.hpp"
#include "burin/graph/plan.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/gaussian.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/stop_gradient.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"
#include "support/random_wrapping.hpp"

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
constexpr std::size_t steps = engine::Plan<Net, recipes::inference>::program.step_count;

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
                       Residual<Dense<7>, BatchNorm<Epsilon<0.01>, NoScale>, Tanh>, BatchNorm<>, Dense<3>>;
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
    CHECK(engine::find_tensor<Folded<Mlp>>("0.weight") != nullptr);
    CHECK(engine::find_tensor<Folded<Mlp>>("0.bias") != nullptr);
    CHECK(engine::find_tensor<Folded<Mlp>>("1.weight") == nullptr);
}

TEST_CASE("BatchNorm is folded into convolutions") {
    check_same_outputs<Image, double>(1e-13);
    static_assert(steps<Image> == 5 && steps<Folded<Image>> == 3);
}

TEST_CASE("weights that two nodes share are folded once") {
    check_same_outputs<Shared, double>(1e-13);
    static_assert(steps<Shared> == 5 && steps<Folded<Shared>> == 3);
}

namespace {

template <class Net>
constexpr std::size_t norms = []<std::size_t... I>(std::index_sequence<I...>) {
    return (std::size_t{0} + ... +
            burin::detail::is_batch_norm<typename burin::detail::StepLayer<engine::OpAt<Net, I>>::type>);
}(std::make_index_sequence<engine::node_count<Net>>{});

/// The same outputs, and so many BatchNorms left.
template <class Net>
void check_folded(std::size_t left) {
    CAPTURE(__PRETTY_FUNCTION__);
    CHECK(norms<Folded<Net>> == left);
    CHECK(stored_count<Folded<Net>> < stored_count<Net> + (left == norms<Net>));
    check_same_outputs<Net, double>(1e-12);
}

/// Behind five numbers.
template <class... Layers>
using Small = Sequential<Input<5>, Layers..., Dense<2>>;
template <class... Layers>
using Picture = Sequential<Input<6, 5, 3>, Layers...>;
template <class... Layers>
using Sequence = Sequential<Input<4, 3>, Layers...>;

/// Computes otherwise than the layer that it is derived from.
struct Twice : Dense<4, NoBias> {
    template <class Context>
    static void forward(const Context& run) noexcept {
        Dense<4, NoBias>::forward(run);
        for (std::size_t i = 0; i < 4 * run.rows; ++i)
            run.output[i] *= 2;
    }
    static constexpr OpTraits traits = [] {
        OpTraits result = Dense<4, NoBias>::traits;
        result.accepts_epilogue = false;
        return result;
    }();
};

} // namespace

TEST_CASE("BatchNorm is folded through what changes nothing in inference") {
    check_folded<Small<Dense<4, NoBias>, Dropout<0.5>, BatchNorm<>, ReLU>>(0);
    check_folded<Small<Dense<4>, Identity, GaussianNoise<0.5>, Identity, BatchNorm<>>>(0);
    check_folded<Picture<Conv2D<4, 3>, Dropout<0.5>, Identity, StopGradient, BatchNorm<>>>(0);
    check_folded<Picture<Conv2D<4, 3>, Reshape<12, 4>, BatchNorm<Epsilon<0.1>>>>(0);
    // Other channels.
    check_folded<Picture<Conv2D<4, 3>, Flatten, BatchNorm<>>>(1);
    check_folded<Small<Dense<4>, Reshape<2, 2>, BatchNorm<>, Flatten>>(1);
}

TEST_CASE("BatchNorm is folded whatever wraps it or the layer before it") {
    check_folded<Small<Frozen<Dense<4, NoBias>>, BatchNorm<>>>(0);
    check_folded<Small<Frozen<Dense<4>>, Frozen<BatchNorm<>>, Tanh>>(0);
    check_folded<Small<Regularized<Dense<4, NoBias>, L2<0.1>>, Regularized<BatchNorm<>, L1<0.1>>>>(0);
    check_folded<Small<Sequential<Tanh, Dense<4, NoBias>>, Sequential<BatchNorm<>, ReLU>>>(0);
    check_folded<
        Small<Frozen<Sequential<Dense<4>, Dropout<0.5>>>, Sequential<Frozen<Identity>, BatchNorm<>>>>(0);
    check_folded<Sequence<TimeDistributed<Dense<4, NoBias>>, BatchNorm<>>>(0);
    check_folded<Sequence<TimeDistributed<Dense<4>>, TimeDistributed<BatchNorm<>>>>(0);
    check_folded<Sequence<TimeDistributed<Sequential<Dense<4, NoBias>, BatchNorm<>, ReLU>>>>(0);
    check_folded<Sequence<TimeDistributed<Frozen<Sequential<Dense<4>, Dropout<0.1>, BatchNorm<>>>>>>(0);
    check_folded<Sequence<TimeDistributed<Residual<Dense<3>, BatchNorm<>, Tanh>>>>(0);
    check_folded<Sequence<Conv1D<4, 3, NoBias>, TimeDistributed<BatchNorm<>>>>(0);
    check_folded<Small<Parallel<Concat, Sequential<Dense<4, NoBias>, BatchNorm<>>, BatchNorm<>>>>(1);
    check_folded<Small<Parallel<Add, Dense<4>, Dense<4, NoBias>>, BatchNorm<>>>(1);
    static_assert(std::is_same_v<Folded<Sequential<Dense<4, NoBias>, Dropout<0.5>, BatchNorm<>>>,
                                 Sequential<Dense<4>, Dropout<0.5>, Identity>>);
}

TEST_CASE("BatchNorm is folded between the nodes of a Graph or a Block") {
    check_folded<Graph<Inputs<Node<"x", Input<5>>>, Node<"dense", Dense<4, NoBias>, From<"x">>,
                       Node<"off", Dropout<0.5>, From<"dense">>, Node<"norm", BatchNorm<>, From<"off">>,
                       Node<"y", ReLU, From<"norm">>, Outputs<"y">>>(0);
    check_folded<Small<Block<Reading<"x">, Node<"dense", Dense<5>, From<"x">>,
                             Node<"norm", BatchNorm<>, From<"dense">>, Node<"y", Add, From<"x", "norm">>>>>(
        0);
}

TEST_CASE("BatchNorm stays where it can't be folded, and the outputs are the same") {
    // Something else reads the layer before it.
    check_folded<
        Graph<Inputs<Node<"x", Input<5>>>, Node<"dense", Dense<5>, From<"x">>,
              Node<"norm", BatchNorm<>, From<"dense">>, Node<"y", Add, From<"dense", "norm">>, Outputs<"y">>>(
        1);
    check_folded<Graph<Inputs<Node<"x", Input<5>>>, Node<"dense", Dense<5>, From<"x">>,
                       Node<"off", Dropout<0.5>, From<"dense">>, Node<"norm", BatchNorm<>, From<"off">>,
                       Node<"y", Multiply, From<"off", "norm">>, Outputs<"y">>>(1);
    check_folded<Small<Dense<5>, Residual<BatchNorm<>, Tanh>>>(1);
    check_folded<Picture<Conv2DTranspose<4, 3>, BatchNorm<>>>(1);
    check_folded<Picture<BatchNorm<>, Conv2D<4, 3>>>(1);
    check_folded<Small<Twice, BatchNorm<>>>(1);
}

TEST_CASE("BatchNorm of shared weights is folded if all their nodes are") {
    // One layer, one BatchNorm, in nodes of their own.
    check_folded<
        Graph<Inputs<Node<"x", Input<5>>>, Node<"d1", Dense<5, NoBias>, From<"x">, SharedWeights<"d">>,
              Node<"n1", BatchNorm<>, From<"d1">, SharedWeights<"n">>,
              Node<"d2", Dense<5, NoBias>, From<"n1">, SharedWeights<"d">>,
              Node<"n2", BatchNorm<>, From<"d2">, SharedWeights<"n">>, Outputs<"n2">>>(0);
    // One BatchNorm behind two layers.
    check_folded<
        Graph<Inputs<Node<"x", Input<5>>>, Node<"d1", Dense<5>, From<"x">>,
              Node<"n1", BatchNorm<>, From<"d1">, SharedWeights<"n">>, Node<"d2", Dense<5>, From<"n1">>,
              Node<"n2", BatchNorm<>, From<"d2">, SharedWeights<"n">>, Outputs<"n2">>>(0);
    // One layer before two BatchNorms.
    check_folded<
        Graph<Inputs<Node<"x", Input<5>>>, Node<"d1", Dense<5>, From<"x">, SharedWeights<"d">>,
              Node<"n1", BatchNorm<>, From<"d1">>, Node<"d2", Dense<5>, From<"n1">, SharedWeights<"d">>,
              Node<"n2", BatchNorm<>, From<"d2">>, Outputs<"n2">>>(2);
    // One BatchNorm, once behind a layer and once not: then no other that shares with that layer may go
    // either.
    check_folded<Graph<Inputs<Node<"x", Input<5>>>, Node<"d1", Dense<5>, From<"x">, SharedWeights<"d">>,
                       Node<"n1", BatchNorm<>, From<"d1">, SharedWeights<"n">>, Node<"t", Tanh, From<"n1">>,
                       Node<"n2", BatchNorm<>, From<"t">, SharedWeights<"n">>,
                       Node<"d2", Dense<5>, From<"n2">, SharedWeights<"d">>,
                       Node<"n3", BatchNorm<>, From<"d2">>, Outputs<"n3">>>(3);
    // A layer that is also used without.
    check_folded<Graph<Inputs<Node<"x", Input<5>>>, Node<"d1", Dense<5>, From<"x">, SharedWeights<"d">>,
                       Node<"n1", BatchNorm<>, From<"d1">>,
                       Node<"d2", Dense<5>, From<"n1">, SharedWeights<"d">>, Outputs<"d2">>>(1);
}

TEST_CASE("BatchNorm: a part of a network may be folded by itself") {
    using Part = Sequential<Dense<4, NoBias>, Dropout<0.5>, BatchNorm<>, Residual<Dense<4>, BatchNorm<>>>;
    static_assert(std::is_same_v<Small<Folded<Part>>, Folded<Small<Part>>>);
    CHECK(norms<Small<Folded<Part>>> == 0);
}

TEST_CASE("BatchNorm is folded in random wrappings") {
    const auto check = []<std::size_t... Seeds>(std::index_sequence<Seeds...>) {
        (check_folded<
             Small<wrapping::Random<3 * Seeds, Dense<4, NoBias>>,
                   wrapping::Random<3 * Seeds + 1, BatchNorm<>>, wrapping::Random<3 * Seeds + 2, ReLU>>>(0),
         ...);
    };
    check(std::make_index_sequence<10>{});
}
