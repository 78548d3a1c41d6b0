#pragma once

#include "burin/passes/liveness.hpp"

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

/// Whether a piece of one size is placed before another; of equal ones the first is.
constexpr bool placed_before(const Lifetime& a, std::size_t size_of_a, const Lifetime& b,
                             std::size_t size_of_b, PlacementOrder order) {
    if (order == PlacementOrder::by_first_step)
        return a.first < b.first;
    if (order == PlacementOrder::by_lifetime && a.last - a.first != b.last - b.first)
        return a.last - a.first > b.last - b.first;
    return size_of_a != size_of_b ? size_of_a > size_of_b : a.first < b.first;
}

} // namespace detail

/// Gives each piece the lowest gap among the pieces placed before it that are in use at the same time as it.
/// `vector` is the SIMD width in elements.
template <std::size_t MaxPieces>
constexpr MemoryPlan<MaxPieces> place(std::span<const Lifetime> lifetimes, std::size_t batch,
                                      std::size_t vector, PlacementOrder order) {
    // Plain arrays and pointers, because compilers take long for each call of a function.
    MemoryPlan<MaxPieces> plan;
    std::size_t* const offsets = plan.offsets.data();
    const Lifetime* const lives = lifetimes.data();
    const std::size_t count = lifetimes.size();
    std::size_t sizes[MaxPieces] = {};
    std::size_t sequence[MaxPieces] = {};
    for (std::size_t piece = 0; piece < count; ++piece) {
        sizes[piece] = lives[piece].size * batch;
        std::size_t position = piece;
        while (position > 0 &&
               detail::placed_before(lives[piece], sizes[piece], lives[sequence[position - 1]],
                                     sizes[sequence[position - 1]], order)) {
            sequence[position] = sequence[position - 1];
            --position;
        }
        sequence[position] = piece;
    }

    // The pieces placed so far, by offset.
    std::size_t placed[MaxPieces] = {};
    for (std::size_t done = 0; done < count; ++done) {
        const std::size_t piece = sequence[done];
        const std::size_t size = sizes[piece];
        const std::size_t first = lives[piece].first, last = lives[piece].last;
        const std::size_t alignment = size >= aligned_from_vectors * vector ? vector : 1;
        std::size_t offset = 0;
        for (bool again = true; again;) {
            again = false;
            bool lies_under = false; // Another's end, from where it may have to go on.
            for (std::size_t i = 0; i < done; ++i) {
                const std::size_t other = placed[i];
                if (lives[other].first > last || first > lives[other].last)
                    continue;
                if (offset + size <= offsets[other])
                    break;
                std::size_t taken = sizes[other];
                if (lives[piece].over == other || lives[other].over == piece) {
                    if (offset + distance(lives, piece, other, batch) <= offsets[other]) {
                        lies_under = true;
                        continue;
                    }
                    taken = distance(lives, other, piece, batch);
                }
                const std::size_t end = (offsets[other] + taken + alignment - 1) / alignment * alignment;
                if (end > offset) {
                    offset = end;
                    again = again || lies_under;
                }
            }
        }
        offsets[piece] = offset;
        if (offset + size > plan.size)
            plan.size = offset + size;

        std::size_t position = done;
        while (position > 0 && offsets[placed[position - 1]] > offset) {
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
