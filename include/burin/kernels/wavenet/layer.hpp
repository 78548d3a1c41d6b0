#pragma once

#include "burin/kernels/wavenet/choose.hpp"
#include "burin/kernels/wavenet/planes.hpp"
#include "burin/kernels/wavenet/size.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels::detail {

/// What one layer of a stack reads and writes, with its steps in planes.
template <class Scalar>
struct WaveNetLayer {
    Planes<const Scalar> input;     ///< At the current steps;
    const Scalar* const* taps;      ///< what each tap sees, of the same pitch.
    Planes<const Scalar> condition; ///< What is mixed in.
    Planes<Scalar> sums;            ///< Before the activation, if they are kept.
    Planes<Scalar> activated;
    Planes<Scalar> skips;  ///< The sum so far, to which it adds
    bool begins_skips;     ///< or which it begins.
    Planes<Scalar> output; ///< No data: nobody reads it.
    std::size_t steps;     ///< In whole vectors.
};

template <class Scalar>
struct WaveNetLayerWeights {
    const Scalar* kernel;
    const Scalar* bias;
    const Scalar* mix;
    const Scalar* residual;
    const Scalar* residual_bias;
};

/// The activation of a sum, or of a sum and its gate.
template <class Unit, bool IsGated, class AnyVector>
[[gnu::always_inline]] inline AnyVector activate(AnyVector sum, [[maybe_unused]] AnyVector gate) noexcept {
    if constexpr (IsGated)
        return Unit::value(sum, gate);
    else
        return Unit::value(sum);
}

/// a = f(W ∗ x + b + M · condition), skips += a, output = x + R · a + r; `Kernel` taps. `Saves`: the sums are
/// written down too.
template <WaveNetSize S, std::size_t Kernel, class Unit, bool Saves, class Scalar>
void wavenet_layer(const WaveNetLayer<Scalar>& layer, const WaveNetLayerWeights<Scalar>& weights) noexcept {
    constexpr bool is_gated = S.gates == 2;
    constexpr std::size_t sums = S.sums(), lanes = width<Scalar>;
    constexpr PlaneTile tile_size = choose_wavenet(S, sizeof(Scalar), this_machine).tile;
    // Long ones are applied to what was stored, one vector at a time, lest the sums leave the registers.
    constexpr bool activates_in_tile = Unit::is_short;
    constexpr WeightStrides strides{1, sums};

    const auto finish = [&](std::size_t channel, std::size_t at, Vector<Scalar> sum, Vector<Scalar> gate)
                            __attribute__((always_inline)) {
                                const Vector<Scalar> a = activate<Unit, is_gated>(sum, gate);
                                store(layer.activated[channel] + at, a);
                                Scalar* const skip = layer.skips[channel] + at;
                                store(skip, layer.begins_skips ? a : load(skip) + a);
                            };

    for_row_groups<S.bottleneck, tile_size.rows>([&]<std::size_t R>(
                                                     std::integral_constant<std::size_t, R>,
                                                     std::size_t first) __attribute__((always_inline)) {
        for_step_groups<Scalar, tile_size.vectors>(
            layer.steps, [&]<std::size_t V>(std::integral_constant<std::size_t, V>,
                                            std::size_t at) __attribute__((always_inline)) {
                PlaneSums<R, V, Scalar> tiles[S.gates];
                BURIN_DETAIL_UNROLL
                for (std::size_t g = 0; g < S.gates; ++g) {
                    const std::size_t row = g * S.bottleneck + first;
                    tiles[g].template begin<true>(weights.bias + row);
                    tiles[g].template add<S.condition, strides>(layer.condition.data + at,
                                                                layer.condition.pitch, weights.mix + row);
                    BURIN_DETAIL_UNROLL
                    for (std::size_t k = 0; k < Kernel; ++k)
                        tiles[g].template add<S.channels, strides>(layer.taps[k] + at, layer.input.pitch,
                                                                   weights.kernel + k * S.channels * sums +
                                                                       row);
                }
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < R; ++r) {
                    BURIN_DETAIL_UNROLL
                    for (std::size_t v = 0; v < V; ++v) {
                        const std::size_t step = at + v * lanes;
                        if constexpr (Saves || !activates_in_tile)
                            for (std::size_t g = 0; g < S.gates; ++g)
                                store(layer.sums[g * S.bottleneck + first + r] + step, tiles[g].sums[r][v]);
                        if constexpr (activates_in_tile)
                            finish(first + r, step, tiles[0].sums[r][v], tiles[S.gates - 1].sums[r][v]);
                    }
                }
            });
    });
    if constexpr (!activates_in_tile)
        for (std::size_t channel = 0; channel < S.bottleneck; ++channel)
            for (std::size_t at = 0; at < layer.steps; at += lanes)
                finish(channel, at, load(layer.sums[channel] + at),
                       load(layer.sums[(S.gates - 1) * S.bottleneck + channel] + at));

    if (layer.output.data != nullptr) {
        const Scalar* const activated = layer.activated.data;
        multiply_planes<S.channels, S.bottleneck, true, WeightStrides{1, S.channels}, Scalar>(
            &activated, 1, layer.activated.pitch, weights.residual, 0, weights.residual_bias, layer.steps,
            [&](std::size_t channel, std::size_t at, Vector<Scalar> sum) __attribute__((always_inline)) {
                store(layer.output[channel] + at, load(layer.input[channel] + at) + sum);
            });
    }
}

/// The same for a kernel whose size is found while it runs, one of those that the stack has: each size has
/// code of its own.
template <WaveNetSize S, class Unit, bool Saves, class Scalar, std::size_t Index = 0>
[[gnu::always_inline]] inline void wavenet_layer_of(std::size_t kernel, const WaveNetLayer<Scalar>& layer,
                                                    const WaveNetLayerWeights<Scalar>& weights) noexcept {
    if constexpr (Index < S.layer_count) {
        constexpr std::size_t own = S.layers[Index].kernel;
        constexpr bool is_first = [] {
            for (std::size_t i = 0; i < Index; ++i)
                if (S.layers[i].kernel == own)
                    return false;
            return true;
        }();
        if constexpr (is_first)
            if (kernel == own)
                return wavenet_layer<S, own, Unit, Saves>(layer, weights);
        wavenet_layer_of<S, Unit, Saves, Scalar, Index + 1>(kernel, layer, weights);
    }
}

/// Taps of the layer, or the head, that has most.
constexpr std::size_t longest_kernel(const WaveNetSize& size) {
    std::size_t longest = size.head.kernel;
    for (std::size_t i = 0; i < size.layer_count; ++i)
        longest = std::max(longest, size.layers[i].kernel);
    return longest;
}

/// Where the weights of the layers begin, one after the other.
template <WaveNetSize S, class Scalar>
class WaveNetLayers {
  public:
    explicit WaveNetLayers(const Scalar* parameters) noexcept : all_(parameters) {}

    WaveNetLayerWeights<Scalar> operator[](std::size_t layer) const noexcept {
        return {all_.kernel + first_tap[layer] * S.channels * S.sums(), all_.bias + layer * S.sums(),
                all_.mix + layer * S.condition * S.sums(), all_.residual + layer * S.bottleneck * S.channels,
                all_.residual_bias + layer * S.channels};
    }

    static constexpr auto first_tap = [] {
        std::array<std::size_t, WaveNetSize::max_layers> first{};
        for (std::size_t i = 1; i < S.layer_count; ++i)
            first[i] = first[i - 1] + S.layers[i - 1].kernel;
        return first;
    }();
    static constexpr std::array<WaveNetSize::Layer, WaveNetSize::max_layers> layers = S.layers;

  private:
    WaveNetWeights<S, const Scalar> all_;
};

} // namespace burin::kernels::detail
