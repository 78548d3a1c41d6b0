#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// A stack of dilated causal convolutions along time, each with a short cut around it, whose outputs are
/// summed up for a head. `layers/wavenet.hpp` has the formulas.
struct WaveNetSize {
    static constexpr std::size_t max_layers = 48;

    struct Layer {
        std::size_t kernel = 1;
        std::size_t dilation = 1;

        /// Steps before the current one that the last output sees.
        constexpr std::size_t history() const { return (kernel - 1) * dilation; }
        friend constexpr bool operator==(const Layer&, const Layer&) = default;
    };

    std::size_t steps = 1;
    std::size_t inputs = 1;     ///< Channels of the input,
    std::size_t condition = 1;  ///< of what is mixed in,
    std::size_t channels = 1;   ///< from layer to layer,
    std::size_t bottleneck = 1; ///< within a layer and of the sum of skips,
    std::size_t gates = 1;      ///< 2 where a second half of them is a gate,
    std::size_t outputs = 1;    ///< and of the head.
    Layer head{};
    bool has_head_bias = false;
    bool takes_skips = false;    ///< The input begins with the sum of skips so far.
    bool gives_residual = false; ///< The output ends with what the last layer hands on.
    std::size_t layer_count = 0;
    std::array<Layer, max_layers> layers{};

    constexpr std::size_t sums() const { return gates * bottleneck; }
    constexpr std::size_t input_size() const { return (takes_skips ? bottleneck : 0) + inputs; }
    constexpr std::size_t output_size() const { return outputs + (gives_residual ? channels : 0); }
    /// Of all layers.
    constexpr std::size_t taps() const {
        std::size_t sum = 0;
        for (std::size_t i = 0; i < layer_count; ++i)
            sum += layers[i].kernel;
        return sum;
    }
    constexpr std::size_t longest_history() const {
        std::size_t longest = head.history();
        for (std::size_t i = 0; i < layer_count; ++i)
            longest = std::max(longest, layers[i].history());
        return longest;
    }
    /// Multiply-adds of a step.
    constexpr std::size_t macs() const {
        return inputs * channels + taps() * channels * sums() + layer_count * condition * sums() +
               (layer_count - (gives_residual ? 0 : 1)) * bottleneck * channels +
               head.kernel * bottleneck * outputs;
    }
};

/// Where the tensors of a stack begin among its parameters.
template <WaveNetSize S, class Scalar>
struct WaveNetWeights {
    Scalar* rechannel;     ///< [inputs, channels]
    Scalar* kernel;        ///< [taps of all layers, channels, sums]
    Scalar* bias;          ///< [layers, sums]
    Scalar* mix;           ///< [layers, condition, sums]
    Scalar* residual;      ///< [layers, bottleneck, channels]
    Scalar* residual_bias; ///< [layers, channels]
    Scalar* head;          ///< [head kernel, bottleneck, outputs]
    Scalar* head_bias;     ///< [outputs]

    explicit WaveNetWeights(Scalar* all) noexcept
        : rechannel(all), kernel(rechannel + S.inputs * S.channels),
          bias(kernel + S.taps() * S.channels * S.sums()), mix(bias + S.layer_count * S.sums()),
          residual(mix + S.layer_count * S.condition * S.sums()),
          residual_bias(residual + S.layer_count * S.bottleneck * S.channels),
          head(residual_bias + S.layer_count * S.channels),
          head_bias(head + S.head.kernel * S.bottleneck * S.outputs) {}
};

} // namespace burin::kernels
