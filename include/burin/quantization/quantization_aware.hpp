#pragma once

#include "burin/core/for_each_index.hpp"
#include "burin/graph/lower.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/passes/links.hpp"
#include "burin/quantization/activation_ranges.hpp"
#include "burin/quantization/clamps.hpp"
#include "burin/quantization/fake_quantize.hpp"
#include "burin/quantization/is_quantizable.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <boost/hana/for_each.hpp>
#include <boost/hana/type.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace burin {

/// A network that is trained as it will compute with 8-bit integers: its layers compute with rounded weights
/// (`FakeQuantizedWeights`), and what the 8-bit program stores is rounded (`FakeQuantize`): inputs, and the
/// outputs of layers, those of a ReLU instead where it is computed together with the layer before it. The
/// last Softmax or Sigmoid is left out, so that a loss can still contain it.
///
///     using Aware = QuantizationAware<Net>;
///     Model<Aware> aware;
///     copy_parameters(model.parameters(), aware.parameters());     // trained in float
///     fit(aware, train, Fit{.optimizer = optimizers::Adam{.learning_rate = 1e-4f}, .epochs = 3});
///     copy_parameters(aware.parameters(), model.parameters());
///     const auto network = quantize(model, ranges_of(aware.parameters()));
///
/// Its parameters are those of the network, under the same names; the ranges are statistics: `0.output_min`,
/// `0.output_max`, …, and `input_min`, `input_max` of each input. A network with BatchNorm is to be folded
/// first: `QuantizationAware<Folded<Net>>`. Unlike `Folded` it can't be part of another network: where to
/// round depends on what the whole program computes together.
template <class Net>
struct QuantizationAware {};

namespace detail {

/// A network and where rounding belongs in it, as tables by its nodes.
template <class Net>
struct AwareOf {
    using Type = typename engine::Network<Quantizable<Net>>::Type;
    using N = engine::Network<Type>;

    enum class Kind {
        none,     ///< Not stored, or with the scale of the layer's input.
        observed, ///< Stored with a scale of its own.
        known,    ///< Stored with a scale that is always the same.
    };

    /// What the layer's 8-bit form makes of a range and its inputs' scales tells what its own scale depends
    /// on.
    template <std::size_t Index>
    static constexpr quantization::Scale scale_for(float max, float input_scale) {
        std::array<quantization::Scale, passes::max_inputs> inputs{};
        inputs.fill({input_scale, 0});
        return quantization::Int8Layer<engine::OpAt<Type, Index>>::output_scale(
            {0, max}, std::span<const quantization::Scale>(inputs).first(N::graph.nodes[Index].input_count));
    }

    template <std::size_t Index>
    static constexpr Kind kind = [] {
        constexpr auto& node = N::graph.nodes[Index];
        constexpr std::size_t head = quantization::clamps<Type>.head[Index];
        constexpr std::size_t computes = head == passes::none ? Index : head;
        constexpr bool is_linked_output =
            node.rules->traits.link != Link::none &&
            std::any_of(N::graph.outputs.begin(), N::graph.outputs.end(), [](std::size_t output) {
                return passes::maker_of(N::graph, output, Mode::inference) == Index;
            });
        if constexpr (passes::is_view(*node.rules, Mode::inference) || is_linked_output ||
                      quantization::clamps<Type>.of[Index] != passes::none)
            return Kind::none;
        else if constexpr (scale_for<computes>(1, 1) != scale_for<computes>(2, 1))
            return Kind::observed;
        else if constexpr (scale_for<computes>(1, 1) != scale_for<computes>(1, 2))
            return Kind::none;
        else
            return Kind::known;
    }();

    template <std::size_t Index>
    static constexpr auto rounding() {
        if constexpr (kind<Index> == Kind::none)
            return LayerTypes<>{};
        else if constexpr (kind<Index> == Kind::known)
            return LayerTypes<FixedFakeQuantize<scale_for<Index>(1, 1)>>{};
        else if constexpr (N::graph.nodes[Index].rules->traits.is_input)
            return LayerTypes<InputFakeQuantize>{};
        else
            return LayerTypes<FakeQuantize<>>{};
    }

    template <class LayerType>
    static constexpr auto layer() {
        if constexpr (quantization::has_8_bit_weights<LayerType>)
            return std::type_identity<quantization::FakeQuantizedWeights<LayerType>>{};
        else
            return std::type_identity<LayerType>{};
    }
    template <std::size_t Index>
    using LayerAt = typename decltype(layer<engine::OpAt<Type, Index>>())::type;

    using Indices = std::make_index_sequence<N::size>;

    /// Where node `Index`, and where its rounded output is in the table of the whole.
    static constexpr std::array<std::size_t, N::size> node_at =
        []<std::size_t... I>(std::index_sequence<I...>) {
            constexpr std::array<bool, N::size> is_rounded{(kind<I> != Kind::none)...};
            std::array<std::size_t, N::size> at{};
            for (std::size_t i = 0, next = 0; i < N::size; ++i) {
                at[i] = next;
                next += is_rounded[i] ? std::size_t(2) : std::size_t(1);
            }
            return at;
        }(Indices{});
    template <std::size_t Index>
    static constexpr std::size_t value_at = node_at[Index] + (kind<Index> != Kind::none ? 1 : 0);
};

template <class Net>
struct Lower<QuantizationAware<Net>> {
    using Aware = AwareOf<Net>;

    static constexpr auto ops() {
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return joined(
                joined(LayerTypes<typename Aware::template LayerAt<I>>{}, Aware::template rounding<I>())...);
        }(typename Aware::Indices{});
    }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        if (!lowering.failed())
            lowering.problem = ExaminedForInt8<Net>::problem;
        if (wires.count > 0 && !lowering.failed())
            fail_layer(lowering, place, "place")
                .append(": expected a layer, got a QuantizationAware network, which can't be nested");
        constexpr auto& graph = Aware::N::graph;
        constexpr auto value_at = []<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<std::size_t, sizeof...(I)>{Aware::template value_at<I>...};
        }(typename Aware::Indices{});
        const auto append_node = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
            constexpr auto& from = graph.nodes[Index];
            passes::LoweredNode& node = lowering.graph.nodes[lowering.count++];
            node.rules = &engine::rules_of<typename Aware::template LayerAt<Index>>;
            node.input_count = from.input_count;
            for (std::size_t i = 0; i < from.input_count; ++i)
                node.inputs[i] = value_at[from.inputs[i]];
            node.place = from.place;
            node.weights_place = from.weights_place;
            if (from.shares_with != passes::none)
                node.shares_with = Aware::node_at[from.shares_with];
            node.is_frozen = from.is_frozen;
            node.penalty = from.penalty;
            node.constraint = from.constraint;
            boost::hana::for_each(Aware::template rounding<Index>(), [&](auto rounding) {
                lowering.append(engine::rules_of<typename decltype(rounding)::type>,
                                Wires::one(lowering.count - 1), from.place);
            });
        };
        core::for_each_index<Aware::N::size>(append_node);
        for (const std::size_t output : graph.outputs)
            lowering.graph.outputs[lowering.output_count++] = value_at[output];
        return 0;
    }
};

template <class Net>
inline constexpr std::size_t output_count_of<QuantizationAware<Net>> =
    engine::Network<typename AwareOf<Net>::Type>::output_count;

} // namespace detail

/// The ranges of the activations that training has found, for `quantize`.
template <class Net>
ActivationRanges<Net> ranges_of(const Parameters<QuantizationAware<Net>, float>& parameters) noexcept {
    using Aware = detail::AwareOf<Net>;
    ActivationRanges<Net> ranges{};
    const auto find = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
        if constexpr (Aware::template kind<Index> == Aware::Kind::observed) {
            constexpr auto& node =
                engine::Network<QuantizationAware<Net>>::graph.nodes[Aware::template value_at<Index>];
            const float* const range = parameters.data() + node.statistics_offset;
            ranges[Index] = {range[0], range[1]};
        }
    };
    core::for_each_index<Aware::N::size>(find);
    return ranges;
}

} // namespace burin
