#pragma once

#include "burin/passes/liveness.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin::passes {

/// Where each piece of memory begins in the arena, and how large the arena is; in elements, for the whole
/// batch.
template <std::size_t MaxPieces>
struct MemoryPlan {
    std::array<std::size_t, MaxPieces> offsets{};
    std::size_t size = 0;
};

/// The order in which pieces are given their place.
enum class PlacementOrder {
    by_size,       ///< The largest first: what is hard to place is placed while there is room.
    by_first_step, ///< As they come into use.
    by_lifetime,   ///< The longest in use first: what many others must go around.
};

/// Pieces of at least this many vectors begin at a vector's boundary, smaller ones anywhere: so that
/// alignment never costs more than a tenth.
inline constexpr std::size_t aligned_from_vectors = 10;

namespace detail {

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

constexpr bool placed_before(const Lifetime& a, const Lifetime& b, std::size_t batch, PlacementOrder order) {
    if (order == PlacementOrder::by_first_step)
        return a.first < b.first;
    if (order == PlacementOrder::by_lifetime && a.last - a.first != b.last - b.first)
        return a.last - a.first > b.last - b.first;
    return a.size * batch != b.size * batch ? a.size * batch > b.size * batch : a.first < b.first;
}

} // namespace detail

/// Gives each piece the lowest gap among the pieces placed before it that are in use at the same time as it.
/// `vector` is the SIMD width in elements.
template <std::size_t MaxPieces>
constexpr MemoryPlan<MaxPieces> place(std::span<const Lifetime> lifetimes, std::size_t batch,
                                      std::size_t vector, PlacementOrder order) {
    MemoryPlan<MaxPieces> plan;
    std::array<std::size_t, MaxPieces> sequence{};
    for (std::size_t i = 0; i < lifetimes.size(); ++i)
        sequence[i] = i;
    std::sort(sequence.begin(), sequence.begin() + static_cast<std::ptrdiff_t>(lifetimes.size()),
              [&](std::size_t left, std::size_t right) {
                  if (detail::placed_before(lifetimes[left], lifetimes[right], batch, order))
                      return true;
                  return !detail::placed_before(lifetimes[right], lifetimes[left], batch, order) &&
                         left < right;
              });

    // The pieces placed so far, by offset.
    std::array<std::size_t, MaxPieces> placed{};
    for (std::size_t count = 0; count < lifetimes.size(); ++count) {
        const std::size_t piece = sequence[count];
        const std::size_t size = lifetimes[piece].size * batch;
        const std::size_t alignment = size >= aligned_from_vectors * vector ? vector : 1;
        std::size_t offset = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Lifetime& other = lifetimes[placed[i]];
            if (!other.overlaps(lifetimes[piece]))
                continue;
            const std::size_t begin = plan.offsets[placed[i]];
            if (offset + size <= begin)
                break;
            offset = std::max(offset, detail::round_up(begin + other.size * batch, alignment));
        }
        plan.offsets[piece] = offset;
        plan.size = std::max(plan.size, offset + size);

        std::size_t position = count;
        while (position > 0 && plan.offsets[placed[position - 1]] > offset) {
            placed[position] = placed[position - 1];
            --position;
        }
        placed[position] = piece;
    }
    return plan;
}

/// The smallest of the plans that the orders give.
template <std::size_t MaxPieces>
constexpr MemoryPlan<MaxPieces> plan_memory(std::span<const Lifetime> lifetimes, std::size_t batch,
                                            std::size_t vector) {
    const std::size_t bound = lower_bound(lifetimes, batch);
    MemoryPlan<MaxPieces> best = place<MaxPieces>(lifetimes, batch, vector, PlacementOrder::by_size);
    for (const PlacementOrder order : {PlacementOrder::by_first_step, PlacementOrder::by_lifetime}) {
        if (best.size <= bound)
            break;
        const auto plan = place<MaxPieces>(lifetimes, batch, vector, order);
        if (plan.size < best.size)
            best = plan;
    }
    return best;
}

} // namespace burin::passes
