#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/group_norm.hpp"
#include "burin/layers/layer_norm.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::onnx {

/// A normalisation's `weight`, or 1 for each of its elements; its `bias`, or 0.
template <class LayerType>
std::string put_scale(GraphWriter& to, const LayerStep& step, const Shape& shape) {
    if constexpr (LayerType::Affine::has_scale)
        return put(to, step.weights("weight"));
    else
        return put(to, {step.part("ones"), shape, std::vector<double>(shape.size(), 1)});
}
template <class LayerType>
std::string put_shift(GraphWriter& to, const LayerStep& step, const Shape& shape) {
    if constexpr (LayerType::Affine::has_bias)
        return put(to, step.weights("bias"));
    else
        return put(to, {step.part("zeros"), shape, std::vector<double>(shape.size(), 0)});
}

template <class... Options>
struct Rule<BatchNorm<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const Shape channels(step.output_shape.last());
        std::vector<std::string> operands{to.channels_first(step.inputs[0]),
                                          put_scale<BatchNorm<Options...>>(to, step, channels),
                                          put_shift<BatchNorm<Options...>>(to, step, channels)};
        for (const char* each : {"running_mean", "running_var"})
            operands.push_back(put(to, step.weights(each)));
        return to.channels_first_value(to.node("BatchNormalization", operands,
                                               Attributes().number("epsilon", BatchNorm<Options...>::epsilon),
                                               step.name),
                                       step.output_shape);
    }
};

template <class... Options>
struct Rule<LayerNorm<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        using LayerType = LayerNorm<Options...>;
        Shape last;
        for (std::size_t axis = step.output_shape.rank - LayerType::axes; axis < step.output_shape.rank;
             ++axis)
            last.push_back(step.output_shape[axis]);
        std::vector<std::string> operands{to.channels_last(step.inputs[0]),
                                          put_scale<LayerType>(to, step, last)};
        if constexpr (LayerType::Affine::has_bias)
            operands.push_back(put(to, step.weights("bias")));
        return to.value(to.node("LayerNormalization", operands,
                                Attributes()
                                    .integer("axis", -static_cast<std::int64_t>(LayerType::axes))
                                    .number("epsilon", LayerType::epsilon),
                                step.name),
                        step.output_shape);
    }
};

/// x / √(mean(x²) + ε) · weight
template <class... Options>
struct Rule<RMSNorm<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        using LayerType = RMSNorm<Options...>;
        const std::string input = to.channels_last(step.inputs[0]);
        Extents axes;
        for (std::size_t axis = 0; axis < LayerType::axes; ++axis)
            axes.push_back(static_cast<std::int64_t>(axis) - static_cast<std::int64_t>(LayerType::axes));
        const std::string square = to.node("Mul", {input, input}, {}, step.part("square"));
        const std::string mean =
            to.node("ReduceMean", {square, to.integers(step.part("axes"), axes)}, {}, step.part("mean"));
        const std::string shifted = to.node(
            "Add", {mean, to.number(LayerType::epsilon, step.part("epsilon"))}, {}, step.part("shifted"));
        const std::string root = to.node("Sqrt", {shifted}, {}, step.part("root"));
        if constexpr (LayerType::Affine::has_scale) {
            const std::string normalized = to.node("Div", {input, root}, {}, step.part("normalized"));
            return to.value(to.node("Mul", {normalized, put(to, step.weights("weight"))}, {}, step.name),
                            step.output_shape);
        } else {
            return to.value(to.node("Div", {input, root}, {}, step.name), step.output_shape);
        }
    }
};

/// Each group is a channel of ONNX's InstanceNormalization, whose scale and shift are those of channels of
/// groups.
template <class LayerType>
Value write_group_norm(GraphWriter& to, const LayerStep& step, std::size_t groups) {
    const Shape& shape = step.output_shape;
    const std::vector<double> ones(groups, 1), zeros(groups, 0);
    const Extents count{static_cast<std::int64_t>(groups)};
    const std::string rows = to.reshape(to.channels_first(step.inputs[0]),
                                        Shape(groups, shape.size() / groups), step.part("groups"));
    const std::string normalized = to.node(
        "InstanceNormalization",
        {rows, to.tensor(step.part("ones"), count, ones), to.tensor(step.part("zeros"), count, zeros)},
        Attributes().number("epsilon", LayerType::epsilon), step.part("normalized"));
    Shape channels_first(shape.last()), one_each(shape.last());
    for (std::size_t axis = 0; axis + 1 < shape.rank; ++axis) {
        channels_first.push_back(shape[axis]);
        one_each.push_back(1);
    }
    const auto apply = [&](const char* op, const char* which, const std::string& x, const std::string& name) {
        Weights weights = step.weights(which);
        weights.shape = one_each;
        return to.node(op, {x, put(to, weights)}, {}, name);
    };
    using Has = typename LayerType::Affine;
    std::string result = to.reshape(normalized, channels_first, step.part("image"));
    if constexpr (Has::has_scale)
        result = apply("Mul", "weight", result, Has::has_bias ? step.part("scaled") : step.name);
    if constexpr (Has::has_bias)
        result = apply("Add", "bias", result, step.name);
    return to.channels_first_value(result, shape);
}

template <std::size_t Groups, class... Options>
struct Rule<GroupNorm<Groups, Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return write_group_norm<GroupNorm<Groups, Options...>>(to, step, Groups);
    }
};

template <class... Options>
struct Rule<InstanceNorm<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return write_group_norm<InstanceNorm<Options...>>(to, step, step.output_shape.last());
    }
};

} // namespace burin::io::onnx
