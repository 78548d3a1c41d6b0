#pragma once

#include "burin/passes/node.hpp"
#include "burin/passes/program.hpp"
#include "burin/passes/strips.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin::passes {

/// A piece of memory and the steps between which it must be kept, both included.
struct Lifetime {
    Elements size{};
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t over = none; ///< The piece over which its first step may write it, at
    StripDistance apart{};   ///< these distances.

    constexpr bool overlaps(const Lifetime& other) const {
        return first <= other.last && other.first <= last;
    }
};

/// `storage[v]` is the piece of memory in which value v lives (`none` for the caller's and for values that no
/// step writes), `lifetimes[s]` is when piece s is in use.
template <std::size_t MaxValues>
struct Liveness {
    std::array<std::size_t, MaxValues> storage{};
    std::array<Lifetime, MaxValues> lifetimes{};
    std::size_t count = 0;

    constexpr std::span<const Lifetime> span() const { return {lifetimes.data(), count}; }
};

/// Where piece a begins before piece b, so many elements of a batch are between their beginnings at least.
/// Only pieces that are in use at the same step must keep apart.
constexpr std::size_t distance(const Lifetime* lives, std::size_t a, std::size_t b, std::size_t batch) {
    const std::size_t whole = lives[a].size * batch;
    return lives[a].over == b   ? std::min(whole, lives[a].apart.result_first * batch)
           : lives[b].over == a ? std::min(whole, lives[b].apart.input_first * batch)
                                : whole;
}

/// The values over which a step may write its result or its first input gradient, if this is their last use;
/// with `none` among them.
constexpr std::array<std::size_t, max_inputs> overwritable(const Step& step, const OpRules& rules) {
    std::array<std::size_t, max_inputs> candidates{};
    candidates.fill(none);
    switch (step.kind) {
    case StepKind::forward:
        if (rules.traits.in_place)
            for (std::size_t i = 0; i < max_inputs; ++i)
                candidates[i] = step.input(i);
        else if (step[Role::summand] != step.input(0)) // Of which a kernel reads what is beside, too.
            candidates[0] = step[Role::summand];
        break;
    case StepKind::loss:
        candidates[0] = step[Role::output];
        break;
    case StepKind::backward_parameters:
        break;
    case StepKind::backward_input:
        if (rules.traits.gradient_in_place)
            candidates[0] = step[Role::output_gradient];
        if (step.epilogue != none)
            candidates[1] = step.input(step.which);
        break;
    case StepKind::backward:
        if (rules.traits.gradient_in_place)
            candidates[0] = step[Role::output_gradient];
        break;
    case StepKind::accumulate:
        candidates[0] = step[Role::output_gradient];
        candidates[1] = step[Role::summand];
        break;
    }
    return candidates;
}

/// Lets the result of a step of strips lie over its input, if nothing else reads that: nor the sum behind the
/// second layer, whose pixels of a strip are read one by one while those before are written.
template <std::size_t MaxValues>
constexpr void lay_over_input(Liveness<MaxValues>& live, std::size_t piece, const Step& step,
                              std::span<const LoweredNode> nodes) {
    const std::size_t input = live.storage[step.input(0)];
    if (input == none || live.lifetimes[input].last != live.lifetimes[piece].first)
        return;
    if (step[Role::summand] != none && live.storage[step[Role::summand]] == input)
        return;
    const LoweredNode& node = nodes[step.node];
    const InputShapes inputs = input_shapes(nodes, node);
    const Shape& result = nodes[step.then].shape;
    live.lifetimes[piece].over = input;
    live.lifetimes[piece].apart =
        strip_distance(node.rules->strip(inputs.span(), result), inputs.shapes[0], result);
}

/// When each value is first written and last read or written, with values that may be written in place
/// sharing one piece.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr Liveness<MaxValues> liveness(const Program<MaxSteps, MaxValues, Outputs>& program,
                                       std::span<const LoweredNode> nodes) {
    std::array<std::size_t, MaxValues> last_use{};
    for (std::size_t s = 0; s < program.step_count; ++s) {
        for (std::size_t value : program.steps[s].reads())
            if (value != none)
                last_use[value] = s;
        for (std::size_t value : program.steps[s].writes())
            if (value != none)
                last_use[value] = s;
    }
    for (std::size_t v = 0; v < program.value_count; ++v)
        if (program.values[v].is_pinned)
            last_use[v] = program.step_count;

    Liveness<MaxValues> result;
    result.storage.fill(none);
    for (std::size_t v = 0; v < program.value_count; ++v)
        if (program.values[v].is_given) {
            result.storage[v] = result.count;
            result.lifetimes[result.count++] = {program.values[v].size, 0, last_use[v]};
        }
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        for (std::size_t value : step.writes()) {
            if (value == none)
                continue;
            std::size_t piece = none;
            if (value == step[Role::result] || value == step.input_gradient(0))
                for (std::size_t candidate : overwritable(step, *nodes[step.node].rules))
                    if (piece == none && candidate != none && result.storage[candidate] != none &&
                        last_use[candidate] == s &&
                        program.values[candidate].size == program.values[value].size)
                        piece = result.storage[candidate];
            if (piece == none) {
                piece = result.count++;
                result.lifetimes[piece] = {program.values[value].size, s, s};
                if (step.then != none && value == step[Role::result])
                    lay_over_input(result, piece, step, nodes);
            }
            result.storage[value] = piece;
            result.lifetimes[piece].last = std::max(result.lifetimes[piece].last, last_use[value]);
        }
    }
    return result;
}

/// Elements that a piece has in common with the one that it lies over.
constexpr std::size_t shared(const Lifetime& piece, const Lifetime& input, std::size_t batch) {
    const std::size_t mine = piece.size * batch, its = input.size * batch;
    const std::size_t together = std::min(std::max(mine, piece.apart.result_first * batch + its),
                                          std::max(its, piece.apart.input_first * batch + mine));
    return mine + its - std::min(mine + its, together);
}

/// The least memory that any plan can do with: the largest sum of pieces that are in use at the same step, in
/// elements for a batch.
constexpr std::size_t lower_bound(std::span<const Lifetime> lifetimes, std::size_t batch = 1) {
    std::size_t bound = 0;
    // A sum can only grow where a piece begins.
    for (const Lifetime& start : lifetimes) {
        std::size_t sum = 0;
        for (const Lifetime& other : lifetimes)
            if (other.first <= start.first && start.first <= other.last) {
                sum += other.size * batch;
                if (other.over != none && other.first == start.first)
                    sum -= shared(other, lifetimes[other.over], batch);
            }
        bound = std::max(bound, sum);
    }
    return bound;
}

/// The sum of all values that the steps write, in elements for a batch.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs>
constexpr std::size_t all_buffers(const Program<MaxSteps, MaxValues, Outputs>& program, std::size_t batch) {
    std::size_t sum = 0;
    for (std::size_t s = 0; s < program.step_count; ++s)
        for (std::size_t value : program.steps[s].writes())
            if (value != none)
                sum += program.values[value].size * batch;
    return sum;
}

} // namespace burin::passes
