#pragma once

#include "burin/graph/arithmetic.hpp"
#include "burin/graph/network.hpp"
#include "burin/kernels/int8/dot.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace burin {

namespace detail {

/// The rules of a layer when it computes with 8-bit integers; an element is a byte.
template <class LayerType>
inline constexpr passes::OpRules int8_rules_of = [] {
    passes::OpRules rules = engine::rules_of<LayerType>;
    if constexpr (quantization::Int8Layer<LayerType>::is_supported) {
        using Form = quantization::Int8Layer<LayerType>;
        rules.scratch = [](std::span<const Shape> inputs, StepKind, Mode mode) {
            if constexpr (requires { Form::streaming_scratch(inputs); })
                return mode == Mode::streaming ? Form::streaming_scratch(inputs) : Form::scratch(inputs);
            else
                return Form::scratch(inputs);
        };
        rules.state = [](std::span<const Shape> inputs) { return Form::state(inputs); };
    }
    return rules;
}();

} // namespace detail

/// Plans of programs whose elements are bytes.
template <>
struct recipes::Arithmetic<recipes::Numbers::int8> {
    template <class Net>
    static constexpr auto graph() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            auto graph = engine::Network<Net>::graph;
            ((graph.nodes[I].rules = &detail::int8_rules_of<engine::OpAt<Net, I>>), ...);
            std::size_t state = 0;
            for (passes::LoweredNode& node : graph.nodes) {
                node.state_offset = state;
                node.state_count = node.rules->state(passes::input_shapes(graph.nodes, node).span());
                state += node.state_count;
            }
            return graph;
        }(std::make_index_sequence<engine::Network<Net>::size>{});
    }

    /// What a product loads at once; more than 16 bytes gain nothing.
    template <class Scalar>
    static constexpr std::size_t alignment = std::clamp<std::size_t>(kernels::detail::Int8Block::size, 4, 16);
};

} // namespace burin
