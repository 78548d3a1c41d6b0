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
    bool streams = false;          ///< Pieces of sequences, whose states are carried on.
    bool multiplies_twice = false; ///< A second product within the cell.
};

/// How a recurrent layer goes forward: x · W for some steps at a time, then step by step h · U and the cell.
struct RecurrentChoice {
    std::size_t columns = 0;     ///< Of both products: those of all gates, joined.
    std::size_t steps = 0;       ///< Whose x · W is one product.
    bool adds_to_inputs = false; ///< The sums of h · U begin with those of x · W, where these lie.
    std::size_t vectors = 0;     ///< Of units that the cell goes through, all its gates at once,
    std::size_t last_lanes = 0;  ///< and lanes of the last of them; 0 if all.
    /// Sequence by sequence, with the sums of a step, of both products, in registers: of all gates of so many
    /// vectors of units at once; 0 if not so.
    std::size_t in_registers = 0;
    bool by_turns = false; ///< Steps go through such groups of units in one order and the other by turns.
    bool multiplies_twice = false; ///< The cell is applied in two parts, with a product between them.

    friend constexpr bool operator==(const RecurrentChoice&, const RecurrentChoice&) = default;
};

/// Where nothing is `saved` for a backward pass, the sums of so many steps are made at a time: long sequences
/// need no more memory than short ones, and the sums stay in the first-level cache.
constexpr std::size_t recurrent_steps(std::size_t time, std::size_t columns, bool saved) {
    constexpr std::size_t sums = 4096, fewest = 8, most = 32;
    return saved ? time : std::min(time, std::clamp(sums / columns, fewest, most));
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

/// Of how many vectors of units the sums of a step are made at once, in registers; 0 if not there, as in long
/// sequences of many features, whose inputs are multiplied in one product.
///
/// All at once where they have room and the first-level cache holds nearly all weights. Else two vectors of
/// each gate: eight sums of an LSTM hide the latency of each other. Each step reads all weights, and what one
/// reads last is in the first-level cache when the next begins: so that begins there. Few such groups, for
/// each is a function of its own.
constexpr std::size_t choose_in_registers(const RecurrentSize& size, std::size_t scalar_bytes,
                                          const Machine& machine) {
    const std::size_t lanes = machine.lanes(scalar_bytes), columns = size.gates * size.units;
    const std::size_t vectors = (columns + lanes - 1) / lanes, of_units = (size.units + lanes - 1) / lanes;
    const std::size_t bytes = (size.features + size.units) * columns * scalar_bytes;
    const bool has_whole_gates = size.units % lanes == 0;
    if (!size.streams || size.multiplies_twice || (size.time > 1 && size.features > 4))
        return 0;
    const bool has_room = vectors * choose_splits(vectors) + 4 <= machine.registers;
    const bool makes_groups = lanes > 1 && has_whole_gates && of_units > 2 && of_units <= 8 &&
                              2 * size.gates + 4 <= machine.registers && bytes <= machine.l2 / 2;
    // (36 KiB of 32 are too few to miss: an LSTM of 48 units, 1 to 3 % by the compiler.)
    if (makes_groups && (!has_room || 4 * bytes > 5 * machine.l1))
        return 2;
    return (machine.joins_vectors || has_whole_gates) && has_room && bytes <= machine.l2 / 8 ? of_units : 0;
}

constexpr RecurrentChoice choose_recurrent(const RecurrentSize& size, bool saved, std::size_t scalar_bytes,
                                           const Machine& machine) {
    const std::size_t lanes = machine.lanes(scalar_bytes);
    const std::size_t of_units = (size.units + lanes - 1) / lanes;
    const std::size_t in_registers = choose_in_registers(size, scalar_bytes, machine);
    return {.columns = size.gates * size.units,
            .steps = recurrent_steps(size.time, size.gates * size.units, saved),
            .adds_to_inputs = !size.separates_recurrent,
            .vectors = of_units,
            .last_lanes = size.units % lanes,
            .in_registers = in_registers,
            .by_turns = in_registers > 0 && in_registers < of_units,
            .multiplies_twice = size.multiplies_twice};
}

/// The steps whose inputs are one product, of so many samples. Where these are enough for a product's tiles,
/// those of one step at a time: all sums lie side by side and stay in the caches, where those of some steps
/// of each sample are a multiple of a page from one to the next.
[[gnu::always_inline]] constexpr std::size_t steps_at_once(const RecurrentChoice& choice, bool saved,
                                                           std::size_t samples) {
    return !saved && samples >= 16 ? 1 : choice.steps;
}

/// As in "gates joined in 256 columns, inputs of 20 steps in one product, to which states are added, cell in
/// 4 vectors".
constexpr Text<160> describe(const RecurrentChoice& choice) {
    Text<160> text("gates joined in ");
    if (choice.in_registers > 0) {
        text.append(choice.columns).append(" columns, whose sums, of inputs and states, stay in registers");
        if (choice.by_turns)
            text.append(", ").append(choice.in_registers).append(" vectors of units at a time, to and fro");
        return text;
    }
    text.append(choice.columns).append(" columns, inputs of ").append(choice.steps);
    text.append(choice.steps == 1 ? " step" : " steps").append(" in one product, ");
    text.append(choice.adds_to_inputs ? "to which states are added" : "states in sums of their own");
    text.append(choice.multiplies_twice ? ", cell around a second product in " : ", cell in ")
        .append(choice.vectors)
        .append(choice.vectors == 1 ? " vector" : " vectors");
    if (choice.last_lanes > 0)
        text.append(", the last masked to ")
            .append(choice.last_lanes)
            .append(choice.last_lanes == 1 ? " lane" : " lanes");
    return text;
}

} // namespace burin::kernels
