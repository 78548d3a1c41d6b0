#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/kernels/padded_rows.hpp"
#include "burin/kernels/products.hpp"
#include "burin/kernels/recurrent.hpp"
#include "burin/layers/recurrent_forward.hpp"
#include "burin/layers/recurrent_memory.hpp"
#include "burin/layers/recurrent_options.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

namespace burin::detail {

template <std::size_t Count, class Scalar>
void add_to(Scalar* to, const Scalar* from) noexcept {
    kernels::map<Scalar>(
        Count, to, [](auto a, auto b) { return a + b; }, static_cast<const Scalar*>(to), from);
}

/// dx (+)= dy · wᵀ of one step of all samples, whose dy are rows of `N` elements in a sequence of `time`
/// steps. `room` takes them side by side.
template <std::size_t K, std::size_t N, std::size_t MostRows, class Derivative, class Scalar>
void step_input_gradient(const Scalar* dy, std::size_t time, const Scalar* w, Scalar* dx, std::size_t rows,
                         Scalar* room, Derivative derivative) noexcept {
    if (time > 1 && rows > 1) {
        for (std::size_t row = 0; row < rows; ++row)
            std::copy_n(dy + row * time * N, N, room + row * N);
        dy = room;
    }
    kernels::dense_input_gradient<K, N, kernels::RowCounts{MostRows}>(dy, w, static_cast<const Scalar*>(dx),
                                                                      dx, rows, derivative);
}

/// Step by step the gradients of all sums; then they are multiplied with the inputs and the states in one
/// product each.
template <class Layer, class Context>
void recurrent_backward(const Context& run) noexcept {
    using Scalar = typename Context::Scalar;
    using Shapes = typename Context::Shapes;
    using Cell = typename Layer::Cell;
    constexpr std::size_t units = Layer::units, outputs = Layer::outputs, columns = Layer::columns,
                          recurrent_columns = Layer::recurrent_columns,
                          product_columns = Layer::product_columns, state_size = Layer::state_size;
    constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
    constexpr bool wants_initial =
        asks<Layer, InitialState> && Context::wanted[Layer::initial_input % Layer::input_count];
    constexpr bool adds_up = Cell::passes_state_on || asks<Layer, Masked>;
    const std::size_t rows = run.rows;
    const RecurrentWeights<Layer, features, const Scalar> weights(run.parameters);
    const RecurrentSaved<Layer, time, const Scalar> saved(run.saved, rows);
    const auto masks = recurrent_masks<Layer, time>(run.inputs);

    Scalar* const dgates = run.scratch;
    Scalar* next = dgates + rows * time * columns;
    Scalar* const drecurrent = Layer::parts_recurrent ? next : dgates;
    next += Layer::parts_recurrent ? rows * time * recurrent_columns : 0;
    [[maybe_unused]] Scalar* const dproducts = next;
    next += rows * time * product_columns;
    [[maybe_unused]] Scalar* const dmiddle = next;
    next += Cell::has_middle ? rows * units : 0;
    Scalar* const dh = next;
    Scalar* const dc = dh + rows * outputs;
    Scalar* const side_by_side = dh + rows * state_size;
    [[maybe_unused]] Scalar* const room = side_by_side + rows * Layer::widest;
    std::fill_n(dh, rows * state_size, Scalar(0));
    if constexpr (asks<Layer, ReturnState>)
        for (std::size_t row = 0; row < rows; ++row) {
            const Scalar* const final_state =
                run.output_gradient + (row + 1) * Shapes::output.size() - state_size;
            std::copy_n(final_state, outputs, dh + row * outputs);
            if constexpr (Cell::has_cell_state)
                std::copy_n(final_state + outputs, units, dc + row * units);
        }

    for (std::size_t step = time; step-- > 0;) {
        const std::size_t at = Layer::template place<time>(step);
        // Calls apply(cell, stands) for each sample.
        const auto for_each_cell = [&](auto apply) __attribute__((always_inline)) {
            for (std::size_t row = 0; row < rows; ++row) {
                const std::size_t here = row * time + at;
                kernels::CellGradient<Scalar> cell{};
                cell.gates = saved.gates + here * columns;
                cell.kept = saved.kept + here * Cell::kept * units;
                cell.h_before = saved.h + here * outputs;
                cell.c_before = saved.c + here * units;
                cell.dh = dh + row * outputs;
                cell.dc = dc + row * units;
                cell.dgates = dgates + here * columns;
                cell.drecurrent = drecurrent + here * recurrent_columns;
                if constexpr (Cell::has_middle) {
                    cell.dproduct = dproducts + here * product_columns;
                    cell.dmiddle = dmiddle + row * units;
                }
                apply(cell, row, asks<Layer, Masked> && masks[row][at] == Scalar(0));
            }
        };
        const auto add_output = [&](const kernels::CellGradient<Scalar>& cell,
                                    std::size_t row) __attribute__((always_inline)) {
            const Scalar* const dy = run.output_gradient + row * Shapes::output.size();
            if constexpr (asks<Layer, ReturnSequences>)
                add_to<outputs>(cell.dh, dy + (asks<Layer, Realigned> ? at : step) * outputs);
            else if (!asks<Layer, ReturnState> && step + 1 == time)
                add_to<outputs>(cell.dh, dy);
        };
        const auto no_gradient = [](const kernels::CellGradient<Scalar>& cell) {
            std::fill_n(cell.dgates, columns, Scalar(0));
            std::fill_n(cell.drecurrent, recurrent_columns, Scalar(0));
        };
        if constexpr (Cell::has_middle) {
            for_each_cell([&](const kernels::CellGradient<Scalar>& cell, std::size_t row, bool stands) {
                add_output(cell, row);
                if (stands)
                    std::fill_n(cell.dproduct, product_columns, Scalar(0));
                else
                    Cell::template finish_gradient<units>(cell);
            });
            step_input_gradient<units, product_columns, Context::most_rows>(
                static_cast<const Scalar*>(dproducts + at * product_columns), time, weights.second_weight,
                dmiddle, rows, side_by_side, engine::NoActivation{});
            for_each_cell([&](const kernels::CellGradient<Scalar>& cell, std::size_t, bool stands) {
                if (stands) {
                    no_gradient(cell);
                } else {
                    Cell::template begin_gradient<units>(cell);
                    if constexpr (adds_up && !Cell::passes_state_on)
                        std::fill_n(cell.dh, outputs, Scalar(0));
                }
            });
        } else {
            for_each_cell([&](const kernels::CellGradient<Scalar>& cell, std::size_t row, bool stands)
                              __attribute__((always_inline)) {
                                  add_output(cell, row);
                                  if (stands) {
                                      no_gradient(cell);
                                  } else {
                                      Cell::template gradient<units>(cell);
                                      if constexpr (adds_up && !Cell::passes_state_on)
                                          std::fill_n(cell.dh, outputs, Scalar(0));
                                  }
                              });
        }
        if (step == 0 && !wants_initial)
            break;
        using Derivative = std::conditional_t<adds_up, engine::AddToGradient, engine::NoActivation>;
        step_input_gradient<outputs, recurrent_columns, Context::most_rows>(
            static_cast<const Scalar*>(drecurrent + at * recurrent_columns), time, weights.recurrent_weight,
            dh, rows, side_by_side, Derivative{});
    }

    constexpr kernels::RowCounts all_steps{Context::most_rows * time, time};
    if constexpr (Context::trains) {
        const RecurrentWeights<Layer, features, Scalar> gradients(run.gradients);
        const Scalar* x = run.inputs[0];
        if constexpr (asks<Layer, Masked>)
            x = kernels::with_finite_padding<features>(kernels::Rows<const Scalar>{x, features},
                                                       run.inputs[Layer::mask_input], rows * time, room)
                    .data;
        kernels::dense_weight_gradient<features, columns, Layer::has_bias, Context::adds, all_steps>(
            x, static_cast<const Scalar*>(dgates), gradients.weight, gradients.bias, rows * time);
        kernels::dense_weight_gradient<outputs, recurrent_columns,
                                       Layer::has_bias && Cell::separates_recurrent, Context::adds,
                                       all_steps>(saved.h, static_cast<const Scalar*>(drecurrent),
                                                  gradients.recurrent_weight, gradients.recurrent_bias,
                                                  rows * time);
        if constexpr (Cell::has_middle)
            kernels::dense_weight_gradient<units, product_columns, false, Context::adds, all_steps>(
                saved.kept, static_cast<const Scalar*>(dproducts), gradients.second_weight,
                static_cast<Scalar*>(nullptr), rows * time);
    }
    if constexpr (Context::wanted[0])
        kernels::dense_input_gradient<features, columns, all_steps>(
            static_cast<const Scalar*>(dgates), weights.weight, weights.weight, run.input_gradients[0],
            rows * time, engine::NoActivation{});
    if constexpr (wants_initial)
        for (std::size_t row = 0; row < rows; ++row) {
            Scalar* const initial = run.input_gradients[Layer::initial_input] + row * state_size;
            std::copy_n(dh + row * outputs, outputs, initial);
            if constexpr (Cell::has_cell_state)
                std::copy_n(dc + row * units, units, initial + outputs);
        }
    if constexpr (asks<Layer, Masked>)
        if constexpr (Context::wanted[Layer::mask_input])
            std::fill_n(run.input_gradients[Layer::mask_input], rows * time, Scalar(0));
}

} // namespace burin::detail
