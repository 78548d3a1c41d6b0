#pragma once

#include "burin/kernels/wavenet/planes.hpp"
#include "burin/kernels/wavenet/size.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::kernels::detail {

// What a stack remembers of earlier pieces: for each layer, and for the head, its inputs in a ring of planes
// that pieces of `steps` steps follow each other in. The first piece is written once more behind the last, so
// that what a tap sees is never in two parts. All zeros is the beginning.

/// Steps in the ring: it holds the history behind the current piece, and what whole vectors write beyond it.
constexpr std::size_t history_steps(std::size_t history, std::size_t steps) {
    return (history + plane_steps(steps) + steps - 1) / steps * steps;
}
constexpr std::size_t history_pitch(std::size_t history, std::size_t steps) {
    return history_steps(history, steps) + plane_steps(steps);
}

/// Elements of the rings of all layers and of the head, and behind them the places in these rings.
constexpr std::size_t wavenet_state(const WaveNetSize& size) {
    std::size_t sum = size.layer_count + 1;
    for (std::size_t i = 0; i < size.layer_count; ++i)
        sum += size.channels * history_pitch(size.layers[i].history(), size.steps);
    return sum + size.bottleneck * history_pitch(size.head.history(), size.steps);
}

/// One of them. `place` is where the current piece begins.
template <std::size_t Steps, std::size_t Channels, class Scalar>
class History {
    static constexpr std::size_t steps = Steps;

  public:
    History(Scalar* data, Scalar* place, std::size_t history) noexcept
        : planes_{data, history_pitch(history, Steps)}, size_(history_steps(history, Steps)), place_(place),
          at_(static_cast<std::uint32_t>(static_cast<std::int32_t>(*place))) {}

    std::size_t pitch() const noexcept { return planes_.pitch; }
    std::size_t elements() const noexcept { return Channels * planes_.pitch; }

    /// The planes of the current piece.
    Planes<Scalar> current() const noexcept { return {planes_.data + at_, planes_.pitch}; }

    /// To be called when they are written.
    void written() const noexcept {
        if (at_ == 0)
            for (std::size_t c = 0; c < Channels; ++c)
                std::copy_n(planes_[c], Steps, planes_[c] + size_);
    }

    /// The first plane as it was so many steps before, no more than the history has.
    const Scalar* before(std::size_t count) const noexcept {
        return planes_.data + (at_ >= count ? at_ - count : at_ + size_ - count);
    }

    void advance() const noexcept {
        const std::size_t next = at_ + Steps;
        *place_ = static_cast<Scalar>(static_cast<std::int32_t>(next == size_ ? 0 : next));
    }

  private:
    Planes<Scalar> planes_;
    std::size_t size_;
    Scalar* place_;
    std::size_t at_;
};

} // namespace burin::kernels::detail
