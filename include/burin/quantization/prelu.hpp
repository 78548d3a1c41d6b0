#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/layers/prelu.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace detail {

/// Slopes as 8-bit integers, and the factors from the input's scale to the output's, above 0 and times a
/// slope.
template <std::size_t Slopes>
struct Int8Slopes {
    std::array<std::int32_t, 2> multipliers;
    std::array<std::int8_t, 2> shifts;
    std::array<std::int8_t, Slopes> slopes;
    std::int8_t slope_zero_point;
    std::int8_t input_zero_point;
    std::int8_t zero_point;

    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor&& visitor) {
        visitor("multipliers", self.multipliers);
        visitor("shifts", self.shifts);
        visitor("slopes", self.slopes);
        visitor("slope_zero_point", self.slope_zero_point);
        visitor("input_zero_point", self.input_zero_point);
        visitor("zero_point", self.zero_point);
    }
};

/// y = x · above, or x · slope · below, all of them less their zero points. One function for all layers.
[[gnu::noinline]] inline void int8_prelu(const std::int8_t* x, std::size_t pixels, std::size_t channels,
                                         const std::int8_t* slopes, std::size_t slope_step,
                                         std::int32_t slope_zero, std::int32_t input_zero,
                                         core::FixedMultiplier above, core::FixedMultiplier below,
                                         std::int32_t zero, std::int8_t* y) noexcept {
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
        for (std::size_t c = 0; c < channels; ++c) {
            const std::int32_t value = *x++ - input_zero;
            const std::int32_t scaled =
                value >= 0
                    ? core::multiply<Rounding::twice>(value, above)
                    : core::multiply<Rounding::twice>(value * (slopes[c * slope_step] - slope_zero), below);
            *y++ = static_cast<std::int8_t>(std::clamp(scaled + zero, core::int8_min, core::int8_max));
        }
}

} // namespace detail

/// TensorFlow Lite's PRELU, all of whose kernels round twice, whatever the network does. Slopes have a scale
/// of their own, with which the largest is 127.
template <class... Options>
struct quantization::Int8Layer<PReLU<Options...>> : quantization::Int8Form {
    template <class Shapes>
    static constexpr std::size_t slopes = PReLU<Options...>::is_shared ? 1 : Shapes::output.last();

    template <class Shapes>
    using Constants = detail::Int8Slopes<slopes<Shapes>>;

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        float largest = 0;
        for (std::size_t c = 0; c < slopes<Shapes>; ++c)
            largest = std::max(largest, std::fabs(from.parameters[c]));
        const float scale = quantization::weight_scale(largest);
        for (std::size_t c = 0; c < slopes<Shapes>; ++c)
            to.slopes[c] = quantization::quantized_weight(from.parameters[c], scale);
        to.slope_zero_point = 0;
        to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
        const core::FixedMultiplier factors[] = {
            core::quantize_multiplier(static_cast<double>(from.inputs[0].scale / from.output.scale), 255),
            core::quantize_multiplier(static_cast<double>(from.inputs[0].scale * scale / from.output.scale),
                                      255 * 255)};
        for (std::size_t i = 0; i < 2; ++i) {
            to.multipliers[i] = factors[i].multiplier;
            to.shifts[i] = static_cast<std::int8_t>(factors[i].shift);
        }
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t channels = Shapes::output.last();
        const auto& to = *run.constants;
        detail::int8_prelu(run.inputs[0], run.rows * (Shapes::output.size() / channels), channels,
                           to.slopes.data(), slopes<Shapes> == 1 ? 0 : 1, to.slope_zero_point,
                           to.input_zero_point, {to.multipliers[0], to.shifts[0]},
                           {to.multipliers[1], to.shifts[1]}, to.zero_point, run.output);
    }
};

} // namespace burin
