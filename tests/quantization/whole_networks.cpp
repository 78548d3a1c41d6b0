#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "burin/quantization/quantized_tensors.hpp"
#include "reference/int8_networks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <ostream>
#include <span>
#include <string_view>

using namespace burin;
namespace expected = reference::int8_networks;

namespace {

using Perceptron = Sequential<Input<67>, Dense<48>, ReLU, Dense<48>, ReLU, Dense<11>>;
using Gates = Sequential<Input<20>, Dense<37>, Sigmoid, Dense<9>, Softmax>;
using Residuals = Sequential<Input<9, 8, 3>, Conv2D<18, 3, Same, Stride<2>>, ReLU,
                             Residual<DepthwiseConv2D<3, Same>, ReLU, Conv2D<18, 1>>, ReLU, AveragePool2D<2>,
                             GlobalAveragePool2D, Dense<6>>;

QuantizedTensors<Perceptron> perceptron() {
    QuantizedTensors<Perceptron> tensors;
    tensors.scales[0] = expected::perceptron_input;
    tensors.scale("0") = expected::perceptron_first;
    tensors.scale("2") = expected::perceptron_second;
    tensors.scale("4") = expected::perceptron_third;
    tensors.weights("0") = {expected::perceptron_first_w, expected::perceptron_first_s,
                            expected::perceptron_first_b};
    tensors.weights("2") = {expected::perceptron_second_w, expected::perceptron_second_s,
                            expected::perceptron_second_b};
    tensors.weights("4") = {expected::perceptron_third_w, expected::perceptron_third_s,
                            expected::perceptron_third_b};
    return tensors;
}

QuantizedTensors<Gates> gates() {
    QuantizedTensors<Gates> tensors;
    tensors.scales[0] = expected::gates_input;
    tensors.scale("0") = expected::gates_first;
    tensors.scale("2") = expected::gates_second;
    tensors.weights("0") = {expected::gates_first_w, expected::gates_first_s, expected::gates_first_b};
    tensors.weights("2") = {expected::gates_second_w, expected::gates_second_s, expected::gates_second_b};
    return tensors;
}

QuantizedTensors<Residuals> residuals() {
    QuantizedTensors<Residuals> tensors;
    tensors.scales[0] = expected::residual_input;
    tensors.scale("0") = expected::residual_first;
    tensors.scale("2.0") = expected::residual_depthwise;
    tensors.scale("2.2") = expected::residual_point;
    tensors.scale("2") = expected::residual_sum;
    tensors.scale("5") = expected::residual_mean;
    tensors.scale("6") = expected::residual_last;
    tensors.weights("0") = {expected::residual_first_w, expected::residual_first_s,
                            expected::residual_first_b};
    tensors.weights("2.0") = {expected::residual_depthwise_w, expected::residual_depthwise_s,
                              expected::residual_depthwise_b};
    tensors.weights("2.2") = {expected::residual_point_w, expected::residual_point_s,
                              expected::residual_point_b};
    tensors.weights("6") = {expected::residual_last_w, expected::residual_last_s, expected::residual_last_b};
    return tensors;
}

struct Equal {
    std::size_t samples = 0, outputs = 0;

    friend bool operator==(const Equal&, const Equal&) = default;
    friend std::ostream& operator<<(std::ostream& o, const Equal& e) {
        return o << e.samples << " samples, " << e.outputs << " outputs";
    }
};

/// How many samples and outputs are those expected, run one by one and several at a time.
template <Rounding Way, class Net>
Equal equal(const QuantizedTensors<Net>& tensors, std::span<const std::int8_t> x,
            std::span<const std::int8_t> y) {
    REQUIRE(tensors.problem().view() == "");
    const auto network = quantize<Way>(tensors);
    constexpr std::size_t in = engine::Network<Net>::input_shapes[0].size(), out = output_shape<Net>.size();
    REQUIRE(x.size() / in == y.size() / out);
    const auto one = std::make_unique<QuantizedPredictor<Net>>();
    const auto several = std::make_unique<QuantizedPredictor<Net, 8>>();
    Equal result;
    for (std::size_t i = 0; i < x.size() / in; ++i) {
        const auto found = (*one)(network, x.subspan(i * in, in));
        const auto first = i / 8 * 8, of_eight = i % 8;
        const auto together = (*several)(network, x.subspan(first * in, 8 * in));
        CHECK(std::equal(found.begin(), found.end(), together.subspan(of_eight * out, out).begin()));
        std::size_t same = 0;
        for (std::size_t j = 0; j < out; ++j)
            same += found[j] == y[i * out + j];
        result.samples += same == out;
        result.outputs += same;
    }
    return result;
}

std::size_t differing(std::span<const std::int8_t> a, std::span<const std::int8_t> b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += a[i] != b[i];
    return count;
}

} // namespace

TEST_CASE("Rounding::twice: whole networks are TensorFlow Lite 2.14's reference kernels, bit for bit") {
    CHECK(equal<Rounding::twice>(perceptron(), expected::perceptron_x, expected::perceptron_twice) ==
          Equal{40, 440});
    CHECK(equal<Rounding::twice>(gates(), expected::gates_x, expected::gates_twice) == Equal{40, 360});
    CHECK(equal<Rounding::twice>(residuals(), expected::residual_x, expected::residual_twice) ==
          Equal{40, 240});
}

TEST_CASE("Rounding::twice: Softmax is TensorFlow Lite 2.14's reference kernel, bit for bit") {
    const auto softmax = [](float scale, std::span<const std::int8_t> x, std::span<const std::int8_t> y) {
        QuantizedTensors<Sequential<Input<13>, Softmax>> tensors;
        tensors.scales[0] = {scale, 3};
        return equal<Rounding::twice>(tensors, x, y);
    };
    constexpr std::size_t rows = 32;
    CHECK(softmax(1.0F / 64, expected::softmax_fine_x, expected::softmax_fine_twice) ==
          Equal{rows, rows * 13});
    CHECK(softmax(0.3F, expected::softmax_coarse_x, expected::softmax_coarse_twice) ==
          Equal{rows, rows * 13});
    CHECK(softmax(3.7F, expected::softmax_rough_x, expected::softmax_rough_twice) == Equal{rows, rows * 13});
}

TEST_CASE("Rounding::once: whole networks are LiteRT 2.3's with XNNPACK") {
    CHECK(equal<Rounding::once>(perceptron(), expected::perceptron_x, expected::perceptron_once) ==
          Equal{40, 440});
    CHECK(equal<Rounding::once>(gates(), expected::gates_x, expected::gates_once) == Equal{40, 360});
    CHECK(equal<Rounding::once>(residuals(), expected::residual_x, expected::residual_once) ==
          Equal{40, 240});
}

TEST_CASE("QuantizedTensors: what is missing or does not fit is a sentence") {
    using Net = Sequential<Input<4>, Dense<3>, ReLU, Dense<2>, Softmax>;
    static constexpr std::int8_t w0[12] = {1, -127, 127}, w2[6] = {};
    static constexpr std::int32_t b[3] = {};
    static constexpr float s[3] = {0.5F, 0.25F, 1};
    QuantizedTensors<Net> good;
    good.scales[0] = {0.5F, 3};
    good.scale("0") = good.scale("2") = {1, -128};
    good.weights("0") = {w0, s, b};
    good.weights("2") = {w2, std::span(s).first(1), {}};
    CHECK(good.problem().view() == "");
    CHECK(good.all_scales()[2] == quantization::Scale{1, -128}); // The ReLU's
    CHECK(good.all_scales()[4] == quantization::Scale{1.0F / 256, -128});
    const auto said = [&](auto change) {
        QuantizedTensors<Net> tensors = good;
        change(tensors);
        return tensors.problem();
    };
    const char* const scale = "layer `0` `Dense<3>`: expected a scale above 0 and a zero point of 8 bits";
    CHECK(said([](auto& t) { t.scale("0") = {0, 0}; }).view() == scale);
    CHECK(said([](auto& t) { t.scale("0") = {std::numeric_limits<float>::quiet_NaN(), 0}; }).view() == scale);
    CHECK(said([](auto& t) { t.scale("0") = {1, 128}; }).view() == scale);
    CHECK(said([](auto& t) { t.scale("3") = {0.5F, 0}; }).view() ==
          "layer `3` `Softmax`: expected no scale but the one that its output has");
    CHECK(said([](auto& t) { t.scale("3") = {1.0F / 256, -128}; }).view() == "");
    CHECK(said([](auto& t) { t.weights("0").weight = w2; }).view() ==
          "layer `0` `Dense<3>`: expected 12 weights, got 6");
    CHECK(said([](auto& t) { t.weights("0").scales = std::span(s).first(2); }).view() ==
          "layer `0` `Dense<3>`: expected one scale or 3, got 2");
    CHECK(said([](auto& t) { t.weights("2").bias = b; }).view() ==
          "layer `2` `Dense<2>`: expected 2 biases or none, got 3");
    CHECK(said([](auto& t) { t.weights("1") = t.weights("0"); }).view() ==
          "layer `1` `ReLU`: expected no weights");
    static constexpr std::int8_t least[6] = {0, -128};
    CHECK(said([](auto& t) { t.weights("2").weight = least; }).view() ==
          "layer `2` `Dense<2>`: expected weights of at least -127, got -128");
    static constexpr std::int32_t large[3] = {(1 << 30) + 1};
    CHECK(said([](auto& t) { t.weights("0").bias = large; }).view() ==
          "layer `0` `Dense<3>`: expected biases of at most 2^30");
    static constexpr float negative[3] = {1, -1, 1};
    CHECK(said([](auto& t) { t.weights("0").scales = negative; }).view() ==
          "layer `0` `Dense<3>`: expected finite scales of weights, none negative");
}

TEST_CASE("the two roundings differ on these samples") {
    CHECK(differing(expected::perceptron_once, expected::perceptron_twice) > 0);
    CHECK(differing(expected::residual_once, expected::residual_twice) > 0);
}
