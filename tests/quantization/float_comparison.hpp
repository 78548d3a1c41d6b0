#pragma once

#include "burin/graph/predictor.hpp"
#include "burin/quantization/calibrator.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// A quantized network beside the float network it is made of. Inputs are whole steps of their scales, and
/// weights whole steps too, the largest of each channel 127 of them, so that quantization keeps them as they
/// are, and the float sums are exact. What is left to differ is what rounding of activations does: for a
/// single layer half a step of its output.
template <class Net>
struct FloatComparison {
    using N = burin::engine::Network<Net>;
    static constexpr std::size_t rows = 2; // Of a batch of three.
    static constexpr std::size_t batch = 3;

    burin::Parameters<Net> parameters;
    burin::ActivationRanges<Net> ranges;
    burin::QuantizedNetwork<Net> network{};
    std::array<burin::quantization::Scale, N::size> scales{};
    std::array<std::vector<std::int8_t>, N::input_count> stored;
    std::vector<float> expected;
    std::vector<float> found;

    /// The step of the weights of a channel, 2^−(bits + channel mod 3).
    static float weight_step(std::size_t channel, int bits) {
        return std::ldexp(1.0F, -bits - static_cast<int>(channel % 3));
    }
    static burin::quantization::Scale input_scale(std::size_t input) {
        return {1.0F / 64, -30 + 50 * static_cast<std::int32_t>(input)};
    }

    explicit FloatComparison(int bits = 10) {
        set_parameters(bits);
        std::array<std::vector<float>, N::input_count> inputs;
        std::array<const float*, N::input_count> pointers{};
        std::array<const std::int8_t*, N::input_count> stored_pointers{};
        for (std::size_t i = 0; i < N::input_count; ++i) {
            const auto random = random_numbers<float>(rows * N::input_shapes[i].size(),
                                                      static_cast<unsigned>(i) + 1, -128, 128);
            for (const float number : random) {
                stored[i].push_back(static_cast<std::int8_t>(std::floor(number)));
                inputs[i].push_back(burin::quantization::dequantized(stored[i].back(), input_scale(i)));
            }
            pointers[i] = inputs[i].data();
            stored_pointers[i] = stored[i].data();
        }
        burin::Calibrator<Net, batch> calibrator;
        calibrator.observe(parameters.data(), pointers, rows);
        ranges = calibrator.ranges();
        std::size_t input = 0;
        for (std::size_t node = 0; node < N::size; ++node)
            if (N::graph.nodes[node].rules->traits.is_input) {
                const burin::quantization::Scale scale = input_scale(input++);
                ranges[node] = {scale.scale * static_cast<float>(-128 - scale.zero_point),
                                scale.scale * static_cast<float>(127 - scale.zero_point)};
            }
        burin::quantize(parameters, ranges, network);
        scales = burin::activation_scales(ranges);
        for (std::size_t i = 0; i < N::input_count; ++i)
            REQUIRE(network.inputs[i] == input_scale(i));

        const std::size_t count = rows * burin::output_shape<Net>.size();
        burin::Predictor<Net, batch> predictor;
        const float* const y = predictor.run(parameters.data(), pointers, rows)[0];
        expected.assign(y, y + count);
        burin::QuantizedPredictor<Net, batch> quantized_predictor;
        const std::int8_t* const q = quantized_predictor.run(network, stored_pointers, rows)[0];
        for (std::size_t i = 0; i < count; ++i)
            found.push_back(burin::quantization::dequantized(q[i], network.outputs[0]));
    }

    /// The largest Σ |w| of a channel of a weight.
    float largest_row_sum(const char* name) const {
        const auto view = parameters[name];
        const std::size_t channels = burin::engine::find_tensor<Net>(name)->spec.shape.last();
        std::vector<float> sums(channels);
        for (std::size_t i = 0; i < view.size(); ++i)
            sums[i % channels] += std::abs(view[i]);
        return *std::max_element(sums.begin(), sums.end());
    }

    /// That no output is further off than so many steps of the output's scale, and a thousandth for what is
    /// not exact: factors have 31 bits, scales 24.
    void check(float steps = 0.5F) const {
        const float step = network.outputs[0].scale;
        for (std::size_t i = 0; i < found.size(); ++i) {
            INFO("output " << i << ": " << expected[i] << ", found " << found[i] << ", a step is " << step);
            CHECK(std::abs(found[i] - expected[i]) <= (steps + 1e-3F) * step);
        }
    }

  private:
    void set_parameters(int bits) {
        unsigned seed = 10;
        for (const burin::ParameterTensor& tensor : burin::parameter_tensors<Net>) {
            const std::string name(tensor.name().view());
            const std::string beside = name.substr(0, name.rfind('.') + 1) + "bias";
            const auto* const bias = burin::engine::find_tensor<Net>(beside);
            // The filters of a depthwise convolution lie along its last two axes.
            const burin::Shape& shape = tensor.spec.shape;
            const std::size_t channels = bias                ? bias->spec.shape.size()
                                         : shape.last() == 1 ? burin::output_shape<Net>.last()
                                                             : shape.last();
            const auto view = parameters[name];
            const auto random = random_numbers<float>(view.size(), ++seed, -127, 127);
            for (std::size_t i = 0; i < view.size(); ++i) {
                const float step = weight_step(i % channels, bits);
                view[i] = name == beside ? step * input_scale(0).scale * std::floor(9 * random[i])
                          : i < channels ? step * -127
                                         : step * std::floor(random[i]);
            }
        }
    }
};

/// Checks single layers, or such as lose nothing but in one place.
template <class... Nets>
void check_all(float steps = 0.5F) {
    const auto check = [steps](const auto& comparison, std::size_t index) {
        CAPTURE(index);
        comparison.check(steps);
    };
    std::size_t index = 0;
    (check(FloatComparison<Nets>(), index++), ...);
}
