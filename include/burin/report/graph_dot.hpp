#pragma once

#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/report/node_title.hpp"
#include "burin/report/table.hpp"

#include <cstddef>
#include <string>

namespace burin::report {

/// The network as Graphviz text: a box for each layer with its place, output shape and parameters, an arrow
/// for each input. `dot -Tsvg` draws it.
template <class Net>
std::string graph_dot() {
    using N = engine::Network<Net>;
    constexpr auto& graph = N::graph;
    std::string text = "digraph network {\n    node [shape=box, style=rounded, fontname=\"sans-serif\"];\n";
    for (std::size_t i = 0; i < N::size; ++i) {
        const passes::LoweredNode& node = graph.nodes[i];
        Text<96> shape;
        shape.append(node.shape);
        std::string label = detail::node_title(node);
        label += "\\n" + std::string(shape.view());
        if (node.shares_with != passes::none)
            label += "\\nweights of " + std::string(node.weights_place.text().view());
        else if (node.parameter_count > 0)
            label += "\\n" + with_commas(node.parameter_count) + " parameters" +
                     (node.is_frozen ? ", frozen" : "");
        text += "    n" + std::to_string(i) + " [label=\"" + label + "\"" +
                (node.is_frozen ? ", style=\"rounded,dashed\"" : "") + "];\n";
        for (std::size_t k = 0; k < node.input_count; ++k)
            text += "    n" + std::to_string(node.inputs[k]) + " -> n" + std::to_string(i) + ";\n";
    }
    for (std::size_t o = 0; o < N::output_count; ++o) {
        const std::string output = std::to_string(o);
        text += "    output" + output + " [shape=plaintext, label=\"output" +
                (N::output_count > 1 ? " " + output : std::string()) + "\"];\n    n" +
                std::to_string(graph.outputs[o]) + " -> output" + output + ";\n";
    }
    return text + "}\n";
}

} // namespace burin::report
