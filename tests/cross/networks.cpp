// Trains small networks of each family and prints what came out, bit by bit. The same source runs on the
// board and, with one lane, on the computer that compiled it: the two must print the same.

#include <burin/embedded.hpp>

#include "board/semihosting.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

using namespace burin;

namespace {

int failures = 0;

void expect(bool holds, std::string_view network, std::string_view what) {
    if (holds)
        return;
    ++failures;
    board::write(Text<160>("failed: ").append(network).append(": ").append(what).append("\n").view());
}

void append_bits(Text<160>& line, std::string_view name, std::uint32_t bits) {
    line.append(name).append(" ");
    for (int shift = 28; shift >= 0; shift -= 4)
        line.append(std::string_view("0123456789abcdef").substr(bits >> shift & 15, 1));
}

/// Multiples of 1/16 in [-1, 1): the same numbers on every machine.
template <std::size_t Count>
std::array<float, Count> random_inputs(std::uint32_t seed) {
    const RandomStream stream{seed, Purpose::user, 0};
    std::array<float, Count> numbers;
    for (std::size_t i = 0; i < Count; ++i)
        numbers[i] = static_cast<float>(static_cast<int>(stream.below(32, i)) - 16) / 16;
    return numbers;
}

/// Steps on one batch of samples: the loss must fall. Prints it before and after, and checksums of parameters
/// and of what the trained network answers.
template <class Net, class Loss, class Optimizer, class Target, std::size_t TargetCount>
void learn(std::string_view name, Optimizer optimizer, const std::array<Target, TargetCount>& targets,
           std::size_t steps = 12) {
    constexpr std::size_t batch = 4;
    constexpr std::size_t inputs_size = batch * engine::Network<Net>::input_shapes[0].size();
    static Parameters<Net> parameters;
    static Trainer<Net, Loss, Optimizer, batch> trainer(parameters, {}, optimizer, /*seed*/ 5);
    static Predictor<Net, batch> predictor;
    static_assert(sizeof(trainer) + sizeof(parameters) + sizeof(predictor) <= 64 * 1024);

    initialize(parameters, initializers::Default{}, /*seed*/ 3);
    const auto inputs = random_inputs<inputs_size>(7);
    float first = 0, last = 0;
    for (std::size_t step = 0; step < steps; ++step) {
        last = trainer.step(inputs, targets).total;
        if (step == 0)
            first = last;
    }
    expect(last < first, name, "the loss falls");

    const std::span<const float> outputs = predictor(parameters, inputs);
    Text<160> line(name);
    append_bits(line, ": first loss", std::bit_cast<std::uint32_t>(first));
    append_bits(line, ", last", std::bit_cast<std::uint32_t>(last));
    append_bits(line, ", parameters", crc32(std::span<const float>(parameters.all())));
    append_bits(line, ", outputs", crc32(outputs));

    if constexpr (engine::Network<Net>::output_count == 1) {
        constexpr Shape shape = engine::Network<Net>::output_shapes[0];
        if constexpr (std::is_same_v<Target, Label>) {
            metrics::Accuracy accuracy;
            accuracy.update<shape>(outputs.data(), targets.data(), batch);
            append_bits(line, ", accuracy", static_cast<std::uint32_t>(accuracy.share.correct));
        } else {
            metrics::MeanSquaredError error;
            error.update<shape>(outputs.data(), targets.data(), batch);
            append_bits(line, ", squared error",
                        std::bit_cast<std::uint32_t>(static_cast<float>(error.result())));
        }
    }
    board::write(line.append("\n").view());
}

using DenseNet = Sequential<Input<6>, Dense<16>, Tanh, Dropout<0.2>, Dense<9>, GELU, Dense<3>>;
using ConvolutionNet = Sequential<Input<8, 8, 2>, Conv2D<5, 3, Same>, BatchNorm<>, ReLU, MaxPool2D<2>,
                                  DepthwiseConv2D<3>, SiLU, Flatten, Dense<3>>;
using RecurrentNet = Sequential<Input<5, 3>, LSTM<6, ReturnSequences>, GRU<4>, Dense<2>>;
using AttentionNet =
    Sequential<Input<5, 4>, Residual<MultiHeadAttention<2>>, LayerNorm<>, GlobalAveragePool1D, Dense<1>>;

} // namespace

int main() {
    constexpr std::array<Label, 4> labels{0, 2, 1, 2};
    constexpr std::array<float, 12> classes{1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 1};
    constexpr std::array<float, 8> numbers{0.5f, -0.25f, 0.125f, 1, -1, 0.75f, 0, -0.5f};
    constexpr std::array<float, 4> yes_or_no{1, 0, 0, 1};

    learn<DenseNet, losses::SparseCategoricalCrossentropy>("dense", optimizers::Adam{.learning_rate = 0.02},
                                                           labels);
    learn<ConvolutionNet, losses::CategoricalCrossentropy>(
        "convolution", optimizers::Momentum{.learning_rate = 0.02, .clip_norm = 1}, classes);
    learn<RecurrentNet, losses::MeanSquaredError>("recurrent", optimizers::RMSprop{.learning_rate = 0.01},
                                                  numbers);
    learn<AttentionNet, losses::BinaryCrossentropy>("attention", optimizers::AdamW{.learning_rate = 0.02},
                                                    yes_or_no);
    return failures;
}
