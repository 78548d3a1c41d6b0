#pragma once

#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>

namespace burin::passes {

/// What a node gives of a piece of a sequence: so many steps, and behind each other before them so many that
/// were part of the piece before, too.
struct PieceSteps {
    long long steps = 0; ///< 0: no sequence.
    long long earlier = 0;
};

namespace detail {

/// The shapes of all nodes where the inputs have so many times their steps; rank 0 where there is none.
template <std::size_t N, std::size_t Outputs>
constexpr std::array<Shape, N> shapes_of_pieces(const LoweredGraph<N, Outputs>& graph, std::size_t steps) {
    std::array<Shape, N> shapes{};
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        if (node.rules->traits.is_input) {
            shapes[index] = node.shape;
            shapes[index].extents[0] = steps;
            continue;
        }
        InputShapes inputs;
        bool is_known = true;
        for (std::size_t i = 0; i < node.input_count; ++i) {
            inputs.shapes[inputs.count++] = shapes[node.inputs[i]];
            is_known = is_known && shapes[node.inputs[i]].rank > 0;
        }
        if (!is_known)
            continue;
        const InferredShape inferred = node.rules->infer_shape(inputs.span());
        if (inferred.fits())
            shapes[index] = inferred.shape;
    }
    return shapes;
}

/// The least number of earlier steps with which a layer of one input gives so many outputs.
constexpr std::size_t missing_steps(const LoweredNode& node, Shape input, std::size_t wanted,
                                    std::size_t most) {
    std::size_t missing = 0;
    const auto gives_all = [&] {
        const InferredShape inferred = node.rules->infer_shape({&input, 1});
        return inferred.fits() && inferred.shape[0] >= wanted;
    };
    for (const std::size_t pace : {most, std::size_t(1)}) {
        while (!gives_all()) {
            missing += pace;
            input.extents[0] += pace;
        }
        if (pace > 1 && missing >= pace) {
            missing -= pace;
            input.extents[0] -= pace;
        }
    }
    return missing;
}

} // namespace detail

/// Why pieces of so many steps do not give, one after the other, what the whole sequence does; empty if they
/// do. Found from shapes alone: of many pieces a layer gives as many times the steps, and the earlier ones
/// once.
template <std::size_t N, std::size_t Outputs>
constexpr Sentence describe_pieces(const LoweredGraph<N, Outputs>& graph, std::size_t steps) {
    // So many that a stride that does not divide a piece shows, and that all windows fit.
    constexpr std::size_t many = 4096;
    const auto some = detail::shapes_of_pieces(graph, many * steps);
    const auto more = detail::shapes_of_pieces(graph, 2 * many * steps);
    std::array<PieceSteps, N> given{};
    for (std::size_t index = 0; index < N; ++index) {
        const LoweredNode& node = graph.nodes[index];
        PieceSteps of;
        for (std::size_t i = 0; i < node.input_count; ++i)
            if (of.steps == 0)
                of = given[node.inputs[i]];
        if (some[index].rank == 0 || more[index].rank == 0 || (!node.rules->traits.is_input && of.steps == 0))
            continue;
        const auto fewer = static_cast<long long>(some[index][0]),
                   added = static_cast<long long>(more[index][0]) - fewer;
        if (added <= 0)
            continue;
        PieceSteps& gives = given[index];
        gives = {added / static_cast<long long>(many), fewer - added};
        if (added % static_cast<long long>(many) != 0)
            return expected_of(node)
                .append("pieces of as many steps as its stride divides, got ")
                .append(steps);
        if (gives.earlier < 0) {
            const std::size_t missing =
                detail::missing_steps(node, some[node.inputs[0]], static_cast<std::size_t>(added),
                                      static_cast<std::size_t>(of.steps));
            return expected_of(node)
                .append(missing)
                .append(missing == 1 ? " earlier step" : " earlier steps")
                .append(" with each piece, got none; put `Past<")
                .append(missing)
                .append(">` before it");
        }
        if (node.state_count > 0 && of.earlier > 0)
            return expected_of(node)
                .append("each step once, got ")
                .append(static_cast<std::size_t>(of.earlier))
                .append(" earlier ones with each piece");
    }
    for (const std::size_t output : graph.outputs)
        if (given[output].earlier > 0)
            return expected_of(graph.nodes[output])
                .append("a layer behind it that needs its ")
                .append(static_cast<std::size_t>(given[output].earlier))
                .append(" earlier steps: an output has each step once");
    return {};
}

} // namespace burin::passes
