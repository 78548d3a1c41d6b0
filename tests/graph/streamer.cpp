#include "burin/graph/streamer.hpp"

#include "burin/graph/predictor.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/past.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/positional_encoding.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/training/trainer.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

using namespace burin;

namespace {

constexpr std::size_t time_steps = 12;

template <class... Layers>
using Sequence = Sequential<Input<time_steps, 3>, Layers...>;

/// The outputs piece by piece are those of the whole sequence: all of them, or the last.
template <class Net, std::size_t Steps, std::size_t Batch>
void check_pieces() {
    constexpr std::size_t features = input_shape<Net>.last();
    constexpr bool every_step = output_shape<Net>.rank == 2;
    INFO(Steps << " steps at a time, " << Batch << " sequences");
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto x = random_numbers<float>(Batch * time_steps * features, 2);

    Predictor<Net, Batch> predictor;
    const auto whole = predictor(parameters, x);
    Streamer<Net, Steps, Batch> streamer;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t t = 0; t < time_steps; t += Steps) {
            std::array<float, Batch * Steps * features> piece;
            for (std::size_t row = 0; row < Batch; ++row)
                std::copy_n(x.begin() + static_cast<std::ptrdiff_t>((row * time_steps + t) * features),
                            Steps * features, piece.begin() + row * Steps * features);
            const auto y = streamer(parameters, piece);
            for (std::size_t i = 0; i < y.size(); ++i) {
                const std::size_t each = y.size() / Batch, row = i / each;
                if (every_step)
                    CHECK(y[i] == whole[row * (whole.size() / Batch) + t * each / Steps + i % each]);
                else if (t + Steps == time_steps)
                    CHECK(y[i] == whole[i]);
            }
        }
        streamer.reset();
    }
}

} // namespace

TEST_CASE("Streamer: outputs are those of the whole sequence, bit for bit") {
    using Stack = Sequence<LSTM<8, ReturnSequences>, Tanh, GRU<5, ReturnSequences>, SimpleRNN<4>, Dense<2>>;
    check_pieces<Stack, 1, 1>();
    check_pieces<Stack, 4, 2>();
    using Branches = Sequence<Residual<GRU<3, ReturnSequences>>, LSTM<9, ReturnSequences, NoBias>,
                              TimeDistributed<Dense<2>>>;
    check_pieces<Branches, 3, 3>();
    using Convolution = Sequence<Conv1D<4, 3, Causal, Dilation<2>>, ReLU, MaxPool1D<2>, PositionalEncoding,
                                 GRU<3, ReturnSequences>>;
    check_pieces<Convolution, 2, 2>();
    using Dilated = Sequence<Conv1D<8, 3, Causal>, Tanh, Conv1D<9, 2, Causal, Dilation<4>>, ReLU,
                             Conv1D<17, 3, Causal, Dilation<2>>, Conv1D<1, 1>>;
    check_pieces<Dilated, 1, 1>();
    check_pieces<Dilated, 3, 2>();
    using Strided = Sequence<Conv1D<16, 3, Causal, Stride<2>>, Conv1D<16, 3, Causal, Groups<16>>>;
    check_pieces<Strided, 2, 1>();
    check_pieces<Strided, 6, 2>();
    // Windows along time, of one axis and of two, behind what they look back on.
    using Windows =
        Sequence<Past<4>, Conv1D<6, 3, Dilation<2>>, ReLU, Past<1>, MaxPool1D<3, Stride<2>>, Conv1D<2, 1>>;
    check_pieces<Windows, 2, 1>();
    static_assert(Streamer<Windows, 6>::output_steps<> == 3);
    static_assert(
        std::same_as<Streamer<Stack>::Piece, Sequential<Input<1, 3>, LSTM<8, ReturnSequences>, Tanh,
                                                        GRU<5, ReturnSequences>, SimpleRNN<4>, Dense<2>>>);
    // Nothing but the arena of a piece and the state: h and c of 8, and h of 5 and 4 units.
    static_assert(sizeof(Streamer<Stack>) <= 512);
}

TEST_CASE("Streamer: images whose lines are steps") {
    using Net =
        Sequential<Input<time_steps, 4, 3>, Past<1>, Conv2D<5, Shape{3, 3}, Padding<0, 1>, Stride<2, 1>>,
                   ReLU, Past<2>, DepthwiseConv2D<Shape{3, 1}>, AveragePool2D<Shape{1, 4}>>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto x = random_numbers<float>(input_shape<Net>.size(), 2);
    Predictor<Net> predictor;
    const auto whole = predictor(parameters, x);
    Streamer<Net, 4> streamer;
    for (std::size_t t = 0; t < time_steps; t += 4) {
        const auto y = streamer(parameters, std::span(x).subspan(t * 12, 4 * 12));
        REQUIRE(y.size() == 2 * 5);
        CHECK(std::equal(y.begin(), y.end(), whole.begin() + static_cast<std::ptrdiff_t>(t / 2 * 5)));
    }
}

TEST_CASE("Streamer: several inputs and outputs; one sequence of several begins anew") {
    using Net = Graph<Inputs<Node<"x", Input<4, 2>>, Node<"mask", Input<4>>>,
                      Node<"h", GRU<3, Masked>, From<"x", "mask">>, Node<"y", Dense<2>, From<"h">>,
                      Outputs<"h", "y">>;
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    Streamer<Net, 1, 2> streamer;
    const std::array<float, 4> x{0.5f, -1, 0.5f, -1};
    const std::array<float, 2> counts{1, 1}, padded{1, 0};
    const auto h = [&](const auto& mask) {
        const auto outputs = streamer.run(parameters.data(), {x.data(), mask.data()});
        return std::vector<float>(outputs[0], outputs[0] + 6);
    };
    const auto first = h(counts);
    const auto second = h(padded);
    CHECK(std::vector(second.begin() + 3, second.end()) == std::vector(first.begin() + 3, first.end()));
    CHECK(second[0] != first[0]);
    streamer.reset(1);
    const auto third = h(counts);
    CHECK(std::vector(third.begin() + 3, third.end()) == std::vector(first.begin() + 3, first.end()));
    CHECK(third[0] != first[0]);
}

TEST_CASE("what can't run piece by piece") {
    static_assert(can_stream<Sequence<LSTM<3>, Dense<1>>>);
    static_assert(!can_stream<Sequence<LSTM<3, GoBackwards>, Dense<1>>>);
    static_assert(!can_stream<Sequence<Flatten, Dense<1>>>);
    static_assert(!can_stream<Sequence<Conv1D<3, 2>, Dense<1>>>);
    // Pieces whose steps a window does not divide.
    static_assert(can_stream<Sequence<MaxPool1D<2>>, 4> && !can_stream<Sequence<MaxPool1D<2>>, 3>);
    using Strided = Sequence<Conv1D<3, 2, Causal, Stride<2>>>;
    static_assert(can_stream<Strided, 2> && !can_stream<Strided, 1> && !can_stream<Strided, 3>);
    static_assert(can_stream<Sequence<Past<2>, Conv1D<3, 3>>> &&
                  !can_stream<Sequence<Past<1>, Conv1D<3, 3>>>);
    // An output would have steps twice; a state, too.
    static_assert(!can_stream<Sequence<Past<1>>> && !can_stream<Sequence<Past<1>, Past<1>, Conv1D<3, 3>>>);
}

TEST_CASE("Trainer: windows with a carried state compute what one long window does") {
    using Long = Sequential<Input<6, 2>, LSTM<3, ReturnSequences>>;
    using Window = Sequential<Input<3, 2>, LSTM<3, ReturnSequences>>;
    using Loss = losses::MeanSquaredError;
    constexpr std::size_t rows = 2;
    Parameters<Long, double> long_parameters;
    Parameters<Window, double> parameters;
    initialize(long_parameters, initializers::Default{}, 1);
    parameters.values = long_parameters.values;
    const auto x = random_numbers(rows * 6 * 2, 2), targets = random_numbers(rows * 6 * 3, 3);

    const auto outputs_of = []<class Net, class L, class O>(Trainer<Net, L, O, rows, double>& trainer,
                                                            const double* inputs, const double* wanted,
                                                            double* state) {
        Samples<Net, L, double> samples;
        samples.inputs = {inputs};
        samples.targets = {wanted};
        samples.state = state;
        samples.rows = rows;
        std::vector<double> outputs;
        trainer.gradients(samples, [&](auto, const double* y, std::size_t count) {
            outputs.assign(y, y + count * output_shape<Net>.size());
        });
        return outputs;
    };
    const auto long_trainer =
        std::make_unique<Trainer<Long, Loss, optimizers::SGD, rows, double>>(long_parameters);
    const auto trainer = std::make_unique<Trainer<Window, Loss, optimizers::SGD, rows, double>>(parameters);
    const auto whole = outputs_of(*long_trainer, x.data(), targets.data(), nullptr);

    CarriedState<Window, rows, double> state;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t window = 0; window < 2; ++window) {
            std::vector<double> part;
            for (std::size_t row = 0; row < rows; ++row)
                part.insert(part.end(), x.begin() + static_cast<std::ptrdiff_t>((2 * row + window) * 6),
                            x.begin() + static_cast<std::ptrdiff_t>((2 * row + window + 1) * 6));
            const auto y = outputs_of(*trainer, part.data(), targets.data(), state.data());
            for (std::size_t row = 0; row < rows; ++row)
                for (std::size_t i = 0; i < 9; ++i)
                    CHECK(y[row * 9 + i] == whole[(2 * row + window) * 9 + i]);
        }
        state.reset();
    }
}
