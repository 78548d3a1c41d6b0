#pragma once

#include "burin/core/crc32.hpp"
#include "burin/core/diagnosis.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/quantization/activation_ranges.hpp"
#include "burin/quantization/activations.hpp"
#include "burin/quantization/clamps.hpp"
#include "burin/quantization/convolution.hpp"
#include "burin/quantization/dense.hpp"
#include "burin/quantization/is_quantizable.hpp"
#include "burin/quantization/merge.hpp"
#include "burin/quantization/movement.hpp"
#include "burin/quantization/padding.hpp"
#include "burin/quantization/past.hpp"
#include "burin/quantization/pooling.hpp"
#include "burin/quantization/recurrent.hpp"
#include "burin/quantization/time_distributed.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace burin {

/// BatchNorm is folded into the layer before it.
template <class... Options>
struct quantization::Int8Layer<BatchNorm<Options...>> : quantization::Int8Form {
    static constexpr bool is_supported = false;
    static constexpr std::string_view hint = "; quantize `Folded<Net>` with the parameters that `fold` gives";
};

namespace detail {

/// The constants of one node; empty where it has none.
template <std::size_t Index, class Constants>
struct Int8Node {
    Constants value;
};
template <std::size_t Index>
struct Int8Node<Index, quantization::NoConstants> {
    static constexpr quantization::NoConstants value{};
};

template <class Net, std::size_t Index>
using Int8Signature = decltype(engine::node_signature<engine::Network<Net>, Index>());

/// The constants of a layer's 8-bit form.
template <class Form, class Shapes, Rounding Way>
constexpr auto int8_constants() {
    if constexpr (requires { typename Form::template ConstantsFor<Shapes, Way>; })
        return std::type_identity<typename Form::template ConstantsFor<Shapes, Way>>{};
    else
        return std::type_identity<typename Form::template Constants<Shapes>>{};
}

template <class Net, std::size_t Index, Rounding Way>
constexpr auto int8_node() {
    using Form = quantization::Int8Layer<engine::OpAt<Net, Index>>;
    if constexpr (quantization::clamps<Net>.head[Index] != passes::none)
        return std::type_identity<Int8Node<Index, quantization::NoConstants>>{};
    else
        return std::type_identity<Int8Node<
            Index, typename decltype(int8_constants<Form, Int8Signature<Net, Index>, Way>())::type>>{};
}
template <class Net, std::size_t Index, Rounding Way = Rounding::once>
using Int8NodeOf = typename decltype(int8_node<Net, Index, Way>())::type;

/// What is packed for this processor of one node's constants.
template <std::size_t Index, class Packed>
struct Int8PackedNode {
    Packed value;
};
template <std::size_t Index>
struct Int8PackedNode<Index, quantization::NoConstants> {
    static constexpr quantization::NoConstants value{};
};
template <class Net, std::size_t Index>
constexpr auto int8_packed_node() {
    using Form = quantization::Int8Layer<engine::OpAt<Net, Index>>;
    if constexpr (quantization::clamps<Net>.head[Index] != passes::none)
        return std::type_identity<Int8PackedNode<Index, quantization::NoConstants>>{};
    else
        return std::type_identity<
            Int8PackedNode<Index, typename Form::template Packed<Int8Signature<Net, Index>>>>{};
}
template <class Net, std::size_t Index>
using Int8PackedNodeOf = typename decltype(int8_packed_node<Net, Index>())::type;

template <class Net, class Indices = std::make_index_sequence<engine::node_count<Net>>>
struct Int8PackedNodes;
template <class Net, std::size_t... I>
struct Int8PackedNodes<Net, std::index_sequence<I...>> : Int8PackedNodeOf<Net, I>... {};

/// All that is packed of a network; without a member where nothing is.
template <class Net, bool IsEmpty = std::is_empty_v<Int8PackedNodes<Net>>>
struct Int8Packed {
    static constexpr bool is_ready = false;

    template <std::size_t>
    static constexpr const void* at() noexcept {
        return nullptr;
    }
    constexpr void pack(const auto&) noexcept {}
};
template <class Net>
struct Int8Packed<Net, false> {
    Int8PackedNodes<Net> nodes{};
    bool is_ready = false;

    template <std::size_t Index>
    constexpr const void* at() const noexcept {
        return is_ready ? &static_cast<const Int8PackedNodeOf<Net, Index>&>(nodes).value : nullptr;
    }
    constexpr void pack(const auto& constants) noexcept {
        core::for_each_index<engine::Network<Net>::size>(
            [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
                auto& to = static_cast<Int8PackedNodeOf<Net, Index>&>(nodes).value;
                if constexpr (!std::is_same_v<decltype(to), const quantization::NoConstants&>)
                    quantization::Int8Layer<engine::OpAt<Net, Index>>::pack(
                        constants.template constants<Index>(), to);
            });
        is_ready = true;
    }
};

template <class Net, Rounding Way, class Indices = std::make_index_sequence<engine::node_count<Net>>>
struct Int8Nodes;
template <class Net, Rounding Way, std::size_t... I>
struct Int8Nodes<Net, Way, std::index_sequence<I...>> : Int8NodeOf<Net, I, Way>... {};

/// The constants that all processors share.
template <class Net, Rounding Way>
struct Int8Stored {
    std::array<quantization::Scale, engine::Network<Net>::input_count> inputs;
    std::array<quantization::Scale, engine::Network<Net>::output_count> outputs;
    Int8Nodes<Net, Way> nodes;
};

/// Weights that take so many bytes when packed the compiler packs where they are constants: within the steps
/// that it takes without being asked for more.
#if defined(__clang__)
inline constexpr std::size_t most_packed_constants = 112 * 1024;
#else
inline constexpr std::size_t most_packed_constants = 512 * 1024;
#endif

/// What a network that is a constant has packed, and one that is not quantized yet has not.
template <class Net, class Constants>
constexpr Int8Packed<Net> int8_packed(const Constants& constants) noexcept {
    Int8Packed<Net> packed{};
    if (std::is_constant_evaluated() && sizeof packed <= most_packed_constants)
        if (constants.inputs[0].scale > 0)
            packed.pack(constants);
    return packed;
}

} // namespace detail

/// A network's constants for inference with 8-bit integers: weights, biases, factors, tables. One plain
/// struct without pointers, which can be a constant in flash. Made by `quantize`.
///
/// Weights are symmetric, each output channel with a scale of its own; activations have a scale and a zero
/// point for each tensor. `Way` is how sums become outputs: the bits are those of one of two families of
/// programs (docs/quantization.md). Where this processor reads weights in an order of its own, they are
/// there in that order too: `packed_bytes`.
template <class Net, Rounding Way = Rounding::once>
struct QuantizedNetwork {
    // First, so that the assertion is what the compiler meets; not a base, so that this is an aggregate.
    static constexpr core::DiagnosisOf<detail::ExaminedForInt8<Net>> is_quantizable{};
    using Type = detail::Quantizable<Net>;
    using N = engine::Network<Type>;
    static constexpr Rounding rounding = Way;

    std::array<quantization::Scale, N::input_count> inputs;
    std::array<quantization::Scale, N::output_count> outputs;
    detail::Int8Nodes<Type, Way> nodes;
    /// Not stored, nor counted in `quantized_bytes`: made of the rest.
    [[no_unique_address]] detail::Int8Packed<Type> packed = detail::int8_packed<Type>(*this);

    template <std::size_t Index>
    constexpr const auto& constants() const noexcept {
        return static_cast<const detail::Int8NodeOf<Type, Index, Way>&>(nodes).value;
    }
    template <std::size_t Index>
    constexpr auto& constants() noexcept {
        return static_cast<detail::Int8NodeOf<Type, Index, Way>&>(nodes).value;
    }

    /// Calls visitor(node, constants) for each node, in order: with its index as an integral_constant.
    template <class Self, class Visitor>
    static constexpr void visit_nodes(Self& self, Visitor&& visitor) {
        core::for_each_index<N::size>(
            [&]<std::size_t Index>(std::integral_constant<std::size_t, Index> node) {
                visitor(node, self.template constants<Index>());
            });
    }
};

/// The CRC-32 of all constants: of the scales of inputs and outputs, and of each node's in order.
template <class Net, Rounding Way>
constexpr std::uint32_t crc32(const QuantizedNetwork<Net, Way>& network) noexcept {
    std::uint32_t sum = 0;
    const auto add = [&sum](const auto& numbers) { sum = crc32(std::span(numbers), sum); };
    for (const auto& scales : {std::span<const quantization::Scale>(network.inputs),
                               std::span<const quantization::Scale>(network.outputs)})
        for (const quantization::Scale& scale : scales) {
            add(std::array<const float, 1>{scale.scale});
            add(std::array<const std::int32_t, 1>{scale.zero_point});
        }
    QuantizedNetwork<Net, Way>::visit_nodes(network, [&](auto, const auto& constants) {
        std::remove_cvref_t<decltype(constants)>::visit(constants, [&](std::string_view, const auto& member) {
            if constexpr (requires { member.data(); })
                add(member);
            else
                add(std::array<const std::int8_t, 1>{member});
        });
    });
    return sum;
}

/// Bytes of a quantized network's constants, as all processors have them: of a device, its flash.
template <class Net, Rounding Way = Rounding::once>
inline constexpr std::size_t quantized_bytes =
    sizeof(detail::Int8Stored<typename QuantizedNetwork<Net, Way>::Type, Way>);

/// Bytes of the weights that are laid out for this processor besides, 0 where it reads them as they are.
template <class Net, Rounding Way = Rounding::once>
inline constexpr std::size_t packed_bytes = sizeof(QuantizedNetwork<Net, Way>) - quantized_bytes<Net, Way>;

/// The scales of what each node gives.
template <class Net>
std::array<quantization::Scale, engine::Network<Net>::size>
activation_scales(const ActivationRanges<Net>& ranges) noexcept {
    constexpr auto& graph = engine::Network<Net>::graph;
    std::array<quantization::Scale, engine::Network<Net>::size> scales{};
    const auto set = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
        constexpr auto& node = graph.nodes[Index];
        constexpr std::size_t head = quantization::clamps<Net>.head[Index];
        constexpr std::size_t clamp = quantization::clamps<Net>.of[Index];
        if constexpr (head != passes::none) {
            scales[Index] = scales[head];
        } else {
            std::array<quantization::Scale, std::max<std::size_t>(node.input_count, 1)> inputs{};
            for (std::size_t i = 0; i < node.input_count; ++i)
                inputs[i] = scales[node.inputs[i]];
            scales[Index] = quantization::Int8Layer<engine::OpAt<Net, Index>>::output_scale(
                ranges[clamp == passes::none ? Index : clamp], {inputs.data(), node.input_count});
        }
    };
    core::for_each_index<engine::Network<Net>::size>(set);
    return scales;
}

namespace detail {

/// Fills the constants, given the scales of all nodes and a function that puts what a node's are made of into
/// its source: put(node, source).
template <class Net, Rounding Way, class Put>
void fill(QuantizedNetwork<Net, Way>& to,
          const std::array<quantization::Scale, engine::Network<Net>::size>& scales,
          const Put& put) noexcept {
    constexpr auto& graph = engine::Network<Net>::graph;
    std::size_t input_count = 0;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i)
        if (graph.nodes[i].rules->traits.is_input)
            to.inputs[input_count++] = scales[i];
    for (std::size_t i = 0; i < graph.outputs.size(); ++i)
        to.outputs[i] = scales[graph.outputs[i]];
    core::for_each_index<engine::Network<Net>::size>(
        [&]<std::size_t Index>(std::integral_constant<std::size_t, Index> index) {
            constexpr auto& node = graph.nodes[Index];
            if constexpr (!std::is_same_v<decltype(to.template constants<Index>()),
                                          const quantization::NoConstants&>) {
                quantization::Int8Source<Int8Signature<Net, Index>> source;
                for (std::size_t i = 0; i < node.input_count; ++i)
                    source.inputs[i] = scales[node.inputs[i]];
                source.output = scales[Index];
                source.rounding = Way;
                if (quantization::clamps<Net>.of[Index] != passes::none)
                    source.low = static_cast<std::int8_t>(source.output.zero_point);
                put(index, source);
                quantization::Int8Layer<engine::OpAt<Net, Index>>::quantize(source,
                                                                            to.template constants<Index>());
            }
        });
    to.packed.pack(to);
}

} // namespace detail

/// Quantizes a trained network after training: weights by their largest magnitude in each output channel,
/// activations by their ranges, which `calibrate` finds. A network with BatchNorm is to be folded first
/// (`Folded<Net>`, `fold`).
template <class Net, Rounding Way>
void quantize(const Parameters<Net>& parameters, const ActivationRanges<Net>& ranges,
              QuantizedNetwork<Net, Way>& to) noexcept {
    detail::fill(to, activation_scales(ranges), [&](auto node, auto& source) {
        source.parameters = parameters.data() + engine::Network<Net>::graph.nodes[node].parameter_offset;
    });
}

/// The same as a value, for a network that is small beside the stack: `quantize(parameters, ranges)`, or
/// `quantize<Rounding::twice>(parameters, ranges)`.
template <Rounding Way = Rounding::once, class Net>
QuantizedNetwork<Net, Way> quantize(const Parameters<Net>& parameters,
                                    const ActivationRanges<Net>& ranges) noexcept {
    QuantizedNetwork<Net, Way> to{};
    quantize(parameters, ranges, to);
    return to;
}

} // namespace burin
