#pragma once

#include "burin/kernels/wavenet/history.hpp"
#include "burin/kernels/wavenet/layer.hpp"
#include "burin/kernels/wavenet/planes.hpp"
#include "burin/kernels/wavenet/size.hpp"
#include "burin/kernels/wavenet/step.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// Elements that `stream_wavenet` works with.
constexpr std::size_t wavenet_stream_scratch(const WaveNetSize& size) {
    return detail::plane_steps(size.steps) *
           (size.condition + size.inputs + size.sums() + size.bottleneck + size.channels + size.outputs);
}

/// The next piece of a sequence: y = [head, residual] of x = [skips, input] and of what is mixed in.
template <WaveNetSize S, class Unit, class Scalar>
inline void stream_wavenet(const Scalar* x, const Scalar* condition, const Scalar* parameters, Scalar* y,
                           Scalar* scratch, Scalar* state) noexcept {
    using namespace detail;
    constexpr std::size_t steps = S.steps, pitch = plane_steps(steps);
    if constexpr (!choose_wavenet(S, sizeof(Scalar), this_machine).steps_in_lanes) {
        for (std::size_t t = 0; t < steps; ++t)
            step_wavenet<S, Unit>(x + t * S.input_size(), condition + t * S.condition, parameters,
                                  y + t * S.output_size(), scratch, state);
        return;
    } else {
        const WaveNetWeights<S, const Scalar> weights(parameters);
        const WaveNetLayers<S, Scalar> layers(parameters);
        const auto planes = [&](std::size_t channels) {
            const Planes<Scalar> result{scratch, pitch};
            scratch += channels * pitch;
            return result;
        };
        const Planes<Scalar> mixed_in = planes(S.condition), input = planes(S.inputs),
                             sums = planes(S.sums()), activated = planes(S.bottleneck),
                             residual = planes(S.channels), outputs = planes(S.outputs);
        to_planes<S.condition, S.condition>(condition, steps, mixed_in);
        clear_planes<S.condition>(mixed_in, steps, pitch);
        to_planes<S.inputs, S.input_size()>(x + (S.takes_skips ? S.bottleneck : 0), steps, input);
        clear_planes<S.inputs>(input, steps, pitch);

        Scalar* place = state + wavenet_state(S) - S.layer_count - 1;
        Scalar* ring = state;
        const auto next_history = [&]<std::size_t Channels>(std::integral_constant<std::size_t, Channels>,
                                                            std::size_t history) {
            const History<steps, Channels, Scalar> result(ring, place++, history);
            ring += result.elements();
            return result;
        };
        constexpr std::integral_constant<std::size_t, S.channels> of_channels{};

        // The head's comes last.
        const History<steps, S.bottleneck, Scalar> skips(
            state + (wavenet_state(S) - S.layer_count - 1 -
                     S.bottleneck * history_pitch(S.head.history(), steps)),
            place + S.layer_count, S.head.history());
        if constexpr (S.takes_skips) {
            to_planes<S.bottleneck, S.input_size()>(x, steps, skips.current());
            clear_planes<S.bottleneck>(skips.current(), steps, pitch);
        }

        auto history = next_history(of_channels, layers.layers[0].history());
        {
            const Scalar* const from = input.data;
            multiply_planes<S.channels, S.inputs, false, WeightStrides{1, S.channels}, Scalar>(
                &from, 1, pitch, weights.rechannel, 0, nullptr, pitch,
                [to = history.current()](std::size_t channel, std::size_t at, Vector<Scalar> sum)
                    __attribute__((always_inline)) { store(to[channel] + at, sum); });
        }
        const Scalar* taps[longest_kernel(S)];
        for (std::size_t i = 0; i < S.layer_count; ++i) {
            const WaveNetSize::Layer& own = layers.layers[i];
            history.written();
            for (std::size_t k = 0; k < own.kernel; ++k)
                taps[k] = history.before((own.kernel - 1 - k) * own.dilation);
            const bool is_last = i + 1 == S.layer_count;
            auto next = is_last ? history : next_history(of_channels, layers.layers[i + 1].history());
            const Planes<Scalar> output = !is_last           ? next.current()
                                          : S.gives_residual ? residual
                                                             : Planes<Scalar>{};
            wavenet_layer_of<S, Unit, false, Scalar>(own.kernel,
                                                     {history.current(), taps, mixed_in, sums, activated,
                                                      skips.current(), i == 0 && !S.takes_skips, output,
                                                      pitch},
                                                     layers[i]);
            history.advance();
            history = next;
        }
        skips.written();
        for (std::size_t k = 0; k < S.head.kernel; ++k)
            taps[k] = skips.before((S.head.kernel - 1 - k) * S.head.dilation);
        multiply_planes<S.outputs, S.bottleneck, S.has_head_bias, WeightStrides{1, S.outputs}, Scalar>(
            taps, S.head.kernel, skips.pitch(), weights.head, S.bottleneck * S.outputs, weights.head_bias,
            pitch,
            [&](std::size_t channel, std::size_t at, Vector<Scalar> sum)
                __attribute__((always_inline)) { store(outputs[channel] + at, sum); });
        skips.advance();
        from_planes<S.outputs, S.output_size(), Scalar>(outputs, steps, y);
        if constexpr (S.gives_residual)
            from_planes<S.channels, S.output_size(), Scalar>(residual, steps, y + S.outputs);
    }
}

} // namespace burin::kernels
