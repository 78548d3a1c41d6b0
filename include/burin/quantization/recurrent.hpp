#pragma once

#include "burin/kernels/int8/product.hpp"
#include "burin/kernels/recurrent.hpp"
#include "burin/layers/recurrent.hpp"
#include "burin/quantization/weighted.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace burin {

/// SimpleRNN, LSTM, GRU: weights, inputs and outputs are 8-bit integers, and so the products; the cell and
/// its state are floats, as are the sums that it is given. Outputs lie in (−1, 1): their scale is 1/128.
/// (TensorFlow Lite's integer LSTM has a 16-bit cell: results are alike, not equal; see `IntegerCell`.)
template <detail::RecurrentLayer Layer>
struct quantization::Int8Layer<Layer> : quantization::Int8Form {
    template <class Option>
    static constexpr bool has = Layer::template has<Option>;

    static constexpr bool is_supported = !has<ReturnState> && !has<InitialState> && !has<Masked> &&
                                         !has<ReLUCell> && !has<IntegerCell> && !Layer::Cell::has_middle;
    static constexpr std::string_view hint =
        has<IntegerCell> ? ": include burin/quantization/integer_lstm.hpp for it"
                         : ": of the options of recurrent layers, ReturnSequences, GoBackwards and NoBias";

    using Cell = typename Layer::Cell;
    static constexpr std::size_t columns = Layer::columns, units = columns / Cell::gates;
    static constexpr std::size_t separate = Cell::separates_recurrent ? columns : 0;
    static constexpr std::size_t state_bytes = Layer::state_size * sizeof(float);

    static constexpr quantization::Scale of_states{1.0F / 128, 0};
    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale>) {
        return of_states;
    }

    /// In a Streamer: the bytes of the floats, all zeros at first.
    static constexpr std::size_t state(std::span<const Shape>) {
        return Layer::traits.streams ? state_bytes : 0;
    }

    /// The sums and the states as floats, aligned by hand, and the state as the product takes it.
    static constexpr Elements scratch(std::span<const Shape>) {
        return {0, (columns + separate + Layer::state_size) * sizeof(float) + units + alignof(float)};
    }

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t features = Shapes::inputs[0].last();
        std::array<float, columns + separate> bias; ///< That of the state's sums, if it has its own, behind.
        std::array<float, columns> factors;         ///< From sums of inputs to real numbers.
        std::array<float, columns> recurrent_factors;
        std::array<std::int8_t, columns * features> weight;
        std::array<std::int8_t, columns * units> recurrent_weight;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("bias", self.bias);
            visitor("factors", self.factors);
            visitor("recurrent_factors", self.recurrent_factors);
            visitor("weight", self.weight);
            visitor("recurrent_weight", self.recurrent_weight);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        using detail::ChannelMajor;
        constexpr ParameterList list = Layer::parameters(Shapes::inputs);
        const auto fill = [&](std::size_t which, const quantization::Scale& scale, auto& weight,
                              auto& factors) {
            const engine::TensorView<const float> view(from.parameters + list.offset(which), list[which]);
            factors = {};
            detail::quantize_weights<ChannelMajor>(view, weight, factors);
            for (float& factor : factors)
                factor *= scale.scale;
        };
        fill(0, from.inputs[0], to.weight, to.factors);
        fill(1, from.output, to.recurrent_weight, to.recurrent_factors);
        if constexpr (Layer::has_bias)
            std::copy_n(from.parameters + list.offset(2), to.bias.size(), to.bias.begin());
        else
            to.bias.fill(0);
        const detail::WeightSums<ChannelMajor, columns, columns * Constants<Shapes>::features> sums(
            to.weight);
        for (std::size_t c = 0; c < columns; ++c) {
            // Two statements, so that no compiler makes one rounding of them.
            const float shift = to.factors[c] * static_cast<float>(from.inputs[0].zero_point * sums.plain[c]);
            to.bias[c] -= shift;
        }
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
        constexpr std::size_t outputs = Shapes::output.size();
        const auto& constants = *run.constants;

        const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(run.scratch) % alignof(float);
        auto* const sums = reinterpret_cast<float*>(run.scratch + (alignof(float) - misplaced));
        float* const recurrent = separate > 0 ? sums + columns : sums;
        float* const h = sums + columns + separate;
        float* const c = Cell::has_cell_state ? h + units : nullptr;
        auto* const stored = reinterpret_cast<std::int8_t*>(h + Layer::state_size);
        for (std::size_t row = 0; row < run.rows; ++row) {
            if constexpr (Context::mode == Mode::streaming)
                std::memcpy(h, run.state + row * state_bytes, state_bytes);
            else
                std::fill_n(h, Layer::state_size, 0.0F);
            store(h, stored);
            for (std::size_t step = 0; step < time; ++step) {
                const std::size_t t = has<GoBackwards> ? time - 1 - step : step;
                std::copy(constants.bias.begin(), constants.bias.end(), sums);
                kernels::int8_add_product(run.inputs[0] + (row * time + t) * features,
                                          constants.weight.data(), features, columns,
                                          constants.factors.data(), sums);
                kernels::int8_add_product(stored, constants.recurrent_weight.data(), units, columns,
                                          constants.recurrent_factors.data(), recurrent);
                Cell::template step<units, false>(
                    kernels::CellStep<float>{sums, recurrent, nullptr, h, c, h, c, h});
                store(h, stored);
                if (has<ReturnSequences>)
                    std::copy_n(stored, units,
                                run.output + row * outputs + (has<detail::Realigned> ? t : step) * units);
            }
            if (!has<ReturnSequences>)
                std::copy_n(stored, units, run.output + row * outputs);
            if constexpr (Context::mode == Mode::streaming)
                std::memcpy(run.state + row * state_bytes, h, state_bytes);
        }
    }

  private:
    /// The state as the products take it.
    static void store(const float* h, std::int8_t* stored) noexcept {
        std::transform(h, h + units, stored,
                       [](float value) { return quantization::quantized(value, of_states); });
    }
};

} // namespace burin
