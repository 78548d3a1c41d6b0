#include "burin/io/export_quantized_onnx.hpp"
#include "burin/burin.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// Runs a quantized network on two samples, and writes it where export_onnx.py finds it.
template <class Net>
void write(const std::string& name) {
    const char* const directory = std::getenv("BURIN_ONNX_DIRECTORY");
    Model<Net> model({.seed = 3});
    std::mt19937 random(7);
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.spec.role == ParameterRole::bias)
            for (std::size_t i = 0; i < tensor.spec.shape.size(); ++i)
                model[tensor.name().view()][i] = static_cast<float>(random() % 100) / 200;
    constexpr std::size_t size = input_shape<Net>.size(), rows = 2;
    std::vector<float> inputs(20 * size);
    for (float& each : inputs)
        each = static_cast<float>(random() % 2000) / 1000 - 1;
    const data::Dataset<float> samples(input_shape<Net>, inputs, std::vector<float>(20));
    const ActivationRanges<Net> ranges = calibrate<Net>(model, samples);
    const auto network = quantize(model, ranges);
    std::vector<std::int8_t> stored(rows * size);
    quantize(std::span<const float>(inputs).first(rows * size), network->inputs[0], stored);
    QuantizedPredictor<Net, rows> predictor;
    const auto outputs = predictor(*network, std::span<const std::int8_t>(stored));
    std::vector<float> numbers(outputs.size());
    dequantize(outputs, network->outputs[0], numbers);
    const std::string bytes = io::onnx_bytes(model, ranges);
    CHECK(bytes.size() > 0);
    if (directory == nullptr)
        return;
    const std::string path = std::string(directory) + "/" + name;
    std::ofstream(path + ".onnx", std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    std::ofstream data(path + ".data", std::ios::binary);
    data.write(reinterpret_cast<const char*>(inputs.data()),
               static_cast<std::streamsize>(rows * size * sizeof(float)));
    data.write(reinterpret_cast<const char*>(numbers.data()),
               static_cast<std::streamsize>(numbers.size() * sizeof(float)));
}

template <class... Layers>
using Image = Sequential<Input<7, 9, 4>, Layers...>;

} // namespace

TEST_CASE("export_onnx: networks of 8-bit integers") {
    write<Sequential<Input<12>, Dense<16>, ReLU, Dense<4>>>("dense.int8");
    write<Sequential<Input<12>, Dense<16>, Tanh, Dense<4>, Softmax>>("softmax.int8");
    write<Image<Conv2D<6, 3, Same>, ReLU, MaxPool2D<2>, Flatten, Dense<5>>>("conv.int8");
    write<Image<DepthwiseConv2D<3, Same>, ReLU, Conv2D<6, 1>, ReLU, GlobalAveragePool2D, Dense<3>>>(
        "depthwise.int8");
    write<Image<Residual<Conv2D<4, 3, Same>>, ReLU, ZeroPadding2D<1>, Flatten, Dense<3>, Sigmoid>>(
        "residual.int8");
    write<Sequential<Input<6, 4>, TimeDistributed<Dense<5>>, LSTM<6>, Dense<2>>>("lstm.int8");
}
