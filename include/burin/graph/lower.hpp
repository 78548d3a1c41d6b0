#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/core/misuse.hpp"
#include "burin/core/number.hpp"
#include "burin/core/text.hpp"
#include "burin/graph/contract.hpp"
#include "burin/graph/forms.hpp"
#include "burin/graph/op.hpp"
#include "burin/passes/node.hpp"

#include <boost/hana/at.hpp>
#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace burin {

namespace detail {

namespace hana = boost::hana;

/// The nodes whose outputs a layer reads.
struct Wires {
    std::array<std::size_t, passes::max_inputs> nodes{};
    std::size_t count = 0;

    constexpr void add(std::size_t node) {
        if (count < passes::max_inputs)
            nodes[count] = node;
        ++count;
    }

    static constexpr Wires one(std::size_t node) {
        Wires wires;
        wires.add(node);
        return wires;
    }
};

/// The flat table while it is being written. The first problem found is kept; after it the table is of no
/// use.
template <std::size_t N, std::size_t OutputCount>
struct Lowering {
    passes::LoweredGraph<N, OutputCount> graph{};
    std::size_t count = 0;
    std::size_t output_count = 0;
    Sentence problem{};

    // Set while the nodes of a layer with shared weights are appended.
    std::string_view shared_name{};
    std::size_t shared_depth = 0;
    std::size_t shared_owner = passes::none;

    bool is_frozen = false; ///< Set while the nodes of a `Frozen` are appended.
    // Set while the nodes of a `Regularized` are appended.
    passes::Penalty penalty{};
    passes::Constraint constraint{};

    constexpr bool failed() const { return !problem.empty(); }
    constexpr Sentence& fail() { return problem; }

    constexpr std::size_t append(const OpRules& rules, const Wires& wires, const passes::Place& place) {
        passes::LoweredNode& node = graph.nodes[count];
        node.rules = &rules;
        node.inputs = wires.nodes;
        node.input_count = wires.count;
        node.place = node.weights_place = place;
        node.is_frozen = is_frozen;
        node.penalty = penalty;
        node.constraint = constraint;
        if (!shared_name.empty())
            share(node);
        return count++;
    }

  private:
    constexpr void share(passes::LoweredNode& node) {
        if (shared_owner != passes::none) {
            const passes::LoweredNode& owner = graph.nodes[shared_owner];
            node.shares_with = shared_owner++;
            node.weights_place = owner.weights_place;
            // Layers that have the same rule for their parameters may share them too.
            const auto rule = owner.rules->parameters;
            const bool may_share =
                owner.rules == node.rules || (rule == node.rules->parameters && rule != &Op::parameters);
            if (!may_share && !failed()) {
                problem = passes::expected_of(node).append("`").append(owner.rules->name().view());
                problem.append("`, as in the first node with SharedWeights<\"");
                problem.append(shared_name).append("\">");
            } else if ((owner.penalty != node.penalty || owner.constraint != node.constraint) && !failed()) {
                problem = passes::expected_of(node);
                problem.append("the regularisers of the first node with SharedWeights<\"");
                problem.append(shared_name).append("\">");
            }
        } else {
            node.weights_place.segments[shared_depth].name = shared_name;
        }
    }
};

inline constexpr auto fail_layer = [](auto& lowering, const passes::Place& place,
                                      std::string_view what) -> Sentence& {
    lowering.fail().append(what).append(" `").append(place.text().view()).append("`");
    return lowering.fail();
};

/// ``layer `2` `Dense<10>`: ``
inline constexpr auto fail_named = [](auto& lowering, const passes::Place& place,
                                      const Text<64>& name) -> Sentence& {
    return fail_layer(lowering, place, "layer").append(" `").append(name.view()).append("`: ");
};

/// Types of layers. (Hana's `tuple` and `flatten` would do, and take ten times as long to compile.)
template <class... Layers>
using LayerTypes = hana::basic_tuple<hana::type<Layers>...>;

template <class Done, class... Lists>
struct Join {
    using Type = Done;
};
template <class... Done, class... A, class... Others>
struct Join<hana::basic_tuple<Done...>, hana::basic_tuple<A...>, Others...>
    : Join<hana::basic_tuple<Done..., A...>, Others...> {};
// Eight at a time: a network may have hundreds.
template <class... Done, class... A, class... B, class... C, class... D, class... E, class... F, class... G,
          class... H, class... Others>
struct Join<hana::basic_tuple<Done...>, hana::basic_tuple<A...>, hana::basic_tuple<B...>,
            hana::basic_tuple<C...>, hana::basic_tuple<D...>, hana::basic_tuple<E...>,
            hana::basic_tuple<F...>, hana::basic_tuple<G...>, hana::basic_tuple<H...>, Others...>
    : Join<hana::basic_tuple<Done..., A..., B..., C..., D..., E..., F..., G..., H...>, Others...> {};

/// All of these lists in one.
template <class... Lists>
constexpr auto joined(Lists...) {
    return typename Join<LayerTypes<>, Lists...>::Type{};
}

/// How each form becomes nodes: `ops()` lists the layers' types in the order in which `append` appends their
/// nodes. The general case is a layer, which is one node. Something that is no layer takes up one
/// node, too, so that the table can be written down and the problem be told.
template <class Form>
struct Lower {
    static constexpr auto ops() { return LayerTypes<Form>{}; }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        if constexpr (!Layer<Form>) {
            if (!lowering.failed()) {
                auto& problem = fail_layer(lowering, place, "place");
                problem = misuse<Form>(problem.view(), "a layer");
                if constexpr (std::is_base_of_v<Op, Form> && !std::derived_from<Form, Op>)
                    problem.append(", which is not derived publicly from `Op`");
                else if constexpr (std::is_base_of_v<Op, Form>)
                    problem.append(" without `static constexpr ").append(missing_member<Form>()).append("`");
                else if constexpr (requires { Form::name(); })
                    problem.append(", which does not derive from `Op`");
            }
            return 0;
        } else if constexpr (constexpr Sentence broken = describe_broken_contract<Form>(); !broken.empty()) {
            if (!lowering.failed())
                fail_named(lowering, place, Form::name()).append(broken.view());
            return 0;
        } else {
            const auto fail = [&]() -> Sentence& { return fail_named(lowering, place, Form::name()); };
            if (!lowering.failed() && Form::traits.is_input && wires.count > 0)
                fail().append("expected nothing before it; an Input can only be first");
            if (!lowering.failed() && !Form::traits.is_input && wires.count == 0)
                fail().append("expected an input, got none; begin the network with `Input<...>`");
            if (!lowering.failed() && wires.count > passes::max_inputs)
                fail()
                    .append("expected at most ")
                    .append(passes::max_inputs)
                    .append(" inputs, got ")
                    .append(wires.count);
            return lowering.append(engine::rules_of<Form>, wires, place);
        }
    }
};

template <class Form>
inline constexpr bool is_input_layer = false;
template <std::size_t... Extents>
inline constexpr bool is_input_layer<Input<Extents...>> = true;

template <class... Layers>
struct Lower<Sequential<Layers...>> {
    static constexpr auto ops() { return joined(Lower<Layers>::ops()...); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, Wires wires, const passes::Place& place) {
        std::size_t number = 0;
        [[maybe_unused]] const auto append_one = [&]<class LayerType>(std::type_identity<LayerType>) {
            const std::size_t own_number = is_input_layer<LayerType> && wires.count == 0 ? 0 : number++;
            wires = Wires::one(Lower<LayerType>::append(lowering, wires, place.child(own_number)));
        };
        // An array's initialisers are evaluated in order, and unlike a fold's operands there may be any
        // number.
        const int in_order[] = {0, (append_one(std::type_identity<Layers>{}), 0)...};
        static_cast<void>(in_order);
        return wires.nodes[0];
    }
};

/// A merge is one layer: it has no name of its own below which others could be.
template <class Merge, class Lowering>
constexpr std::size_t append_merge(Lowering& lowering, const Wires& wires, const passes::Place& place) {
    if constexpr (std::is_same_v<decltype(Lower<Merge>::ops()), LayerTypes<Merge>>) {
        return Lower<Merge>::append(lowering, wires, place);
    } else {
        if (!lowering.failed()) {
            auto& problem = fail_layer(lowering, place, "place");
            problem = misuse<Merge>(problem.view(), "one layer that merges, as `Concat`")
                          .append("; put others behind it, or use a `Graph`");
        }
        return 0;
    }
}

template <class Merge, class... Branches>
struct Lower<Parallel<Merge, Branches...>> {
    static constexpr auto ops() { return joined(Lower<Branches>::ops()..., LayerTypes<Merge>{}); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        Wires merged;
        std::size_t number = 0;
        (merged.add(Lower<Branches>::append(lowering, wires, place.child(number++))), ...);
        return append_merge<Merge>(lowering, merged, place);
    }
};

template <class Merge, class... Layers>
struct Lower<SkipConnection<Merge, Layers...>> {
    static constexpr auto ops() { return joined(Lower<Sequential<Layers...>>::ops(), LayerTypes<Merge>{}); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        Wires merged = wires;
        merged.add(Lower<Sequential<Layers...>>::append(lowering, wires, place));
        return append_merge<Merge>(lowering, merged, place);
    }
};

template <class LayerType>
struct Lower<Frozen<LayerType>> {
    static constexpr auto ops() { return Lower<LayerType>::ops(); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        const bool before = std::exchange(lowering.is_frozen, true);
        const std::size_t node = Lower<LayerType>::append(lowering, wires, place);
        lowering.is_frozen = before;
        return node;
    }
};

template <class Form>
inline constexpr bool is_regulariser = false;
template <core::Number auto Factor>
inline constexpr bool is_regulariser<L1<Factor>> = true;
template <core::Number auto Factor>
inline constexpr bool is_regulariser<L2<Factor>> = true;

template <core::Number auto Limit>
inline constexpr bool is_regulariser<MaxNorm<Limit>> = true;
template <>
inline constexpr bool is_regulariser<UnitNorm> = true;

template <core::Number auto Factor>
constexpr void regularize(auto& lowering, L1<Factor>) {
    lowering.penalty.l1 += Factor;
}
template <core::Number auto Factor>
constexpr void regularize(auto& lowering, L2<Factor>) {
    lowering.penalty.l2 += Factor;
}
template <core::Number auto Limit>
constexpr void regularize(auto& lowering, MaxNorm<Limit>) {
    const double before = lowering.constraint.max_norm;
    lowering.constraint.max_norm = before > 0 && before < Limit ? before : Limit;
}
constexpr void regularize(auto& lowering, UnitNorm) {
    lowering.constraint.unit_norm = true;
}

template <class LayerType, class... Penalties>
struct Lower<Regularized<LayerType, Penalties...>> {
    static_assert((is_regulariser<Penalties> && ...),
                  "Regularized takes a layer, then L1<...>, L2<...>, MaxNorm<...> or UnitNorm");

    static constexpr auto ops() { return Lower<LayerType>::ops(); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        const passes::Penalty penalty = lowering.penalty;
        const passes::Constraint constraint = lowering.constraint;
        (regularize(lowering, Penalties{}), ...);
        const std::size_t node = Lower<LayerType>::append(lowering, wires, place);
        lowering.penalty = penalty;
        lowering.constraint = constraint;
        return node;
    }
};

/// The names of a Graph and the nodes that they stand for.
template <std::size_t MaxNames>
struct Names {
    struct Entry {
        std::string_view name{};
        std::size_t node = passes::none;
        bool is_shared_weights = false;
    };
    std::array<Entry, MaxNames> entries{};
    std::size_t count = 0;

    constexpr std::size_t find(std::string_view name, bool is_shared_weights = false) const {
        for (std::size_t i = 0; i < count; ++i)
            if (entries[i].name == name && entries[i].is_shared_weights == is_shared_weights)
                return entries[i].node;
        return passes::none;
    }
    constexpr void add(std::string_view name, std::size_t node, bool is_shared_weights = false) {
        entries[count++] = {name, node, is_shared_weights};
    }
};

template <class Part>
struct LowerPart;

template <FixedString Name, class LayerType, FixedString... Sources, class Weights>
struct LowerPart<Node<Name, LayerType, From<Sources...>, Weights>> {
    static constexpr std::size_t name_count = 2;
    static constexpr auto ops() { return Lower<LayerType>::ops(); }

    template <class Lowering, class NameTable>
    static constexpr void append(Lowering& lowering, NameTable& names) {
        const passes::Place place = passes::Place{}.child(Name.view());
        if (!lowering.failed() && names.find(Name.view()) != passes::none)
            fail_layer(lowering, place, "node")
                .append(": expected a name of its own, got one that an earlier node has");
        Wires wires;
        const std::array<std::string_view, sizeof...(Sources)> sources{Sources.view()...};
        for (std::string_view source : sources) {
            const std::size_t node = names.find(source);
            if (node == passes::none && !lowering.failed())
                fail_layer(lowering, place, "node")
                    .append(" reads `")
                    .append(source)
                    .append("`: expected the name of a node declared before it, got an unknown name");
            wires.add(node == passes::none ? 0 : node);
        }
        if constexpr (Weights::is_shared) {
            lowering.shared_name = Weights::name.view();
            lowering.shared_owner = names.find(lowering.shared_name, true);
            if (lowering.shared_owner == passes::none)
                names.add(lowering.shared_name, lowering.count, true);
        }
        const std::size_t node = Lower<LayerType>::append(lowering, wires, place);
        lowering.shared_name = {};
        names.add(Name.view(), node);
    }
};

template <class... Nodes>
struct LowerPart<Inputs<Nodes...>> {
    static constexpr std::size_t name_count = (0 + ... + LowerPart<Nodes>::name_count);
    static constexpr auto ops() { return joined(LowerPart<Nodes>::ops()...); }

    template <class Lowering, class NameTable>
    static constexpr void append(Lowering& lowering, NameTable& names) {
        (LowerPart<Nodes>::append(lowering, names), ...);
    }
};

template <FixedString... OutputNames>
struct LowerPart<Outputs<OutputNames...>> {
    static constexpr std::size_t name_count = 0;
    static constexpr auto ops() { return LayerTypes<>{}; }

    template <class Lowering, class NameTable>
    static constexpr void append(Lowering& lowering, const NameTable& names) {
        const std::array<std::string_view, sizeof...(OutputNames)> outputs{OutputNames.view()...};
        for (std::string_view output : outputs) {
            const std::size_t node = names.find(output);
            if (node == passes::none && !lowering.failed())
                lowering.fail()
                    .append("output `")
                    .append(output)
                    .append("`: expected the name of a node declared before it, got an unknown name");
            lowering.graph.outputs[lowering.output_count++] = node == passes::none ? 0 : node;
        }
    }
};

template <class... Parts>
struct Lower<Graph<Parts...>> {
    static constexpr auto ops() { return joined(LowerPart<Parts>::ops()...); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        if (wires.count > 0 && !lowering.failed())
            fail_layer(lowering, place, "place")
                .append(": expected a layer, got a Graph; a Graph has inputs of its own and can't be nested");
        Names<(0 + ... + LowerPart<Parts>::name_count)> names;
        (LowerPart<Parts>::append(lowering, names), ...);
        if (lowering.output_count == 0 && !lowering.failed())
            lowering.fail().append("expected `Outputs<...>` as the last part of the Graph, got none");
        return 0;
    }
};

/// How many outputs a network has.
template <class Net>
inline constexpr std::size_t output_count_of = 1;
template <class... Parts>
inline constexpr std::size_t output_count_of<Graph<Parts...>> =
    std::max<std::size_t>((0 + ... + output_count_of<Parts>), 1); // One that has none is told of.
template <FixedString Name, class LayerType, class Sources, class Weights>
inline constexpr std::size_t output_count_of<Node<Name, LayerType, Sources, Weights>> = 0;
template <class... Nodes>
inline constexpr std::size_t output_count_of<Inputs<Nodes...>> = 0;
template <FixedString... OutputNames>
inline constexpr std::size_t output_count_of<Outputs<OutputNames...>> = sizeof...(OutputNames);

} // namespace detail

namespace engine {

/// The types of a network's layers in the order of the node table, as a Hana tuple of Hana types.
template <class Net>
using OpTypes = decltype(detail::Lower<Net>::ops());

template <class Net>
inline constexpr std::size_t node_count = decltype(boost::hana::length(std::declval<OpTypes<Net>>()))::value;

/// The type of node `Index`'s layer.
template <class Net, std::size_t Index>
using OpAt = typename std::remove_cvref_t<decltype(boost::hana::at_c<Index>(
    std::declval<const OpTypes<Net>&>()))>::type;

/// The flat table of a network, or the first problem in how it is put together.
template <class Net>
consteval auto lower() {
    constexpr std::size_t nodes = node_count<Net>;
    constexpr std::size_t outputs = detail::output_count_of<Net>;
    detail::Lowering<nodes, outputs> lowering;
    const std::size_t last = detail::Lower<Net>::append(lowering, detail::Wires{}, passes::Place{});
    if (lowering.output_count == 0)
        lowering.graph.outputs[0] = last;
    if (nodes == 0 && !lowering.failed())
        lowering.fail().append("expected a network that begins with `Input<...>`, got one without layers");
    return lowering;
}

} // namespace engine

} // namespace burin
