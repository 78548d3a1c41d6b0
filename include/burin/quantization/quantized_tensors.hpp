#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/diagnosis.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/core/text.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

namespace detail {

/// The first layer with parameters that can't be made of QuantizedWeights.
template <class Net>
struct ExaminedForQuantizedWeights {
    using N = engine::Network<Net>;

    static constexpr Sentence problem = [] {
        Sentence sentence = ExaminedForInt8<Net>::problem;
        core::for_each_index<N::size>([&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            constexpr const passes::LoweredNode& node = N::graph.nodes[Index];
            if (node.parameter_count > 0 && sentence.empty() &&
                !quantization::Int8Layer<engine::OpAt<typename N::Type, Index>>::takes_quantized_weights)
                sentence = passes::expected_of(node).append("a layer that can be made of weights of 8 bits");
        });
        return sentence;
    }();
};

} // namespace detail

/// A network that another program has quantized, as a .tflite file stores it: the scale of each node's
/// output, and the weights of each layer that has some. Both are in the order of the node table, and are
/// found by place as well: `"0"`, `"conv1"`. The node of a Sequential's Input is the first.
///
///     QuantizedTensors<Net> tensors;
///     tensors.scales[0] = {0.58F, 83};                               // of the input
///     tensors.scale("0") = {0.12F, -128};
///     tensors.weights("0") = {conv1_weight, conv1_scales, conv1_bias};
///     …
///     const auto network = quantize<Rounding::twice>(tensors);
///
/// A scale is wanted where the 8-bit form chooses one: of inputs, weighted layers, sums, products, Concat,
/// global averages and most elementwise layers. A ReLU that is computed with the layer before it has that
/// layer's; pooling, padding and views keep their input's; Softmax, Sigmoid and Tanh have one that is always
/// the same.
template <class Net>
struct QuantizedTensors {
    static constexpr core::DiagnosisOf<detail::ExaminedForQuantizedWeights<Net>> takes_quantized_weights{};
    using Type = typename QuantizedNetwork<Net>::Type;
    using N = engine::Network<Type>;

    /// Of what each node gives. A scale of 0 is none.
    std::array<quantization::Scale, N::size> scales = [] {
        std::array<quantization::Scale, N::size> none;
        none.fill({0, 0});
        return none;
    }();
    std::array<quantization::QuantizedWeights, N::size> layers{};

    /// Those of the node at a place, which there must be.
    quantization::Scale& scale(std::string_view place) noexcept { return scales[node_at(place)]; }
    quantization::QuantizedWeights& weights(std::string_view place) noexcept {
        return layers[node_at(place)];
    }

    /// The scales of what each node gives, those included that are not chosen.
    std::array<quantization::Scale, N::size> all_scales() const noexcept {
        std::array<quantization::Scale, N::size> all{};
        core::for_each_index<N::size>([&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            constexpr std::size_t head = quantization::clamps<Type>.head[Index];
            if constexpr (head != passes::none)
                all[Index] = all[head];
            else if constexpr (chooses_scale<Index>)
                all[Index] = scales[Index];
            else
                all[Index] = output_scale<Index>(1, all);
        });
        return all;
    }

    /// What is missing or does not fit, as a sentence; empty if nothing.
    Sentence problem() const noexcept {
        Sentence sentence;
        const auto all = all_scales();
        core::for_each_index<N::size>([&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            const auto wants = [&](bool holds, const auto&... words) {
                if (holds || !sentence.empty())
                    return;
                sentence = passes::expected_of(N::graph.nodes[Index]);
                (sentence.append(words), ...);
            };
            const quantization::Scale& given = scales[Index];
            if (quantization::clamps<Type>.head[Index] == passes::none && chooses_scale<Index>)
                wants(given.scale > 0 && given.scale <= std::numeric_limits<float>::max() &&
                          given.zero_point >= core::int8_min && given.zero_point <= core::int8_max,
                      "a scale above 0 and a zero point of 8 bits");
            else
                wants(given.scale == 0 || given == all[Index], "no scale but the one that its output has");
            const quantization::QuantizedWeights& layer = layers[Index];
            if constexpr (quantization::Int8Layer<engine::OpAt<Type, Index>>::takes_quantized_weights) {
                using Constants = detail::Int8NodeOf<Type, Index>;
                constexpr std::size_t weights = sizeof(Constants::value.weight);
                constexpr std::size_t channels = sizeof(Constants::value.shifts);
                wants(layer.weight.size() == weights, weights, " weights, got ", layer.weight.size());
                wants(std::find(layer.weight.begin(), layer.weight.end(), core::int8_min) ==
                          layer.weight.end(),
                      "weights of at least -127, got -128");
                wants(layer.scales.size() == channels || layer.scales.size() == 1, "one scale or ", channels,
                      ", got ", layer.scales.size());
                wants(std::all_of(layer.scales.begin(), layer.scales.end(),
                                  [](float scale) {
                                      return scale >= 0 && scale <= std::numeric_limits<float>::max();
                                  }),
                      "finite scales of weights, none negative");
                wants(layer.bias.size() == channels || layer.bias.empty(), channels, " biases or none, got ",
                      layer.bias.size());
                wants(std::all_of(layer.bias.begin(), layer.bias.end(),
                                  [](std::int32_t bias) {
                                      return bias >= -detail::largest_int8_bias &&
                                             bias <= detail::largest_int8_bias;
                                  }),
                      "biases of at most 2^30");
            } else {
                wants(layer.weight.empty() && layer.scales.empty() && layer.bias.empty(), "no weights");
            }
        });
        return sentence;
    }

  private:
    template <std::size_t Index>
    static quantization::Scale output_scale(float largest,
                                            const std::array<quantization::Scale, N::size>& all) noexcept {
        constexpr auto& node = N::graph.nodes[Index];
        std::array<quantization::Scale, std::max<std::size_t>(node.input_count, 1)> inputs{};
        for (std::size_t i = 0; i < node.input_count; ++i)
            inputs[i] = all[node.inputs[i]];
        return quantization::Int8Layer<engine::OpAt<Type, Index>>::output_scale(
            {0, largest}, {inputs.data(), node.input_count});
    }
    template <std::size_t Index>
    static constexpr bool chooses_scale = [] {
        std::array<quantization::Scale, passes::max_inputs> inputs{};
        const std::span<const quantization::Scale> some(inputs.data(), N::graph.nodes[Index].input_count);
        using Form = quantization::Int8Layer<engine::OpAt<Type, Index>>;
        return Form::output_scale({0, 1}, some) != Form::output_scale({0, 2}, some);
    }();

    static std::size_t node_at(std::string_view place) noexcept {
        // From the end: a Sequential's Input is called as its first layer.
        std::size_t node = N::size;
        while (node > 0 && N::graph.nodes[node - 1].place.text().view() != place)
            --node;
        BURIN_ASSERT(node > 0, "the network has a layer at this place");
        return node - 1;
    }
};

/// A network for inference made of what another program has quantized: the bits of weights and biases stay as
/// they are. `problem()` of the tensors must be empty.
template <class Net, Rounding Way>
void quantize(const QuantizedTensors<Net>& tensors, QuantizedNetwork<Net, Way>& to) noexcept {
    BURIN_ASSERT(tensors.problem().empty(), "the tensors are those of the network: see problem()");
    detail::fill(to, tensors.all_scales(),
                 [&](auto node, auto& source) { source.weights = &tensors.layers[node]; });
}

/// The same as a value.
template <Rounding Way = Rounding::once, class Net>
QuantizedNetwork<Net, Way> quantize(const QuantizedTensors<Net>& tensors) noexcept {
    QuantizedNetwork<Net, Way> to{};
    quantize(tensors, to);
    return to;
}

} // namespace burin
