// Random weights and inputs for a network of networks.hpp, TINY_NETWORK, as files for `scripts/bill`: those
// of the float network, folded, and of the one with 8-bit integers that `quantize` makes of it. Says what
// both compute here, with one lane, so that the devices' answers can be compared.
//
//     weights FILES    writes FILES.float.weights, FILES.float.input, FILES.int8.weights, FILES.int8.input
#include "networks.hpp"

#include <burin/core/crc32.hpp>
#include <burin/quantization/calibrator.hpp>
#include <burin/quantization/quantized_predictor.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

using namespace burin;

namespace {

using Full = tiny::TINY_NETWORK;
using Net = Folded<Full>;

constexpr std::size_t input_size = input_shape<Net>.size();
constexpr std::size_t samples = 8;

/// From `low` up to `high`.
void fill_uniform(std::span<float> values, float low, float high, std::uint32_t number) {
    const RandomStream stream{1, Purpose::user, number};
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = low + (high - low) * static_cast<float>(stream.block(i / 4)[i % 4] >> 8) * 0x1p-24f;
}

template <class Number>
void write(const std::string& name, std::span<const Number> numbers) {
    std::FILE* const file = std::fopen(name.c_str(), "wb");
    if (file == nullptr ||
        std::fwrite(numbers.data(), sizeof(Number), numbers.size(), file) != numbers.size() ||
        std::fclose(file) != 0) {
        std::perror(name.c_str());
        std::exit(EXIT_FAILURE);
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2)
        return EXIT_FAILURE;
    const std::string files = argv[1];

    // Of a trained network, nothing is 0 or 1.
    const auto full = std::make_unique<Parameters<Full>>();
    initialize(*full, initializers::HeNormal{}, /*seed*/ 1);
    std::uint32_t number = 0;
    for (const ParameterTensor& tensor : parameter_tensors<Full>) {
        const std::span<float> values(full->data() + tensor.offset, tensor.spec.shape.size());
        if (tensor.spec.role == ParameterRole::scale)
            fill_uniform(values, 0.5f, 1.5f, number);
        else if (tensor.spec.role != ParameterRole::weight)
            fill_uniform(values, -0.2f, 0.2f, number);
        ++number;
    }
    const auto parameters = std::make_unique<Parameters<Net>>();
    fold<Full>(*full, *parameters);

    std::array<float, samples * input_size> inputs;
    fill_uniform(inputs, 0, 1, number);
    const auto calibrator = std::make_unique<Calibrator<Net>>();
    for (std::size_t i = 0; i < samples; ++i)
        calibrator->observe(parameters->data(), {inputs.data() + i * input_size}, 1);
    const auto quantized = std::make_unique<QuantizedNetwork<Net>>();
    quantize(*parameters, calibrator->ranges(), *quantized);

    const std::span<const float> input(inputs.data(), input_size);
    std::array<std::int8_t, input_size> int8_input;
    quantize(input, quantized->inputs[0], int8_input);
    write(files + ".float.weights", std::as_bytes(std::span(parameters.get(), 1)));
    write(files + ".float.input", input);
    write(files + ".int8.weights", std::as_bytes(std::span(quantized.get(), 1)));
    write(files + ".int8.input", std::span<const std::int8_t>(int8_input));

    const auto predictor = std::make_unique<Predictor<Net>>();
    const auto int8_predictor = std::make_unique<QuantizedPredictor<Net>>();
    std::printf("float %u\n", static_cast<unsigned>(crc32((*predictor)(*parameters, input))));
    std::printf("int8 %u\n", static_cast<unsigned>(crc32(
                                 (*int8_predictor)(*quantized, std::span<const std::int8_t>(int8_input)))));
}
