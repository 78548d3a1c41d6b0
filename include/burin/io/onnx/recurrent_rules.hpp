#pragma once

#include "burin/io/onnx/recurrent_steps.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/recurrent.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::onnx {

/// The order of ONNX's gates among Burin's: LSTM i, o, f, c of i, f, g, o; GRU z, r, h of r, z, n.
inline std::vector<std::size_t> gate_order(std::size_t gates) {
    return gates == 4   ? std::vector<std::size_t>{0, 3, 1, 2}
           : gates == 3 ? std::vector<std::size_t>{1, 0, 2}
                        : std::vector<std::size_t>{0};
}

/// `[rows, gates · units]` as ONNX has it: `[1, gates · units, rows]`, the gates in its order.
inline Weights with_gates_first(const Weights& weights, std::size_t units) {
    const std::size_t rows = weights.shape[0], columns = weights.shape[1];
    const std::vector<std::size_t> order = gate_order(columns / units);
    Weights result{weights.name, Shape(1, columns, rows), std::vector<double>(weights.values.size())};
    for (std::size_t gate = 0; gate < order.size(); ++gate)
        for (std::size_t unit = 0; unit < units; ++unit)
            for (std::size_t row = 0; row < rows; ++row)
                result.values[(gate * units + unit) * rows + row] =
                    weights.values[row * columns + order[gate] * units + unit];
    return result;
}

/// Both biases one behind the other: that of the input, that of the state, which may be missing.
inline Weights joined_biases(const Weights& bias, const Weights* recurrent, std::size_t units) {
    Weights both = with_gates_first({bias.name, Shape(1, bias.values.size()), bias.values}, units);
    if (recurrent != nullptr) {
        const Weights second =
            with_gates_first({recurrent->name, Shape(1, recurrent->values.size()), recurrent->values}, units);
        both.values.insert(both.values.end(), second.values.begin(), second.values.end());
    } else {
        both.values.resize(2 * both.values.size(), 0);
    }
    both.shape = Shape(1, both.values.size());
    return both;
}

/// Two matrices of as many rows, their columns side by side.
inline Weights side_by_side(const Weights& left, const Weights& right) {
    const std::size_t rows = left.shape[0], first = left.shape[1], second = right.shape[1];
    Weights both{left.name, Shape(rows, first + second), {}};
    for (std::size_t row = 0; row < rows; ++row) {
        const auto append = [&](const Weights& of, std::size_t columns) {
            const auto begin = of.values.begin() + static_cast<std::ptrdiff_t>(row * columns);
            both.values.insert(both.values.end(), begin, begin + static_cast<std::ptrdiff_t>(columns));
        };
        append(left, first);
        append(right, second);
    }
    return both;
}

template <class LayerType>
    requires(burin::detail::RecurrentLayer<LayerType>)
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        if constexpr (has<Masked> || LayerType::Cell::projects)
            return WrittenSteps<LayerType>(to, step).write();
        else
            return write_operator(to, step);
    }

  private:
    template <class Option>
    static constexpr bool has = LayerType::template has<Option>;
    static constexpr bool has_cell = LayerType::Cell::has_cell_state;
    static constexpr bool separates = LayerType::Cell::separates_recurrent;
    static constexpr bool is_gru = LayerType::Cell::gates == 3;
    static constexpr std::size_t units = LayerType::units;

    static Weights recurrent_weight(const LayerStep& step) {
        if constexpr (LayerType::Cell::has_middle)
            return side_by_side(step.weights("recurrent_weight"), step.weights("reset_weight"));
        else
            return step.weights("recurrent_weight");
    }

    static Value write_operator(GraphWriter& to, const LayerStep& step) {
        const Attributes time_first = Attributes().integers("perm", {1, 0, 2});
        std::vector<std::string> operands{
            to.node("Transpose", {to.channels_last(step.inputs[0])}, time_first, step.part("time_first")),
            put(to, with_gates_first(step.weights("weight"), units)),
            put(to, with_gates_first(recurrent_weight(step), units)),
            "",
            "",
            "",
            ""};
        if constexpr (LayerType::has_bias) {
            if constexpr (separates) {
                const Weights recurrent = step.weights("recurrent_bias");
                operands[3] = put(to, joined_biases(step.weights("bias"), &recurrent, units));
            } else {
                operands[3] = put(to, joined_biases(step.weights("bias"), nullptr, units));
            }
        }
        if (has<InitialState>) {
            const std::string state = to.reshape(to.channels_last(step.inputs[LayerType::initial_input]),
                                                 Shape(LayerType::states, units), step.part("initial"));
            for (std::size_t i = 0; i < LayerType::states; ++i)
                operands[5 + i] =
                    to.node("Transpose", {slice(to, state, 0, i, i + 1, step.part(i == 0 ? "h0" : "c0"))},
                            time_first, step.part(i == 0 ? "initial_h" : "initial_c"));
        }
        while (operands.back().empty())
            operands.pop_back();
        Attributes attributes;
        attributes.integer("hidden_size", static_cast<std::int64_t>(units))
            .text("direction", has<GoBackwards> ? "reverse" : "forward");
        if (separates)
            attributes.integer("linear_before_reset", 1);
        if (has<ReLUCell>)
            attributes.texts("activations", {"Relu"});
        std::vector<std::string> outputs{has<ReturnSequences> ? step.part("steps") : "",
                                         has<ReturnState> || !has<ReturnSequences> ? step.part("h") : ""};
        if (has_cell && has<ReturnState>)
            outputs.push_back(step.part("c"));
        outputs = to.nodes(has_cell ? "LSTM" : is_gru ? "GRU" : "RNN", operands, attributes, outputs);

        std::vector<std::string> rows;
        if (has<ReturnSequences>) {
            // [time, 1, batch, units]
            std::string steps =
                to.node("Squeeze", {outputs[0], to.integers("axis.1", {1})}, {}, step.part("squeezed"));
            steps = to.node("Transpose", {steps}, time_first, step.part("sequence"));
            // ONNX has each output where its input stood.
            rows.push_back(has<GoBackwards> && !has<burin::detail::Realigned>
                               ? reversed(to, steps, step.part("backwards"))
                               : steps);
        }
        if (has<ReturnState>)
            for (std::size_t i = 0; i < LayerType::states; ++i)
                rows.push_back(to.node("Transpose", {outputs[1 + i]}, time_first, outputs[1 + i] + ".row"));
        if (rows.empty())
            return to.value(to.node("Squeeze", {outputs[1], to.integers("axis.0", {0})}, {}, step.name),
                            step.output_shape);
        return to.value(to.node("Concat", rows, Attributes().integer("axis", 1), step.name),
                        step.output_shape);
    }
};

} // namespace burin::io::onnx
