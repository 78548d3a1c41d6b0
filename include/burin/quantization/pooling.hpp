#pragma once

#include "burin/kernels/int8/pooling.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

namespace detail {

/// TensorFlow Lite has no dilated pooling, and does not count padding.
template <class LayerType>
concept PoolingLayer = requires { LayerType::pooling; } && !LayerType::is_only_float;

/// A mean of whole images.
template <class LayerType>
concept GlobalAverage = PoolingLayer<LayerType> && requires(const LayerType* layer) {
    []<std::size_t Rank>(const GlobalPool<Pooling::average, Rank>*) {}(layer);
};

/// From sums of `count` numbers to means in the output's scale: the factor of one number, whose bits are
/// divided by the count, as for TensorFlow Lite's MEAN. It has 30 bits at least.
constexpr core::FixedMultiplier int8_mean_factor(double factor, std::size_t count) noexcept {
    const core::FixedMultiplier of_one = core::quantize_multiplier(factor, 255);
    const std::int32_t shift =
        std::min(static_cast<std::int32_t>(std::bit_width(count)) - 1, 62 - of_one.shift);
    return {static_cast<std::int32_t>((static_cast<std::int64_t>(of_one.multiplier) << shift) /
                                      static_cast<std::int64_t>(count)),
            of_one.shift + shift};
}

} // namespace detail

/// Pooling keeps the scale of its input, but for means of whole images.
template <detail::PoolingLayer LayerType>
struct quantization::Int8Layer<LayerType> : quantization::Int8Form {
    static constexpr bool clamps = true;

    static constexpr quantization::Scale output_scale(const quantization::Range&,
                                                      std::span<const quantization::Scale> inputs) {
        return inputs[0];
    }

    template <class>
    struct Constants {
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        static constexpr kernels::PoolWindows windows = LayerType::over(Context::Shapes::inputs[0]);
        kernels::int8_pool(LayerType::pooling == detail::Pooling::max ? kernels::Int8Pooling::max
                                                                      : kernels::Int8Pooling::average,
                           windows, run.inputs[0], run.rows, run.constants->low, run.output);
    }
};

/// Means of whole images have a scale of their own, since they reach less far than the elements. (Where the
/// input's is to be kept: AdaptiveAveragePool2D<1, 1>, or AveragePool2D of the image's size.)
template <detail::GlobalAverage LayerType>
struct quantization::Int8Layer<LayerType> : quantization::Int8Form {
    static constexpr bool clamps = true;

    template <class Shapes>
    static constexpr std::size_t pixels = Shapes::inputs[0].size() / Shapes::output.size();

    template <class Shapes>
    struct Constants {
        static_assert(pixels<Shapes> <= std::size_t(1) << 23,
                      "a sum of more than 2^23 8-bit integers may not fit 32 bits");
        std::array<std::int32_t, 1> multiplier; ///< From sums to means, with the shift.
        std::int8_t shift;
        std::int8_t input_zero_point;
        std::int8_t zero_point;
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("multiplier", self.multiplier);
            visitor("shift", self.shift);
            visitor("input_zero_point", self.input_zero_point);
            visitor("zero_point", self.zero_point);
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        const core::FixedMultiplier factor = detail::int8_mean_factor(
            static_cast<double>(from.inputs[0].scale) / static_cast<double>(from.output.scale),
            pixels<Shapes>);
        to.multiplier = {factor.multiplier};
        to.shift = static_cast<std::int8_t>(factor.shift);
        to.input_zero_point = static_cast<std::int8_t>(from.inputs[0].zero_point);
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        const auto& to = *run.constants;
        kernels::int8_mean<Context::rounding>(pixels<Shapes>, Shapes::output.size(), run.inputs[0], run.rows,
                                              {to.multiplier[0], to.shift, to.input_zero_point},
                                              to.zero_point, to.low, run.output);
    }
};

} // namespace burin
