// Weights and inputs for a run of a network that nobody has trained yet: random ones, with 8-bit integers in the scales
// that they need. A network of zeros would take other instructions than a trained one. Compiled for this machine, with
// one lane where the target has one, so that the bytes are the target's and the answers can be compared.
//
//     plausible WEIGHTS INPUT    writes both files; says the checksum of what the network computes here
#include <burin/core/crc32.hpp>
#include <burin/embedded.hpp>
#include <burin/quantization/calibrator.hpp>
#include <burin/quantization/quantized_predictor.hpp>
#include <burin/quantization/quantized_streamer.hpp>

#include BILL_HEADER

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace bill {

using namespace burin;

#ifdef BILL_STEPS
using Net = typename Streamer<BILL_NETWORK, BILL_STEPS>::Piece;
#else
using Net = BILL_NETWORK;
#endif
using N = engine::Network<Net>;

constexpr std::size_t batch = BILL_BATCH;

/// From `low` up to `high`.
void fill_uniform(std::span<float> values, float low, float high, std::uint32_t number) {
    const RandomStream stream{1, Purpose::user, number};
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = low + (high - low) * static_cast<float>(stream.block(i / 4)[i % 4] >> 8) * 0x1p-24f;
}

template <class Number>
void write(const char* name, std::span<const Number> numbers) {
    std::FILE* const file = std::fopen(name, "wb");
    if (file == nullptr ||
        std::fwrite(numbers.data(), sizeof(Number), numbers.size(), file) != numbers.size() ||
        std::fclose(file) != 0) {
        std::perror(name);
        std::exit(EXIT_FAILURE);
    }
}

/// Of a trained network, nothing is 0 or 1.
void initialize_all(Parameters<Net>& parameters) {
    initialize(parameters, initializers::HeNormal{}, /*seed*/ 1);
    std::uint32_t number = 0;
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const std::span<float> values(parameters.data() + tensor.offset, tensor.spec.shape.size());
        if (tensor.spec.role == ParameterRole::scale)
            fill_uniform(values, 0.5f, 1.5f, number);
        else if (tensor.spec.role != ParameterRole::weight)
            fill_uniform(values, -0.2f, 0.2f, number);
        ++number;
    }
}

/// Batches of each input, one behind the other.
struct Samples {
    std::vector<float> values;

    explicit Samples(std::uint32_t number) {
        std::size_t size = 0;
        for (const Shape& shape : N::input_shapes)
            size += batch * shape.size();
        values.resize(size);
        fill_uniform(values, 0, 1, 1'000 + number);
    }

    std::array<const float*, N::input_count> pointers() const {
        std::array<const float*, N::input_count> pointers{};
        const float* next = values.data();
        for (std::size_t i = 0; i < pointers.size(); ++i) {
            pointers[i] = next;
            next += batch * N::input_shapes[i].size();
        }
        return pointers;
    }
};

template <class Number>
void say(const Number* output) {
    const std::span<const Number> numbers(output, batch * N::output_shapes[0].size());
    std::printf("checksum %u\n", static_cast<unsigned>(crc32(std::as_bytes(numbers))));
}

void run(const char* weights, const char* input) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    initialize_all(*parameters);
    const Samples samples(0);
#ifdef BILL_INT8
    const auto calibrator = std::make_unique<Calibrator<Net, batch>>();
    for (std::uint32_t number = 0; number < 8; ++number)
        calibrator->observe(parameters->data(), Samples(number).pointers(), batch);
    const auto quantized = std::make_unique<QuantizedNetwork<Net>>();
    quantize(*parameters, calibrator->ranges(), *quantized);
    std::vector<std::int8_t> integers(samples.values.size());
    std::array<const std::int8_t*, N::input_count> pointers{};
    std::size_t offset = 0;
    for (std::size_t i = 0; i < pointers.size(); ++i) {
        const std::size_t size = batch * N::input_shapes[i].size();
        pointers[i] = integers.data() + offset;
        quantize(std::span(samples.values).subspan(offset, size), quantized->inputs[i], std::span(integers).subspan(offset, size));
        offset += size;
    }
    write(weights, std::as_bytes(std::span(quantized.get(), 1)));
    write(input, std::span<const std::int8_t>(integers));
#ifdef BILL_STEPS
    const auto streamer = std::make_unique<QuantizedStreamer<Net, BILL_STEPS, batch>>();
    say(streamer->run(*quantized, pointers)[0]);
#else
    const auto predictor = std::make_unique<QuantizedPredictor<Net, batch>>();
    say(predictor->run(*quantized, pointers, batch)[0]);
#endif
#else
    write(weights, std::as_bytes(std::span(parameters.get(), 1)));
    write(input, std::span<const float>(samples.values));
#ifdef BILL_STEPS
    const auto streamer = std::make_unique<Streamer<Net, BILL_STEPS, batch>>();
    say(streamer->run(parameters->data(), samples.pointers())[0]);
#else
    const auto predictor = std::make_unique<Predictor<Net, batch>>();
    say(predictor->run(parameters->data(), samples.pointers(), batch)[0]);
#endif
#endif
}

} // namespace bill

int main(int argc, char** argv) {
    if (argc != 3)
        return EXIT_FAILURE;
    bill::run(argv[1], argv[2]);
}
