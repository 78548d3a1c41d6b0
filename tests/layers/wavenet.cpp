#include "reference/wavenet.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/layers/wavenet.hpp"
#include "support/check_close.hpp"
#include "support/network_gradient.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <memory>
#include <span>
#include <vector>

using namespace burin;
namespace r = reference::wavenet;

namespace {

using First =
    WaveNetStack<3, Kernels<3, 2>, Dilations<1, 4>, Tanh, Gated<Sigmoid>, Bottleneck<2>, Head<5, 2, NoBias>>;
using Second =
    WaveNetStack<4, Kernels<2, 3, 1>, Dilations<5, 1, 2>, LeakyReLU<0.01>, Head<2, 3>, Bottleneck<5>>;
using Both = WaveNet<First, Second>;
template <std::size_t Steps>
using Two = Sequential<Input<Steps, 2>, Both>;
/// Wide enough for several tiles, and rows and vectors that no tile holds whole.
template <std::size_t Steps>
using Wide = Sequential<Input<Steps, 1>,
                        WaveNet<WaveNetStack<19, Kernels<3>, Dilations<1, 9>, Tanh, Head<3, 1, NoBias>>,
                                WaveNetStack<3, Kernels<2>, Dilations<2>, ReLU, Gated<Tanh>, Head<1>>>>;

template <class Net, class Scalar>
std::vector<Scalar> predict(const Parameters<Net, Scalar>& parameters, std::span<const Scalar> x) {
    const auto predictor = std::make_unique<Predictor<Net, 1, Scalar>>();
    const auto y = (*predictor)(parameters, x);
    return {y.begin(), y.end()};
}

/// Pieces of `Steps` steps give what the whole sequence gives, bit for bit.
template <template <std::size_t> class Net, std::size_t Steps, class Scalar = float>
void check_pieces() {
    constexpr std::size_t whole = 144;
    const auto parameters = std::make_unique<Parameters<Net<whole>, Scalar>>();
    const auto start = random_numbers<Scalar>(stored_count<Net<whole>>, 3);
    std::copy(start.begin(), start.end(), parameters->data());
    const auto x = random_numbers<Scalar>(input_shape<Net<whole>>.size(), 4);
    const auto y = predict<Net<whole>, Scalar>(*parameters, x);
    const auto streamer = std::make_unique<Streamer<Net<whole>, Steps, 1, Scalar>>();
    for (int time = 0; time < 2; ++time) {
        std::vector<Scalar> pieces(y.size());
        (*streamer)(*parameters, x, pieces);
        INFO("pieces of " << Steps << " steps");
        CHECK(pieces == y);
        streamer->reset();
    }
}

} // namespace

TEST_CASE("WaveNet agrees with PyTorch") {
    LayerRun<Sequential<Input<21, 2>, Probe, Both>, double, 2> run;
    const std::vector<double> x(std::begin(r::x), std::end(r::x)), dy(std::begin(r::dy), std::end(r::dy));
    REQUIRE(stored_count<Two<21>> == std::size(r::parameters));
    // A Probe's parameters are its input times ones.
    std::copy(x.begin(), x.end(), run.parameters->data());
    std::copy(std::begin(r::parameters), std::end(r::parameters), run.parameters->data() + x.size());
    check_close(run.train(std::vector<double>(x.size(), 1), dy), r::y, 1e-12);
    check_close(std::span<const double>(run.gradients->data(), x.size()), r::dx, 1e-12);
    check_close(std::span<const double>(run.gradients->data() + x.size(), std::size(r::gradients)),
                r::gradients, 1e-12);

    const auto parameters = std::make_unique<Parameters<Two<21>>>();
    std::copy(std::begin(r::parameters), std::end(r::parameters), parameters->data());
    const std::vector<float> rounded(x.begin(), x.end());
    check_close(predict<Two<21>, float>(*parameters, rounded), r::y, 2e-5);
}

TEST_CASE("WaveNet: gradients match central differences") {
    check_gradients<Sequential<Input<7, 2>, TimeDistributed<Dense<2>>, WaveNet<Second>>>(3, 6, -0.6, 0.6);
}

TEST_CASE("WaveNet mixes a second input in, and its gradient goes there") {
    using Net = Graph<Inputs<Node<"x", Input<6, 1>>, Node<"knob", Input<6, 2>>>,
                      Node<"before", TimeDistributed<Dense<1>>, From<"x">>,
                      Node<"turned", TimeDistributed<Dense<2>>, From<"knob">>,
                      Node<"net", Both, From<"before", "turned">>, Outputs<"net">>;
    LayerRun<Net> run;
    const auto knob = random_numbers(2 * 12, 8);
    run.inputs[1] = knob.data();
    const auto start = random_numbers(stored_count<Net>, 9, -0.6, 0.6);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(2 * 6, 10), dy = random_numbers(2 * 12, 11);
    run.train(x, dy);
    const Gradients<Net, double> analytic = *run.gradients;
    check_gradient_of_weighted_sum(
        dy, [&] { return run.train(x, dy); }, run.parameters->all(), analytic.all());
}

TEST_CASE("WaveNet streams: pieces of any length give the whole sequence's outputs") {
    check_pieces<Two, 1>();
    check_pieces<Two, 24>();
    check_pieces<Wide, 72>();
}

TEST_CASE("WaveNet: what is no number is seen as far as its taps reach, and no further") {
    const auto parameters = std::make_unique<Parameters<Two<21>>>();
    const auto start = random_numbers<float>(stored_count<Two<21>>, 3);
    std::copy(start.begin(), start.end(), parameters->data());
    auto x = random_numbers<float>(42, 4);
    x[2 * 2] = std::numeric_limits<float>::quiet_NaN();
    const auto y = predict<Two<21>, float>(*parameters, x);
    // The layers of both stacks, and the second head; the first head's is a way of its own, and shorter.
    constexpr std::size_t reach = 2 + 4 + 5 + 2 + 2;
    for (std::size_t t = 0; t < 21; ++t) {
        INFO("step " << t);
        if (t == 2 || t == 2 + reach)
            CHECK(std::isnan(y[2 * t]));
        else if (t < 2 || t > 2 + reach)
            CHECK(std::isfinite(y[2 * t]));
    }
}

TEST_CASE("WaveNet: names, shapes and what it costs") {
    static_assert(output_shape<Two<21>> == Shape(21, 2));
    CHECK(std::string(parameter_tensors<Two<21>>[1].name().view()) == "0.0.kernel");
    CHECK(std::string(parameter_tensors<Two<21>>[7].name().view()) == "0.1.rechannel");
    using Plain = WaveNet<WaveNetStack<1, Kernels<2>, Dilations<1>, Tanh, Head<1>>>;
    // rechannel, two taps, bias, mix, residual and its bias, head and its bias
    static_assert(parameter_count<Sequential<Input<4, 1>, Plain>> == 1 + 2 + 1 + 1 + 2 + 2);
}

TEST_CASE("WaveNet says what it does not accept") {
    using D = Dilations<1, 2>;
    using K = Kernels<3>;
    const auto problem = []<class... Stacks>() {
        return problem_of<Sequential<Input<8, 1>, WaveNet<Stacks...>>>();
    };
    CHECK(problem.operator()<WaveNetStack<4, K, D, Tanh>>() ==
          "layer `0.0` `WaveNetStack<4>`: expected one `Head`, as in `Head<1>`");
    CHECK(problem.operator()<WaveNetStack<4, Kernels<3, 3, 3>, D, Tanh, Head<1>>>() ==
          "layer `0.0` `WaveNetStack<4, Head<1>>`: expected `Kernels` with one size, or one for each of its "
          "`Dilations`");
    CHECK(problem.operator()<WaveNetStack<4, K, Dilations<1, 0>, Tanh, Head<1>>>() ==
          "layer `0.0` `WaveNetStack<4, Head<1>>`: expected kernels and dilations of at least 1");
    CHECK(problem.operator()<WaveNetStack<4, K, D, Dense<3>, Head<1>>>() ==
          "layer `0.0` `WaveNetStack<4, Head<1>>`: expected an activation, an elementwise layer such as "
          "`Tanh`");
    CHECK(problem.operator()<WaveNetStack<4, K, D, Tanh, Head<1>, ReLU>>() ==
          "layer `0.0` `WaveNetStack<4, Head<1>>`: expected options among `Head`, `Gated` (of an activation) "
          "and "
          "`Bottleneck`, none of 0");
    CHECK(
        problem.operator()<WaveNetStack<4, K, D, Tanh, Head<2>>, WaveNetStack<4, K, D, Tanh, Head<1>>>() ==
        "layer `0.1` `WaveNetStack<4, Head<1>>`: expected the stack before it to have a `Head` with as many "
        "outputs as it has channels, or as its `Bottleneck` has");
    CHECK(problem_of<Sequential<Input<8>, WaveNet<WaveNetStack<4, K, D, Tanh, Head<1>>>>>() ==
          "layer `0.0` `WaveNetStack<4, Head<1>>`: expected input `[steps, channels]`, got `[8]`");
}
