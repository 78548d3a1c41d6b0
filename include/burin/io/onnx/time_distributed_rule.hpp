#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/layers/time_distributed.hpp"

#include <cstddef>

namespace burin::io::onnx {

/// A layer at each step: steps are samples of a larger batch, unless the layer's operator takes more axes as
/// they are.
template <class LayerType>
struct Rule<TimeDistributed<LayerType>> {
    static constexpr bool is_missing = !has_rule<LayerType>;

    static Value write(GraphWriter& to, const LayerStep& step) {
        if constexpr (requires { Rule<LayerType>::takes_steps; } || LayerType::traits.elementwise) {
            return Rule<LayerType>::write(to, step);
        } else {
            LayerStep inner = step;
            inner.output_shape = burin::detail::step_shape(step.output_shape);
            for (std::size_t i = 0; i < step.inputs.size(); ++i) {
                inner.input_shapes[i] = burin::detail::step_shape(step.input_shapes[i]);
                inner.inputs[i] = to.value(
                    to.reshape(to.channels_last(step.inputs[i]), inner.input_shapes[i], step.part("steps")),
                    inner.input_shapes[i]);
            }
            inner.name = step.part("each");
            const Value each = Rule<LayerType>::write(to, inner);
            return to.value(to.reshape(to.channels_last(each), step.output_shape, step.name),
                            step.output_shape);
        }
    }
};

} // namespace burin::io::onnx
