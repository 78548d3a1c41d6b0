#pragma once

#include "burin/kernels/int8/dot.hpp"
#include "burin/layers/svdf.hpp"
#include "burin/quantization/weighted.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace burin {

/// As TensorFlow Lite's integer SVDF: inputs, feature filters and outputs of 8 bits; what the filters make,
/// which is the state, and the weights of time of 16, with one scale each; sums of 32. Both products are
/// rounded twice, whatever the network's rounding is, as in all of TensorFlow Lite's programs.
///
/// The scale of the state is that of the largest number which the weights can make of the input's range, and
/// the weights of time are so small that no sum leaves 32 bits.
template <std::size_t Units, std::size_t Memory, class... Options>
struct quantization::Int8Layer<SVDF<Units, Memory, Options...>> : quantization::Int8Form {
    static constexpr bool clamps = true;
    using Layer = SVDF<Units, Memory, Options...>;
    static constexpr std::size_t filters = Layer::filters, past = Layer::past;

    static constexpr std::size_t state(std::span<const Shape>) { return past * sizeof(std::int16_t); }

    /// The filters' numbers and a step's sums, aligned by hand.
    static constexpr Elements scratch(std::span<const Shape> inputs) {
        return {0, Layer::steps(inputs) * sizeof(std::int16_t) + (Units + 1) * sizeof(std::int32_t)};
    }

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t features = Shapes::inputs[0].last();
        std::array<std::int32_t, filters> feature_bias; ///< What the input's zero point adds.
        std::array<std::int32_t, Units> bias;
        std::array<std::int16_t, Memory * filters> time_weight;
        std::array<std::int8_t, filters * features> weight; ///< A row for each filter.
        std::array<std::int32_t, 2> multipliers;            ///< From sums of features to the state, and from
        std::array<std::int8_t, 2> shifts;                  ///< sums of time to outputs.
        std::int8_t zero_point;
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("feature_bias", self.feature_bias);
            visitor("bias", self.bias);
            visitor("time_weight", self.time_weight);
            visitor("weight", self.weight);
            visitor("multipliers", self.multipliers);
            visitor("shifts", self.shifts);
            visitor("zero_point", self.zero_point);
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        constexpr std::size_t features = Constants<Shapes>::features;
        constexpr ParameterList list = Layer::parameters(Shapes::inputs);
        const auto view = [&](std::size_t which) {
            return engine::TensorView<const float>(from.parameters + list.offset(which), list[which]);
        };
        const auto weight = view(0), time_weight = view(1);
        float largest = 0;
        for (std::size_t i = 0; i < features * filters; ++i)
            largest = std::max(largest, std::fabs(weight[i]));
        const float of_weight = quantization::weight_scale(largest);
        const std::int32_t zero_point = from.inputs[0].zero_point;
        std::int32_t most = 0; // Of a sum of features.
        for (std::size_t f = 0; f < filters; ++f) {
            std::int32_t sum = 0, magnitudes = 0;
            for (std::size_t i = 0; i < features; ++i) {
                const std::int8_t w = quantization::quantized_weight(weight[i * filters + f], of_weight);
                to.weight[f * features + i] = w;
                sum += w;
                magnitudes += w < 0 ? -w : w;
            }
            to.feature_bias[f] = -zero_point * sum;
            most = std::max(most, magnitudes * std::max(127 - zero_point, zero_point + 128));
        }
        constexpr double most_state = INT16_MAX;
        const double of_state_sum = most > 0 ? most_state / most : 1;
        const double of_state = double(from.inputs[0].scale) * double(of_weight) / of_state_sum;

        // Of the weights of a unit, so that 2¹⁵ times their sum stays below 2³⁰, and a bias in as much.
        constexpr double room = std::max(most_state - double(Layer::rank * Memory) / 2, 1.0);
        double of_time = 0;
        for (std::size_t u = 0; u < Units; ++u) {
            double magnitudes = 0;
            for (std::size_t i = u; i < Memory * filters; i += Units)
                magnitudes += double(std::fabs(time_weight[i]));
            of_time = std::max(of_time, magnitudes / room);
            if constexpr (Layer::has_bias)
                of_time =
                    std::max(of_time, double(std::fabs(view(2)[u])) / (of_state * detail::largest_int8_bias));
        }
        if (!(of_time > 0))
            of_time = 1;
        for (std::size_t i = 0; i < Memory * filters; ++i)
            to.time_weight[i] = static_cast<std::int16_t>(quantization::rounded(
                static_cast<float>(double(time_weight[i]) / of_time), -INT16_MAX, INT16_MAX));
        to.bias.fill(0);
        if constexpr (Layer::has_bias)
            for (std::size_t u = 0; u < Units; ++u)
                to.bias[u] = detail::quantized_bias(double(view(2)[u]), of_state * of_time);
        const core::FixedMultiplier first = core::quantize_multiplier(of_state_sum, most);
        const core::FixedMultiplier second =
            core::quantize_multiplier(of_state * of_time / double(from.output.scale), INT32_MAX);
        to.multipliers = {first.multiplier, second.multiplier};
        to.shifts = {static_cast<std::int8_t>(first.shift), static_cast<std::int8_t>(second.shift)};
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr Shape input = Context::Shapes::inputs[0];
        constexpr std::size_t time = input[0], features = input.last(), bytes = past * sizeof(std::int16_t);
        const auto& constants = *run.constants;
        const core::FixedMultiplier to_state{constants.multipliers[0], constants.shifts[0]},
            to_output{constants.multipliers[1], constants.shifts[1]};

        const std::size_t misplaced = reinterpret_cast<std::uintptr_t>(run.scratch) % alignof(std::int32_t);
        auto* const sums = reinterpret_cast<std::int32_t*>(
            run.scratch + (misplaced > 0 ? alignof(std::int32_t) - misplaced : 0));
        auto* const f = reinterpret_cast<std::int16_t*>(sums + Units);
        for (std::size_t row = 0; row < run.rows; ++row) {
            if constexpr (Context::mode == Mode::streaming)
                std::memcpy(f, run.state + row * bytes, bytes);
            else
                std::fill_n(f, past, std::int16_t(0));
            for (std::size_t t = 0; t < time; ++t) {
                std::int16_t* const now = f + past + t * filters;
                for (std::size_t each = 0; each < filters; ++each) {
                    std::int32_t sum[1][1] = {{0}};
                    kernels::int8_dots<1, 1>(run.inputs[0] + (row * time + t) * features, features,
                                             constants.weight.data() + each * features, features, features,
                                             sum);
                    const std::int32_t state =
                        core::multiply<Rounding::twice>(sum[0][0] + constants.feature_bias[each], to_state);
                    now[each] =
                        static_cast<std::int16_t>(std::clamp<std::int32_t>(state, INT16_MIN, INT16_MAX));
                }
                std::copy_n(constants.bias.data(), Units, sums);
                for (std::size_t at = 0; at < Memory * filters; at += Units)
                    for (std::size_t u = 0; u < Units; ++u)
                        // Sums that leave 32 bits, which imported constants may make, wrap around.
                        sums[u] = static_cast<std::int32_t>(
                            static_cast<std::uint32_t>(sums[u]) +
                            static_cast<std::uint32_t>(constants.time_weight[at + u] *
                                                       f[t * filters + at + u]));
                for (std::size_t u = 0; u < Units; ++u)
                    run.output[(row * time + t) * Units + u] =
                        static_cast<std::int8_t>(std::clamp<std::int32_t>(
                            core::multiply<Rounding::twice>(sums[u], to_output) + constants.zero_point,
                            constants.low, core::int8_max));
            }
            if constexpr (Context::mode == Mode::streaming)
                std::memcpy(run.state + row * bytes, f + time * filters, bytes);
        }
    }
};

} // namespace burin
