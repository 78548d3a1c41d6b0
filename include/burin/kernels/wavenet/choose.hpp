#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/wavenet/size.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace burin::kernels {

/// A tile of sums over planes: `rows` channels of `vectors` vectors of steps.
struct PlaneTile {
    std::size_t rows = 1;
    std::size_t vectors = 1;

    friend constexpr bool operator==(const PlaneTile&, const PlaneTile&) = default;
};

/// Its sums, a vector of inputs for each of its vectors and a weight are in registers. The number of vectors
/// is a power of two, so that the usual pieces of sound leave no narrower tile behind.
constexpr PlaneTile choose_plane_tile(std::size_t rows, const Machine& machine) {
    const std::size_t most = std::min<std::size_t>(rows, machine.has_many_registers() ? 8 : 4);
    return {most, std::min<std::size_t>(std::bit_floor((machine.registers - 1) / (most + 1)), 4)};
}

/// How a stack of dilated convolutions is summed up.
struct WaveNetChoice {
    /// Lanes are steps: each channel is a plane of its own, as long as the piece, and a weight serves a whole
    /// vector. Else they are channels, one step after the other.
    bool steps_in_lanes = true;
    PlaneTile tile{}; ///< Of the dilated convolutions; of both a channel and its gate, where there are gates.

    friend constexpr bool operator==(const WaveNetChoice&, const WaveNetChoice&) = default;
};

/// The choice for scalars of so many bytes.
constexpr WaveNetChoice choose_wavenet(const WaveNetSize& size, std::size_t scalar_bytes,
                                       const Machine& machine) {
    if (size.steps < machine.lanes(scalar_bytes))
        return {.steps_in_lanes = false};
    PlaneTile tile = choose_plane_tile(size.sums(), machine);
    tile.rows /= std::min(tile.rows, size.gates);
    return {.tile = tile};
}

/// As in "steps in lanes, tiles of 8 channels and 2 vectors".
constexpr Text<160> describe(const WaveNetChoice& choice) {
    if (!choice.steps_in_lanes)
        return "channels in lanes, step by step";
    return Text<160>("steps in lanes, tiles of ")
        .append(choice.tile.rows)
        .append(choice.tile.rows == 1 ? " channel and " : " channels and ")
        .append(choice.tile.vectors)
        .append(choice.tile.vectors == 1 ? " vector" : " vectors");
}

} // namespace burin::kernels
