#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"
#include "burin/kernels/wavenet/history.hpp"
#include "burin/kernels/wavenet/layer.hpp"
#include "burin/kernels/wavenet/size.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels::detail {

/// `Count` channels of one step in vectors, the last of which may have fewer lanes.
template <std::size_t Count, class Scalar>
struct ChannelVectors {
    static constexpr std::size_t lanes = width<Scalar>, whole = Count / lanes, rest = Count % lanes,
                                 count = whole + (rest > 0 ? 1 : 0);
    Vector<Scalar> vectors[count];

    [[gnu::always_inline]] static Vector<Scalar> part(const Scalar* from, std::size_t i) noexcept {
        return i < whole ? load(from + i * lanes) : load_partial(from + i * lanes, rest);
    }
    [[gnu::always_inline]] void load_all(const Scalar* from) noexcept {
        BURIN_DETAIL_UNROLL
        for (std::size_t i = 0; i < count; ++i)
            vectors[i] = part(from, i);
    }
    [[gnu::always_inline]] void store_all(Scalar* to) const noexcept {
        BURIN_DETAIL_UNROLL
        for (std::size_t i = 0; i < whole; ++i)
            store(to + i * lanes, vectors[i]);
        if constexpr (rest > 0)
            store_partial(to + whole * lanes, vectors[whole], rest);
    }
    /// Adds Σ_j x[j] · w[j], rows of w `Stride` elements apart.
    template <std::size_t Depth, std::size_t Stride>
    [[gnu::always_inline]] void add(const Scalar* x, const Scalar* w) noexcept {
        for (std::size_t j = 0; j < Depth; ++j) {
            const Vector<Scalar> factor(x[j]);
            BURIN_DETAIL_UNROLL
            for (std::size_t i = 0; i < count; ++i)
                vectors[i] = fma(part(w + j * Stride, i), factor, vectors[i]);
        }
    }
};

/// Where the inputs of a step are, and those before it: `Channels` channels a step in a ring.
template <std::size_t Channels, class Scalar>
class StepHistory {
  public:
    StepHistory(Scalar* data, Scalar* place, std::size_t history) noexcept
        : data_(data), place_(place), size_(history + 1),
          at_(static_cast<std::uint32_t>(static_cast<std::int32_t>(*place))) {}

    Scalar* current() const noexcept { return data_ + at_ * Channels; }
    const Scalar* before(std::size_t count) const noexcept {
        return data_ + (at_ >= count ? at_ - count : at_ + size_ - count) * Channels;
    }
    void advance() const noexcept {
        *place_ = static_cast<Scalar>(static_cast<std::int32_t>(at_ + 1 == size_ ? 0 : at_ + 1));
    }

  private:
    Scalar* data_;
    Scalar* place_;
    std::size_t size_;
    std::size_t at_;
};

/// One step with channels in lanes. The sums are those of `wavenet_layer`, in the same order.
template <WaveNetSize S, class Unit, class Scalar>
inline void step_wavenet(const Scalar* x, const Scalar* condition, const Scalar* parameters, Scalar* y,
                         Scalar* scratch, Scalar* state) noexcept {
    const WaveNetWeights<S, const Scalar> weights(parameters);
    const WaveNetLayers<S, Scalar> layers(parameters);
    using Channels = ChannelVectors<S.channels, Scalar>;
    using Skips = ChannelVectors<S.bottleneck, Scalar>;
    const std::size_t places = wavenet_state(S) - S.layer_count - 1;
    const StepHistory<S.bottleneck, Scalar> head(
        state + (places - S.bottleneck * history_pitch(S.head.history(), S.steps)),
        state + places + S.layer_count, S.head.history());

    Skips skips;
    if constexpr (S.takes_skips)
        skips.load_all(x);
    Channels current;
    BURIN_DETAIL_UNROLL
    for (auto& vector : current.vectors)
        vector = Vector<Scalar>(Scalar(0));
    current.template add<S.inputs, S.channels>(x + (S.takes_skips ? S.bottleneck : 0), weights.rechannel);

    Scalar* ring = state;
    for (std::size_t i = 0; i < S.layer_count; ++i) {
        const WaveNetSize::Layer& own = layers.layers[i];
        const WaveNetLayerWeights<Scalar> w = layers[i];
        const StepHistory<S.channels, Scalar> history(ring, state + places + i, own.history());
        ring += S.channels * history_pitch(own.history(), S.steps);
        current.store_all(history.current());

        Skips sums[S.gates];
        BURIN_DETAIL_UNROLL
        for (std::size_t g = 0; g < S.gates; ++g) {
            sums[g].load_all(w.bias + g * S.bottleneck);
            sums[g].template add<S.condition, S.sums()>(condition, w.mix + g * S.bottleneck);
        }
        for (std::size_t k = 0; k < own.kernel; ++k) {
            const Scalar* const seen = history.before((own.kernel - 1 - k) * own.dilation);
            BURIN_DETAIL_UNROLL
            for (std::size_t g = 0; g < S.gates; ++g)
                sums[g].template add<S.channels, S.sums()>(seen, w.kernel + k * S.channels * S.sums() +
                                                                     g * S.bottleneck);
        }
        history.advance();
        BURIN_DETAIL_UNROLL
        for (std::size_t v = 0; v < Skips::count; ++v) {
            const Vector<Scalar> a = activate < Unit,
                                 S.gates == 2 > (sums[0].vectors[v], sums[S.gates - 1].vectors[v]);
            sums[0].vectors[v] = a;
            skips.vectors[v] = i == 0 && !S.takes_skips ? a : skips.vectors[v] + a;
        }
        if (S.gives_residual || i + 1 < S.layer_count) {
            sums[0].store_all(scratch);
            Channels added;
            added.load_all(w.residual_bias);
            added.template add<S.bottleneck, S.channels>(scratch, w.residual);
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Channels::count; ++v)
                current.vectors[v] = current.vectors[v] + added.vectors[v];
        }
    }

    skips.store_all(head.current());
    ChannelVectors<S.outputs, Scalar> outputs;
    if constexpr (S.has_head_bias)
        outputs.load_all(weights.head_bias);
    else
        for (auto& vector : outputs.vectors)
            vector = Vector<Scalar>(Scalar(0));
    for (std::size_t k = 0; k < S.head.kernel; ++k)
        outputs.template add<S.bottleneck, S.outputs>(head.before((S.head.kernel - 1 - k) * S.head.dilation),
                                                      weights.head + k * S.bottleneck * S.outputs);
    head.advance();
    outputs.store_all(y);
    if constexpr (S.gives_residual)
        current.store_all(y + S.outputs);
}

} // namespace burin::kernels::detail
