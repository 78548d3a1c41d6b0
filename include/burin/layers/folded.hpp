#pragma once

#include "burin/core/for_each_index.hpp"
#include "burin/graph/forms.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/map_parts.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/reshape.hpp"

#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin {

namespace detail {

/// A layer that a BatchNorm behind it can be folded into says so by naming itself with a bias: its output is
/// linear in its `weight`, whose element i (row-major) serves output channel i mod channels, plus the bias.
template <class Form>
struct WithBias {
    static constexpr bool exists = false;
};

template <class Form>
    requires requires { typename Form::WithBias; }
struct WithBias<Form> {
    static constexpr bool exists = true;
    using type = typename Form::WithBias;
};

template <class LayerType>
inline constexpr bool is_batch_norm = false;
template <class... Options>
inline constexpr bool is_batch_norm<BatchNorm<Options...>> = true;

template <class Form>
struct FoldedForm : MapParts<FoldedForm, Form> {};

/// The layers of a Sequential, of which `Done` are folded.
template <class Done, class... Rest>
struct FoldedLayers {
    using type = Done;
};

template <class... Done, class First, class... Rest>
struct FoldedLayers<Sequential<Done...>, First, Rest...>
    : FoldedLayers<Sequential<Done..., typename FoldedForm<First>::type>, Rest...> {};

template <class... Done, class First, class... Options, class... Rest>
    requires(WithBias<First>::exists)
struct FoldedLayers<Sequential<Done...>, First, BatchNorm<Options...>, Rest...>
    : FoldedLayers<Sequential<Done..., typename WithBias<First>::type, Identity>, Rest...> {};

template <class... Layers>
struct FoldedForm<Sequential<Layers...>> : FoldedLayers<Sequential<>, Layers...> {};

template <class Merge, class Layers>
struct Around;
template <class Merge, class... Layers>
struct Around<Merge, Sequential<Layers...>> {
    using type = SkipConnection<Merge, Layers...>;
};
template <class Merge, class... Layers>
struct FoldedForm<SkipConnection<Merge, Layers...>>
    : Around<Merge, typename FoldedLayers<Sequential<>, Layers...>::type> {};

} // namespace detail

/// A network for inference in which each BatchNorm that directly follows a layer with a weight and a bias
/// (Dense, Conv1D to Conv3D, DepthwiseConv2D) in a Sequential is part of that layer: no step is left of it,
/// and an activation behind it is applied to the product while it is in registers.
///
///     using Net = Sequential<Input<28, 28, 1>, Conv2D<8, 3, NoBias>, BatchNorm<>, ReLU, Flatten, Dense<10>>;
///     const Model<Folded<Net>> folded = fold(model);
///     Predictor<Folded<Net>> predictor;
///
/// Its parameters are those that `fold` computes; they have the names that they had.
template <class Net>
using Folded = typename detail::FoldedForm<Net>::type;

/// Writes the parameters of Folded<Net>: weight · s and bias + (b − mean) · s, where s = weight of BatchNorm
/// / √(variance
/// + ε), b is the bias that the layer had, and mean and variance are the running ones.
template <class Net, class Scalar>
void fold(const Parameters<Net, Scalar>& from, Parameters<Folded<Net>, Scalar>& to) noexcept {
    using Target = Folded<Net>;
    static_assert(node_count<Net> == node_count<Target>);
    to.values.fill(Scalar(0));
    for (const ParameterTensor& tensor : parameter_tensors<Target>)
        if (const ParameterTensor* const source = find_tensor<Net>(tensor.name().view()))
            for (std::size_t i = 0; i < tensor.spec.shape.size(); ++i)
                to.values[tensor.offset + i] = from.values[source->offset + i];

    const auto fold_node = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
        if constexpr (detail::is_batch_norm<OpAt<Net, Index>> &&
                      !detail::is_batch_norm<OpAt<Target, Index>>) {
            constexpr auto& norm = Network<Net>::graph.nodes[Index];
            constexpr auto& graph = Network<Target>::graph;
            constexpr auto& producer = graph.nodes[norm.inputs[0]];
            if constexpr (norm.shares_with == passes::none) {
                constexpr std::size_t channels = norm.shape.last();
                constexpr auto inputs = passes::input_shapes(graph.nodes, producer);
                constexpr ParameterList list = producer.rules->parameters(inputs.span());
                Scalar* const parameters = to.data() + producer.parameter_offset;
                const TensorView<Scalar> weight(parameters, list[0]);
                Scalar* const bias = parameters + list.offset(1);
                const Scalar* const affine = from.data() + norm.parameter_offset;
                const Scalar* const running = from.data() + norm.statistics_offset;
                for (std::size_t c = 0; c < channels; ++c) {
                    using Vector = kernels::Vector<Scalar>;
                    const auto epsilon = static_cast<Scalar>(OpAt<Net, Index>::epsilon);
                    const Scalar scale =
                        affine[c] /
                        kernels::first_lane<Scalar>(kernels::sqrt(Vector(running[channels + c] + epsilon)));
                    for (std::size_t i = c; i < weight.size(); i += channels)
                        weight[i] *= scale;
                    bias[c] = affine[channels + c] + (bias[c] - running[c]) * scale;
                }
            }
        }
    };
    for_each_index<node_count<Net>>(fold_node);
}

/// The same as a value, for a network that is small beside the stack.
template <class Net, class Scalar>
Parameters<Folded<Net>, Scalar> fold(const Parameters<Net, Scalar>& from) noexcept {
    Parameters<Folded<Net>, Scalar> to;
    fold(from, to);
    return to;
}

} // namespace burin
