#pragma once

#include "burin/core/diagnosis.hpp"
#include "burin/graph/forms.hpp"
#include "burin/graph/lower.hpp"
#include "burin/graph/op.hpp"
#include "burin/passes/infer_shapes.hpp"
#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

namespace burin {

namespace detail {

/// What a network says of itself before it is known to be right.
template <class Net>
struct Examined {
    static constexpr auto lowered = engine::lower<Net>();
    static constexpr auto shaped = [] {
        if constexpr (lowered.problem.empty())
            return passes::infer_shapes(lowered.graph);
        else
            return passes::ShapedGraph<engine::node_count<Net>, output_count_of<Net>>{};
    }();
    static constexpr Sentence problem =
        lowered.problem.empty() ? passes::describe_misfit(shaped) : lowered.problem;
};

/// Stands in for a network that is wrong, so that the compiler has no more to say than the one sentence.
using StandIn = Sequential<Input<1>>;

} // namespace detail

/// Whether a network can be built.
template <class Net>
inline constexpr bool is_valid_network = detail::Examined<Net>::problem.empty();

namespace engine {

/// A network as values: its node table with shapes and parameter ranges. Instantiating it checks the network.
template <class Net>
struct Network : private core::DiagnosisOf<detail::Examined<Net>> {
    using Type = std::conditional_t<is_valid_network<Net>, Net, detail::StandIn>;
    static constexpr auto& graph = detail::Examined<Type>::shaped.graph;
    static constexpr std::size_t parameter_count = detail::Examined<Type>::shaped.parameter_count;
    static constexpr std::size_t trained_count = detail::Examined<Type>::shaped.trained_count;
    static constexpr std::size_t statistics_count = detail::Examined<Type>::shaped.statistics_count;
    static constexpr std::size_t updated_statistics_count =
        detail::Examined<Type>::shaped.updated_statistics_count;
    static constexpr std::size_t state_count = detail::Examined<Type>::shaped.state_count;
    static constexpr std::size_t size = node_count<Type>;
    static constexpr std::size_t output_count = detail::output_count_of<Type>;

    static constexpr std::size_t input_count = [] {
        std::size_t count = 0;
        for (const passes::LoweredNode& node : graph.nodes)
            count += node.rules->traits.is_input;
        return count;
    }();

    static constexpr std::size_t edge_count = [] {
        std::size_t count = 0;
        for (const passes::LoweredNode& node : graph.nodes)
            count += node.input_count;
        return count;
    }();

    /// Shapes of one sample of each input and output.
    static constexpr std::array<Shape, input_count> input_shapes = [] {
        std::array<Shape, input_count> shapes{};
        std::size_t count = 0;
        for (const passes::LoweredNode& node : graph.nodes)
            if (node.rules->traits.is_input)
                shapes[count++] = node.shape;
        return shapes;
    }();
    /// Elements of one sample: those of all its inputs.
    static constexpr std::size_t sample_size = [] {
        std::size_t sum = 0;
        for (const Shape& shape : input_shapes)
            sum += shape.size();
        return sum;
    }();
    static constexpr std::array<Shape, output_count> output_shapes = [] {
        std::array<Shape, output_count> shapes{};
        for (std::size_t i = 0; i < output_count; ++i)
            shapes[i] = graph.nodes[graph.outputs[i]].shape;
        return shapes;
    }();
};

/// The Signature of a node of `Table::graph`.
template <class Table, std::size_t Index>
constexpr auto node_signature() {
    return []<std::size_t... I>(std::index_sequence<I...>) {
        constexpr auto& node = Table::graph.nodes[Index];
        return Signature<node.shape, Table::graph.nodes[node.inputs[I]].shape...>{};
    }(std::make_index_sequence<Table::graph.nodes[Index].input_count>{});
}

} // namespace engine

/// Parameters of the network, trained and frozen; shared ones count once.
template <class Net>
inline constexpr std::size_t parameter_count = engine::Network<Net>::parameter_count;

/// Those of them that training changes: all but what is `Frozen`.
template <class Net>
inline constexpr std::size_t trained_count = engine::Network<Net>::trained_count;

/// What training updates without a gradient, such as the running means of BatchNorm.
template <class Net>
inline constexpr std::size_t statistics_count = engine::Network<Net>::statistics_count;

/// Those of them that training changes: all but those of what is `Frozen`.
template <class Net>
inline constexpr std::size_t updated_statistics_count = engine::Network<Net>::updated_statistics_count;

namespace detail {

template <class Net>
constexpr std::size_t sum_over_nodes(std::size_t (*passes::OpRules::*cost)(std::span<const Shape>)) {
    std::size_t sum = 0;
    const auto& graph = engine::Network<Net>::graph;
    for (const passes::LoweredNode& node : graph.nodes) {
        const passes::InputShapes inputs = passes::input_shapes(graph.nodes, node);
        sum += (node.rules->*cost)(inputs.span());
    }
    return sum;
}

} // namespace detail

/// Floating-point operations of one forward run of one sample; a multiply-add counts as two.
template <class Net>
inline constexpr std::size_t flops = detail::sum_over_nodes<Net>(&passes::OpRules::flops);

/// Multiply-accumulate operations of one forward run of one sample: those of its products, as benchmarks of
/// inference count.
template <class Net>
inline constexpr std::size_t macs = detail::sum_over_nodes<Net>(&passes::OpRules::macs);

/// All that a model stores: parameters and statistics.
template <class Net>
inline constexpr std::size_t stored_count = parameter_count<Net> + statistics_count<Net>;

template <class Net, std::size_t Index = 0>
inline constexpr Shape input_shape = engine::Network<Net>::input_shapes[Index];

template <class Net, std::size_t Index = 0>
inline constexpr Shape output_shape = engine::Network<Net>::output_shapes[Index];

enum class TensorKind { trained, frozen, statistic };

/// One tensor that a network remembers: where it is in the vector of all and what it is called in files.
struct ParameterTensor {
    ParameterSpec spec{};
    std::size_t offset = 0;
    passes::Place place{};
    TensorKind kind = TensorKind::trained;
    passes::Penalty penalty{};       ///< On each element, if it is a weight that is trained.
    passes::Constraint constraint{}; ///< On each unit, if it is a weight that is trained.

    /// `0.weight`
    constexpr Text<128> name() const {
        Text<128> text(place.text().view());
        if (place.depth > 0)
            text.append(".");
        return text.append(spec.name);
    }
};

/// All tensors of a network: its parameters in the order of the layers, shared ones once, each layer's
/// followed by its statistics.
template <class Net>
inline constexpr auto parameter_tensors = [] {
    using N = engine::Network<Net>;
    constexpr auto for_each_tensor = [](auto visit) {
        for (const passes::LoweredNode& node : N::graph.nodes) {
            if (node.shares_with != passes::none)
                continue;
            const passes::InputShapes inputs = passes::input_shapes(N::graph.nodes, node);
            const auto visit_list = [&](const ParameterList& list, std::size_t offset, TensorKind kind) {
                for (std::size_t i = 0; i < list.count; ++i) {
                    const bool is_regularized =
                        kind == TensorKind::trained && list[i].role == ParameterRole::weight;
                    visit(ParameterTensor{list[i], offset + list.offset(i), node.weights_place, kind,
                                          is_regularized ? node.penalty : passes::Penalty{},
                                          is_regularized ? node.constraint : passes::Constraint{}});
                }
            };
            visit_list(node.rules->parameters(inputs.span()), node.parameter_offset,
                       node.is_frozen ? TensorKind::frozen : TensorKind::trained);
            visit_list(node.rules->statistics(inputs.span()), node.statistics_offset, TensorKind::statistic);
        }
    };
    constexpr std::size_t count = [&] {
        std::size_t tensors = 0;
        for_each_tensor([&](const ParameterTensor&) { ++tensors; });
        return tensors;
    }();
    std::array<ParameterTensor, count> tensors{};
    std::size_t next = 0;
    for_each_tensor([&](const ParameterTensor& tensor) { tensors[next++] = tensor; });
    return tensors;
}();

} // namespace burin
