#include "burin/io/export_quantized_c.hpp"

#include "burin/burin.hpp"
#include "c_case.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace burin;

namespace {

template <class Net, Rounding Way>
std::unique_ptr<QuantizedNetwork<Net, Way>> quantized() {
    std::mt19937 random(7);
    const Model<Net> model = test::lived_in_model<Net>(random);
    Calibrator<Net> calibrator;
    std::normal_distribution<float> normal;
    std::vector<float> sample(engine::Network<Net>::input_shapes[0].size());
    for (std::size_t i = 0; i < 8; ++i) {
        for (float& each : sample)
            each = normal(random);
        calibrator.observe(model.parameters().data(), {sample.data()}, 1);
    }
    auto network = std::make_unique<QuantizedNetwork<Net, Way>>();
    quantize(model.parameters(), calibrator.ranges(), *network);
    return network;
}

void fill(std::vector<std::int8_t>& input, std::mt19937& random) {
    for (std::int8_t& each : input)
        each = static_cast<std::int8_t>(static_cast<int>(random() % 256) - 128);
}

template <class Net, Rounding Way>
void write(const std::string& name) {
    const auto network = quantized<Net, Way>();
    CHECK(io::c_text(*network, {name}).header.find("_INPUT_ZERO_POINT ") != std::string::npos);
    const char* const directory = test::c_directory();
    if (directory == nullptr)
        return;
    io::export_c(std::string(directory) + "/" + name + ".c", *network);
    std::mt19937 random(3);
    std::vector<std::int8_t> input(engine::Network<Net>::input_shapes[0].size());
    fill(input, random);
    QuantizedPredictor<Net> predictor;
    const auto output = predictor(*network, input);
    test::CCase<std::int8_t> written(name);
    written.input(input);
    written.output({output.begin(), output.end()});
    written.call();
    written.write(directory);
}

template <std::size_t Steps, class Net, Rounding Way>
void write_pieces(const std::string& name) {
    const auto network = quantized<Net, Way>();
    CHECK(io::c_pieces_text<Steps>(*network, {name}).header.find("_reset(int8_t *state)") !=
          std::string::npos);
    const char* const directory = test::c_directory();
    if (directory == nullptr)
        return;
    io::export_c_pieces<Steps>(std::string(directory) + "/" + name + ".c", *network);
    std::mt19937 random(3);
    QuantizedStreamer<Net, Steps> streamer;
    std::vector<std::int8_t> piece(
        engine::Network<typename QuantizedStreamer<Net, Steps>::Piece>::input_shapes[0].size());
    test::CCase<std::int8_t> written(name);
    written.begin();
    for (std::size_t i = 0; i < 3; ++i) {
        fill(piece, random);
        written.input(piece);
        const auto output = streamer(*network, piece);
        written.output({output.begin(), output.end()});
        written.call(true);
    }
    written.write(directory);
}

using Image =
    Sequential<Input<12, 12, 1>, Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>, Conv2D<8, 3>, ReLU,
               DepthwiseConv2D<3, Same, DepthMultiplier<2>>, ReLU6, Residual<Conv2D<16, 1>>, AveragePool2D<2>,
               Parallel<Concat, Conv2D<3, 1>, Conv2D<4, 3, Same, Groups<4>>>,
               Parallel<Multiply, Conv2D<5, 1>, Conv2D<5, 1>>, Parallel<Subtract, Identity, Conv2D<5, 1>>,
               ZeroPadding2D<1>, GlobalAveragePool2D, Dense<20>, Tanh, Dense<10>, Softmax>;

} // namespace

TEST_CASE("export_c: 8-bit networks, which round once") {
    write<Image, Rounding::once>("int8_once");
}

TEST_CASE("export_c: 8-bit networks, which round twice") {
    write<Image, Rounding::twice>("int8_twice");
}

TEST_CASE("export_c: 8-bit recurrent networks") {
    write<Sequential<Input<7, 4>, Bidirectional<LSTM<5, ReturnSequences>>, GRU<6, ReturnSequences>,
                     TimeDistributed<Dense<5>>, Permute<1, 0>, SimpleRNN<4>, Dense<5>, LogSoftmax>,
          Rounding::once>("int8_recurrent");
}

TEST_CASE("export_c: 8 bits piece by piece, as a QuantizedStreamer") {
    write_pieces<2,
                 Sequential<Input<8, 3>, Conv1D<6, 3, Causal>, ReLU, Past<2>, Conv1D<4, 3>,
                            GRU<5, ReturnSequences>, TimeDistributed<Dense<2>>>,
                 Rounding::twice>("int8_pieces");
}
