#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/recurrent.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/recurrent_backward.hpp"
#include "burin/layers/recurrent_forward.hpp"
#include "burin/layers/recurrent_options.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin::detail {

/// Of the gates.
template <class... Options>
inline constexpr kernels::Accuracy accuracy_of =
    is_among<FastGates, Options...> ? kernels::Accuracy::fast : kernels::Accuracy::full;

/// What SimpleRNN, LSTM and GRU have in common, which differ in their cell (kernels/recurrent/cells.hpp):
/// shapes, parameters, memory.
///
/// All that belongs to a step of the sequence is stored at its place in the input, whichever way it is gone.
template <class CellType, std::size_t Units, class... Options>
struct Recurrent : Op {
    static_assert((RecurrentOption<Options> && ...),
                  "recurrent layers take the options ReturnSequences, ReturnState, InitialState, Masked, "
                  "GoBackwards and NoBias, and each its own: ReLUCell, ResetBefore, Projected");

    template <class Option>
    static constexpr bool has = is_among<Option, Options...>;

    using Cell = CellType;
    static constexpr bool has_bias = !has<NoBias>;
    static constexpr std::size_t units = Units;
    static constexpr std::size_t outputs = Cell::outputs(Units); ///< Elements of h.
    static constexpr std::size_t columns = Cell::gates * Units;
    static constexpr std::size_t recurrent_columns = Cell::recurrent_columns(columns, Units);
    static constexpr std::size_t product_columns = Cell::product_columns(Units);
    static constexpr std::size_t states = Cell::has_cell_state ? 2 : 1;
    static constexpr std::size_t state_size = outputs + (Cell::has_cell_state ? Units : 0);
    static constexpr Shape state_shape = Cell::projects ? Shape(state_size) : Shape(states, Units);
    /// Whether the gradients of the sums of the state are apart from those of all.
    static constexpr bool parts_recurrent = Cell::separates_recurrent || recurrent_columns != columns;
    static constexpr std::size_t widest = std::max(columns, product_columns);
    static constexpr std::size_t initial_input = 1;
    static constexpr std::size_t mask_input = has<InitialState> ? 2 : 1;
    static constexpr std::size_t input_count = 1 + has<InitialState> + has<Masked>;

    static constexpr bool is_recurrent = true;
    static constexpr std::string_view misuse =
        Units == 0                                                ? "expected at least one unit"
        : has<ReLUCell> && Cell::gates != 1                       ? "expected ReLUCell of a SimpleRNN alone"
        : has<ResetBefore> && Cell::gates != 3                    ? "expected ResetBefore of a GRU alone"
        : (is_projected<Options> || ...) && !Cell::has_cell_state ? "expected Projected of an LSTM alone"
        : has<IntegerCell> && !Cell::has_cell_state               ? "expected IntegerCell of an LSTM alone"
        : Cell::projects && outputs == 0                          ? "expected a projection to at least one"
        : Cell::projects && has<ReturnState> && has<ReturnSequences>
            ? "expected ReturnState or ReturnSequences, not both, where h and c have different sizes"
            : "";
    static constexpr OpTraits traits{.joint_backward = true,
                                     .streams = !has<GoBackwards> && !has<InitialState>,
                                     .parameter_gradient = {.input = true},
                                     .input_gradient = {.input = has<Masked>}};

    static constexpr Text<64> name_of(std::string_view cell) {
        Text<64> text(cell);
        text.append("<").append(Units);
        text.append(has<ReturnSequences> ? ", ReturnSequences" : "")
            .append(has<ReturnState> ? ", ReturnState" : "");
        text.append(has<InitialState> ? ", InitialState" : "").append(has<Masked> ? ", Masked" : "");
        text.append(has<GoBackwards> ? ", GoBackwards" : "").append(has<NoBias> ? ", NoBias" : "");
        text.append(has<ReLUCell> ? ", ReLUCell" : "").append(has<ResetBefore> ? ", ResetBefore" : "");
        text.append(has<IntegerCell> ? ", IntegerCell" : "");
        if ((is_projected<Options> || ...))
            text.append(", Projected<").append((projected_size<Options> + ... + std::size_t{0})).append(">");
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != 2)
            return {.expected = "input `[time, features]`"};
        if (inputs.size() != input_count)
            return {.expected = expected_inputs(), .culprit = inputs.size() - 1};
        if (has<InitialState> && inputs[initial_input] != state_shape &&
            (states > 1 || inputs[initial_input] != Shape(Units)))
            return {.expected = "the initial state as second input,",
                    .expected_shape = state_shape,
                    .culprit = initial_input};
        if (has<Masked> && inputs[mask_input] != Shape(inputs[0][0]))
            return {.expected = "the mask as last input,",
                    .expected_shape = Shape(inputs[0][0]),
                    .culprit = mask_input};
        const std::size_t steps = has<ReturnSequences> ? inputs[0][0] : 0;
        if constexpr (has<ReturnState>)
            return {.shape = Cell::projects ? state_shape : Shape(steps + states, Units)};
        return {.shape = steps > 0 ? Shape(steps, outputs) : Shape(outputs)};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t features = inputs[0].last();
        const Fans fans{features, columns}, recurrent_fans{outputs, recurrent_columns};
        const ParameterSpec weight{"weight", ParameterRole::weight, Shape(features, columns), fans,
                                   core::Layout::panels};
        ParameterSpec recurrent_weight{"recurrent_weight", ParameterRole::weight,
                                       Shape(outputs, recurrent_columns), recurrent_fans,
                                       core::Layout::panels};
        recurrent_weight.use = WeightUse::recurrent;
        ParameterSpec second_weight{Cell::projects ? "projection_weight" : "reset_weight",
                                    ParameterRole::weight, Shape(Units, product_columns),
                                    Fans{Units, product_columns}, core::Layout::panels};
        second_weight.use = Cell::projects ? WeightUse::kernel : WeightUse::recurrent;
        ParameterSpec bias{"bias", ParameterRole::bias, Shape(columns), fans};
        if (Cell::has_cell_state)
            bias.ones = {Units, 2 * Units}; // of the forget gate
        const ParameterSpec recurrent_bias{"recurrent_bias", ParameterRole::bias, Shape(columns),
                                           recurrent_fans};
        if constexpr (Cell::has_middle && has_bias)
            return ParameterList(weight, recurrent_weight, second_weight, bias);
        else if constexpr (Cell::has_middle)
            return ParameterList(weight, recurrent_weight, second_weight);
        else if constexpr (!has_bias)
            return ParameterList(weight, recurrent_weight);
        else if constexpr (Cell::separates_recurrent)
            return ParameterList(weight, recurrent_weight, bias, recurrent_bias);
        else
            return ParameterList(weight, recurrent_weight, bias);
    }

    /// Of each step the gates, the state before it and what else the cell keeps.
    static constexpr Elements saved(std::span<const Shape> inputs) {
        return inputs[0][0] * (columns + state_size + Cell::kept * Units);
    }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        const std::size_t time = inputs[0][0], separate = Cell::separates_recurrent ? columns : 0;
        const std::size_t middle = Cell::has_middle ? Units : 0;
        if (kind == StepKind::backward)
            return time * (columns + (parts_recurrent ? recurrent_columns : 0) + product_columns +
                           (has<Masked> ? inputs[0].last() : 0)) +
                   middle + state_size + widest;
        const std::size_t sums =
            passes::saves(mode) ? 0 : kernels::recurrent_steps(time, columns, false) * columns;
        return sums + separate + product_columns + (passes::saves(mode) ? 0 : middle) +
               (mode == Mode::streaming ? 0 : state_size);
    }

    /// h and c, and behind them which way the last step went through a large cell's weights, with what keeps
    /// the states of others aligned.
    static constexpr std::size_t state(std::span<const Shape> inputs) {
        constexpr std::size_t direction = kernels::this_machine.template lanes<float>();
        const bool by_turns = choose<float>(inputs, Mode::streaming).by_turns;
        return traits.streams ? state_size + (by_turns ? direction : 0) : 0;
    }

    /// What the kernels choose by.
    static constexpr kernels::RecurrentSize size_of(std::span<const Shape> inputs, Mode mode) {
        return {.time = inputs[0][0],
                .units = Units,
                .gates = Cell::gates,
                .separates_recurrent = Cell::separates_recurrent,
                .features = inputs[0].last(),
                .streams = mode == Mode::streaming && !has<Masked>,
                .multiplies_twice = Cell::has_middle};
    }

    template <class Scalar>
    static constexpr kernels::RecurrentChoice choose(std::span<const Shape> inputs, Mode mode) {
        return kernels::choose_recurrent(size_of(inputs, mode), passes::saves(mode), sizeof(Scalar),
                                         kernels::this_machine);
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return inputs[0][0] * macs_of_step(inputs[0].last());
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const std::size_t biases = has_bias ? (Cell::separates_recurrent ? 2 : 1) : 0;
        return inputs[0][0] * (2 * macs_of_step(inputs[0].last()) + biases * columns + Cell::cost * Units);
    }

    /// Where in the sequence the input of a step is.
    template <std::size_t Time>
    static constexpr std::size_t place(std::size_t step) {
        return has<GoBackwards> ? Time - 1 - step : step;
    }

    template <class Context>
    [[gnu::always_inline]] static void forward(const Context& run) noexcept {
        recurrent_forward<Recurrent>(run);
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        recurrent_backward<Recurrent>(run);
    }

  private:
    static constexpr std::size_t macs_of_step(std::size_t features) {
        return columns * features + outputs * recurrent_columns + Units * product_columns;
    }

    static constexpr std::string_view expected_inputs() {
        if (has<InitialState> && has<Masked>)
            return "three inputs, the sequence, the initial state and the mask; the last";
        if (has<InitialState>)
            return "two inputs, the sequence and the initial state; the last";
        return has<Masked> ? "two inputs, the sequence and the mask; the last" : "one input; the last";
    }
};

template <class L>
concept RecurrentLayer = requires { requires L::is_recurrent; };

template <RecurrentLayer L>
struct FastForm<L> {
    using type = typename L::template With<FastGates>;
};

} // namespace burin::detail
