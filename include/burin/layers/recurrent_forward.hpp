#pragma once

#include "burin/kernels/recurrent.hpp"
#include "burin/layers/recurrent_memory.hpp"
#include "burin/layers/recurrent_options.hpp"
#include "burin/passes/node.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::detail {

/// Whether a recurrent layer has an option.
template <class Layer, class Option>
inline constexpr bool asks = Layer::template has<Option>;

/// The masks of all samples; null for a layer without one.
template <class Layer, std::size_t Time, class Inputs>
auto recurrent_masks(const Inputs& inputs) noexcept {
    return kernels::Rows{asks<Layer, Masked> ? inputs[Layer::mask_input % Layer::input_count] : nullptr,
                         Time};
}

/// A step that does not count.
template <class Layer, class Scalar>
void stand_still(const kernels::CellStep<Scalar>& cell) noexcept {
    std::copy_n(cell.h_before, Layer::outputs, cell.output);
    if (cell.h != cell.h_before)
        std::copy_n(cell.h_before, Layer::outputs, cell.h);
    if constexpr (Layer::Cell::has_cell_state)
        if (cell.c != cell.c_before)
            std::copy_n(cell.c_before, Layer::units, cell.c);
}

/// One sequence, its sums in registers.
template <class Layer, class Context, class Weights, class Scalar>
[[gnu::always_inline]] inline void run_in_registers(const Context& run, const Weights& weights,
                                                    Scalar* carried, std::size_t row) noexcept {
    using Shapes = typename Context::Shapes;
    using Cell = typename Layer::Cell;
    constexpr std::size_t units = Layer::units, time = Shapes::inputs[0][0],
                          features = Shapes::inputs[0].last();
    constexpr kernels::RecurrentChoice choice = Layer::template choose<Scalar>(Shapes::inputs, Context::mode);
    constexpr std::size_t stride = asks<Layer, ReturnSequences> ? units : 0;
    Scalar* const output = run.output + row * Shapes::output.size();
    const kernels::StepsOperands<Scalar> steps{.x = run.inputs[0] + row * time * features,
                                               .weight = weights.weight,
                                               .recurrent_weight = weights.recurrent_weight,
                                               .bias = weights.bias,
                                               .recurrent_bias = weights.recurrent_bias,
                                               .h = carried,
                                               .c = carried + (Cell::has_cell_state ? units : 0),
                                               .output = output};
    if constexpr (choice.by_turns) {
        constexpr bool remembers = Layer::state(Shapes::inputs) > Layer::state_size;
        Scalar forgotten{};
        kernels::run_steps_in_groups<Cell, features, units, choice.in_registers>(
            steps, time, stride, remembers ? carried[Layer::state_size] : forgotten);
    } else {
        kernels::run_steps<Cell, features, units, Scalar>(steps, time, stride);
    }
    if constexpr (asks<Layer, ReturnState>)
        std::copy_n(carried, Layer::state_size, output + Shapes::output.size() - Layer::state_size);
}

/// The sums of the inputs, x · W + b, are one product over some steps; then each step adds h₋₁ · U and
/// applies the cell, of all samples.
template <class Layer, class Context>
[[gnu::always_inline]] inline void recurrent_forward(const Context& run) noexcept {
    using Scalar = typename Context::Scalar;
    using Shapes = typename Context::Shapes;
    using Cell = typename Layer::Cell;
    constexpr bool saves = Context::saves;
    constexpr std::size_t units = Layer::units, outputs = Layer::outputs, columns = Layer::columns,
                          recurrent_columns = Layer::recurrent_columns, state_size = Layer::state_size;
    constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
    constexpr kernels::RecurrentChoice choice = Layer::template choose<Scalar>(Shapes::inputs, Context::mode);
    const std::size_t rows = run.rows, block = kernels::steps_at_once(choice, saves, rows);
    const RecurrentWeights<Layer, features, const Scalar> weights(run.parameters);
    using Saved = RecurrentSaved<Layer, time, Scalar>;
    const Saved saved = saves ? Saved(run.saved, rows) : Saved{};
    const auto masks = recurrent_masks<Layer, time>(run.inputs);

    Scalar* next = run.scratch;
    Scalar* const sums = saves ? saved.gates : next;
    next += saves ? 0 : rows * block * columns;
    const kernels::Rows<Scalar> recurrent{next, columns};
    next += Cell::separates_recurrent ? rows * columns : 0;
    [[maybe_unused]] const kernels::Rows<Scalar> products{next, Layer::product_columns};
    next += rows * Layer::product_columns;
    [[maybe_unused]] Scalar* const middle = next;
    next += Cell::has_middle && !saves ? rows * units : 0;
    const bool carries = Context::mode == passes::Mode::streaming || run.state != nullptr;
    constexpr std::size_t carried_size = Layer::state(Shapes::inputs);
    const kernels::Rows<Scalar> carried{carries ? run.state : next, carries ? carried_size : state_size};
    if constexpr (asks<Layer, InitialState>)
        std::copy_n(run.inputs[Layer::initial_input], rows * state_size, carried.data);
    else if (!carries)
        std::fill_n(carried.data, rows * state_size, Scalar(0));
    if constexpr (saves)
        for (std::size_t row = 0; row < rows; ++row)
            saved.put_state(row, Layer::template place<time>(0), carried[row]);

    if constexpr (choice.in_registers > 0) {
        for (std::size_t row = 0; row < rows; ++row)
            run_in_registers<Layer>(run, weights, carried[row], row);
        return;
    }

    for (std::size_t begin = 0; begin < time; begin += block) {
        const std::size_t count = std::min(block, time - begin);
        const std::size_t first_place = asks<Layer, GoBackwards> ? time - begin - count : begin;
        // A row of `sums` for each sample and step, `from` one sample's to the next one's.
        const auto multiply_inputs = [&](std::size_t sample, std::size_t from,
                                         std::size_t products_count) __attribute__((always_inline)) {
            kernels::recurrent_product<features, columns, Scalar>(
                {run.inputs[0] + (sample * time + first_place) * features, from * features}, weights.weight,
                {weights.bias, 0}, {sums + sample * block * columns, columns}, products_count);
        };
        if constexpr (saves)
            kernels::dense_forward<features, columns, Layer::has_bias>(
                run.inputs[0], weights.weight, weights.bias, sums, rows * time, kernels::StoreSum{});
        else if (block == time || block == 1)
            multiply_inputs(0, block == 1 ? time : 1, rows * block);
        else
            for (std::size_t row = 0; row < rows; ++row)
                multiply_inputs(row, 1, count);

        for (std::size_t step = begin; step < begin + count; ++step) {
            const std::size_t at = Layer::template place<time>(step);
            const bool is_last = step + 1 == time;
            const kernels::Rows<Scalar> gates{sums + (at - first_place) * columns, block * columns};
            const kernels::Rows<const Scalar> h_before =
                saves ? kernels::Rows<const Scalar>{saved.h + at * outputs, time * outputs}
                      : kernels::Rows<const Scalar>{carried.data, carried.stride};
            if constexpr (choice.adds_to_inputs)
                kernels::recurrent_product<outputs, recurrent_columns, Scalar>(
                    h_before, weights.recurrent_weight, {gates.data, gates.stride}, gates, rows);
            else
                kernels::recurrent_product<outputs, recurrent_columns, Scalar>(
                    h_before, weights.recurrent_weight, {weights.recurrent_bias, 0}, recurrent, rows);

            const auto for_each_cell = [&](auto apply) __attribute__((always_inline)) {
                for (std::size_t row = 0; row < rows; ++row) {
                    kernels::CellStep<Scalar> cell{};
                    cell.gates = gates[row];
                    cell.recurrent = Cell::separates_recurrent ? recurrent[row] : nullptr;
                    cell.h = carried[row];
                    cell.c = Cell::has_cell_state ? carried[row] + outputs : nullptr;
                    cell.h_before = cell.h;
                    cell.c_before = cell.c;
                    if constexpr (saves) {
                        cell.kept = saved.kept + (row * time + at) * Cell::kept * units;
                        cell.h_before = saved.h + (row * time + at) * outputs;
                        cell.c_before = saved.c + (row * time + at) * units;
                        if (!is_last) {
                            const std::size_t then = row * time + Layer::template place<time>(step + 1);
                            cell.h = saved.h + then * outputs;
                            cell.c = saved.c + then * units;
                        }
                    }
                    if constexpr (Cell::has_middle) {
                        cell.middle = saves ? cell.kept : middle + row * units;
                        cell.product = products[row];
                    }
                    cell.output = cell.h;
                    Scalar* const output = run.output + row * Shapes::output.size();
                    if constexpr (asks<Layer, ReturnSequences>)
                        cell.output = output + (asks<Layer, Realigned> ? at : step) * outputs;
                    else if (is_last)
                        cell.output = output;
                    apply(cell, asks<Layer, Masked> && masks[row][at] == Scalar(0));
                }
            };
            if constexpr (Cell::has_middle) {
                for_each_cell([&](const kernels::CellStep<Scalar>& cell, bool stands) {
                    if (stands)
                        std::fill_n(cell.middle, units, Scalar(0));
                    else
                        Cell::template begin<units, saves>(cell);
                });
                kernels::recurrent_product<units, Layer::product_columns, Scalar>(
                    saves ? kernels::Rows<const Scalar>{saved.kept + at * units, time * units}
                          : kernels::Rows<const Scalar>{middle, units},
                    weights.second_weight, {nullptr, 0}, products, rows);
                for_each_cell([&](const kernels::CellStep<Scalar>& cell, bool stands) {
                    if (stands)
                        stand_still<Layer>(cell);
                    else
                        Cell::template finish<units, saves>(cell);
                });
            } else {
                for_each_cell([&](const kernels::CellStep<Scalar>& cell, bool stands)
                                  __attribute__((always_inline)) {
                                      if (stands)
                                          stand_still<Layer>(cell);
                                      else
                                          Cell::template step<units, saves>(cell);
                                  });
            }
        }
    }
    if constexpr (asks<Layer, ReturnState>)
        for (std::size_t row = 0; row < rows; ++row)
            std::copy_n(carried[row], state_size,
                        run.output + (row + 1) * Shapes::output.size() - state_size);
}

} // namespace burin::detail
