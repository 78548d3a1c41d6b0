#pragma once

#include "burin/kernels/int8_product.hpp"
#include "burin/kernels/recurrent.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/recurrent_options.hpp"
#include "burin/quantization/weighted.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace burin {

/// Weights, inputs and outputs are 8-bit integers, and so the products; the cell and its state are floats, as
/// are the sums that it is given. Outputs lie in (−1, 1): their scale is 1/128. (TensorFlow Lite's integer
/// LSTM has a 16-bit cell: results are alike, not equal.)
template <std::size_t Units, class... Options>
struct Int8Layer<LSTM<Units, Options...>> : Int8Form {
    using Layer = LSTM<Units, Options...>;
    static constexpr bool is_supported = !Layer::template has<ReturnState> &&
                                         !Layer::template has<InitialState> && !Layer::template has<Masked> &&
                                         !Layer::template has<detail::Realigned>;
    static constexpr std::string_view hint =
        ": of the options of LSTM, ReturnSequences, GoBackwards and NoBias";
    static constexpr std::size_t columns = Layer::columns;

    static constexpr Scale of_states{1.0F / 128, 0};
    static constexpr Scale output_scale(const Range&, std::span<const Scale>) { return of_states; }

    /// The gates' sums and the two states as floats, aligned by hand.
    static constexpr Elements scratch(std::span<const Shape>) {
        return {0, (columns + 2 * Units) * sizeof(float) + Units + alignof(float)};
    }

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t features = Shapes::inputs[0].last();
        std::array<float, columns> bias;
        std::array<float, columns> factors; ///< From sums of inputs to real numbers.
        std::array<float, columns> recurrent_factors;
        std::array<std::int8_t, columns * features> weight;
        std::array<std::int8_t, columns * Units> recurrent_weight;

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
    static void quantize(const Int8Source<Shapes>& from, Constants<Shapes>& to) {
        constexpr ParameterList list = Layer::parameters(Shapes::inputs);
        const auto fill = [&](std::size_t which, const Scale& scale, auto& weight, auto& factors) {
            const TensorView<const float> view(from.parameters + list.offset(which), list[which]);
            detail::quantize_weights<detail::ChannelMajor>(view, weight, factors);
            for (float& factor : factors)
                factor *= scale.scale;
        };
        fill(0, from.inputs[0], to.weight, to.factors);
        fill(1, from.output, to.recurrent_weight, to.recurrent_factors);
        const auto sums = detail::sums_of_weights<columns>(to.weight);
        for (std::size_t c = 0; c < columns; ++c) {
            to.bias[c] = -to.factors[c] * static_cast<float>(from.inputs[0].zero_point * sums[c]);
            if constexpr (Layer::has_bias)
                to.bias[c] += from.parameters[list.offset(2) + c];
        }
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t time = Shapes::inputs[0][0], features = Shapes::inputs[0].last();
        constexpr bool sequences = Layer::template has<ReturnSequences>;
        constexpr std::size_t outputs = Shapes::output.size();
        const auto& constants = *run.constants;

        const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(run.scratch) % alignof(float);
        auto* const gates = reinterpret_cast<float*>(run.scratch + (alignof(float) - misplaced));
        float* const c = gates + columns;
        float* const h = c + Units;
        auto* const stored = reinterpret_cast<std::int8_t*>(h + Units);
        for (std::size_t row = 0; row < run.rows; ++row) {
            std::fill_n(c, 2 * Units, 0.0F);
            std::fill_n(stored, Units, std::int8_t(0));
            for (std::size_t step = 0; step < time; ++step) {
                const std::size_t t = Layer::template has<GoBackwards> ? time - 1 - step : step;
                std::copy(constants.bias.begin(), constants.bias.end(), gates);
                kernels::int8_add_product(run.inputs[0] + (row * time + t) * features,
                                          constants.weight.data(), features, columns,
                                          constants.factors.data(), gates);
                kernels::int8_add_product(stored, constants.recurrent_weight.data(), Units, columns,
                                          constants.recurrent_factors.data(), gates);
                Layer::Cell::template step<Units, false>(
                    kernels::CellStep<float>{gates, nullptr, nullptr, h, c, h, c, h});
                std::transform(h, h + Units, stored, [](float value) { return quantized(value, of_states); });
                if (sequences)
                    std::copy_n(stored, Units, run.output + row * outputs + step * Units);
            }
            if (!sequences)
                std::copy_n(stored, Units, run.output + row * outputs);
        }
    }
};

} // namespace burin
