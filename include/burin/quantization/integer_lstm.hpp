#pragma once

#include "burin/kernels/int8/dot.hpp"
#include "burin/kernels/int8/fixed_point_gates.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/quantization/recurrent.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace burin {

namespace detail {

template <class Layer>
concept IntegerLSTM = RecurrentLayer<Layer> && Layer::template has<IntegerCell>;

} // namespace detail

/// LSTM with `IntegerCell`: TensorFlow Lite's of 8-bit inputs, weights and outputs and a 16-bit cell. A gate
/// is the sum of two products, each rounded to 16 bits with three integer bits; sigmoid and tanh are those of
/// kernels/int8/fixed_point_gates.hpp. Weights have one scale a gate, the cell a power of two. All is rounded
/// twice, whatever the network's rounding is, as in all of TensorFlow Lite's programs.
///
/// What `quantize` makes of a float network has cells in [−16, 16).
template <detail::IntegerLSTM Layer>
struct quantization::Int8Layer<Layer> : quantization::Int8Form {
    template <class Option>
    static constexpr bool has = Layer::template has<Option>;

    static constexpr bool is_supported =
        !has<ReturnState> && !has<InitialState> && !has<Masked> && !Layer::Cell::has_middle;
    static constexpr std::string_view hint =
        ": of the options of recurrent layers, ReturnSequences, GoBackwards and NoBias";

    static constexpr std::size_t gates = 4, units = Layer::units, columns = gates * units;
    static constexpr std::size_t state_bytes = units + units * sizeof(std::int16_t);

    /// In a Streamer: the cell, and h less its zero point, so that all zeros are the beginning.
    static constexpr std::size_t state(std::span<const Shape>) {
        return Layer::traits.streams ? state_bytes : 0;
    }
    /// The gates and the cell, aligned by hand, and h.
    static constexpr Elements scratch(std::span<const Shape>) {
        return {0, (columns + units) * sizeof(std::int16_t) + units + 1};
    }

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t features = Shapes::inputs[0].last();
        std::array<std::int32_t, columns> bias;              ///< With what the zero points add,
        std::array<std::int32_t, columns> recurrent_bias;    ///< of inputs and of h.
        std::array<std::int32_t, 2 * gates + 1> multipliers; ///< Of inputs, of h, and of outputs.
        std::array<std::int16_t, 1> cell_bound;
        std::array<std::int8_t, columns * features> weight;
        std::array<std::int8_t, columns * units> recurrent_weight;
        std::array<std::int8_t, 2 * gates + 1> shifts;
        std::int8_t cell_bits; ///< Integer bits of the cell.
        std::int8_t zero_point;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("bias", self.bias);
            visitor("recurrent_bias", self.recurrent_bias);
            visitor("multipliers", self.multipliers);
            visitor("cell_bound", self.cell_bound);
            visitor("weight", self.weight);
            visitor("recurrent_weight", self.recurrent_weight);
            visitor("shifts", self.shifts);
            visitor("cell_bits", self.cell_bits);
            visitor("zero_point", self.zero_point);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        constexpr ParameterList list = Layer::parameters(Shapes::inputs);
        constexpr std::size_t features = Constants<Shapes>::features;
        constexpr double gate_unit = 0x1p-12;
        const auto view = [&](std::size_t which) {
            return engine::TensorView<const float>(from.parameters + list.offset(which), list[which]);
        };
        const auto set = [&](std::size_t place, double factor, double largest) {
            const core::FixedMultiplier by = core::quantize_multiplier(factor, largest);
            to.multipliers[place] = by.multiplier;
            to.shifts[place] = static_cast<std::int8_t>(by.shift);
        };
        // Weights of a gate, biases, and the factor to gates, of inputs or of h.
        const auto fill = [&](std::size_t which, std::size_t depth, const quantization::Scale& scale,
                              auto& weight, auto& bias) {
            const auto w = view(which);
            for (std::size_t gate = 0; gate < gates; ++gate) {
                float largest = 0, largest_bias = 0;
                for (std::size_t u = gate * units; u < (gate + 1) * units; ++u) {
                    for (std::size_t row = 0; row < depth; ++row)
                        largest = std::max(largest, std::fabs(w[row * columns + u]));
                    if (Layer::has_bias && which == 0)
                        largest_bias = std::max(largest_bias, std::fabs(view(2)[u]));
                }
                const float unit = quantization::weight_scale(
                    largest, detail::least_weight_scale(double(largest_bias), double(scale.scale)));
                std::int32_t most = 0;
                for (std::size_t u = gate * units; u < (gate + 1) * units; ++u) {
                    std::int32_t sum = 0, magnitudes = 0;
                    for (std::size_t row = 0; row < depth; ++row) {
                        const std::int8_t q = quantization::quantized_weight(w[row * columns + u], unit);
                        weight[u * depth + row] = q;
                        sum += q;
                        magnitudes += q < 0 ? -q : q;
                    }
                    const std::int32_t own =
                        Layer::has_bias && which == 0
                            ? detail::quantized_bias(double(view(2)[u]), double(scale.scale) * double(unit))
                            : 0;
                    bias[u] = own - scale.zero_point * sum;
                    most = std::max(most, 255 * magnitudes + (own < 0 ? -own : own));
                }
                set(which * gates + gate, double(scale.scale) * double(unit) / gate_unit, most);
            }
        };
        fill(0, features, from.inputs[0], to.weight, to.bias);
        fill(1, units, from.output, to.recurrent_weight, to.recurrent_bias);
        set(2 * gates, 0x1p-30 / double(from.output.scale), 0x1p30);
        to.cell_bound = {INT16_MAX};
        to.cell_bits = 4;
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
        constexpr std::size_t outputs = Shapes::output.size();
        const auto& constants = *run.constants;
        const std::int32_t zero_point = constants.zero_point;

        const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(run.scratch) % alignof(std::int16_t);
        auto* const sums = reinterpret_cast<std::int16_t*>(run.scratch + misplaced);
        std::int16_t* const c = sums + columns;
        auto* const h = reinterpret_cast<std::int8_t*>(c + units);
        for (std::size_t row = 0; row < run.rows; ++row) {
            if constexpr (Context::mode == Mode::streaming) {
                const std::int8_t* const state = run.state + row * state_bytes;
                std::memcpy(c, state, units * sizeof(std::int16_t));
                for (std::size_t u = 0; u < units; ++u)
                    h[u] = static_cast<std::int8_t>(state[units * sizeof(std::int16_t) + u] + zero_point);
            } else {
                std::fill_n(c, units, std::int16_t(0));
                std::fill_n(h, units, constants.zero_point);
            }
            for (std::size_t step = 0; step < time; ++step) {
                const std::size_t t = has<GoBackwards> ? time - 1 - step : step;
                std::fill_n(sums, columns, std::int16_t(0));
                add_product<features>(run.inputs[0] + (row * time + t) * features, constants.weight.data(),
                                      constants.bias.data(), constants, 0, sums);
                add_product<units>(h, constants.recurrent_weight.data(), constants.recurrent_bias.data(),
                                   constants, gates, sums);
                apply_cell(constants, sums, c, h);
                if (has<ReturnSequences>)
                    std::copy_n(h, units,
                                run.output + row * outputs + (has<detail::Realigned> ? t : step) * units);
            }
            if (!has<ReturnSequences>)
                std::copy_n(h, units, run.output + row * outputs);
            if constexpr (Context::mode == Mode::streaming) {
                std::int8_t* const state = run.state + row * state_bytes;
                std::memcpy(state, c, units * sizeof(std::int16_t));
                for (std::size_t u = 0; u < units; ++u)
                    state[units * sizeof(std::int16_t) + u] = static_cast<std::int8_t>(h[u] - zero_point);
            }
        }
    }

  private:
    static core::FixedMultiplier factor(const auto& constants, std::size_t place) noexcept {
        return {constants.multipliers[place], constants.shifts[place]};
    }

    /// sums += what the product with `x` is in units of gates, whose factors are from `first` on.
    template <std::size_t Depth>
    static void add_product(const std::int8_t* x, const std::int8_t* weight, const std::int32_t* bias,
                            const auto& constants, std::size_t first, std::int16_t* sums) noexcept {
        constexpr std::size_t some = 4; // Divides all columns; their gates may differ.
        for (std::size_t column = 0; column < columns; column += some) {
            std::int32_t products[1][some] = {};
            kernels::int8_dots<1, some>(x, Depth, weight + column * Depth, Depth, Depth, products);
            for (std::size_t i = 0; i < some; ++i) {
                const std::size_t at = column + i;
                const std::int32_t gate = core::multiply<Rounding::twice>(
                    products[0][i] + bias[at], factor(constants, first + at / units));
                sums[at] = static_cast<std::int16_t>(kernels::fixed_point::saturated(sums[at] + gate));
            }
        }
    }

    static void apply_cell(const auto& constants, const std::int16_t* sums, std::int16_t* c,
                           std::int8_t* h) noexcept {
        using namespace kernels::fixed_point;
        const std::int32_t bound = constants.cell_bound[0];
        const core::FixedMultiplier to_output = factor(constants, 2 * gates);
        for (std::size_t u = 0; u < units; ++u) {
            const std::int32_t i = sigmoid(sums[u]), f = sigmoid(sums[units + u]),
                               g = kernels::fixed_point::tanh(sums[2 * units + u], 3),
                               o = sigmoid(sums[3 * units + u]);
            // i · g has 30 bits behind the point, the cell 15 − cell_bits.
            const std::int32_t fresh = wrapped(divided(i * g, 15 + constants.cell_bits));
            const std::int32_t cell = saturated(divided(f * c[u], 15) + fresh);
            c[u] = static_cast<std::int16_t>(std::clamp(cell, -bound, bound));
            const std::int32_t product = o * kernels::fixed_point::tanh(c[u], constants.cell_bits);
            h[u] = static_cast<std::int8_t>(std::clamp<std::int32_t>(
                core::multiply<Rounding::twice>(product, to_output) + constants.zero_point, core::int8_min,
                core::int8_max));
        }
    }
};

} // namespace burin
