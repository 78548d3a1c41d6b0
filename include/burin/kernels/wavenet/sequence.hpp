#pragma once

#include "burin/kernels/wavenet/layer.hpp"
#include "burin/kernels/wavenet/planes.hpp"
#include "burin/kernels/wavenet/size.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::kernels {

namespace detail {

// Whole sequences: zeros before the first step in front of the planes of what convolutions read.

/// Room for a history of zeros.
constexpr std::size_t front_steps(std::size_t history) {
    return plane_steps(history);
}

/// What training keeps of a sequence: each layer's inputs and sums, and the sum of all skips.
template <WaveNetSize S, class Scalar>
struct WaveNetSaved {
    static constexpr std::size_t steps = plane_steps(S.steps);
    static constexpr std::size_t pitch_of(std::size_t history) { return front_steps(history) + steps; }

    Scalar* data;

    /// Each at step 0, behind its history.
    Planes<Scalar> sums(std::size_t layer) const noexcept { return {data + layer * S.sums() * steps, steps}; }
    Planes<Scalar> skips() const noexcept {
        return {data + before_skips + front_steps(S.head.history()), pitch_of(S.head.history())};
    }
    Planes<Scalar> input(std::size_t layer) const noexcept {
        constexpr auto& layers = WaveNetLayers<S, std::remove_const_t<Scalar>>::layers;
        const std::size_t history = layers[layer].history();
        return {data + offsets[layer] + front_steps(history), pitch_of(history)};
    }

  private:
    static constexpr std::size_t before_skips = S.layer_count * S.sums() * steps;
    static constexpr auto offsets = [] {
        std::array<std::size_t, WaveNetSize::max_layers> offsets{};
        std::size_t sum = before_skips + S.bottleneck * pitch_of(S.head.history());
        for (std::size_t i = 0; i < S.layer_count; ++i) {
            offsets[i] = sum;
            sum += S.channels * pitch_of(S.layers[i].history());
        }
        return offsets;
    }();
};

/// The same where nothing is kept: the inputs of two layers in turn.
template <WaveNetSize S, class Scalar>
struct WaveNetPassing {
    static constexpr std::size_t steps = plane_steps(S.steps), front = front_steps(S.longest_history());

    Scalar* data;

    Planes<Scalar> sums(std::size_t) const noexcept { return {data, steps}; }
    Planes<Scalar> skips() const noexcept { return {data + S.sums() * steps + front, front + steps}; }
    Planes<Scalar> input(std::size_t layer) const noexcept {
        return skips().from(S.bottleneck + layer % 2 * S.channels);
    }
};

/// Zeros in front of planes.
template <std::size_t Count, class Scalar>
void clear_front(Planes<Scalar> planes, std::size_t history) noexcept {
    for (std::size_t c = 0; c < Count; ++c)
        std::fill_n(planes[c] - history, history, Scalar(0));
}

} // namespace detail

/// Elements that training keeps of a sequence.
constexpr std::size_t wavenet_saved(const WaveNetSize& size) {
    const std::size_t steps = detail::plane_steps(size.steps);
    std::size_t sum = size.layer_count * size.sums() * steps +
                      size.bottleneck * (detail::front_steps(size.head.history()) + steps);
    for (std::size_t i = 0; i < size.layer_count; ++i)
        sum += size.channels * (detail::front_steps(size.layers[i].history()) + steps);
    return sum;
}

namespace detail {

/// Elements of `WaveNetPassing`.
constexpr std::size_t wavenet_passing(const WaveNetSize& size) {
    const std::size_t steps = plane_steps(size.steps);
    return size.sums() * steps +
           (size.bottleneck + 2 * size.channels) * (front_steps(size.longest_history()) + steps);
}

} // namespace detail

/// Elements that `wavenet_forward` works with.
constexpr std::size_t wavenet_forward_scratch(const WaveNetSize& size, bool saves) {
    return (saves ? 0 : detail::wavenet_passing(size)) +
           detail::plane_steps(size.steps) * (size.condition + size.inputs + size.bottleneck + size.outputs +
                                              (size.gives_residual ? size.channels : 0));
}

/// A whole sequence: y = [head, residual] of x = [skips, input] and of what is mixed in. The sums are those
/// of `stream_wavenet`, in the same order.
template <WaveNetSize S, class Unit, bool Saves, class Scalar>
inline void wavenet_forward(const Scalar* x, const Scalar* condition, const Scalar* parameters, Scalar* y,
                            [[maybe_unused]] Scalar* saved, Scalar* scratch) noexcept {
    using namespace detail;
    constexpr std::size_t pitch = plane_steps(S.steps);
    const WaveNetWeights<S, const Scalar> weights(parameters);
    const WaveNetLayers<S, Scalar> layers(parameters);
    using Buffers = std::conditional_t<Saves, WaveNetSaved<S, Scalar>, WaveNetPassing<S, Scalar>>;
    const Buffers buffers{Saves ? saved : scratch};
    scratch += Saves ? 0 : wavenet_passing(S);
    const auto planes = [&](std::size_t channels) {
        const Planes<Scalar> result{scratch, pitch};
        scratch += channels * pitch;
        return result;
    };
    const Planes<Scalar> mixed_in = planes(S.condition), input = planes(S.inputs),
                         activated = planes(S.bottleneck), outputs = planes(S.outputs),
                         residual = S.gives_residual ? planes(S.channels) : Planes<Scalar>{};
    to_planes<S.condition, S.condition>(condition, S.steps, mixed_in);
    clear_planes<S.condition>(mixed_in, S.steps, pitch);
    to_planes<S.inputs, S.input_size()>(x + (S.takes_skips ? S.bottleneck : 0), S.steps, input);
    clear_planes<S.inputs>(input, S.steps, pitch);
    const Planes<Scalar> skips = buffers.skips();
    if constexpr (S.takes_skips) {
        to_planes<S.bottleneck, S.input_size()>(x, S.steps, skips);
        clear_planes<S.bottleneck>(skips, S.steps, pitch);
    }

    {
        const Scalar* const from = input.data;
        multiply_planes<S.channels, S.inputs, false, WeightStrides{1, S.channels}, Scalar>(
            &from, 1, pitch, weights.rechannel, 0, nullptr, pitch,
            [to = buffers.input(0)](std::size_t channel, std::size_t at, Vector<Scalar> sum)
                __attribute__((always_inline)) { store(to[channel] + at, sum); });
    }
    const Scalar* taps[longest_kernel(S)];
    for (std::size_t i = 0; i < S.layer_count; ++i) {
        const WaveNetSize::Layer& own = layers.layers[i];
        const Planes<Scalar> in = buffers.input(i);
        clear_front<S.channels>(in, front_steps(own.history()));
        for (std::size_t k = 0; k < own.kernel; ++k)
            taps[k] = in.data - (own.kernel - 1 - k) * own.dilation;
        const bool is_last = i + 1 == S.layer_count;
        wavenet_layer_of<S, Unit, Saves, Scalar>(own.kernel,
                                                 {in, taps, mixed_in, buffers.sums(i), activated, skips,
                                                  i == 0 && !S.takes_skips,
                                                  is_last ? residual : buffers.input(i + 1), pitch},
                                                 layers[i]);
        // What is behind the last step is multiplied with zeros when training: it must be numbers.
        if constexpr (Saves)
            clear_planes<S.channels>(in, S.steps, pitch);
    }
    if constexpr (Saves)
        clear_planes<S.bottleneck>(skips, S.steps, pitch);
    clear_front<S.bottleneck>(skips, front_steps(S.head.history()));
    for (std::size_t k = 0; k < S.head.kernel; ++k)
        taps[k] = skips.data - (S.head.kernel - 1 - k) * S.head.dilation;
    multiply_planes<S.outputs, S.bottleneck, S.has_head_bias, WeightStrides{1, S.outputs}, Scalar>(
        taps, S.head.kernel, skips.pitch, weights.head, S.bottleneck * S.outputs, weights.head_bias, pitch,
        [&](std::size_t channel, std::size_t at, Vector<Scalar> sum)
            __attribute__((always_inline)) { store(outputs[channel] + at, sum); });
    from_planes<S.outputs, S.output_size(), Scalar>(outputs, S.steps, y);
    if constexpr (S.gives_residual)
        from_planes<S.channels, S.output_size(), Scalar>(residual, S.steps, y + S.outputs);
}

} // namespace burin::kernels
