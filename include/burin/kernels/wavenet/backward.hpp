#pragma once

#include "burin/kernels/wavenet/layer.hpp"
#include "burin/kernels/wavenet/planes.hpp"
#include "burin/kernels/wavenet/sequence.hpp"
#include "burin/kernels/wavenet/size.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

namespace detail {

constexpr std::size_t back_pitch(const WaveNetSize& size) {
    return plane_steps(size.steps) + front_steps(size.longest_history());
}

} // namespace detail

/// Elements that `wavenet_backward` works with.
constexpr std::size_t wavenet_backward_scratch(const WaveNetSize& size) {
    return detail::plane_steps(size.steps) *
               (2 * size.condition + 2 * size.inputs + 3 * size.bottleneck + 2 * size.channels) +
           detail::back_pitch(size) * (size.outputs + size.sums());
}

/// The gradients of one sequence from that of its output: of x and of what is mixed in, to which it adds,
/// either of which may be null, and of the parameters, to which it adds, if `Trains`.
template <WaveNetSize S, class Unit, bool Trains, class Scalar>
inline void wavenet_backward(const Scalar* x, const Scalar* condition, const Scalar* parameters,
                             const Scalar* dy, const Scalar* saved, Scalar* dx, Scalar* dcondition,
                             [[maybe_unused]] Scalar* gradients, Scalar* scratch) noexcept {
    using namespace detail;
    constexpr std::size_t pitch = plane_steps(S.steps), lanes = width<Scalar>;
    constexpr std::size_t sums = S.sums(), x_first = S.takes_skips ? S.bottleneck : 0;
    constexpr bool is_gated = S.gates == 2;
    const WaveNetWeights<S, const Scalar> weights(parameters);
    [[maybe_unused]] const auto adds_to = [&] { return WaveNetWeights<S, Scalar>(gradients); };
    const WaveNetLayers<S, Scalar> layers(parameters);
    const WaveNetSaved<S, const Scalar> kept{saved};
    const auto longer_planes = [&](std::size_t channels, std::size_t own_pitch) {
        const Planes<Scalar> result{scratch, own_pitch};
        scratch += channels * own_pitch;
        std::fill_n(result.data, channels * own_pitch, Scalar(0));
        return result;
    };
    const auto planes = [&](std::size_t channels) { return longer_planes(channels, pitch); };
    const auto store_to = [](Planes<Scalar> to) {
        return [to](std::size_t channel, std::size_t at, Vector<Scalar> sum)
                   __attribute__((always_inline)) { store(to[channel] + at, sum); };
    };
    const auto add_to = [](Planes<Scalar> to) {
        return [to](std::size_t channel, std::size_t at, Vector<Scalar> sum) __attribute__((always_inline)) {
            Scalar* const place = to[channel] + at;
            store(place, load(place) + sum);
        };
    };
    const Planes<Scalar> mixed_in = planes(S.condition), dmixed_in = planes(S.condition),
                         input = planes(S.inputs), dinput = planes(S.inputs), dskips = planes(S.bottleneck),
                         activated = planes(S.bottleneck), dactivated = planes(S.bottleneck),
                         dresidual = planes(S.channels);
    // Behind the last step is nothing that an earlier one could have been seen by.
    const Planes<Scalar> doutputs = longer_planes(S.outputs, back_pitch(S)),
                         dsums = longer_planes(sums, back_pitch(S));
    const Scalar* seen[longest_kernel(S)];

    to_planes<S.condition, S.condition>(condition, S.steps, mixed_in);
    to_planes<S.inputs, S.input_size()>(x + x_first, S.steps, input);
    to_planes<S.outputs, S.output_size()>(dy, S.steps, doutputs);
    if constexpr (S.gives_residual)
        to_planes<S.channels, S.output_size()>(dy + S.outputs, S.steps, dresidual);

    for (std::size_t k = 0; k < S.head.kernel; ++k) {
        const std::size_t ago = (S.head.kernel - 1 - k) * S.head.dilation;
        seen[k] = doutputs.data + ago;
        if constexpr (Trains)
            add_products_of_planes<S.bottleneck, S.outputs, WeightStrides{S.outputs, 1}, Scalar>(
                Planes<const Scalar>{kept.skips().data - ago, kept.skips().pitch}, doutputs, pitch,
                adds_to().head + k * S.bottleneck * S.outputs);
    }
    if constexpr (Trains && S.has_head_bias)
        add_sums_of_planes<S.outputs, Scalar>(doutputs, pitch, adds_to().head_bias);
    multiply_planes<S.bottleneck, S.outputs, false, WeightStrides{S.outputs, 1}, Scalar>(
        seen, S.head.kernel, doutputs.pitch, weights.head, S.bottleneck * S.outputs, nullptr, pitch,
        store_to(dskips));
    // What lies behind the last step would be the gradient of zeros.
    clear_planes<S.bottleneck>(dskips, S.steps, pitch);

    for (std::size_t i = S.layer_count; i-- > 0;) {
        const WaveNetSize::Layer& own = layers.layers[i];
        const WaveNetLayerWeights<Scalar> w = layers[i];
        const Planes<const Scalar> kept_sums = kept.sums(i), in = kept.input(i);
        const bool is_read = S.gives_residual || i + 1 < S.layer_count;
        if (is_read) {
            const Scalar* const from = dresidual.data;
            multiply_planes<S.bottleneck, S.channels, false, WeightStrides{S.channels, 1}, Scalar>(
                &from, 1, pitch, w.residual, 0, nullptr, pitch, store_to(dactivated));
        } else {
            clear_planes<S.bottleneck>(dactivated, 0, pitch);
        }
        for (std::size_t b = 0; b < S.bottleneck; ++b)
            for (std::size_t t = 0; t < pitch; t += lanes) {
                const Vector<Scalar> sum = load(kept_sums[b] + t),
                                     gate = load(kept_sums[(S.gates - 1) * S.bottleneck + b] + t),
                                     da = load(dskips[b] + t) + load(dactivated[b] + t);
                store(activated[b] + t, activate<Unit, is_gated>(sum, gate));
                if constexpr (is_gated) {
                    const auto [dsum, dgate] = Unit::gradient(da, sum, gate);
                    store(dsums[b] + t, dsum);
                    store(dsums[S.bottleneck + b] + t, dgate);
                } else {
                    store(dsums[b] + t, Unit::gradient(da, sum));
                }
            }
        clear_planes<S.bottleneck>(activated, S.steps, pitch);
        clear_planes<sums>(dsums, S.steps, pitch);

        if constexpr (Trains) {
            if (is_read) {
                add_products_of_planes<S.bottleneck, S.channels, WeightStrides{S.channels, 1}, Scalar>(
                    activated, dresidual, pitch, adds_to().residual + i * S.bottleneck * S.channels);
                add_sums_of_planes<S.channels, Scalar>(dresidual, pitch,
                                                       adds_to().residual_bias + i * S.channels);
            }
            add_sums_of_planes<sums, Scalar>(dsums, pitch, adds_to().bias + i * sums);
            add_products_of_planes<S.condition, sums, WeightStrides{sums, 1}, Scalar>(
                mixed_in, dsums, pitch, adds_to().mix + i * S.condition * sums);
            for (std::size_t k = 0; k < own.kernel; ++k)
                add_products_of_planes<S.channels, sums, WeightStrides{sums, 1}, Scalar>(
                    Planes<const Scalar>{in.data - (own.kernel - 1 - k) * own.dilation, in.pitch}, dsums,
                    pitch, adds_to().kernel + (layers.first_tap[i] + k) * S.channels * sums);
        }
        if (dcondition != nullptr) {
            const Scalar* const from = dsums.data;
            multiply_planes<S.condition, sums, false, WeightStrides{sums, 1}, Scalar>(
                &from, 1, dsums.pitch, w.mix, 0, nullptr, pitch, add_to(dmixed_in));
        }
        for (std::size_t k = 0; k < own.kernel; ++k)
            seen[k] = dsums.data + (own.kernel - 1 - k) * own.dilation;
        multiply_planes<S.channels, sums, false, WeightStrides{sums, 1}, Scalar>(
            seen, own.kernel, dsums.pitch, w.kernel, S.channels * sums, nullptr, pitch, add_to(dresidual));
        clear_planes<S.channels>(dresidual, S.steps, pitch);
    }

    if constexpr (Trains)
        add_products_of_planes<S.inputs, S.channels, WeightStrides{S.channels, 1}, Scalar>(
            input, dresidual, pitch, adds_to().rechannel);
    if (dx != nullptr) {
        const Scalar* const from = dresidual.data;
        multiply_planes<S.inputs, S.channels, false, WeightStrides{S.channels, 1}, Scalar>(
            &from, 1, pitch, weights.rechannel, 0, nullptr, pitch, store_to(dinput));
        for (std::size_t t = 0; t < S.steps; ++t) {
            Scalar* const to = dx + t * S.input_size();
            for (std::size_t b = 0; b < x_first; ++b)
                to[b] += dskips[b][t];
            for (std::size_t c = 0; c < S.inputs; ++c)
                to[x_first + c] += dinput[c][t];
        }
    }
    if (dcondition != nullptr)
        for (std::size_t t = 0; t < S.steps; ++t)
            for (std::size_t c = 0; c < S.condition; ++c)
                dcondition[t * S.condition + c] += dmixed_in[c][t];
}

} // namespace burin::kernels
