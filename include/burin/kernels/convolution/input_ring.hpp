#pragma once

#include "burin/kernels/convolution/choose_stream.hpp"
#include "burin/kernels/convolution/shape.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

// What a causal convolution remembers of earlier inputs, as many as `remembered_steps`, is a ring: the oldest
// is where the next one goes, so nothing is moved. The place of the oldest is the number behind them. All
// zeros is a ring before the first piece.

/// Elements of the ring, with its place.
constexpr std::size_t ring_size(const Convolution& c) {
    const std::size_t steps = remembered_steps(c);
    return steps == 0 ? 0 : steps * c.channels + 1;
}

namespace detail {

/// The inputs of a piece and those before it, along the last axis.
template <Convolution C, class Scalar>
class InputRing {
  public:
    static constexpr std::size_t length = remembered_steps(C), channels = C.channels;
    static_assert(length < (std::size_t(1) << 24), "a place in the ring is a whole number that a float has");

    [[gnu::always_inline]] explicit InputRing(Scalar* state) noexcept
        : inputs_(state),
          oldest_(static_cast<std::uint32_t>(static_cast<std::int32_t>(state[length * channels]))) {}

    /// Input `steps` after the oldest, before the piece.
    [[gnu::always_inline]] const Scalar* at(std::size_t steps) const noexcept {
        return inputs_ + place(steps) * channels;
    }

    /// Copies `count` inputs, from `steps` after the oldest on.
    void copy(std::size_t steps, std::size_t count, Scalar* to) const noexcept {
        const std::size_t from = place(steps), first = std::min(count, length - from);
        std::copy_n(inputs_ + from * channels, first * channels, to);
        std::copy_n(inputs_, (count - first) * channels, to + first * channels);
    }

    /// The last of `Count` inputs take the places of the oldest.
    template <std::size_t Count>
    [[gnu::always_inline]] void push(const Scalar* piece) noexcept {
        constexpr std::size_t kept = std::min(Count, length);
        piece += (Count - kept) * channels;
        std::size_t next = place((Count - kept) % length);
        if constexpr (kept == 1) {
            // In as many registers as it takes: g++ calls a function for a copy that may overlap.
            __builtin_memcpy(inputs_ + next * channels, piece, channels * sizeof(Scalar));
        } else {
            const std::size_t first = std::min(kept, length - next);
            std::copy_n(piece, first * channels, inputs_ + next * channels);
            std::copy_n(piece + first * channels, (kept - first) * channels, inputs_);
        }
        next = place(Count % length);
        inputs_[length * channels] = static_cast<Scalar>(static_cast<std::int32_t>(next));
    }

  private:
    /// Of `steps` < length.
    [[gnu::always_inline]] std::size_t place(std::size_t steps) const noexcept {
        const std::size_t unwrapped = oldest_ + steps;
        return unwrapped < length ? unwrapped : unwrapped - length;
    }

    Scalar* inputs_;
    std::size_t oldest_;
};

} // namespace detail

} // namespace burin::kernels
