#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/int8/dot.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/schedule.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin {

namespace detail {

template <class LayerType>
constexpr passes::OpRules int8_rules() {
    passes::OpRules rules = rules_of<LayerType>;
    if constexpr (Int8Layer<LayerType>::is_supported)
        rules.scratch = [](std::span<const Shape> inputs, StepKind, Mode) {
            return Int8Layer<LayerType>::scratch(inputs);
        };
    return rules;
}

/// The rules of a layer when it computes with 8-bit integers; an element is a byte.
template <class LayerType>
inline constexpr passes::OpRules int8_rules_of = int8_rules<LayerType>();

/// The first layer that has no 8-bit form.
template <class Net>
struct ExaminedForInt8 {
    using N = Network<Net>;

    static constexpr Sentence problem = [] {
        Sentence sentence;
        core::for_each_index<N::size>([&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            using LayerType = OpAt<typename N::Type, Index>;
            if constexpr (!Int8Layer<LayerType>::is_supported)
                if (sentence.empty()) {
                    constexpr const passes::LoweredNode& node = N::graph.nodes[Index];
                    sentence.append("layer `").append(node.place.text().view()).append("` `");
                    sentence.append(node.rules->name().view());
                    sentence.append("`: expected a layer that can compute with 8-bit integers");
                    sentence.append(Int8Layer<LayerType>::hint);
                }
        });
        return sentence;
    }();
};

/// Bytes at whose multiples large buffers begin.
inline constexpr std::size_t int8_alignment =
    std::clamp<std::size_t>(kernels::detail::Int8Block::size, 4, 16);

} // namespace detail

/// Whether all layers of a network can compute with 8-bit integers.
template <class Net>
inline constexpr bool is_quantizable = detail::ExaminedForInt8<Net>::problem.empty();

/// Whose memory a network's inputs are in.
enum class InputMemory {
    callers, ///< The caller says where.
    arena,   ///< The arena's: the caller writes them there, and they are gone after a run.
};

/// As Plan, for 8-bit inference: elements are bytes.
template <class Net, InputMemory Where = InputMemory::callers>
struct QuantizedPlan {
    using N = Network<Net>;
    static constexpr Mode mode = Mode::inference;

    static constexpr auto graph = []<std::size_t... I>(std::index_sequence<I...>) {
        auto result = N::graph;
        ((result.nodes[I].rules = &detail::int8_rules_of<OpAt<Net, I>>), ...);
        return result;
    }(std::make_index_sequence<N::size>{});
    static constexpr auto fusion = passes::fuse(graph, mode);
    static constexpr auto program = [] {
        const auto scheduled = passes::schedule(passes::forward_program(graph, fusion, mode));
        return Where == InputMemory::arena ? passes::inputs_in_arena(scheduled) : scheduled;
    }();
    static constexpr auto liveness = passes::liveness(program, graph.nodes);

    template <std::size_t Batch, class Scalar>
    static constexpr auto memory =
        passes::plan_memory<program.max_values>(liveness.span(), Batch, detail::int8_alignment);

    /// The first function that is computed together with the layer at node `Head`, if that clamps; else
    /// `none`.
    template <std::size_t Head>
    static constexpr std::size_t first_function_of = [] {
        std::size_t clamp = passes::none;
        if constexpr (Int8Layer<OpAt<Net, Head>>::clamps && fusion.is_head(Head))
            for (std::size_t node = fusion.tail[Head]; node != Head; node = graph.nodes[node].inputs[0])
                if (!passes::is_view(*graph.nodes[node].rules, mode))
                    clamp = node;
        return clamp;
    }();

    /// The ReLU that is computed together with the layer at node `Head`, as the least of its outputs; `none`
    /// if there is none.
    template <std::size_t Head>
    static constexpr std::size_t clamp_of = [] {
        constexpr std::size_t first = first_function_of<Head>;
        if constexpr (first != passes::none)
            return Int8Layer<OpAt<Net, first>>::is_relu ? first : passes::none;
        else
            return passes::none;
    }();

    /// The node whose ReLU this is, computed with it; `none` if it is a step or no ReLU at all.
    template <std::size_t Index>
    static constexpr std::size_t clamped_head = [] {
        if constexpr (fusion.is_head(Index))
            return passes::none;
        else
            return clamp_of<fusion.head[Index]> == Index ? fusion.head[Index] : passes::none;
    }();
};

} // namespace burin
