#pragma once

#include "burin/core/for_each_index.hpp"
#include "burin/graph/block.hpp"
#include "burin/graph/forms.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/passes/fuse.hpp"

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin {

namespace detail {

/// A layer that a BatchNorm behind it can be folded into: it is linear, `WithBias` is the same layer with a
/// bias, which folding needs, and `Itself` is the layer. (What is derived from it may compute otherwise.)
template <class LayerType>
concept TakesBatchNorm = LayerType::traits.is_linear && requires {
    typename LayerType::WithBias;
    requires std::is_same_v<typename LayerType::Itself, LayerType>;
};

template <class LayerType>
inline constexpr bool is_batch_norm = false;
template <class... Options>
inline constexpr bool is_batch_norm<BatchNorm<Options...>> = true;

/// Which BatchNorms of a network, or of a part of one, are folded into which layers.
template <class Net>
struct Folding {
    static constexpr std::size_t size = engine::node_count<Net>;
    static constexpr bool is_whole = is_valid_network<Net>;
    static constexpr std::size_t first = is_whole ? 0 : 1; ///< The node of the form's first layer.

    /// A part of a network reads one input, of which nothing is known.
    static constexpr auto graph = [] {
        if constexpr (is_whole) {
            return Examined<Net>::shaped.graph;
        } else {
            Lowering<size + 1, output_count_of<Net>> lowering;
            const std::size_t input = lowering.append(engine::rules_of<Input<1>>, Wires{}, passes::Place{});
            const std::size_t last = Lower<Net>::append(lowering, Wires::one(input), passes::Place{});
            if (lowering.output_count == 0)
                lowering.graph.outputs[0] = last;
            return lowering.graph;
        }
    }();

    template <std::size_t... I>
    static constexpr auto norms(std::index_sequence<I...>) {
        return std::array<bool, size>{is_batch_norm<typename StepLayer<engine::OpAt<Net, I>>::type>...};
    }
    template <std::size_t... I>
    static constexpr auto takers(std::index_sequence<I...>) {
        return std::array<bool, size>{TakesBatchNorm<typename StepLayer<engine::OpAt<Net, I>>::type>...};
    }

    static constexpr std::size_t owner_of(std::size_t node) {
        const std::size_t owner = graph.nodes[first + node].shares_with;
        return owner == passes::none ? node : owner - first;
    }

    /// The layer before a BatchNorm that nothing else reads, seen through what changes nothing in inference
    /// and leaves channels where they are; `none` if there is none.
    static constexpr std::size_t layer_before(std::size_t norm) {
        constexpr auto is_taker = takers(std::make_index_sequence<size>{});
        constexpr auto readers = passes::count_readers(graph);
        const auto is_looked_through = [](const passes::OpRules& rules) {
            return rules.traits.is_view_in_inference || (is_whole && rules.traits.is_view);
        };
        if (graph.nodes[first + norm].input_count != 1)
            return passes::none;
        std::size_t node = graph.nodes[first + norm].inputs[0];
        while (readers[node] == 1 && is_looked_through(*graph.nodes[node].rules))
            node = graph.nodes[node].inputs[0];
        if (readers[node] != 1 || node < first || !is_taker[node - first] ||
            (is_whole && graph.nodes[node].shape.last() != graph.nodes[norm].shape.last()))
            return passes::none;
        return node - first;
    }

    /// For each BatchNorm the layer that it is folded into, `none` for all other nodes. Weights that several
    /// nodes share can be folded only if all these nodes do the same.
    static constexpr std::array<std::size_t, size> into = [] {
        constexpr auto is_norm = norms(std::make_index_sequence<size>{});
        std::array<std::size_t, size> into{}, norm_of{};
        into.fill(passes::none);
        norm_of.fill(passes::none);
        bool any_shared = false;
        for (std::size_t node = 0; node < size; ++node) {
            any_shared = any_shared || owner_of(node) != node;
            if (is_norm[node])
                into[node] = layer_before(node);
            if (into[node] != passes::none)
                norm_of[into[node]] = node;
        }
        const auto leave = [&](std::size_t norm) {
            norm_of[into[norm]] = passes::none;
            into[norm] = passes::none;
        };
        const auto agrees = [&](std::size_t norm, std::size_t other) {
            if (owner_of(other) == owner_of(norm) && into[other] == passes::none)
                return false;
            return owner_of(other) != owner_of(into[norm]) ||
                   (norm_of[other] != passes::none && owner_of(norm_of[other]) == owner_of(norm));
        };
        for (bool changes = any_shared; changes;) {
            changes = false;
            for (std::size_t norm = 0; norm < size; ++norm)
                for (std::size_t other = 0; other < size && into[norm] != passes::none; ++other)
                    if (!agrees(norm, other)) {
                        leave(norm);
                        changes = true;
                    }
        }
        return into;
    }();

    static constexpr std::array<bool, size> takes = [] {
        std::array<bool, size> takes{};
        for (const std::size_t node : into)
            if (node != passes::none)
                takes[node] = true;
        return takes;
    }();
};

/// How many nodes a part of a network is.
template <class Form>
inline constexpr std::size_t nodes_of = engine::node_count<Form>;
template <FixedString Name, class LayerType, class Sources, class Weights>
inline constexpr std::size_t nodes_of<Node<Name, LayerType, Sources, Weights>> =
    engine::node_count<LayerType>;
template <class... Nodes>
inline constexpr std::size_t nodes_of<Inputs<Nodes...>> = (0 + ... + nodes_of<Nodes>);
template <FixedString... Names>
inline constexpr std::size_t nodes_of<Outputs<Names...>> = 0;
template <FixedString... Names>
inline constexpr std::size_t nodes_of<Reading<Names...>> = 0;

/// A part of the network Net whose first node is `First`, folded. This is the answer for a layer.
template <class Net, std::size_t First, class Form>
struct FoldedForm {
    static constexpr auto layer() {
        if constexpr (Layer<Form> && First < Folding<Net>::size) {
            if constexpr (Folding<Net>::into[First] != passes::none)
                return std::type_identity<Identity>{};
            else if constexpr (Folding<Net>::takes[First] && TakesBatchNorm<Form>)
                return std::type_identity<typename Form::WithBias>{};
            else
                return std::type_identity<Form>{};
        } else {
            return std::type_identity<Form>{};
        }
    }
    using type = typename decltype(layer())::type;
};

/// Parts one after the other.
template <class Net, std::size_t First, template <class...> class Form, class... Parts>
struct FoldedParts {
    static constexpr std::array<std::size_t, sizeof...(Parts) + 1> begins = [] {
        std::array<std::size_t, sizeof...(Parts) + 1> result{First};
        std::size_t next = 0;
        ((result[next + 1] = result[next] + nodes_of<Parts>, ++next), ...);
        return result;
    }();
    template <std::size_t... I>
    static constexpr auto folded(std::index_sequence<I...>) {
        return std::type_identity<Form<typename FoldedForm<Net, begins[I], Parts>::type...>>{};
    }
    using type = typename decltype(folded(std::make_index_sequence<sizeof...(Parts)>{}))::type;
};

template <class Net, std::size_t First, class... Layers>
struct FoldedForm<Net, First, Sequential<Layers...>> : FoldedParts<Net, First, Sequential, Layers...> {};
template <class Net, std::size_t First, class... Parts>
struct FoldedForm<Net, First, Graph<Parts...>> : FoldedParts<Net, First, Graph, Parts...> {};
template <class Net, std::size_t First, class... Nodes>
struct FoldedForm<Net, First, Inputs<Nodes...>> : FoldedParts<Net, First, Inputs, Nodes...> {};
template <class Net, std::size_t First, class... Parts>
struct FoldedForm<Net, First, Block<Parts...>> : FoldedParts<Net, First, Block, Parts...> {};

/// Merges are the last nodes of their forms.
template <class Net, std::size_t First, class Merge, class... Branches>
struct FoldedForm<Net, First, Parallel<Merge, Branches...>> {
    template <class... Folded>
    using Around = Parallel<Merge, Folded...>;
    using type = typename FoldedParts<Net, First, Around, Branches...>::type;
};
template <class Net, std::size_t First, class Merge, class... Layers>
struct FoldedForm<Net, First, SkipConnection<Merge, Layers...>> {
    template <class... Folded>
    using Around = SkipConnection<Merge, Folded...>;
    using type = typename FoldedParts<Net, First, Around, Layers...>::type;
};

template <class Net, std::size_t First, class LayerType>
struct FoldedForm<Net, First, Frozen<LayerType>> {
    using type = Frozen<typename FoldedForm<Net, First, LayerType>::type>;
};
template <class Net, std::size_t First, class LayerType>
struct FoldedForm<Net, First, TimeDistributed<LayerType>> {
    using type = TimeDistributed<typename FoldedForm<Net, First, LayerType>::type>;
};
template <class Net, std::size_t First, class LayerType, class... Penalties>
struct FoldedForm<Net, First, Regularized<LayerType, Penalties...>> {
    using type = Regularized<typename FoldedForm<Net, First, LayerType>::type, Penalties...>;
};
template <class Net, std::size_t First, FixedString Name, class LayerType, class Sources, class Weights>
struct FoldedForm<Net, First, Node<Name, LayerType, Sources, Weights>> {
    using type = Node<Name, typename FoldedForm<Net, First, LayerType>::type, Sources, Weights>;
};

/// The layer of a node, at each step or once, as `fold` wants to see it.
template <class Net, std::size_t Index>
using StepLayerAt = typename StepLayer<engine::OpAt<Net, Index>>::type;

} // namespace detail

/// A network for inference in which each BatchNorm behind a layer with a weight and a bias (Dense, Conv1D to
/// Conv3D, DepthwiseConv2D) is part of that layer: no step is left of it, and an activation behind it is
/// applied to the product while it is in registers. What changes nothing in inference (Dropout, Identity, …)
/// may stand in between, and either may be a node of a Graph, in a TimeDistributed, Frozen or Sequential of
/// its own.
///
///     using Net = Sequential<Input<28, 28, 1>, Conv2D<8, 3, NoBias>, BatchNorm<>, ReLU, Flatten, Dense<10>>;
///     const Model<Folded<Net>> folded = fold(model);
///     Predictor<Folded<Net>> predictor;
///
/// A BatchNorm stays as it is behind any other layer, or if something else reads that layer, or if one of
/// both shares its parameters with a node that can't be folded in the same way. The parameters are those that
/// `fold` computes; they have the names that they had. A part of a network may be folded by itself,
/// `Sequential<Input<8>, Folded<Part>, Dense<2>>`.
template <class Net>
using Folded = typename detail::FoldedForm<Net, 0, Net>::type;

/// Writes the parameters of Folded<Net>: weight · s and bias + (b − mean) · s, where s = weight of BatchNorm
/// / √(variance + ε), b is the bias that the layer had, and mean and variance are the running ones.
template <class Net, class Scalar>
void fold(const Parameters<Net, Scalar>& from, Parameters<Folded<Net>, Scalar>& to) noexcept {
    using Target = Folded<Net>;
    static_assert(engine::node_count<Net> == engine::node_count<Target>);
    to.values.fill(Scalar(0));
    for (const ParameterTensor& tensor : parameter_tensors<Target>)
        if (const ParameterTensor* const source = engine::find_tensor<Net>(tensor.name().view()))
            for (std::size_t i = 0; i < tensor.spec.shape.size(); ++i)
                to.values[tensor.offset + i] = from.values[source->offset + i];

    const auto fold_node = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
        constexpr std::size_t into = detail::Folding<Net>::into[Index];
        if constexpr (into != passes::none) {
            static_assert(std::is_same_v<detail::StepLayerAt<Target, Index>, Identity> &&
                              std::is_same_v<detail::StepLayerAt<Target, into>,
                                             typename detail::StepLayerAt<Net, into>::WithBias>,
                          "a form that Folded does not know holds a BatchNorm or the layer before it");
            constexpr auto& norm = engine::Network<Net>::graph.nodes[Index];
            constexpr auto& graph = engine::Network<Target>::graph;
            constexpr auto& layer = graph.nodes[into];
            // Shared weights are folded once.
            if constexpr (layer.shares_with == passes::none) {
                constexpr std::size_t channels = norm.shape.last();
                constexpr auto inputs = passes::input_shapes(graph.nodes, layer);
                constexpr ParameterList list = layer.rules->parameters(inputs.span());
                static_assert(list[1].shape.size() == channels);
                Scalar* const parameters = to.data() + layer.parameter_offset;
                const engine::TensorView<Scalar> weight(parameters, list[0]);
                Scalar* const bias = parameters + list.offset(1);
                using Affine = typename detail::StepLayerAt<Net, Index>::Affine;
                const Scalar* const affine = from.data() + norm.parameter_offset;
                const Scalar* const weights = Affine::template weight<channels>(affine);
                const Scalar* const biases = Affine::template bias<channels>(affine);
                const Scalar* const running = from.data() + norm.statistics_offset;
                for (std::size_t c = 0; c < channels; ++c) {
                    using Vector = kernels::Vector<Scalar>;
                    const auto epsilon = static_cast<Scalar>(detail::StepLayerAt<Net, Index>::epsilon);
                    const Scalar scale =
                        weights[c] /
                        kernels::first_lane<Scalar>(kernels::sqrt(Vector(running[channels + c] + epsilon)));
                    for (std::size_t i = c; i < weight.size(); i += channels)
                        weight[i] *= scale;
                    bias[c] = biases[c] + (bias[c] - running[c]) * scale;
                }
            }
        }
    };
    core::for_each_index<engine::node_count<Net>>(fold_node);
}

/// The same as a value, for a network that is small beside the stack.
template <class Net, class Scalar>
Parameters<Folded<Net>, Scalar> fold(const Parameters<Net, Scalar>& from) noexcept {
    Parameters<Folded<Net>, Scalar> to;
    fold(from, to);
    return to;
}

} // namespace burin
