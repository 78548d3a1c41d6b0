#pragma once

#include "burin/core/text.hpp"
#include "burin/kernels/machine.hpp"
#include "burin/kernels/products/choose.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::kernels {

/// The extents of a recurrent layer.
struct RecurrentSize {
    std::size_t time = 0;
    std::size_t units = 0;
    std::size_t gates = 1;            ///< Sums of each unit, whose columns stand side by side in one product.
    bool separates_recurrent = false; ///< Sums of the state alone are wanted.
    std::size_t features = 0;
    bool streams = false; ///< Pieces of sequences, whose states are carried on.
};

/// How a recurrent layer goes forward: x · W for some steps at a time, then step by step h · U and the cell.
struct RecurrentChoice {
    std::size_t columns = 0;     ///< Of both products: those of all gates, joined.
    std::size_t steps = 0;       ///< Whose x · W is one product.
    bool adds_to_inputs = false; ///< The sums of h · U begin with those of x · W, where these lie.
    std::size_t vectors = 0;     ///< Of units that the cell goes through, all its gates at once,
    std::size_t last_lanes = 0;  ///< and lanes of the last of them; 0 if all.
    bool in_registers =
        false; ///< Sequence by sequence, with the sums of a step, of both products, in registers.

    friend constexpr bool operator==(const RecurrentChoice&, const RecurrentChoice&) = default;
};

/// Where nothing is `saved` for a backward pass, the sums of so many steps are made at a time: long sequences
/// need no more memory than short ones, and the sums stay in the first-level cache.
constexpr std::size_t recurrent_steps(std::size_t time, bool saved) {
    return saved ? time : std::min<std::size_t>(time, 32);
}

/// Whether the functions of an LSTM's gates are applied to the joined columns: in whole vectors, of which
/// those that hold columns of several gates get both functions. Else to the vectors of each gate.
constexpr bool choose_activates_sums(std::size_t units, std::size_t lanes) {
    const auto vectors = [=](std::size_t from, std::size_t to) {
        return (to + lanes - 1) / lanes - from / lanes;
    };
    // tanh takes the columns of the third gate, and sigmoid all vectors but those that hold no others.
    const std::size_t tanh = vectors(2 * units, 3 * units);
    const std::size_t first = (2 * units + lanes - 1) / lanes, end = 3 * units / lanes;
    const std::size_t sigmoid = vectors(0, 4 * units) - (end > first ? end - first : 0);
    return tanh + sigmoid <= 4 * vectors(0, units);
}

/// Whether the sums of a step have room in registers and the weights in a part of the second-level cache, and
/// the columns of each gate can be told apart. A long sequence of many features has its inputs multiplied in
/// one product.
constexpr bool choose_in_registers(const RecurrentSize& size, std::size_t scalar_bytes,
                                   const Machine& machine) {
    const std::size_t lanes = machine.lanes(scalar_bytes), columns = size.gates * size.units;
    const std::size_t vectors = (columns + lanes - 1) / lanes;
    return (machine.joins_vectors || size.units % lanes == 0) &&
           vectors * choose_splits(vectors) + 4 <= machine.registers &&
           (size.features + size.units) * columns * scalar_bytes <= machine.l2 / 8 &&
           (size.time == 1 || size.features <= 4);
}

constexpr RecurrentChoice choose_recurrent(const RecurrentSize& size, bool saved, std::size_t scalar_bytes,
                                           const Machine& machine) {
    const std::size_t lanes = machine.lanes(scalar_bytes);
    return {.columns = size.gates * size.units,
            .steps = recurrent_steps(size.time, saved),
            .adds_to_inputs = !size.separates_recurrent,
            .vectors = (size.units + lanes - 1) / lanes,
            .last_lanes = size.units % lanes,
            .in_registers = size.streams && choose_in_registers(size, scalar_bytes, machine)};
}

/// As in "gates joined in 256 columns, inputs of 20 steps in one product, to which states are added, cell in
/// 4 vectors".
constexpr Text<160> describe(const RecurrentChoice& choice) {
    Text<160> text("gates joined in ");
    if (choice.in_registers)
        return text.append(choice.columns)
            .append(" columns, whose sums, of inputs and states, stay in registers");
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
