#include "reference/recurrent.hpp"

#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <span>
#include <vector>

using namespace burin;
namespace r = reference::recurrent;

namespace {

template <class Scalar, std::size_t Count>
std::vector<Scalar> as(const double (&values)[Count]) {
    return {std::begin(values), std::end(values)};
}

/// A layer that reads a sequence of [5, 3] and an initial state, both through factors, whose gradients tell
/// those of the inputs.
template <class LayerType, std::size_t States>
using WithFactors =
    Graph<Inputs<Node<"x", Input<5, 3>>, Node<"state", Input<States, 5>>>, Node<"p", Probe, From<"x">>,
          Node<"q", Probe, From<"state">>, Node<"cell", LayerType, From<"p", "q">>, Outputs<"cell">>;

template <class LayerType, std::size_t States, class Scalar, std::size_t X, std::size_t S, std::size_t Y,
          std::size_t P, std::size_t G>
void check_reference(const double (&x)[X], const double (&state)[S], const double (&dy)[Y],
                     const double (&parameters)[P], const double (&y)[Y], const double (&gradients)[G]) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 5e-6;
    using Net = WithFactors<LayerType, States>;
    static_assert(output_shape<Net> == Shape(5 + States, 5));
    const auto inputs = as<Scalar>(x), states = as<Scalar>(state);
    std::vector<Scalar> all(G - P, Scalar(1));
    all.insert(all.end(), std::begin(parameters), std::end(parameters));
    LayerRun<Net, Scalar> run;
    run.inputs[1] = states.data();
    from_row_major<Net>(all.data(), run.parameters->data());
    check_close(run.infer(inputs), y, tolerance);
    check_close(run.train(inputs, as<Scalar>(dy)), y, tolerance);
    to_row_major<Net>(run.gradients->data(), all.data());
    check_close(all, gradients, tolerance);
}

/// All gradients of Σ dy · y. The net has no more inputs than a sequence.
template <class Net>
void check_gradients(std::size_t rows, LayerRun<Net>& run) {
    INFO(std::string_view(engine::OpAt<Net, engine::node_count<Net> - 1>::name().view())
         << ", " << rows << " rows");
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(rows * input_shape<Net>.size(), 2);
    const auto dy = random_numbers(rows * output_shape<Net>.size(), 3);
    const auto y = run.train(x, dy);
    CHECK(run.infer(x) == y);
    const auto sum = [&] {
        const auto outputs = run.infer(x);
        double total = 0;
        for (std::size_t i = 0; i < outputs.size(); ++i)
            total += dy[i] * outputs[i];
        return total;
    };
    check_gradient(sum, run.parameters->all(), run.gradients->all());
}

template <class InputType, class LayerType>
void check_sizes(std::size_t rows) {
    LayerRun<Sequential<InputType, Probe, LayerType>> run;
    check_gradients(rows, run);
}

} // namespace

TEST_CASE("SimpleRNN, LSTM and GRU agree with PyTorch") {
    check_reference<SimpleRNN<5, ReturnSequences, ReturnState, InitialState>, 1, double>(
        r::simple_rnn_x, r::simple_rnn_state, r::simple_rnn_dy, r::simple_rnn_parameters, r::simple_rnn_y,
        r::simple_rnn_gradients);
    check_reference<LSTM<5, ReturnSequences, ReturnState, InitialState>, 2, double>(
        r::lstm_x, r::lstm_state, r::lstm_dy, r::lstm_parameters, r::lstm_y, r::lstm_gradients);
    check_reference<LSTM<5, ReturnSequences, ReturnState, InitialState>, 2, float>(
        r::lstm_x, r::lstm_state, r::lstm_dy, r::lstm_parameters, r::lstm_y, r::lstm_gradients);
    check_reference<GRU<5, ReturnSequences, ReturnState, InitialState>, 1, double>(
        r::gru_x, r::gru_state, r::gru_dy, r::gru_parameters, r::gru_y, r::gru_gradients);
}

TEST_CASE("Bidirectional: sequences are aligned, last outputs side by side, as in PyTorch") {
    const auto check = []<class Net>(LayerRun<Net> run, const auto& expected) {
        from_row_major<Net>(r::bidirectional_parameters, run.parameters->data());
        check_close(run.infer(r::bidirectional_x), expected, 1e-13);
    };
    check(LayerRun<Sequential<Input<5, 3>, Bidirectional<LSTM<5, ReturnSequences>>>>{}, r::bidirectional_y);
    check(LayerRun<Sequential<Input<5, 3>, Bidirectional<LSTM<5>>>>{}, r::bidirectional_last);
}

TEST_CASE("recurrent layers: gradients match central differences for 1, SIMD width ± 1, odd tails") {
    check_sizes<Input<1, 1>, LSTM<1>>(1);
    check_sizes<Input<2, 2>, GRU<1, ReturnState, NoBias>>(2);
    check_sizes<Input<2, 4>, SimpleRNN<5>>(2);
    check_sizes<Input<3, 5>, LSTM<3, ReturnSequences, NoBias>>(3);
    check_sizes<Input<3, 2>, GRU<4, ReturnSequences>>(5);
}

TEST_CASE("recurrent layers: GoBackwards, also Realigned and with a mask, have the right gradients") {
    check_sizes<Input<3, 2>, LSTM<3, GoBackwards, ReturnSequences, ReturnState>>(2);
    check_sizes<Input<3, 2>, Bidirectional<GRU<2, ReturnSequences>>>(2);
}

namespace {

template <class LayerType>
using MaskedNet = Graph<Inputs<Node<"x", Input<6, 2>>, Node<"state", Input<2, 3>>, Node<"mask", Input<6>>>,
                        Node<"p", Probe, From<"x">>, Node<"q", Probe, From<"state">>,
                        Node<"cell", LayerType, From<"p", "q", "mask">>, Outputs<"cell">>;

// Two sequences: one padded at the end, one with holes and at the beginning.
const std::vector<double> masks{1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0};

} // namespace

TEST_CASE("Masked: gradients match central differences") {
    const auto states = random_numbers(2 * 6, 9);
    const auto check = [&]<class Net>(LayerRun<Net> run) {
        run.inputs = {nullptr, states.data(), masks.data()};
        check_gradients(2, run);
    };
    check(LayerRun<MaskedNet<LSTM<3, ReturnSequences, ReturnState, InitialState, Masked>>>{});
    check(LayerRun<MaskedNet<LSTM<3, GoBackwards, InitialState, Masked>>>{});
}

TEST_CASE("Masked: a padded step leaves the state as it is and repeats the output") {
    const auto check = []<class Masks, class Short>(LayerRun<Masks> masked, LayerRun<Short> shorter) {
        const auto parameters = random_numbers(parameter_count<Short>, 4);
        std::copy(parameters.begin(), parameters.end(), masked.parameters->data());
        std::copy(parameters.begin(), parameters.end(), shorter.parameters->data());
        const auto x = random_numbers(6 * 2, 5);
        masked.inputs[1] = masks.data() + 6;
        std::vector<double> compact;
        for (std::size_t t = 0; t < 6; ++t)
            if (masks[6 + t] != 0)
                compact.insert(compact.end(), {x[2 * t], x[2 * t + 1]});
        const auto y = masked.infer(x), without = shorter.infer(compact);
        constexpr std::size_t units = output_shape<Short>.last();
        std::size_t done = 0;
        for (std::size_t t = 0; t < 6; ++t) {
            done += masks[6 + t] != 0;
            for (std::size_t u = 0; u < units; ++u)
                CHECK(y[t * units + u] == (done == 0 ? 0 : without[(done - 1) * units + u]));
        }
    };
    using Net = Graph<Inputs<Node<"x", Input<6, 2>>, Node<"mask", Input<6>>>,
                      Node<"cell", LSTM<3, ReturnSequences, Masked>, From<"x", "mask">>, Outputs<"cell">>;
    check(LayerRun<Net>{}, LayerRun<Sequential<Input<3, 2>, LSTM<3, ReturnSequences>>>{});
}

TEST_CASE("GoBackwards: the reversed sequence, its outputs in the order in which they are made; and long "
          "sequences are inferred block by block, to the same bits") {
    constexpr std::size_t time = 77;
    using Forwards = Sequential<Input<time, 2>, GRU<3, ReturnSequences>>;
    using Backwards = Sequential<Input<time, 2>, GRU<3, ReturnSequences, GoBackwards>>;
    LayerRun<Forwards> forwards;
    LayerRun<Backwards> backwards;
    const auto parameters = random_numbers(parameter_count<Forwards>, 6);
    std::copy(parameters.begin(), parameters.end(), forwards.parameters->data());
    std::copy(parameters.begin(), parameters.end(), backwards.parameters->data());
    const auto x = random_numbers(3 * time * 2, 7), dy = random_numbers(3 * time * 3, 8);
    std::vector<double> reversed;
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t t = time; t-- > 0;)
            reversed.insert(reversed.end(), {x[2 * (row * time + t)], x[2 * (row * time + t) + 1]});
    const auto y = forwards.infer(x);
    CHECK(backwards.infer(reversed) == y);
    CHECK(backwards.train(reversed, dy) == y);
}

TEST_CASE("recurrent layers: shapes of outputs and states, and what they can't accept") {
    using Translator =
        Graph<Inputs<Node<"source", Input<20, 8>>, Node<"target", Input<24, 8>>>,
              Node<"encoder", LSTM<64, ReturnState>, From<"source">>,
              Node<"decoder", LSTM<64, ReturnSequences, InitialState>, From<"target", "encoder">>,
              Outputs<"decoder", "encoder">>;
    static_assert(output_shape<Translator, 0> == Shape(24, 64));
    static_assert(output_shape<Translator, 1> == Shape(2, 64));
    using FromVector = Graph<Inputs<Node<"x", Input<4, 2>>, Node<"first", Input<5>>>,
                             Node<"y", GRU<5, InitialState>, From<"x", "first">>, Outputs<"y">>;
    static_assert(output_shape<FromVector> == Shape(5));
    static_assert(parameter_count<Sequential<Input<4, 2>, GRU<5>>> == 3 * 5 * (2 + 5 + 2));
    static_assert(parameter_count<Sequential<Input<4, 2>, LSTM<5, NoBias>>> == 4 * 5 * (2 + 5));

    CHECK(problem_of<Sequential<Input<6>, LSTM<3>>>() ==
          "layer `0` `LSTM<3>`: expected input `[time, features]`, got `[6]`");
    CHECK(problem_of<Sequential<Input<6, 2>, LSTM<3, InitialState>>>() ==
          "layer `0` `LSTM<3, InitialState>`: expected two inputs, the sequence and the initial state; the "
          "last, got `[6, 2]`");
    using WrongState = Graph<Inputs<Node<"x", Input<4, 2>>, Node<"first", Input<5>>>,
                             Node<"y", LSTM<5, InitialState>, From<"x", "first">>, Outputs<"y">>;
    CHECK(
        problem_of<WrongState>() ==
        "layer `y` `LSTM<5, InitialState>`: expected the initial state as second input, `[2, 5]`, got `[5]`");
    using WrongMask = Graph<Inputs<Node<"x", Input<4, 2>>, Node<"mask", Input<5>>>,
                            Node<"y", GRU<5, Masked>, From<"x", "mask">>, Outputs<"y">>;
    CHECK(problem_of<WrongMask>() ==
          "layer `y` `GRU<5, Masked>`: expected the mask as last input, `[4]`, got `[5]`");
}

TEST_CASE("LSTM: the biases of the forget gates begin with 1, the others with 0") {
    using Net = Sequential<Input<4, 2>, LSTM<3>>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto bias = parameters["0.bias"];
    for (std::size_t i = 0; i < 12; ++i)
        CHECK(bias[i] == (i >= 3 && i < 6 ? 1.0f : 0.0f));
}

TEST_CASE("Fast: the gates of recurrent layers to 1e-5, with the same parameters") {
    using Net = Sequential<Input<6, 2>, LSTM<9, ReturnSequences>, GRU<8>>;
    using Quick = Fast<Net>;
    static_assert(!std::same_as<Net, Quick>);
    LayerRun<Net, float> exact;
    LayerRun<Quick, float> quick;
    initialize(*exact.parameters, initializers::Default{}, 1);
    quick.parameters->values = exact.parameters->values;
    const auto x = random_numbers<float>(3 * 12, 11);
    check_close(quick.infer(x), exact.infer(x), 1e-4);
    CHECK(quick.infer(x) != exact.infer(x));
}
