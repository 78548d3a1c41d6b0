#pragma once

#include "burin/kernels/int8/fixed_point_softmax.hpp"
#include "burin/kernels/int8/softmax.hpp"
#include "burin/kernels/int8/table.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/elementwise.hpp"
#include "burin/layers/fast.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace burin {

namespace detail {

/// The scale of an activation whose outputs are known beforehand; that of the others is chosen by their
/// range.
template <class LayerType>
constexpr quantization::Scale activation_scale(std::type_identity<LayerType>,
                                               const quantization::Range& range) {
    return quantization::scale_of(range);
}
constexpr quantization::Scale activation_scale(std::type_identity<Sigmoid>, const quantization::Range&) {
    return {1.0F / 256, core::int8_min};
}
constexpr quantization::Scale activation_scale(std::type_identity<Tanh>, const quantization::Range&) {
    return {1.0F / 128, 0};
}
template <class LayerType>
constexpr quantization::Scale activation_scale(std::type_identity<FastLayer<LayerType>>,
                                               const quantization::Range& range) {
    return activation_scale(std::type_identity<LayerType>{}, range);
}

inline kernels::Int8Exponentials int8_exponentials(float scale) noexcept {
    kernels::Int8Exponentials factors;
    for (std::size_t k = 0; k < factors.size(); ++k) {
        const double power = std::exp(-static_cast<double>(scale) * (1U << k));
        factors[k] = static_cast<std::uint32_t>(std::min(power * 0x1p32, static_cast<double>(UINT32_MAX)));
    }
    return factors;
}

} // namespace detail

/// Elementwise layers are tables of 256 entries, made with the float function. (A ReLU is none where the
/// layer before it clamps.)
template <class LayerType>
    requires(LayerType::traits.elementwise && !LayerType::traits.is_view_in_inference)
struct quantization::Int8Layer<LayerType> : quantization::Int8Form {
    static constexpr bool is_relu = std::is_same_v<LayerType, ReLU>;

    template <class>
    struct Constants {
        std::array<std::int8_t, 256> table; ///< Entry x + 128 is the output for input x.

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("table", self.table);
        }
    };

    static constexpr quantization::Scale output_scale(const quantization::Range& range,
                                                      std::span<const quantization::Scale>) {
        return detail::activation_scale(std::type_identity<LayerType>{}, range);
    }

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        using Vector = kernels::Vector<float>;
        for (std::int32_t x = core::int8_min; x <= core::int8_max; ++x) {
            const float real = quantization::dequantized(static_cast<std::int8_t>(x), from.inputs[0]);
            const float value = kernels::first_lane<float>(LayerType::value(Vector(real)));
            to.table[static_cast<std::size_t>(x - core::int8_min)] =
                quantization::quantized(value, from.output);
        }
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        kernels::int8_look_up(run.constants->table.data(), run.inputs[0],
                              run.rows * Context::Shapes::output.size(), run.output);
    }
};

/// As its network rounds: once by eight factors, twice by the fixed point functions that other programs which
/// do so use.
template <>
struct quantization::Int8Layer<Softmax> : quantization::Int8Form {
    template <class, Rounding>
    struct ConstantsFor {
        kernels::Int8Exponentials factors;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("factors", self.factors);
        }
    };
    template <class Shapes>
    struct ConstantsFor<Shapes, Rounding::twice> {
        std::array<std::int32_t, 1> multiplier; ///< Of distances, with the shift.
        std::array<std::int32_t, 1> largest;    ///< Distance that counts.
        std::int8_t shift;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("multiplier", self.multiplier);
            visitor("largest", self.largest);
            visitor("shift", self.shift);
        }
    };

    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale>) {
        return {1.0F / 256, core::int8_min};
    }

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from,
                         ConstantsFor<Shapes, Rounding::once>& to) {
        to.factors = detail::int8_exponentials(from.inputs[0].scale);
    }
    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from,
                         ConstantsFor<Shapes, Rounding::twice>& to) {
        const kernels::Int8Distances distances = kernels::int8_distances(from.inputs[0].scale);
        to.multiplier = {distances.unit.multiplier};
        to.largest = {distances.largest};
        to.shift = static_cast<std::int8_t>(distances.unit.shift);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t extent = Context::Shapes::output.last();
        const std::size_t rows = run.rows * (Context::Shapes::output.size() / extent);
        const auto& constants = *run.constants;
        if constexpr (Context::rounding == Rounding::once)
            kernels::int8_softmax(constants.factors, run.inputs[0], extent, rows, run.output);
        else
            kernels::int8_fixed_point_softmax(
                {{constants.multiplier[0], constants.shift}, constants.largest[0]}, run.inputs[0], extent,
                rows, run.output);
    }
};

/// Outputs are those down to −255/16: e⁻¹⁶ is 10⁻⁷.
template <>
struct quantization::Int8Layer<LogSoftmax> : quantization::Int8Form {
    template <class>
    struct Constants {
        kernels::Int8Exponentials factors;
        std::array<std::int32_t, 1> multiplier; ///< Of inputs, with the shift.
        std::int8_t shift;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("factors", self.factors);
            visitor("multiplier", self.multiplier);
            visitor("shift", self.shift);
        }
    };

    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale>) {
        return {1.0F / 16, core::int8_max};
    }

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        to.factors = detail::int8_exponentials(from.inputs[0].scale);
        // A logarithm is taken off afterwards: half of 32 bits are left for it.
        const core::FixedMultiplier unit =
            core::quantize_multiplier(16 * 0x1p16 * static_cast<double>(from.inputs[0].scale), 2 * 255);
        to.multiplier = {unit.multiplier};
        to.shift = static_cast<std::int8_t>(unit.shift);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t extent = Context::Shapes::output.last();
        kernels::int8_log_softmax(run.constants->factors,
                                  {run.constants->multiplier[0], run.constants->shift}, run.inputs[0], extent,
                                  run.rows * (Context::Shapes::output.size() / extent), run.output);
    }
};

} // namespace burin
