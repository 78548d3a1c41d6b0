#include "reference/recurrent_options.hpp"

#include "burin/graph/half_parameters.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/on_heap.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

using namespace burin;
namespace r = reference::recurrent_options;

namespace {

template <std::size_t Count>
std::vector<double> all_of(const double (&values)[Count]) {
    return {std::begin(values), std::end(values)};
}

/// Outputs and gradients, also of a layer's inputs, each of which has a factor.
template <class LayerType, std::size_t X, std::size_t Y, std::size_t P, std::size_t G>
void check_reference(const double (&x)[X], const double (&dy)[Y], const double (&parameters)[P],
                     const double (&y)[Y], const double (&gradients)[G]) {
    using Net = Sequential<Input<5, 3>, Probe, LayerType>;
    static_assert(parameter_count<Net> == G);
    std::vector<double> all(G - P, 1.0);
    all.insert(all.end(), std::begin(parameters), std::end(parameters));
    LayerRun<Net> run;
    from_row_major<Net>(all.data(), run.parameters->data());
    check_close(run.infer(all_of(x)), y, 1e-13);
    check_close(run.train(all_of(x), all_of(dy)), y, 1e-13);
    to_row_major<Net>(run.gradients->data(), all.data());
    check_close(all, gradients, 1e-13);
}

/// All gradients of Σ dy · y.
template <class Net>
void check_gradients(std::size_t rows, LayerRun<Net> run) {
    INFO(std::string_view(engine::OpAt<Net, engine::node_count<Net> - 1>::name().view()));
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(rows * input_shape<Net>.size(), 2);
    const auto dy = random_numbers(rows * output_shape<Net>.size(), 3);
    CHECK(run.infer(x) == run.train(x, dy));
    check_gradient_of_weighted_sum(
        dy, [&] { return run.infer(x); }, run.parameters->all(), run.gradients->all());
}

/// A layer of 3 units on 4 steps of 2 features, with an initial state and a mask.
template <class LayerType, std::size_t... State>
using WithAll = Graph<Inputs<Node<"x", Input<4, 2>>, Node<"state", Input<State...>>, Node<"mask", Input<4>>>,
                      Node<"p", Probe, From<"x">>, Node<"q", Probe, From<"state">>,
                      Node<"cell", LayerType, From<"p", "q", "mask">>, Outputs<"cell">>;

template <class LayerType, std::size_t... State>
void check_with_all() {
    const auto states = random_numbers(2 * (State * ...), 9);
    const std::vector<double> masks{1, 1, 1, 0, 0, 1, 0, 1};
    LayerRun<WithAll<LayerType, State...>> run;
    run.inputs = {nullptr, states.data(), masks.data()};
    check_gradients(2, std::move(run));
}

/// Whether pieces of three steps and of one give the bits of the whole sequence, floats and halves.
template <class Layer>
void check_streams() {
    using Net = Sequential<Input<12, 2>, Layer>;
    const auto parameters = OnHeap<Parameters<Net>>();
    const auto numbers = random_numbers<float>(parameter_count<Net>, 1, -0.6, 0.6);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    const auto x = random_numbers<float>(24, 2, -2, 2);
    const auto predictor = OnHeap<Predictor<Net>>();
    const auto expected = (*predictor)(*parameters, std::span<const float>(x));
    std::vector<float> whole(expected.begin(), expected.end()), found(whole.size());
    const auto pieces = OnHeap<Streamer<Net, 3>>();
    (*pieces)(*parameters, std::span<const float>(x), std::span<float>(found));
    CHECK(found == whole);
    const auto steps = OnHeap<Streamer<Net>>();
    (*steps)(*parameters, std::span<const float>(x), std::span<float>(found));
    CHECK(found == whole);

    const auto half = to_half<float16>(*parameters);
    to_float(half, *parameters);
    const auto wide = (*predictor)(*parameters, std::span<const float>(x));
    whole.assign(wide.begin(), wide.end());
    const auto narrow = OnHeap<Predictor<Net, 1, float16>>();
    check_close((*narrow)(half, std::span<const float>(x)), whole, 2e-6);
}

} // namespace

TEST_CASE("ReLUCell, Projected and ResetBefore agree with PyTorch and Keras") {
    check_reference<SimpleRNN<5, ReLUCell, ReturnSequences>>(r::relu_x, r::relu_dy, r::relu_parameters,
                                                             r::relu_y, r::relu_gradients);
    check_reference<LSTM<5, Projected<2>, ReturnSequences>>(
        r::projected_x, r::projected_dy, r::projected_parameters, r::projected_y, r::projected_gradients);
    check_reference<GRU<5, ResetBefore, ReturnSequences>>(r::reset_before_x, r::reset_before_dy,
                                                          r::reset_before_parameters, r::reset_before_y,
                                                          r::reset_before_gradients);
}

TEST_CASE("ReLUCell, Projected and ResetBefore: gradients with states, masks, backwards and no bias") {
    check_with_all<SimpleRNN<3, ReLUCell, InitialState, Masked, ReturnState>, 3>();
    check_with_all<LSTM<3, Projected<4>, InitialState, Masked, ReturnState, NoBias>, 7>();
    check_with_all<GRU<3, ResetBefore, InitialState, Masked, GoBackwards, ReturnSequences>, 3>();
    check_gradients(3, LayerRun<Sequential<Input<3, 2>, Bidirectional<LSTM<1, Projected<1>>>>>{});
}

TEST_CASE("ReLUCell, Projected and ResetBefore: pieces of sequences, and half the bits") {
    check_streams<SimpleRNN<12, ReLUCell, ReturnSequences>>();
    check_streams<LSTM<10, Projected<17>, ReturnSequences>>();
    check_streams<GRU<17, ResetBefore, ReturnSequences>>();
}

TEST_CASE("ReLUCell hands on what is no number") {
    LayerRun<Sequential<Input<2, 1>, SimpleRNN<1, ReLUCell>>> run;
    run.parameters->values.fill(1);
    CHECK(std::isnan(run.infer(std::vector{std::numeric_limits<double>::quiet_NaN(), 1.0})[0]));
}

TEST_CASE("ReLUCell, Projected and ResetBefore: shapes, parameters, and what they can't accept") {
    using Encoder = Sequential<Input<4, 2>, LSTM<5, Projected<3>, ReturnState>>;
    static_assert(output_shape<Encoder> == Shape(8));
    static_assert(output_shape<Sequential<Input<4, 2>, LSTM<5, Projected<3>, ReturnSequences>>> ==
                  Shape(4, 3));
    static_assert(parameter_count<Encoder> == 4 * 5 * (2 + 3 + 1) + 5 * 3);
    static_assert(parameter_count<Sequential<Input<4, 2>, GRU<5, ResetBefore>>> == 3 * 5 * (2 + 5 + 1));
    CHECK(problem_of<Sequential<Input<4, 2>, LSTM<5, ReLUCell>>>() ==
          "layer `0` `LSTM<5, ReLUCell>`: expected ReLUCell of a SimpleRNN alone");
    CHECK(problem_of<Sequential<Input<4, 2>, SimpleRNN<5, ResetBefore>>>() ==
          "layer `0` `SimpleRNN<5, ResetBefore>`: expected ResetBefore of a GRU alone");
    CHECK(problem_of<Sequential<Input<4, 2>, GRU<5, Projected<3>>>>() ==
          "layer `0` `GRU<5, Projected<3>>`: expected Projected of an LSTM alone");
    CHECK(problem_of<Sequential<Input<4, 2>, LSTM<5, Projected<0>>>>() ==
          "layer `0` `LSTM<5, Projected<0>>`: expected a projection to at least one");
    CHECK(problem_of<Sequential<Input<4, 2>, LSTM<5, Projected<3>, ReturnState, ReturnSequences>>>() ==
          "layer `0` `LSTM<5, ReturnSequences, ReturnState, Projected<3>>`: expected ReturnState or "
          "ReturnSequences, not both, where h and c have different sizes");
}
