#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/padded_rows.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/recurrent.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/recurrent_options.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin::detail {

/// What SimpleRNN, LSTM and GRU have in common. The sums of the input, x · W + b, are one product over all
/// steps and samples; then each step adds h₋₁ · U and applies the cell. Backward the gradients of all sums
/// are found step by step and then multiplied with the inputs and the states in one product each.
///
/// All that belongs to a step of the sequence is stored at its place in the input, whichever way it is gone.
template <template <kernels::Accuracy> class CellOf, std::size_t Units, class... Options>
struct Recurrent : Op {
    static_assert(Units > 0, "a recurrent layer needs at least one unit");
    static_assert((RecurrentOption<Options> && ...),
                  "recurrent layers take the options ReturnSequences, ReturnState, InitialState, Masked, "
                  "GoBackwards and NoBias");

    template <class Option>
    static constexpr bool has = (std::same_as<Options, Option> || ...);

    using Cell = CellOf<has<FastGates> ? kernels::Accuracy::fast : kernels::Accuracy::full>;
    static constexpr bool has_bias = !has<NoBias>;
    static constexpr std::size_t columns = Cell::gates * Units;
    static constexpr std::size_t states = Cell::has_cell_state ? 2 : 1;
    static constexpr std::size_t state_size = states * Units;
    static constexpr std::size_t initial_input = 1;
    static constexpr std::size_t mask_input = has<InitialState> ? 2 : 1;
    static constexpr std::size_t input_count = 1 + has<InitialState> + has<Masked>;

    static constexpr bool is_recurrent = true;
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
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != 2)
            return {.expected = "input `[time, features]`"};
        if (inputs.size() != input_count)
            return {.expected = expected_inputs(), .culprit = inputs.size() - 1};
        if (has<InitialState> && inputs[initial_input] != Shape(states, Units) &&
            (states > 1 || inputs[initial_input] != Shape(Units)))
            return {.expected = "the initial state as second input,",
                    .expected_shape = Shape(states, Units),
                    .culprit = initial_input};
        if (has<Masked> && inputs[mask_input] != Shape(inputs[0][0]))
            return {.expected = "the mask as last input,",
                    .expected_shape = Shape(inputs[0][0]),
                    .culprit = mask_input};
        const std::size_t outputs = has<ReturnSequences> ? inputs[0][0] : 0;
        if constexpr (has<ReturnState>)
            return {.shape = Shape(outputs + states, Units)};
        return {.shape = outputs > 0 ? Shape(outputs, Units) : Shape(Units)};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t features = inputs[0].last();
        const Fans fans{features, columns}, recurrent_fans{Units, columns};
        const ParameterSpec weight{"weight", ParameterRole::weight, Shape(features, columns), fans,
                                   core::Layout::panels};
        ParameterSpec recurrent_weight{"recurrent_weight", ParameterRole::weight, Shape(Units, columns),
                                       recurrent_fans, core::Layout::panels};
        recurrent_weight.use = WeightUse::recurrent;
        ParameterSpec bias{"bias", ParameterRole::bias, Shape(columns), fans};
        if (Cell::has_cell_state)
            bias.ones = {Units, 2 * Units}; // of the forget gate
        const ParameterSpec recurrent_bias{"recurrent_bias", ParameterRole::bias, Shape(columns),
                                           recurrent_fans};
        if constexpr (!has_bias)
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
        if (kind == StepKind::backward)
            return time * (columns + separate + (has<Masked> ? inputs[0].last() : 0)) + state_size + columns;
        const std::size_t sums =
            passes::saves(mode) ? 0 : kernels::recurrent_steps(time, columns, false) * columns;
        return sums + separate + (mode == Mode::streaming ? 0 : state_size);
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
                .streams = mode == Mode::streaming && !has<Masked>};
    }

    template <class Scalar>
    static constexpr kernels::RecurrentChoice choose(std::span<const Shape> inputs, Mode mode) {
        return kernels::choose_recurrent(size_of(inputs, mode), passes::saves(mode), sizeof(Scalar),
                                         kernels::this_machine);
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return inputs[0][0] * columns * (inputs[0].last() + Units);
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const std::size_t biases = has_bias ? (Cell::separates_recurrent ? 2 : 1) : 0;
        return inputs[0][0] * (columns * (2 * inputs[0].last() + 2 * Units + biases) + Cell::cost * Units);
    }

    template <class Context>
    [[gnu::always_inline]] static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Shapes = typename Context::Shapes;
        constexpr bool saves = Context::saves;
        constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
        constexpr kernels::RecurrentChoice choice = choose<Scalar>(Shapes::inputs, Context::mode);
        const std::size_t rows = run.rows, block = kernels::steps_at_once(choice, saves, rows);
        const Weights<features, const Scalar> weights(run.parameters);
        const Saved<time, Scalar> saved =
            saves ? Saved<time, Scalar>(run.saved, rows) : Saved<time, Scalar>{};
        const auto masks = masks_of<time>(run.inputs);

        Scalar* next = run.scratch;
        Scalar* const sums = saves ? saved.gates : next;
        next += saves ? 0 : rows * block * columns;
        const kernels::Rows<Scalar> recurrent{next, columns};
        next += Cell::separates_recurrent ? rows * columns : 0;
        const bool carries = Context::mode == Mode::streaming || run.state != nullptr;
        constexpr std::size_t carried_size = state(Shapes::inputs);
        const kernels::Rows<Scalar> carried{carries ? run.state : next, carries ? carried_size : state_size};
        if constexpr (has<InitialState>)
            std::copy_n(run.inputs[initial_input], rows * state_size, carried.data);
        else if (!carries)
            std::fill_n(carried.data, rows * state_size, Scalar(0));
        if constexpr (saves)
            for (std::size_t row = 0; row < rows; ++row)
                saved.put_state(row, place<time>(0), carried[row]);

        if constexpr (choice.in_registers > 0) {
            for (std::size_t row = 0; row < rows; ++row)
                run_in_registers<Shapes>(run, weights, carried[row], row);
            return;
        }

        for (std::size_t begin = 0; begin < time; begin += block) {
            const std::size_t count = std::min(block, time - begin);
            const std::size_t first_place = has<GoBackwards> ? time - begin - count : begin;
            // A row of `sums` for each sample and step, `from` one sample's to the next one's.
            const auto multiply_inputs = [&](std::size_t sample, std::size_t from,
                                             std::size_t products) __attribute__((always_inline)) {
                kernels::recurrent_product<features, columns, Scalar>(
                    {run.inputs[0] + (sample * time + first_place) * features, from * features},
                    weights.weight, {weights.bias, 0}, {sums + sample * block * columns, columns}, products);
            };
            if constexpr (saves)
                kernels::dense_forward<features, columns, has_bias>(
                    run.inputs[0], weights.weight, weights.bias, sums, rows * time, kernels::StoreSum{});
            else if (block == time || block == 1)
                multiply_inputs(0, block == 1 ? time : 1, rows * block);
            else
                for (std::size_t row = 0; row < rows; ++row)
                    multiply_inputs(row, 1, count);

            for (std::size_t step = begin; step < begin + count; ++step) {
                const std::size_t at = place<time>(step);
                const bool is_last = step + 1 == time;
                const kernels::Rows<Scalar> gates{sums + (at - first_place) * columns, block * columns};
                const kernels::Rows<const Scalar> h_before =
                    saves ? kernels::Rows<const Scalar>{saved.h + at * Units, time * Units}
                          : kernels::Rows<const Scalar>{carried.data, carried.stride};
                if constexpr (choice.adds_to_inputs)
                    kernels::recurrent_product<Units, columns, Scalar>(
                        h_before, weights.recurrent_weight, {gates.data, gates.stride}, gates, rows);
                else
                    kernels::recurrent_product<Units, columns, Scalar>(
                        h_before, weights.recurrent_weight, {weights.recurrent_bias, 0}, recurrent, rows);

                for (std::size_t row = 0; row < rows; ++row) {
                    kernels::CellStep<Scalar> cell{};
                    cell.gates = gates[row];
                    cell.recurrent = Cell::separates_recurrent ? recurrent[row] : nullptr;
                    cell.h = carried[row];
                    cell.c = Cell::has_cell_state ? carried[row] + Units : nullptr;
                    cell.h_before = cell.h;
                    cell.c_before = cell.c;
                    if constexpr (saves) {
                        cell.kept = saved.kept + (row * time + at) * Cell::kept * Units;
                        cell.h_before = saved.h + (row * time + at) * Units;
                        cell.c_before = saved.c + (row * time + at) * Units;
                        if (!is_last) {
                            const std::size_t then = row * time + place<time>(step + 1);
                            cell.h = saved.h + then * Units;
                            cell.c = saved.c + then * Units;
                        }
                    }
                    cell.output = cell.h;
                    Scalar* const output = run.output + row * Shapes::output.size();
                    if constexpr (has<ReturnSequences>)
                        cell.output = output + (has<Realigned> ? at : step) * Units;
                    else if (is_last)
                        cell.output = output;

                    if (has<Masked> && masks[row][at] == Scalar(0))
                        stand_still(cell);
                    else
                        Cell::template step<Units, saves>(cell);
                }
            }
        }
        if constexpr (has<ReturnState>)
            for (std::size_t row = 0; row < rows; ++row)
                std::copy_n(carried[row], state_size,
                            run.output + (row + 1) * Shapes::output.size() - state_size);
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Shapes = typename Context::Shapes;
        constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
        constexpr bool wants_initial = has<InitialState> && Context::wanted[initial_input % input_count];
        constexpr bool adds_up = Cell::passes_state_on || has<Masked>;
        const std::size_t rows = run.rows;
        const Weights<features, const Scalar> weights(run.parameters);
        const Saved<time, const Scalar> saved(run.saved, rows);
        const auto masks = masks_of<time>(run.inputs);

        Scalar* const dgates = run.scratch;
        Scalar* next = dgates + rows * time * columns;
        Scalar* const drecurrent = Cell::separates_recurrent ? next : dgates;
        next += Cell::separates_recurrent ? rows * time * columns : 0;
        Scalar* const dh = next;
        Scalar* const dc = dh + rows * Units;
        Scalar* const side_by_side = dh + rows * state_size;
        [[maybe_unused]] Scalar* const room = side_by_side + rows * columns;
        std::fill_n(dh, rows * state_size, Scalar(0));
        if constexpr (has<ReturnState>)
            for (std::size_t row = 0; row < rows; ++row) {
                const Scalar* const final_state =
                    run.output_gradient + (row + 1) * Shapes::output.size() - state_size;
                std::copy_n(final_state, Units, dh + row * Units);
                if constexpr (Cell::has_cell_state)
                    std::copy_n(final_state + Units, Units, dc + row * Units);
            }

        for (std::size_t step = time; step-- > 0;) {
            const std::size_t at = place<time>(step);
            for (std::size_t row = 0; row < rows; ++row) {
                const std::size_t here = row * time + at;
                kernels::CellGradient<Scalar> cell{};
                cell.gates = saved.gates + here * columns;
                cell.kept = saved.kept + here * Cell::kept * Units;
                cell.h_before = saved.h + here * Units;
                cell.c_before = saved.c + here * Units;
                cell.dh = dh + row * Units;
                cell.dc = dc + row * Units;
                cell.dgates = dgates + here * columns;
                cell.drecurrent = drecurrent + here * columns;
                const Scalar* const dy = run.output_gradient + row * Shapes::output.size();
                if constexpr (has<ReturnSequences>)
                    add(dy + (has<Realigned> ? at : step) * Units, cell.dh);
                else if (!has<ReturnState> && step + 1 == time)
                    add(dy, cell.dh);

                if (has<Masked> && masks[row][at] == Scalar(0)) {
                    std::fill_n(cell.dgates, columns, Scalar(0));
                    std::fill_n(cell.drecurrent, columns, Scalar(0));
                } else {
                    Cell::template gradient<Units>(cell);
                    if constexpr (adds_up && !Cell::passes_state_on)
                        std::fill_n(cell.dh, Units, Scalar(0));
                }
            }
            if (step == 0 && !wants_initial)
                break;
            const Scalar* sums_gradient = drecurrent + at * columns;
            if (time > 1 && rows > 1) {
                for (std::size_t row = 0; row < rows; ++row)
                    std::copy_n(sums_gradient + row * time * columns, columns, side_by_side + row * columns);
                sums_gradient = side_by_side;
            }
            using Derivative = std::conditional_t<adds_up, engine::AddToGradient, engine::NoActivation>;
            kernels::dense_input_gradient<Units, columns, kernels::RowCounts{Context::most_rows}>(
                sums_gradient, weights.recurrent_weight, static_cast<const Scalar*>(dh), dh, rows,
                Derivative{});
        }

        if constexpr (Context::trains) {
            const Weights<features, Scalar> gradients(run.gradients);
            const Scalar* x = run.inputs[0];
            if constexpr (has<Masked>)
                x = kernels::with_finite_padding<features>(kernels::Rows<const Scalar>{x, features},
                                                           run.inputs[mask_input], rows * time, room)
                        .data;
            kernels::dense_weight_gradient<features, columns, has_bias, Context::adds,
                                           kernels::RowCounts{Context::most_rows * time, time}>(
                x, static_cast<const Scalar*>(dgates), gradients.weight, gradients.bias, rows * time);
            kernels::dense_weight_gradient<Units, columns, has_bias && Cell::separates_recurrent,
                                           Context::adds,
                                           kernels::RowCounts{Context::most_rows * time, time}>(
                saved.h, static_cast<const Scalar*>(drecurrent), gradients.recurrent_weight,
                gradients.recurrent_bias, rows * time);
        }
        if constexpr (Context::wanted[0])
            kernels::dense_input_gradient<features, columns,
                                          kernels::RowCounts{Context::most_rows * time, time}>(
                static_cast<const Scalar*>(dgates), weights.weight, weights.weight, run.input_gradients[0],
                rows * time, engine::NoActivation{});
        if constexpr (wants_initial)
            for (std::size_t row = 0; row < rows; ++row) {
                Scalar* const initial = run.input_gradients[initial_input] + row * state_size;
                std::copy_n(dh + row * Units, Units, initial);
                if constexpr (Cell::has_cell_state)
                    std::copy_n(dc + row * Units, Units, initial + Units);
            }
        if constexpr (has<Masked>)
            if constexpr (Context::wanted[mask_input])
                std::fill_n(run.input_gradients[mask_input], rows * time, Scalar(0));
    }

  private:
    static constexpr std::string_view expected_inputs() {
        if (has<InitialState> && has<Masked>)
            return "three inputs, the sequence, the initial state and the mask; the last";
        if (has<InitialState>)
            return "two inputs, the sequence and the initial state; the last";
        return has<Masked> ? "two inputs, the sequence and the mask; the last" : "one input; the last";
    }

    /// Where in the sequence the input of a step is.
    template <std::size_t Time>
    static constexpr std::size_t place(std::size_t step) {
        return has<GoBackwards> ? Time - 1 - step : step;
    }

    /// The tensors of the parameters or of their gradients.
    template <std::size_t Features, class Scalar>
    struct Weights {
        Scalar* weight;
        Scalar* recurrent_weight;
        Scalar* bias;
        Scalar* recurrent_bias;

        [[gnu::always_inline]] explicit Weights(Scalar* all) noexcept
            : weight(all), recurrent_weight(weight + Features * columns),
              bias(has_bias ? recurrent_weight + Units * columns : nullptr),
              recurrent_bias(has_bias && Cell::separates_recurrent ? bias + columns : nullptr) {}
    };

    /// What training remembers, each `[rows, Time, …]`.
    template <std::size_t Time, class Scalar>
    struct Saved {
        Scalar* gates = nullptr;
        Scalar* h = nullptr; ///< Before the step.
        Scalar* c = nullptr;
        Scalar* kept = nullptr;

        Saved() = default;
        [[gnu::always_inline]] Saved(Scalar* all, std::size_t rows) noexcept
            : gates(all), h(gates + rows * Time * columns), c(h + rows * Time * Units),
              kept(h + rows * Time * state_size) {}

        void put_state(std::size_t row, std::size_t at, const Scalar* state) const noexcept {
            std::copy_n(state, Units, h + (row * Time + at) * Units);
            if constexpr (Cell::has_cell_state)
                std::copy_n(state + Units, Units, c + (row * Time + at) * Units);
        }
    };

    template <class Shapes, class Context, class WeightsType, class Scalar>
    [[gnu::always_inline]] static void run_in_registers(const Context& run, const WeightsType& weights,
                                                        Scalar* carried, std::size_t row) noexcept {
        constexpr kernels::RecurrentChoice choice = choose<Scalar>(Shapes::inputs, Context::mode);
        constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
        constexpr std::size_t stride = has<ReturnSequences> ? Units : 0;
        Scalar* const output = run.output + row * Shapes::output.size();
        const kernels::StepsOperands<Scalar> steps{.x = run.inputs[0] + row * time * features,
                                                   .weight = weights.weight,
                                                   .recurrent_weight = weights.recurrent_weight,
                                                   .bias = weights.bias,
                                                   .recurrent_bias = weights.recurrent_bias,
                                                   .h = carried,
                                                   .c = carried + (Cell::has_cell_state ? Units : 0),
                                                   .output = output};
        if constexpr (choice.by_turns) {
            constexpr bool remembers = state(Shapes::inputs) > state_size;
            Scalar forgotten{};
            kernels::run_steps_in_groups<Cell, features, Units, choice.in_registers>(
                steps, time, stride, remembers ? carried[state_size] : forgotten);
        } else {
            kernels::run_steps<Cell, features, Units, Scalar>(steps, time, stride);
        }
        if constexpr (has<ReturnState>)
            std::copy_n(carried, state_size, output + Shapes::output.size() - state_size);
    }

    template <std::size_t Time, class Inputs>
    static auto masks_of(const Inputs& inputs) noexcept {
        return kernels::Rows{has<Masked> ? inputs[mask_input % input_count] : nullptr, Time};
    }

    template <class Scalar>
    static void stand_still(const kernels::CellStep<Scalar>& cell) noexcept {
        std::copy_n(cell.h_before, Units, cell.output);
        if (cell.h != cell.h_before)
            std::copy_n(cell.h_before, Units, cell.h);
        if constexpr (Cell::has_cell_state)
            if (cell.c != cell.c_before)
                std::copy_n(cell.c_before, Units, cell.c);
    }

    template <class Scalar>
    static void add(const Scalar* from, Scalar* to) noexcept {
        kernels::map<Scalar>(
            Units, to, [](auto a, auto b) { return a + b; }, static_cast<const Scalar*>(to), from);
    }
};

template <class L>
concept RecurrentLayer = requires { requires L::is_recurrent; };

template <RecurrentLayer L>
struct FastForm<L> {
    using type = typename L::template With<FastGates>;
};

} // namespace burin::detail
