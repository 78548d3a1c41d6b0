#pragma once

#include "burin/core/shape.hpp"
#include "burin/graph/op.hpp"
#include "burin/io/onnx/graph_writer.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io::onnx {

/// A tensor of a layer, row-major.
struct Weights {
    std::string name{}; ///< Its name in the model, as in `0.weight`.
    Shape shape{};
    std::vector<double> values{};
};

/// Names of what a layer multiplies by and adds.
struct Affine {
    std::string weight{};
    std::string bias{}; ///< Empty if it has none.
};

/// A layer that is written: where it stands, what it reads and what it has.
struct LayerStep {
    std::string name{}; ///< Its place, as in `encoder.1`.
    std::vector<Value> inputs{};
    std::vector<Shape> input_shapes{};
    Shape output_shape{};
    std::function<Weights(std::string_view)> weights{}; ///< By the layer's own name for it, as in `weight`.
    /// In a network of 8-bit integers: puts a weight, whose output channels are along the axis, and its bias,
    /// null if there is none.
    std::function<Affine(const Weights&, std::size_t, const Weights*)> put_quantized{};

    /// A name for something inside of the layer.
    std::string part(std::string_view what) const { return name + '.' + std::string(what); }
};

/// How a layer becomes nodes of ONNX. A specialisation for a layer of one's own has
///
///     static onnx::Value write(onnx::GraphWriter& to, const onnx::LayerStep& step);
///
/// and may say `static constexpr bool is_missing = true;` where what the layer holds has no rule. This one is
/// for layers that are views of their input, and refuses what has no rule.
template <class LayerType>
struct Rule {
    static constexpr bool is_missing =
        !LayerType::traits.is_view_in_inference && (!LayerType::traits.is_view || LayerType::traits.is_input);

    static Value write(GraphWriter& to, const LayerStep& step) {
        if (step.input_shapes[0] == step.output_shape)
            return step.inputs[0];
        return to.value(to.reshape(to.channels_last(step.inputs[0]), step.output_shape, step.name),
                        step.output_shape);
    }
};

template <class LayerType>
inline constexpr bool has_rule = [] {
    if constexpr (requires { Rule<LayerType>::is_missing; })
        return !Rule<LayerType>::is_missing;
    else
        return true;
}();

/// A layer that does the same to each element, whatever order they lie in: `name = f(input)`.
template <class Function>
Value for_each_element(GraphWriter& to, const LayerStep& step, const Function& function) {
    if (to.is_channels_first(step.inputs[0]))
        return to.channels_first_value(function(to.channels_first(step.inputs[0])), step.output_shape);
    return to.value(function(to.channels_last(step.inputs[0])), step.output_shape);
}

/// The names of all inputs in one order, that which the first has, and the value of what a function makes of
/// them.
template <class Function>
Value for_all_inputs(GraphWriter& to, const LayerStep& step, const Function& function) {
    const bool is_first = to.is_channels_first(step.inputs[0]);
    std::vector<std::string> names;
    for (const Value input : step.inputs)
        names.push_back(is_first ? to.channels_first(input) : to.channels_last(input));
    return is_first ? to.channels_first_value(function(names), step.output_shape)
                    : to.value(function(names), step.output_shape);
}

/// The axes of a row-major tensor in another order: axis i of the result is axis order[i].
inline Weights permuted(const Weights& from, std::span<const std::size_t> order) {
    Weights result{from.name, {}, std::vector<double>(from.values.size())};
    std::vector<std::size_t> strides(from.shape.rank, 1);
    for (std::size_t axis = from.shape.rank; axis-- > 1;)
        strides[axis - 1] = strides[axis] * from.shape[axis];
    for (const std::size_t axis : order)
        result.shape.push_back(from.shape[axis]);
    for (std::size_t i = 0; i < from.values.size(); ++i) {
        std::size_t rest = i, at = 0;
        for (std::size_t axis = result.shape.rank; axis-- > 0;) {
            at += rest % result.shape[axis] * strides[order[axis]];
            rest /= result.shape[axis];
        }
        result.values[i] = from.values[at];
    }
    return result;
}

inline std::string put(GraphWriter& to, const Weights& weights) {
    return to.tensor(weights.name, extents_of(weights.shape), weights.values);
}

/// A layer's weight, whose output channels are along the axis, and its `bias` if it has one.
inline Affine put_affine(GraphWriter& to, const LayerStep& step, const Weights& weight, std::size_t axis,
                         bool has_bias) {
    const Weights bias = has_bias ? step.weights("bias") : Weights{};
    if (step.put_quantized)
        return step.put_quantized(weight, axis, has_bias ? &bias : nullptr);
    return {put(to, weight), has_bias ? put(to, bias) : ""};
}

} // namespace burin::io::onnx
