#pragma once

#include "burin/passes/fuse.hpp"
#include "burin/passes/node.hpp"
#include "burin/passes/program.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin::passes {

/// Which steps are computed together with that of the layer behind them, some lines at a time, so that what
/// is between them needs no memory for more: of head h the head of the layer that follows (`none` if it is
/// computed by itself) and the lines of its output.
template <std::size_t N>
struct Strips {
    std::array<std::size_t, N> follower{};
    std::array<std::size_t, N> lines{};

    constexpr bool any() const {
        for (const std::size_t count : lines)
            if (count > 0)
                return true;
        return false;
    }
};

/// A layer that gives lines of its output alone, with a layer by pixel that is the only one to read it.
template <std::size_t N, std::size_t Outputs>
constexpr Strips<N> find_strips(const LoweredGraph<N, Outputs>& graph, const Fusion<N>& fusion) {
    Strips<N> strips;
    strips.follower.fill(none);
    const auto readers = count_readers(graph);
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        if (!node.rules->traits.by_pixel || !fusion.is_head(index))
            continue;
        const std::size_t tail = node.inputs[0], head = fusion.head[tail];
        const LoweredNode& leader = graph.nodes[head];
        // A view among what is fused may have made other pixels of the lines.
        if (readers[tail] != 1 || fusion.tail[head] != tail || leader.rules->strip == nullptr ||
            graph.nodes[tail].shape != leader.shape)
            continue;
        const std::size_t lines =
            leader.rules->strip(input_shapes(graph.nodes, leader).span(), node.shape).lines;
        if (lines == 0)
            continue;
        strips.follower[head] = index;
        strips.lines[head] = lines;
    }
    return strips;
}

/// The program in which the steps of such pairs are one.
template <std::size_t MaxSteps, std::size_t MaxValues, std::size_t Outputs, std::size_t N>
constexpr Program<MaxSteps, MaxValues, Outputs>
join_strips(const Program<MaxSteps, MaxValues, Outputs>& program, const Strips<N>& strips,
            std::span<const LoweredNode> nodes) {
    Program<MaxSteps, MaxValues, Outputs> joined = program;
    joined.step_count = 0;
    std::array<std::size_t, N> leader{};
    leader.fill(none);
    for (std::size_t s = 0; s < program.step_count; ++s) {
        const Step& step = program.steps[s];
        if (strips.follower[step.node] != none) {
            leader[strips.follower[step.node]] = s;
            continue;
        }
        if (leader[step.node] == none) {
            joined.add_step(step);
            continue;
        }
        Step both = program.steps[leader[step.node]];
        both.then = step.node;
        both.then_epilogue = step.epilogue;
        both.lines = strips.lines[both.node];
        both[Role::result] = step[Role::result];
        both[Role::summand] = step[Role::summand];
        const Shape& between = nodes[both.node].shape;
        both[Role::scratch] = joined.add_value({.size = {0, both.lines * (between.size() / between[0])}});
        joined.add_step(both);
    }
    return joined;
}

/// How far apart the input and the result of a step of strips must begin to lie over each other.
struct StripDistance {
    Elements result_first{}; ///< The result begins so many elements before the input: the first lines first.
    Elements input_first{};  ///< The input begins so many before the result or, if that is 0, where it does:
                             ///< the last lines first.
};

/// No line may be written over one that is still to be read. So many lines are a strip; samples are computed
/// one after the other, in the order of the lines.
constexpr StripDistance strip_distance(const Strip& strip, const Shape& input, const Shape& result) {
    const std::size_t inputs = input.size(), input_line = inputs / input[0];
    const std::size_t results = result.size(), result_line = results / result[0];
    std::size_t ahead = 1, behind = 0; // Within a sample.
    for (std::size_t line = strip.lines; line < result[0]; line += strip.lines) {
        const std::size_t written = line * result_line,
                          next = line * strip.stride - std::min(line * strip.stride, strip.before);
        if (written > next * input_line)
            ahead = std::max(ahead, written - next * input_line);
        const std::size_t seen = (line - 1) * strip.stride + strip.reach,
                          last = std::min(seen - std::min(seen, strip.before), input[0]);
        if (last * input_line > written)
            behind = std::max(behind, last * input_line - written);
    }
    // Of the last sample what is within it counts beside what all before it gain or lose.
    const std::size_t gained = results - std::min(results, inputs), lost = inputs - std::min(results, inputs);
    return {{gained, ahead - std::min(ahead, gained)}, {lost, behind - std::min(behind, lost)}};
}

} // namespace burin::passes
