#include "burin/quantization/integer_lstm.hpp"

#include "burin/graph/predictor.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/bidirectional.hpp"
#include "burin/layers/gru.hpp"
#include "burin/quantization/calibrator.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "burin/quantization/quantized_streamer.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

using namespace burin;
namespace fixed_point = kernels::fixed_point;

namespace {

constexpr std::size_t time_steps = 12;
using Net = Sequential<Input<time_steps, 3>, LSTM<6, ReturnSequences, IntegerCell>>;
using Both = Sequential<Input<time_steps, 3>, Bidirectional<LSTM<5, IntegerCell, NoBias>>>;

/// How far the 8-bit network is from the floats at most.
template <class Network>
float largest_difference() {
    Parameters<Network> parameters;
    initialize(parameters, initializers::Default{}, 3);
    const auto x = random_numbers<float>(8 * input_shape<Network>.size(), 2);
    Calibrator<Network, 8> calibrator;
    calibrator.observe(parameters.data(), {x.data()}, 8);
    const auto network = quantize<Rounding::once>(parameters, calibrator.ranges());
    std::vector<std::int8_t> stored(x.size());
    quantize(x, network.inputs[0], stored);
    QuantizedPredictor<Network, 8> predictor;
    const auto y = predictor(network, stored);
    Predictor<Network, 8> exact;
    const auto expected = exact(parameters, std::span<const float>(x));
    const quantization::Scale scale = network.outputs[0];
    float largest = 0;
    for (std::size_t i = 0; i < y.size(); ++i)
        largest = std::max(largest, std::abs(quantization::dequantized(y[i], scale) - expected[i]));
    return largest;
}

} // namespace

TEST_CASE("fixed-point sigmoid and tanh are within 7 · 2^-15 and 13 · 2^-15 of the real ones") {
    double of_sigmoid = 0, of_tanh = 0;
    for (int raw = INT16_MIN; raw <= INT16_MAX; ++raw) {
        const double x = raw / 4096.0;
        of_sigmoid = std::max(of_sigmoid, std::abs(fixed_point::sigmoid(raw) - 32768 / (1 + std::exp(-x))));
        for (int bits = 0; bits <= 6; ++bits)
            of_tanh = std::max(of_tanh, std::abs(fixed_point::tanh(raw, bits) -
                                                 32768 * std::tanh(std::ldexp(double(raw), bits - 15))));
    }
    CHECK(of_sigmoid < 7);
    CHECK(of_tanh < 13);
    static_assert(fixed_point::sigmoid(0) == 1 << 14 && fixed_point::tanh(0, 3) == 0);
}

TEST_CASE("IntegerCell: near the floats, in both directions too") {
    CHECK(largest_difference<Net>() < 0.012F);
    CHECK(largest_difference<Both>() < 0.012F);
}

TEST_CASE("IntegerCell: pieces of sequences give the bits of whole ones, also after a reset") {
    Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
    const auto numbers = random_numbers<float>(2 * input_shape<Net>.size(), 2, -2, 2);
    Calibrator<Net, 2> calibrator;
    calibrator.observe(parameters.data(), {numbers.data()}, 2);
    const auto network = quantize<Rounding::twice>(parameters, calibrator.ranges());
    std::vector<std::int8_t> x(numbers.size());
    quantize(numbers, network.inputs[0], x);
    QuantizedPredictor<Net, 2> predictor;
    const auto whole = predictor(network, x);
    QuantizedStreamer<Net, 4> streamer;
    static_assert(QuantizedStreamer<Net, 4>::state_bytes == 6 + 6 * 2);
    for (std::size_t row = 0; row < 2; ++row) {
        for (std::size_t piece = 0; piece < 3; ++piece) {
            const auto y = streamer(network, std::span(x).subspan((row * 3 + piece) * 12, 12));
            CHECK(std::equal(y.begin(), y.end(),
                             whole.begin() + static_cast<std::ptrdiff_t>((row * 3 + piece) * 24)));
        }
        streamer.reset();
    }
}

TEST_CASE("IntegerCell: what it can't be") {
    CHECK(problem_of<Sequential<Input<4, 2>, GRU<5, IntegerCell>>>() ==
          "layer `0` `GRU<5, IntegerCell>`: expected IntegerCell of an LSTM alone");
    static_assert(!quantization::is_quantizable<Sequential<Input<4, 2>, LSTM<5, IntegerCell, ReturnState>>>);
}
