#pragma once

#include "burin/io/onnx/activation_rules.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/glu.hpp"

#include <cstddef>
#include <string>

namespace burin::io::onnx {

/// a · gate(b) of the halves of the last axis.
template <class Gate>
    requires(Activation<Gate>::is_known)
struct Rule<GLU<Gate>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string input = to.channels_last(step.inputs[0]);
        const std::size_t axis = step.output_shape.rank - 1, half = step.output_shape.last();
        const std::string gated = slice(to, input, axis, 0, half, step.part("gated"));
        const std::string gate = slice(to, input, axis, half, 2 * half, step.part("gate"));
        return to.value(
            to.node("Mul", {gated, Activation<Gate>::write(to, gate, step.part("open"))}, {}, step.name),
            step.output_shape);
    }
};

} // namespace burin::io::onnx
