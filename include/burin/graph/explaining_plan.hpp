#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/fixed_string.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/passes/differentiate.hpp"
#include "burin/passes/fuse.hpp"
#include "burin/passes/links.hpp"
#include "burin/passes/liveness.hpp"
#include "burin/passes/plan_memory.hpp"
#include "burin/passes/schedule.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace burin {

/// What an `Explainer` finds the gradients of: the network's inputs.
struct OfInputs {};

/// What a node gives, called as in `Graph` or by its place in a `Sequential` (`"2"`, `"3.0"`): the last layer
/// of what has this name. Its value is kept, too.
template <FixedString Name>
struct OfNode {
    static constexpr std::string_view name = Name.view();
};

/// Nothing: it only runs forward.
struct OfNothing {};

namespace detail {

/// The last node of the layer or the layers that are called so; `none` if there are none.
template <class Net>
constexpr std::size_t node_called(std::string_view name) {
    std::size_t found = passes::none;
    const auto& nodes = Network<Net>::graph.nodes;
    for (std::size_t index = 0; index < nodes.size(); ++index) {
        const auto place = nodes[index].place.text();
        if (place.view() == name ||
            (place.view().starts_with(name) && place.view().substr(name.size()).starts_with(".")))
            found = index;
    }
    return found;
}

/// The places of a network's nodes, for a sentence: the last ones if there are many.
template <class Net>
constexpr Text<160> node_names() {
    constexpr std::size_t most = 8;
    const auto& nodes = Network<Net>::graph.nodes;
    Text<160> names;
    if (nodes.size() > most)
        names.append("others and ");
    for (std::size_t index = nodes.size() - std::min(nodes.size(), most); index < nodes.size(); ++index)
        names.append(names.view().ends_with("`") ? ", `" : "`")
            .append(nodes[index].place.text().view())
            .append("`");
    return names;
}

/// The gradients that are asked for, as nodes, and the node whose value is to be kept.
template <class Net, class Of>
struct Explained {
    static constexpr Sentence problem{};
    static constexpr std::size_t kept = passes::none;
    static constexpr passes::Wanted<0> wanted{.parameters = false};
};

template <class Net>
struct Explained<Net, OfInputs> {
    static constexpr Sentence problem{};
    static constexpr std::size_t kept = passes::none;
    static constexpr auto wanted = [] {
        passes::Wanted<Network<Net>::input_count> inputs{.parameters = false};
        std::size_t count = 0;
        for (std::size_t index = 0; index < Network<Net>::size; ++index)
            if (Network<Net>::graph.nodes[index].rules->traits.is_input)
                inputs.nodes[count++] = index;
        return inputs;
    }();
};

template <class Net, FixedString Name>
struct Explained<Net, OfNode<Name>> {
    static constexpr std::size_t found = node_called<Net>(Name.view());
    static constexpr Sentence problem = [] {
        Sentence sentence;
        if (found == passes::none)
            sentence.append("OfNode: expected the name of a node of the network, got `")
                .append(Name.view())
                .append("`; there are ")
                .append(node_names<Net>().view());
        return sentence;
    }();
    static constexpr std::size_t kept = found == passes::none ? 0 : found;
    static constexpr passes::Wanted<1> wanted{.parameters = false, .nodes = {kept}};
};

} // namespace detail

/// The way from a network to the program that explains it: forward as in inference, then back from gradients
/// of the outputs, which the caller gives, to what is asked for. No gradient of a parameter is computed. The
/// inputs are in the arena. Outputs of the program are those of the network, then the value of a node that is
/// asked for, then the gradients.
template <class Net, class Of, Links<Network<Net>::output_count> OutputLinks = no_links<Net>>
struct ExplainingPlan : private core::DiagnosisOf<detail::Explained<Net, Of>> {
    using N = Network<Net>;
    using Asked = detail::Explained<Net, Of>;

    static constexpr bool keeps_node = Asked::kept != passes::none;
    static constexpr std::size_t gradient_count = Asked::wanted.nodes.size();
    static constexpr Mode mode = gradient_count > 0 ? Mode::explaining : Mode::inference;
    /// Where in the program's outputs the gradients begin.
    static constexpr std::size_t first_gradient = N::output_count + keeps_node;

    static constexpr auto graph = [] {
        const auto linked = passes::absorb_links(N::graph, OutputLinks, mode);
        passes::LoweredGraph<N::size, first_gradient> kept{.nodes = linked.nodes};
        for (std::size_t i = 0; i < N::output_count; ++i)
            kept.outputs[i] = linked.outputs[i];
        if constexpr (keeps_node)
            kept.outputs[N::output_count] = Asked::kept;
        return kept;
    }();
    static constexpr auto fusion = passes::fuse(graph, mode);
    static constexpr auto program = [] {
        if constexpr (mode == Mode::explaining) {
            auto wanted = Asked::wanted;
            wanted.losses = N::output_count;
            return passes::inputs_in_arena(
                passes::schedule(passes::differentiate<N::edge_count>(graph, fusion, mode, wanted)));
        } else {
            return passes::inputs_in_arena(passes::schedule(passes::forward_program(graph, fusion, mode)));
        }
    }();
    static constexpr auto liveness = passes::liveness(program, graph.nodes);

    template <std::size_t Batch, class Scalar>
    static constexpr auto memory =
        passes::plan_memory<program.max_values>(liveness.span(), Batch, kernels::width<Scalar>);
};

} // namespace burin
