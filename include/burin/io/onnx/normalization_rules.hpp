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

template <class... Options>
struct Rule<BatchNorm<Options...>> {
    static constexpr bool is_missing = false;
    static Value write(GraphWriter& to, const LayerStep& step) {
        std::vector<std::string> operands{to.channels_first(step.inputs[0])};
        for (const char* each : {"weight", "bias", "running_mean", "running_var"})
            operands.push_back(put(to, step.weights(each)));
        return to.channels_first_value(to.node("BatchNormalization", operands,
                                               Attributes().number("epsilon", BatchNorm<Options...>::epsilon),
                                               step.name),
                                       step.output_shape);
    }
};

template <class... Options>
struct Rule<LayerNorm<Options...>> {
    static constexpr bool is_missing = false;
    static Value write(GraphWriter& to, const LayerStep& step) {
        using LayerType = LayerNorm<Options...>;
        return to.value(to.node("LayerNormalization",
                                {to.channels_last(step.inputs[0]), put(to, step.weights("weight")),
                                 put(to, step.weights("bias"))},
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
    static constexpr bool is_missing = false;
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
        return to.value(to.node("Mul",
                                {to.node("Div", {input, root}, {}, step.part("normalized")),
                                 put(to, step.weights("weight"))},
                                {}, step.name),
                        step.output_shape);
    }
};

/// Each group is a channel of ONNX's InstanceNormalization, whose scale and shift are those of channels of
/// groups.
inline Value write_group_norm(GraphWriter& to, const LayerStep& step, std::size_t groups, double epsilon) {
    const Shape& shape = step.output_shape;
    const std::vector<double> ones(groups, 1), zeros(groups, 0);
    const Extents count{static_cast<std::int64_t>(groups)};
    const std::string rows = to.reshape(to.channels_first(step.inputs[0]),
                                        Shape(groups, shape.size() / groups), step.part("groups"));
    const std::string normalized = to.node(
        "InstanceNormalization",
        {rows, to.tensor(step.part("ones"), count, ones), to.tensor(step.part("zeros"), count, zeros)},
        Attributes().number("epsilon", epsilon), step.part("normalized"));
    Shape channels_first(shape.last()), one_each(shape.last());
    for (std::size_t axis = 0; axis + 1 < shape.rank; ++axis) {
        channels_first.push_back(shape[axis]);
        one_each.push_back(1);
    }
    Weights weight = step.weights("weight"), bias = step.weights("bias");
    weight.shape = bias.shape = one_each;
    const std::string image = to.reshape(normalized, channels_first, step.part("image"));
    const std::string scaled = to.node("Mul", {image, put(to, weight)}, {}, step.part("scaled"));
    return to.channels_first_value(to.node("Add", {scaled, put(to, bias)}, {}, step.name), shape);
}

template <std::size_t Groups, class... Options>
struct Rule<GroupNorm<Groups, Options...>> {
    static constexpr bool is_missing = false;
    static Value write(GraphWriter& to, const LayerStep& step) {
        return write_group_norm(to, step, Groups, GroupNorm<Groups, Options...>::epsilon);
    }
};

template <class... Options>
struct Rule<InstanceNorm<Options...>> {
    static constexpr bool is_missing = false;
    static Value write(GraphWriter& to, const LayerStep& step) {
        return write_group_norm(to, step, step.output_shape.last(), InstanceNorm<Options...>::epsilon);
    }
};

} // namespace burin::io::onnx
