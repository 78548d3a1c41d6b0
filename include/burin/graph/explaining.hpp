#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/core/fixed_string.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/recipe.hpp"

#include <algorithm>
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
    const auto& nodes = engine::Network<Net>::graph.nodes;
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
    const auto& nodes = engine::Network<Net>::graph.nodes;
    Text<160> names;
    if (nodes.size() > most)
        names.append("others and ");
    for (std::size_t index = nodes.size() - std::min(nodes.size(), most); index < nodes.size(); ++index)
        names.append(names.view().ends_with("`") ? ", `" : "`")
            .append(nodes[index].place.text().view())
            .append("`");
    return names;
}

/// The node that is asked for, and the recipe.
template <class Of>
struct Question;

template <>
struct Question<OfNothing> {
    template <class Net>
    static constexpr Sentence problem{};
    template <class Net>
    static constexpr engine::Recipe<> recipe{.inputs = InputMemory::arena};
};

template <>
struct Question<OfInputs> {
    template <class Net>
    static constexpr Sentence problem{};
    template <class Net>
    static constexpr engine::Recipe<> recipe{
        .mode = Mode::explaining, .inputs = InputMemory::arena, .gradients = recipes::Gradients::of_inputs};
};

template <FixedString Name>
struct Question<OfNode<Name>> {
    template <class Net>
    static constexpr std::size_t found = node_called<Net>(Name.view());
    template <class Net>
    static constexpr Sentence problem = [] {
        Sentence sentence;
        if (found<Net> == passes::none)
            sentence.append("OfNode: expected the name of a node of the network, got `")
                .append(Name.view())
                .append("`; there are ")
                .append(node_names<Net>().view());
        return sentence;
    }();
    template <class Net>
    static constexpr engine::Recipe<> recipe{.mode = Mode::explaining,
                                             .inputs = InputMemory::arena,
                                             .gradients = recipes::Gradients::of_node,
                                             .kept_node = found<Net> == passes::none ? 0 : found<Net>};
};

template <class Net, class Of>
struct ExaminedQuestion {
    static constexpr Sentence problem = Question<Of>::template problem<Net>;
};

} // namespace detail

namespace recipes {

/// Forward as in inference, then back from gradients of the outputs, which the caller gives, to what is asked
/// for. No gradient of a parameter is computed. The inputs are in the arena.
template <class Net, class Of>
inline constexpr engine::Recipe<> explaining = [] {
    static_cast<void>(core::DiagnosisOf<detail::ExaminedQuestion<Net, Of>>{});
    return detail::Question<Of>::template recipe<Net>;
}();

} // namespace recipes

} // namespace burin
