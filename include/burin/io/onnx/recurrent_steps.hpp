#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/recurrent.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io::onnx {

/// A recurrent layer with a mask or a projection, which ONNX's operators do not know: its steps one by one.
template <class LayerType>
class WrittenSteps {
    template <class Option>
    static constexpr bool has = LayerType::template has<Option>;
    static constexpr bool has_cell = LayerType::Cell::has_cell_state;
    static constexpr bool separates = LayerType::Cell::separates_recurrent;
    static constexpr std::size_t gates = LayerType::Cell::gates;
    static constexpr std::size_t units = LayerType::units;
    static constexpr bool projects = LayerType::Cell::projects;
    static constexpr bool resets_before = LayerType::Cell::has_middle && !projects;

  public:
    WrittenSteps(GraphWriter& to, const LayerStep& step) : to_(to), step_(step) {}

    Value write() {
        const std::size_t time = step_.input_shapes[0][0];
        const std::string input = to_.channels_last(step_.inputs[0]);
        const std::string sums =
            affine(input, "weight", LayerType::has_bias ? "bias" : "", step_.part("sums"));
        if constexpr (has<Masked>)
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
            if (projects)
                return to_.value(op("Concat", {h_, c_}, step_.name, Attributes().integer("axis", 1)),
                                 step_.output_shape);
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
            const std::string given = to_.channels_last(step_.inputs[LayerType::initial_input]);
            if (projects) {
                h_ = slice(to_, given, 0, 0, LayerType::outputs, step_.part("initial_h"));
                c_ = slice(to_, given, 0, LayerType::outputs, LayerType::state_size, step_.part("initial_c"));
                return;
            }
            const std::string state =
                to_.reshape(given, Shape(LayerType::states, units), step_.part("initial"));
            h_ = step_of(state, 0, step_.part("initial_h"));
            if (has_cell)
                c_ = step_of(state, 1, step_.part("initial_c"));
            return;
        }
        const std::string batch =
            op("Shape", {input}, step_.part("batch"), Attributes().integer("start", 0).integer("end", 1));
        h_ = c_ = zeros(batch, units, "");
        if (projects)
            h_ = zeros(batch, LayerType::outputs, "_h");
    }
    std::string zeros(const std::string& batch, std::size_t size, const std::string& which) {
        const std::string shape = op(
            "Concat", {batch, to_.integers(step_.part("units" + which), {static_cast<std::int64_t>(size)})},
            step_.part("state_shape" + which), Attributes().integer("axis", 0));
        return op("Expand", {to_.number(0, "zero"), shape}, step_.part("initial" + which));
    }

    void advance(const std::string& sums, std::size_t at) {
        const std::string here = step_.part(std::to_string(at));
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
        } else if constexpr (resets_before) {
            const auto of_x = split(x, 3), of_a = split(a, 2);
            const std::string reset =
                op("Sigmoid", {op("Add", {of_x[0], of_a[0]}, here + ".r")}, here + ".reset");
            const std::string keep =
                op("Sigmoid", {op("Add", {of_x[1], of_a[1]}, here + ".z")}, here + ".update");
            const std::string product =
                affine(op("Mul", {reset, h_}, here + ".kept_state"), "reset_weight", "", here + ".n_a");
            const std::string fresh = op("Tanh", {op("Add", {of_x[2], product}, here + ".n")}, here + ".new");
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
                if constexpr (projects)
                    h = affine(h, "projection_weight", "", here + ".projected");
            } else {
                h = op(has<ReLUCell> ? "Relu" : "Tanh", {sum}, here + ".h");
            }
        }
        if constexpr (has<Masked>) {
            const std::string counts =
                op("Unsqueeze", {step_of(mask_, at, here + ".mask"), to_.integers("axis.1", {1})},
                   here + ".counts");
            h = op("Where", {counts, h, h_}, here);
            if (has_cell)
                c = op("Where", {counts, c, c_}, here + ".state");
        }
        h_ = h;
        c_ = c;
    }

    std::vector<std::string> split(const std::string& all, std::size_t count = gates) {
        std::vector<std::string> names;
        for (std::size_t gate = 0; gate < count; ++gate)
            names.push_back(all + '.' + std::to_string(gate));
        return to_.nodes(
            "Split", {all},
            Attributes().integer("axis", 1).integer("num_outputs", static_cast<std::int64_t>(count)), names);
    }

    GraphWriter& to_;
    const LayerStep& step_;
    std::string mask_, h_, c_;
};

} // namespace burin::io::onnx
