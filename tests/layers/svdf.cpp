#include "burin/layers/svdf.hpp"

#include "reference/svdf.hpp"

#include "burin/graph/half_parameters.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/activations.hpp"
#include "burin/quantization/calibrator.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "burin/quantization/quantized_streamer.hpp"
#include "burin/quantization/svdf.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/problem_of.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <span>
#include <vector>

using namespace burin;

namespace {

template <class Net>
void check_gradients(std::size_t rows) {
    LayerRun<Net> run;
    INFO(std::string_view(engine::OpAt<Net, engine::node_count<Net> - 1>::name().view()));
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(rows * input_shape<Net>.size(), 2);
    const auto dy = random_numbers(rows * output_shape<Net>.size(), 3);
    CHECK(run.infer(x) == run.train(x, dy));
    check_gradient_of_weighted_sum(
        dy, [&] { return run.infer(x); }, run.parameters->all(), run.gradients->all());
}

using Net = Sequential<Input<12, 6>, SVDF<9, 4, FilterRank<2>>, ReLU>;

std::unique_ptr<Parameters<Net>> some_parameters() {
    auto parameters = std::make_unique<Parameters<Net>>();
    const auto numbers = random_numbers<float>(parameter_count<Net>, 1);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    return parameters;
}

} // namespace

TEST_CASE("SVDF agrees with TensorFlow Lite") {
    namespace r = reference::svdf;
    using Reference = Sequential<Input<7, 3>, SVDF<5, 4, FilterRank<2>>>;
    LayerRun<Reference, float> run;
    const std::vector<float> numbers(std::begin(r::parameters), std::end(r::parameters));
    from_row_major<Reference>(numbers.data(), run.parameters->data());
    check_close(run.infer(std::vector<float>(std::begin(r::x), std::end(r::x))), r::y, 1e-6);
}

TEST_CASE("SVDF: gradients, also where the memory is longer than the sequence") {
    check_gradients<Sequential<Input<5, 2>, Probe, SVDF<3, 2, FilterRank<2>>>>(3);
    check_gradients<Sequential<Input<2, 3>, Probe, SVDF<2, 5, NoBias>>>(3);
    check_gradients<Sequential<Input<1, 1>, Probe, SVDF<1, 1>>>(1);
}

TEST_CASE("SVDF: pieces of sequences give the bits of whole ones, in floats and in halves") {
    const auto parameters = some_parameters();
    const auto x = random_numbers<float>(input_shape<Net>.size(), 2);
    const auto predictor = std::make_unique<Predictor<Net>>();
    const auto y = (*predictor)(*parameters, std::span<const float>(x));
    std::vector<float> whole(y.begin(), y.end()), found(whole.size());
    (*std::make_unique<Streamer<Net>>())(*parameters, std::span<const float>(x), std::span<float>(found));
    CHECK(found == whole);
    (*std::make_unique<Streamer<Net, 6>>())(*parameters, std::span<const float>(x), std::span<float>(found));
    CHECK(found == whole);

    const auto half = to_half<float16>(*parameters);
    to_float(half, *parameters);
    const auto wide = (*predictor)(*parameters, std::span<const float>(x));
    const auto narrow = std::make_unique<Predictor<Net, 1, float16>>();
    check_close((*narrow)(half, std::span<const float>(x)), wide, 2e-6);
}

TEST_CASE("SVDF of 8 bits: near the floats, and pieces of sequences give the bits of whole ones") {
    const auto parameters = some_parameters();
    const auto x = random_numbers<float>(input_shape<Net>.size(), 2);
    Calibrator<Net, 1> calibrator;
    calibrator.observe(parameters->data(), {x.data()}, 1);
    const auto network = quantize<Rounding::once>(*parameters, calibrator.ranges());
    std::vector<std::int8_t> input(x.size());
    quantize(x, network.inputs[0], input);
    QuantizedPredictor<Net> predictor;
    const auto y = predictor(network, input);
    const auto exact = std::make_unique<Predictor<Net>>();
    const auto expected = (*exact)(*parameters, std::span<const float>(x));
    const quantization::Scale scale = network.outputs[0];
    for (std::size_t i = 0; i < y.size(); ++i)
        CHECK(std::abs(quantization::dequantized(y[i], scale) - expected[i]) < 4 * scale.scale);

    QuantizedStreamer<Net, 3> streamer;
    static_assert(QuantizedStreamer<Net, 3>::state_bytes == 3 * 18 * 2);
    for (int round = 0; round < 2; ++round) {
        for (std::size_t piece = 0; piece < 4; ++piece) {
            const auto found = streamer(network, std::span(input).subspan(piece * 18, 18));
            CHECK(
                std::equal(found.begin(), found.end(), y.begin() + static_cast<std::ptrdiff_t>(piece * 27)));
        }
        streamer.reset();
    }
}

TEST_CASE("SVDF: shapes, and what it can't accept") {
    static_assert(output_shape<Sequential<Input<6, 2>, SVDF<5, 4>>> == Shape(6, 5));
    static_assert(parameter_count<Sequential<Input<6, 2>, SVDF<5, 4, FilterRank<3>>>> == 15 * (2 + 4) + 5);
    CHECK(problem_of<Sequential<Input<6>, SVDF<5, 4>>>() ==
          "layer `0` `SVDF<5, 4>`: expected input `[time, features]`, got `[6]`");
    CHECK(problem_of<Sequential<Input<6, 2>, SVDF<5, 0, NoBias>>>() ==
          "layer `0` `SVDF<5, 0, NoBias>`: expected at least one unit, step and filter");
}
