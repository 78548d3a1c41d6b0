#include "burin/burin.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/random_numbers.hpp"
#include "written.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<5>, Dense<4>, ReLU, Dense<3>>;

// Both heads, and each alone, have the same parameters.
using In = Inputs<Node<"a", Input<3>>, Node<"b", Input<2>>>;
using Trunk = Sequential<Dense<4>, ReLU>;
using BothHeads =
    Graph<In, Node<"all", Concat, From<"a", "b">>, Node<"trunk", Trunk, From<"all">>,
          Node<"p", Dense<3>, From<"trunk">>, Node<"q", Dense<1>, From<"trunk">>, Outputs<"p", "q">>;
using OneHead = Graph<In, Node<"all", Concat, From<"a", "b">>, Node<"trunk", Trunk, From<"all">>,
                      Node<"p", Dense<3>, From<"trunk">>, Outputs<"p">>;

// More than hosted inference runs at a time, and no multiple of it.
constexpr std::size_t count = burin::detail::inference_batch + 13;

data::Dataset<> labelled(std::vector<float> inputs) {
    std::vector<Label> labels;
    for (std::size_t i = 0; i < inputs.size() / 5; ++i)
        labels.push_back(static_cast<Label>(i % 3));
    return {Shape{5}, std::move(inputs), std::move(labels)};
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

} // namespace

TEST_CASE("calibrate: the least and the largest of every sample's activations, and 0") {
    const Model<Net> model({.seed = 3});
    const auto inputs = random_numbers<float>(count * 5, 1, 1, 2);
    const auto ranges = calibrate(model, labelled(inputs));
    quantization::Range input, hidden, output;
    const Model<Sequential<Input<5>, Dense<4>, ReLU>> first({.seed = 3});
    for (const float x : inputs)
        input.include(x);
    for (const float x : predict(first, inputs))
        hidden.include(x);
    for (const float x : predict(model, inputs))
        output.include(x);
    REQUIRE(hidden.max > 0);
    CHECK(ranges[0] == input);
    CHECK(ranges[2] == hidden);
    CHECK(ranges[3] == output);
}

TEST_CASE("calibrate: what does not fit, and what is no finite number, is named") {
    Model<Net> model({.seed = 3});
    const auto said = [&](const data::Dataset<>& data) {
        return error_of([&] { static_cast<void>(calibrate(model, data)); });
    };
    CHECK(said({}) == "calibrate: expected at least one sample, got an empty data set");
    CHECK(said({Shape{4}, std::vector<float>(8), std::vector<Label>(2)}) ==
          "calibrate: expected samples of shape [5], got [4]");
    auto inputs = std::vector<float>(15);
    inputs[13] = infinity;
    CHECK(said(labelled(inputs)) == "calibrate: sample 2[3]: expected a finite number, got inf");
    model["2.weight"][7] = not_a_number;
    CHECK(said(labelled(inputs)) == "calibrate: 2.weight[7]: expected a finite number, got nan");
}

TEST_CASE("predict, evaluate: a quantized network, sample by sample") {
    const Model<Net> model({.seed = 3});
    const auto inputs = random_numbers<float>(count * 5, 1, -1, 2);
    const auto data = labelled(inputs);
    const auto network = quantize(model.parameters(), calibrate(model, data));
    const std::vector<float> outputs = predict(network, inputs);
    REQUIRE(outputs.size() == count * 3);

    QuantizedPredictor<Net> one;
    std::size_t right = 0;
    for (std::size_t i = 0; i < count; ++i) {
        std::array<std::int8_t, 5> stored;
        quantize(std::span(inputs).subspan(i * 5, 5), network.inputs[0], stored);
        const auto alone = one(network, stored);
        for (std::size_t j = 0; j < 3; ++j)
            CHECK(outputs[i * 3 + j] == quantization::dequantized(alone[j], network.outputs[0]));
        right += argmax(alone) == i % 3;
    }
    CHECK(evaluate(network, data)["accuracy"] ==
          doctest::Approx(static_cast<double>(right) / static_cast<double>(count)));
    const std::vector<float> exact = predict(model, inputs);
    for (std::size_t i = 0; i < exact.size(); ++i)
        CHECK(std::abs(outputs[i] - exact[i]) < 4 * network.outputs[0].scale);

    CHECK(predict(network, std::vector<float>{}).empty());
    CHECK(error_of([&] { static_cast<void>(predict(network, std::vector<float>(12))); }) ==
          "predict: expected whole samples of 5 values, got 12 values");
    CHECK(error_of([&] {
              evaluate(network, data::Dataset<>(Shape{5}, std::vector<float>(5), {Label(3)}));
          }).find("expected a label below 3, got 3") != std::string::npos);
    const data::Dataset<float> targets(Shape{5}, inputs, exact);
    CHECK(evaluate(network, targets)["mean_absolute_error"] < 2 * network.outputs[0].scale);
}

TEST_CASE("quantize: several inputs and outputs") {
    const Model<BothHeads> model({.seed = 1});
    Parameters<OneHead> of_one;
    copy_parameters(model.parameters(), of_one);
    const auto inputs = random_numbers<float>(count * 5, 1, -1, 2);
    const data::Dataset<> data(Shape{5}, inputs, std::vector<Label>(count));
    const auto both = quantize(model.parameters(), calibrate(model, data));
    const auto one = quantize(of_one, calibrate<OneHead>(of_one, data));
    CHECK(both.inputs == one.inputs);
    CHECK(both.outputs[0] == one.outputs[0]);
    CHECK(both.outputs[1] != one.outputs[0]);

    const std::vector<float> expected = predict(one, inputs);
    QuantizedPredictor<BothHeads> predictor;
    Predictor<BothHeads> exact;
    for (std::size_t i = 0; i < count; ++i) {
        const float* const sample = inputs.data() + i * 5;
        std::array<std::int8_t, 3> a;
        std::array<std::int8_t, 2> b;
        quantize({sample, 3}, both.inputs[0], a);
        quantize({sample + 3, 2}, both.inputs[1], b);
        const auto [p, q] = predictor.run(both, {a.data(), b.data()}, 1);
        for (std::size_t j = 0; j < 3; ++j)
            CHECK(quantization::dequantized(p[j], both.outputs[0]) == expected[i * 3 + j]);
        const float of_float = exact.run(model.parameters().data(), {sample, sample + 3}, 1)[1][0];
        CHECK(std::abs(quantization::dequantized(q[0], both.outputs[1]) - of_float) <
              4 * both.outputs[1].scale);
    }
}

// written.hpp is what this call wrote.
TEST_CASE("export_header: a quantized network's header compiles, and is that network") {
    using Written = written::Net;
    const auto network = quantize(written::parameters(), written::ranges());
    const io::HeaderOptions options{
        .name_space = "written", .network = "Net", .include = "written_network.hpp"};
    const TemporaryDirectory directory;
    io::export_header(directory / "written.hpp", network, options);
    CHECK(bytes_of(directory / "written.hpp") == bytes_of(BURIN_WRITTEN_HEADER));

    static_assert(crc32(written::network) == written::checksum);
    CHECK(crc32(network) == written::checksum);
    QuantizedPredictor<Written> first, second;
    for (int seed = 0; seed < 20; ++seed) {
        std::array<std::int8_t, 5> x;
        for (std::size_t i = 0; i < x.size(); ++i)
            x[i] = static_cast<std::int8_t>((seed * 5 + static_cast<int>(i)) * 83 % 256 - 128);
        const auto from_flash = first(written::network, x), here = second(network, x);
        CHECK(std::equal(from_flash.begin(), from_flash.end(), here.begin(), here.end()));
        CHECK(*std::max_element(here.begin(), here.end()) > -80); // Probabilities add up to 1.
    }
}

TEST_CASE("export_header: the header of a network that rounds twice says so") {
    const auto once = quantize(written::parameters(), written::ranges());
    const auto twice = quantize<Rounding::twice>(written::parameters(), written::ranges());
    static_assert(std::is_same_v<decltype(twice), const QuantizedNetwork<written::Net, Rounding::twice>>);
    const io::HeaderOptions options{.name_space = "n", .network = "N"};
    const std::string text = io::header_text(twice, options), other = io::header_text(once, options);
    CHECK(text.find("burin::QuantizedNetwork<Network, burin::Rounding::twice> network{") != text.npos);
    CHECK(text.find("burin::quantized_bytes<Network, burin::Rounding::twice> == ") != text.npos);
    CHECK(other.find("twice") == other.npos);
}

TEST_CASE("export_header: where a quantized network can't be written, nothing is") {
    const auto network = quantize(written::parameters(), written::ranges());
    const TemporaryDirectory directory;
    CHECK(error_of([&] {
              io::export_header(directory / "nowhere/written.hpp", network,
                                {.name_space = "n", .network = "N"});
          }).find(directory / "nowhere/written.hpp") == 0);
    CHECK(directory.names().empty());
}

TEST_CASE("quantized: halves away from 0, bounds beyond the range, the zero point for NaN") {
    const auto as_8_bits = [](float number, quantization::Scale scale) {
        return int(quantization::quantized(number, scale));
    };
    const quantization::Scale scale{0.25F, 3};
    const std::array<std::array<int, 2>, 9> of_eighths{
        {{0, 3}, {1, 4}, {-1, 2}, {2, 4}, {3, 5}, {-3, 1}, {5, 6}, {-5, 0}, {-7, -1}}};
    for (const auto& [eighths, expected] : of_eighths) {
        CAPTURE(eighths);
        CHECK(as_8_bits(static_cast<float>(eighths) / 8, scale) == expected);
    }
    CHECK(as_8_bits(std::nextafter(0.125F, 0.0F), scale) == 3);
    CHECK(as_8_bits(-std::nextafter(0.125F, 0.0F), scale) == 3);
    for (const std::int32_t zero_point : {-128, -5, 0, 127}) {
        CHECK(as_8_bits(not_a_number, {0.25F, zero_point}) == zero_point);
        CHECK(as_8_bits(-not_a_number, {1e-30F, zero_point}) == zero_point);
        for (const float large : {1e9F, 3e38F, infinity}) {
            CHECK(as_8_bits(large, {0.25F, zero_point}) == 127);
            CHECK(as_8_bits(-large, {0.25F, zero_point}) == -128);
        }
    }
    CHECK(int(quantization::quantized_weight(not_a_number, 0.5F)) == 0);
    CHECK(int(quantization::quantized_weight(infinity, 0.5F)) == 127);
    CHECK(int(quantization::quantized_weight(-infinity, 0.5F)) == -127);
    CHECK(int(quantization::quantized_weight(-1.25F, 0.5F)) == -3);

    std::array<std::int8_t, 4> stored{};
    quantize(std::array{not_a_number, 0.125F, -infinity, 1e9F}, scale, stored);
    CHECK(stored == std::array<std::int8_t, 4>{3, 4, -128, 127});
    quantization::Range range;
    range.include(not_a_number);
    CHECK(range == quantization::Range{});
    range.include(-2);
    range.include(not_a_number);
    CHECK(range == quantization::Range{-2, 0});
}

TEST_CASE("predict: NaN enters a quantized network as 0") {
    const Model<Net> model({.seed = 3});
    const auto inputs = random_numbers<float>(count * 5, 1, -1, 2);
    const auto network = quantize(model.parameters(), calibrate(model, labelled(inputs)));
    const std::array<float, 5> with_nan{0.5F, not_a_number, -0.25F, 1, 0}, with_zero{0.5F, 0, -0.25F, 1, 0};
    CHECK(predict(network, std::span<const float>(with_nan)) ==
          predict(network, std::span<const float>(with_zero)));
}

TEST_CASE("scale_of, weight_scale: the edges of what they take") {
    constexpr float largest = std::numeric_limits<float>::max();
    CHECK(quantization::scale_of({}) == quantization::Scale{1, 0});
    CHECK(quantization::scale_of({not_a_number, not_a_number}) == quantization::Scale{1, 0});
    CHECK(quantization::scale_of({3, 3}) == quantization::scale_of({0, 3}));
    CHECK(quantization::scale_of({-3, -3}) == quantization::scale_of({-3, 0}));
    CHECK(quantization::scale_of({-infinity, infinity}) == quantization::scale_of({-largest, largest}));
    CHECK(std::isfinite(quantization::scale_of({-largest, largest}).scale));
    CHECK(quantization::weight_scale(0) == 1);
    CHECK(quantization::weight_scale(0, 0.5F) == 0.5F);
    CHECK(quantization::weight_scale(127, 0.5F) == 1);
    CHECK(std::isfinite(quantization::weight_scale(infinity)));
}

TEST_CASE("quantized_bias, within_32_bits: 64 bits, and the bounds of 32 beyond them") {
    using detail::quantized_bias, detail::within_32_bits;
    CHECK(quantized_bias(2.5, 1) == 3);
    CHECK(quantized_bias(-2.5, 1) == -3);
    CHECK(quantized_bias(-2.4, 1) == -2);
    CHECK(quantized_bias(1e30, 1e-30) == 1 << 30);
    CHECK(quantized_bias(-1e300, 1) == -(1 << 30));
    CHECK(within_32_bits(-(std::int64_t(1) << 40)) == INT32_MIN);
    CHECK(within_32_bits(std::int64_t(1) << 40) == INT32_MAX);
    CHECK(within_32_bits(-3) == -3);
}

TEST_CASE("quantize: extreme parameters and ranges give the nearest output there is") {
    using One = Sequential<Input<3>, Dense<7>>;
    Parameters<One> parameters;
    const std::array<float, 7> weights{0, 1e-12F, 1e-30F, 1, 1, 1e20F, 1e-3F};
    const std::array<float, 7> biases{0.75F, 0.5F, -1, 1e30F, -1e30F, 0, 0};
    for (std::size_t i = 0; i < 21; ++i)
        parameters["0.weight"][i] = weights[i % 7];
    for (std::size_t c = 0; c < 7; ++c)
        parameters["0.bias"][c] = biases[c];
    const quantization::Scale input{1.0F / 32, 100}, output{1.0F / 64, 0};
    ActivationRanges<One> ranges;
    ranges[0] = {input.scale * (-128 - 100), input.scale * (127 - 100)};
    ranges[1] = {-2, 127.0F / 64};
    QuantizedPredictor<One> predictor;
    const std::array<std::int8_t, 3> x{127, -128, 0};
    {
        const auto network = quantize(parameters, ranges);
        REQUIRE(network.inputs[0] == input);
        REQUIRE(network.outputs[0] == output);
        const auto y = predictor(network, x);
        // Σ x = −301/32; ·1e-3 is −0.6 steps of 1/64.
        const std::array<int, 7> expected{48, 32, -64, 127, -128, -128, -1};
        for (std::size_t c = 0; c < 7; ++c) {
            CAPTURE(c);
            CHECK(int(y[c]) == expected[c]);
        }
    }
    // An output far beyond a tiny range does not wrap around.
    ranges[1] = {-1e-30F, 1e-30F};
    const auto network = quantize(parameters, ranges);
    const auto y = predictor(network, x);
    for (const std::size_t c : {0U, 1U, 3U})
        CHECK(y[c] == 127);
    for (const std::size_t c : {2U, 4U, 5U, 6U})
        CHECK(y[c] == -128);
    // Nothing but 0 was seen: a scale of 1.
    ranges[0] = ranges[1] = {};
    const auto constant = quantize(parameters, ranges);
    CHECK(constant.outputs[0] == quantization::Scale{1, 0});
    CHECK(predictor(constant, std::array<std::int8_t, 3>{})[0] == 1);
}

TEST_CASE("predict: a quantized network takes a data set as it takes its numbers") {
    using Plain = Sequential<Input<2>, Dense<3>>;
    const std::vector<float> numbers{1, 2, 3, 4};
    const data::Dataset<float> samples(Shape(2), numbers, {1, 0, 1, 0, 0, 1});
    const Model<Plain> model({.seed = 1});
    const auto network = quantize(model, calibrate(model, samples));
    CHECK(predict(*network, samples) == predict(*network, std::span<const float>(numbers)));
    CHECK_THROWS_AS(predict(*network, data::Dataset<float>(Shape(3), {1, 2, 3}, {1})), Error);
}
