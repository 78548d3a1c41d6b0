#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/layers/svdf.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace burin::io::onnx {

/// A product with the filters of features, a convolution along time of each by itself, and the sum of those
/// of a unit.
template <std::size_t Units, std::size_t Memory, class... Options>
struct Rule<SVDF<Units, Memory, Options...>> {
    using Layer = SVDF<Units, Memory, Options...>;

    static Value write(GraphWriter& to, const LayerStep& step) {
        constexpr std::size_t filters = Layer::filters;
        const Attributes turned = Attributes().integers("perm", {0, 2, 1});
        const std::string made =
            to.node("MatMul", {to.channels_last(step.inputs[0]), put(to, step.weights("weight"))}, {},
                    step.part("features"));
        const Weights given = step.weights("time_weight");
        Weights kernel{given.name, Shape(filters, 1, Memory), std::vector<double>(given.values.size())};
        for (std::size_t f = 0; f < filters; ++f)
            for (std::size_t m = 0; m < Memory; ++m)
                kernel.values[f * Memory + m] = given.values[m * filters + f];
        std::string y =
            to.node("Conv", {to.node("Transpose", {made}, turned, step.part("turned")), put(to, kernel)},
                    Attributes()
                        .integer("group", static_cast<std::int64_t>(filters))
                        .integers("kernel_shape", {static_cast<std::int64_t>(Memory)})
                        .integers("pads", {static_cast<std::int64_t>(Memory - 1), 0}),
                    step.part("filtered"));
        if constexpr (Layer::rank > 1) {
            y = to.reshape(y, Shape(Layer::rank, Units, step.output_shape[0]), step.part("ranks"));
            y = to.node("ReduceSum", {y, to.integers("axis.1", {1})}, Attributes().integer("keepdims", 0),
                        step.part("units"));
        }
        const std::string name = Layer::has_bias ? step.part("summed") : step.name;
        y = to.node("Transpose", {y}, turned, name);
        if constexpr (Layer::has_bias)
            y = to.node("Add", {y, put(to, step.weights("bias"))}, {}, step.name);
        return to.value(y, step.output_shape);
    }
};

} // namespace burin::io::onnx
