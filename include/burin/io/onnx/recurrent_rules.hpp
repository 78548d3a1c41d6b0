#pragma once

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

/// A recurrent layer with a mask, which ONNX's operators do not know: its steps one by one.
template <class LayerType>
class WrittenSteps {
    template <class Option>
    static constexpr bool has = LayerType::template has<Option>;
    static constexpr bool has_cell = LayerType::Cell::has_cell_state;
    static constexpr bool separates = LayerType::Cell::separates_recurrent;
    static constexpr std::size_t gates = LayerType::Cell::gates;
    static constexpr std::size_t units = LayerType::columns / gates;

  public:
    WrittenSteps(GraphWriter& to, const LayerStep& step) : to_(to), step_(step) {}

    Value write() {
        const std::size_t time = step_.input_shapes[0][0];
        const std::string input = to_.channels_last(step_.inputs[0]);
        const std::string sums =
            affine(input, "weight", LayerType::has_bias ? "bias" : "", step_.part("sums"));
        mask_ = op("Cast", {to_.channels_last(step_.inputs[LayerType::mask_input])}, step_.part("mask"),
                   Attributes().integer("to", static_cast<std::int64_t>(Element::boolean)));
        begin(input);
        std::vector<std::string> outputs(time);
        for (std::size_t step = 0; step < time; ++step) {
            const std::size_t at = has<GoBackwards> ? time - 1 - step : step;
            advance(sums, at);
            outputs[has<burin::detail::Realigned> ? at : step] = h_;
        }
        std::vector<std::string> rows;
        if (has<ReturnSequences>)
            for (const std::string& output : outputs)
                rows.push_back(row(output));
        if (has<ReturnState>) {
            rows.push_back(row(h_));
            if (has_cell)
                rows.push_back(row(c_));
        }
        if (rows.empty())
            return to_.value(h_, step_.output_shape);
        return to_.value(op("Concat", rows, step_.name, Attributes().integer("axis", 1)), step_.output_shape);
    }

  private:
    std::string op(std::string_view name, const std::vector<std::string>& inputs, const std::string& output,
                   const Attributes& attributes = {}) {
        return to_.node(name, inputs, attributes, output);
    }
    std::string affine(const std::string& input, const char* weight, std::string bias,
                       const std::string& name) {
        const std::string product = op("MatMul", {input, put(to_, step_.weights(weight))}, name);
        return bias.empty() ? product
                            : op("Add", {product, put(to_, step_.weights(bias))}, name + ".shifted");
    }
    /// One step of a sequence, `[batch, features]`.
    std::string step_of(const std::string& sequence, std::size_t at, const std::string& name) {
        return op("Gather",
                  {sequence, to_.template tensor_of<std::int64_t>(
                                 "step." + std::to_string(at), Element::int64, {},
                                 std::vector<std::int64_t>{static_cast<std::int64_t>(at)})},
                  name, Attributes().integer("axis", 1));
    }
    std::string row(const std::string& state) {
        return op("Unsqueeze", {state, to_.integers("axis.1", {1})}, state + ".row");
    }

    /// The first state: an input, or zeros for as many samples as there are.
    void begin(const std::string& input) {
        if (has<InitialState>) {
            const std::string state = to_.reshape(to_.channels_last(step_.inputs[LayerType::initial_input]),
                                                  Shape(LayerType::states, units), step_.part("initial"));
            h_ = step_of(state, 0, step_.part("initial_h"));
            if (has_cell)
                c_ = step_of(state, 1, step_.part("initial_c"));
            return;
        }
        const std::string batch =
            op("Shape", {input}, step_.part("batch"), Attributes().integer("start", 0).integer("end", 1));
        const std::string shape =
            op("Concat", {batch, to_.integers(step_.part("units"), {static_cast<std::int64_t>(units)})},
               step_.part("state_shape"), Attributes().integer("axis", 0));
        h_ = c_ = op("Expand", {to_.number(0, "zero"), shape}, step_.part("initial"));
    }

    void advance(const std::string& sums, std::size_t at) {
        const std::string here = step_.part(std::to_string(at));
        const std::string counts = op(
            "Unsqueeze", {step_of(mask_, at, here + ".mask"), to_.integers("axis.1", {1})}, here + ".counts");
        const std::string x = step_of(sums, at, here + ".x");
        const std::string a = affine(h_, "recurrent_weight",
                                     separates && LayerType::has_bias ? "recurrent_bias" : "", here + ".a");
        std::string h, c = c_;
        if constexpr (separates) {
            const auto of_x = split(x), of_a = split(a);
            const std::string reset =
                op("Sigmoid", {op("Add", {of_x[0], of_a[0]}, here + ".r")}, here + ".reset");
            const std::string keep =
                op("Sigmoid", {op("Add", {of_x[1], of_a[1]}, here + ".z")}, here + ".update");
            const std::string fresh =
                op("Tanh", {op("Add", {of_x[2], op("Mul", {reset, of_a[2]}, here + ".n_a")}, here + ".n")},
                   here + ".new");
            // (1 − s) · n + s · h = n + s · (h − n)
            const std::string change = op("Mul", {keep, op("Sub", {h_, fresh}, here + ".d")}, here + ".kept");
            h = op("Add", {fresh, change}, here + ".h");
        } else {
            const std::string sum = op("Add", {x, a}, here + ".sum");
            if constexpr (has_cell) {
                const auto gate = split(sum);
                const std::string old =
                    op("Mul", {op("Sigmoid", {gate[1]}, here + ".forget"), c_}, here + ".old");
                const std::string fresh = op(
                    "Mul", {op("Sigmoid", {gate[0]}, here + ".input"), op("Tanh", {gate[2]}, here + ".cell")},
                    here + ".new");
                c = op("Add", {old, fresh}, here + ".c");
                h = op("Mul", {op("Sigmoid", {gate[3]}, here + ".output"), op("Tanh", {c}, here + ".tanh")},
                       here + ".h");
            } else {
                h = op("Tanh", {sum}, here + ".h");
            }
        }
        h_ = op("Where", {counts, h, h_}, here);
        if (has_cell)
            c_ = op("Where", {counts, c, c_}, here + ".state");
    }

    std::vector<std::string> split(const std::string& all) {
        std::vector<std::string> names;
        for (std::size_t gate = 0; gate < gates; ++gate)
            names.push_back(all + '.' + std::to_string(gate));
        return to_.nodes(
            "Split", {all},
            Attributes().integer("axis", 1).integer("num_outputs", static_cast<std::int64_t>(gates)), names);
    }

    GraphWriter& to_;
    const LayerStep& step_;
    std::string mask_, h_, c_;
};

template <class LayerType>
    requires(burin::detail::RecurrentLayer<LayerType>)
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        if constexpr (has<Masked>)
            return WrittenSteps<LayerType>(to, step).write();
        else
            return write_operator(to, step);
    }

  private:
    template <class Option>
    static constexpr bool has = LayerType::template has<Option>;
    static constexpr bool has_cell = LayerType::Cell::has_cell_state;
    static constexpr bool separates = LayerType::Cell::separates_recurrent;
    static constexpr std::size_t units = LayerType::columns / LayerType::Cell::gates;

    static Value write_operator(GraphWriter& to, const LayerStep& step) {
        const Attributes time_first = Attributes().integers("perm", {1, 0, 2});
        std::vector<std::string> operands{
            to.node("Transpose", {to.channels_last(step.inputs[0])}, time_first, step.part("time_first")),
            put(to, with_gates_first(step.weights("weight"), units)),
            put(to, with_gates_first(step.weights("recurrent_weight"), units)),
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
        std::vector<std::string> outputs{has<ReturnSequences> ? step.part("steps") : "",
                                         has<ReturnState> || !has<ReturnSequences> ? step.part("h") : ""};
        if (has_cell && has<ReturnState>)
            outputs.push_back(step.part("c"));
        outputs = to.nodes(has_cell ? "LSTM" : separates ? "GRU" : "RNN", operands, attributes, outputs);

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
