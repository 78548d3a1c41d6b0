#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/machine.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// The extents of a recurrent layer.
struct RecurrentSize {
    std::size_t time = 0;
    std::size_t units = 0;
    std::size_t gates = 1;            ///< Sums of each unit, whose columns stand side by side in one product.
    bool separates_recurrent = false; ///< Sums of the state alone are wanted.
};

/// How a recurrent layer goes forward: x · W for some steps at a time, then step by step h · U and the cell.
struct RecurrentChoice {
    std::size_t columns = 0;     ///< Of both products: those of all gates, joined.
    std::size_t steps = 0;       ///< Whose x · W is one product.
    bool adds_to_inputs = false; ///< The sums of h · U begin with those of x · W, where these lie.
    std::size_t vectors = 0;     ///< Of units that the cell goes through, all its gates at once,
    std::size_t last_lanes = 0;  ///< and lanes of the last of them; 0 if all.

    friend constexpr bool operator==(const RecurrentChoice&, const RecurrentChoice&) = default;
};

/// Where nothing is `saved` for a backward pass, the sums of so many steps are made at a time: long sequences
/// need no more memory than short ones, and the sums stay in the first-level cache.
constexpr std::size_t recurrent_steps(std::size_t time, bool saved) {
    return saved ? time : std::min<std::size_t>(time, 32);
}

constexpr RecurrentChoice choose_recurrent(const RecurrentSize& size, bool saved, std::size_t scalar_bytes,
                                           const Machine& machine) {
    const std::size_t lanes = machine.lanes(scalar_bytes);
    return {.columns = size.gates * size.units,
            .steps = recurrent_steps(size.time, saved),
            .adds_to_inputs = !size.separates_recurrent,
            .vectors = (size.units + lanes - 1) / lanes,
            .last_lanes = size.units % lanes};
}

/// As in "gates joined in 256 columns, inputs of 20 steps in one product, to which states are added, cell in
/// 4 vectors".
constexpr Text<160> describe(const RecurrentChoice& choice) {
    Text<160> text("gates joined in ");
    text.append(choice.columns).append(" columns, inputs of ").append(choice.steps);
    text.append(choice.steps == 1 ? " step" : " steps").append(" in one product, ");
    text.append(choice.adds_to_inputs ? "to which states are added" : "states in sums of their own");
    text.append(", cell in ").append(choice.vectors).append(choice.vectors == 1 ? " vector" : " vectors");
    if (choice.last_lanes > 0)
        text.append(", the last masked to ")
            .append(choice.last_lanes)
            .append(choice.last_lanes == 1 ? " lane" : " lanes");
    return text;
}

} // namespace burin::kernels
