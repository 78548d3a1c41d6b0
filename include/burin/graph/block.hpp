#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/graph/forms.hpp"
#include "burin/graph/lower.hpp"

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin {

/// What a Block calls the nodes that it reads, in their order.
template <FixedString... Names>
struct Reading {};

/// Named nodes that stand for one layer in a larger network: what a block of several inputs is made of.
///
///     template <std::size_t Units>
///     using Gated = Block<Reading<"x", "context">,
///                         Node<"gate", Sequential<Dense<Units>, Sigmoid>, From<"context">>,
///                         Node<"value", Dense<Units>, From<"x">>,
///                         Node<"y", Multiply, From<"gate", "value">>>;
///
/// Each node reads nodes declared before it or what the block reads; the last one's output is the block's.
/// Parameters are named by the block's place and the node's name, as in `3.gate.0.weight`.
template <class Inputs, class... Nodes>
struct Block {};

namespace detail {

template <FixedString... Inputs, class... Nodes>
struct Lower<Block<Reading<Inputs...>, Nodes...>> {
    static constexpr auto ops() { return joined(NodeOps<Nodes>::ops()...); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        Names<sizeof...(Inputs) + sizeof...(Nodes)> names;
        if (wires.count != sizeof...(Inputs) && !lowering.failed())
            fail_layer(lowering, place, "block")
                .append(": expected ")
                .append(sizeof...(Inputs))
                .append(" inputs, got ")
                .append(wires.count);
        const std::array<std::string_view, sizeof...(Inputs)> inputs{Inputs.view()...};
        for (std::size_t i = 0; i < inputs.size(); ++i)
            names.add(inputs[i], wires.nodes[i]);
        std::size_t last = 0;
        const int in_order[] = {
            0, (last = append_node(lowering, names, place, std::type_identity<Nodes>{}), 0)...};
        static_cast<void>(in_order);
        return last;
    }

  private:
    template <class NodeType>
    struct NodeOps;
    template <FixedString Name, class LayerType, class Sources>
    struct NodeOps<Node<Name, LayerType, Sources>> : Lower<LayerType> {};

    template <class Lowering, class NameTable, FixedString Name, class LayerType, FixedString... Sources>
    static constexpr std::size_t append_node(Lowering& lowering, NameTable& names, const passes::Place& place,
                                             std::type_identity<Node<Name, LayerType, From<Sources...>>>) {
        const passes::Place own = place.child(Name.view());
        Wires sources;
        const std::array<std::string_view, sizeof...(Sources)> list{Sources.view()...};
        for (std::string_view source : list) {
            const std::size_t node = names.find(source);
            if (node == passes::none && !lowering.failed())
                fail_layer(lowering, own, "node")
                    .append(" reads `")
                    .append(source)
                    .append("`: expected the name of a node declared before it, got an unknown name");
            sources.add(node == passes::none ? 0 : node);
        }
        const std::size_t node = Lower<LayerType>::append(lowering, sources, own);
        names.add(Name.view(), node);
        return node;
    }
};

} // namespace detail
} // namespace burin
