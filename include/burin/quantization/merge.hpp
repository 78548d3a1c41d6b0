#pragma once

#include "burin/kernels/int8_merge.hpp"
#include "burin/layers/elementwise_merge.hpp"
#include "burin/layers/merge.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace detail {

/// Rescales a tensor by so much.
constexpr kernels::Int8Rescale int8_rescale_by(double factor, std::int32_t zero_point) noexcept {
    const FixedMultiplier fixed = quantize_multiplier(factor);
    return {fixed.multiplier, static_cast<std::int8_t>(fixed.shift), static_cast<std::int8_t>(zero_point)};
}

/// Rescales for each input of a layer. (Members of their own: an array of structs is no array of numbers.)
template <std::size_t Count>
struct Int8Rescales {
    std::array<std::int32_t, Count> multipliers;
    std::array<std::int8_t, Count> shifts;
    std::array<std::int8_t, Count> zero_points;

    template <class Self, class Visitor>
    static constexpr void visit(Self& self, Visitor&& visitor) {
        visitor("multipliers", self.multipliers);
        visitor("shifts", self.shifts);
        visitor("zero_points", self.zero_points);
    }

    constexpr kernels::Int8Rescale operator[](std::size_t index) const noexcept {
        return {multipliers[index], shifts[index], zero_points[index]};
    }
    constexpr void set(std::size_t index, const kernels::Int8Rescale& to) noexcept {
        multipliers[index] = to.multiplier;
        shifts[index] = to.shift;
        zero_points[index] = to.zero_point;
    }
};

} // namespace detail

/// Sums: each input is brought to twice the largest of their scales with 20 bits behind the point, as in
/// TensorFlow Lite.
template <>
struct Int8Layer<Add> : Int8Form {
    static constexpr bool clamps = true;

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t count = Shapes::inputs.size();
        detail::Int8Rescales<count + 1> rescales; ///< Of the inputs and, last, of the sum.
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            detail::Int8Rescales<count + 1>::visit(self.rescales, visitor);
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const Int8Source<Shapes>& from, Constants<Shapes>& to) {
        double largest = 0;
        for (const Scale& input : from.inputs)
            largest = std::max(largest, 2 * static_cast<double>(input.scale));
        for (std::size_t i = 0; i < from.inputs.size(); ++i)
            to.rescales.set(i, detail::int8_rescale_by(static_cast<double>(from.inputs[i].scale) / largest,
                                                       from.inputs[i].zero_point));
        constexpr double unit = 1 << kernels::int8_sum_bits;
        to.rescales.set(from.inputs.size(),
                        detail::int8_rescale_by(largest / (unit * static_cast<double>(from.output.scale)),
                                                from.output.zero_point));
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t count = Context::Shapes::inputs.size();
        std::array<kernels::Int8Rescale, count> summands;
        for (std::size_t i = 0; i < count; ++i)
            summands[i] = run.constants->rescales[i];
        kernels::int8_add(run.inputs, summands.data(), run.constants->rescales[count], run.constants->low,
                          run.rows * Context::Shapes::output.size(), run.output);
    }
};

/// Inputs whose scale is not the output's are brought to it.
template <>
struct Int8Layer<Concat> : Int8Form {
    template <class Shapes>
    struct Constants {
        detail::Int8Rescales<Shapes::inputs.size()> rescales;
        std::int8_t zero_point;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            detail::Int8Rescales<Shapes::inputs.size()>::visit(self.rescales, visitor);
            visitor("zero_point", self.zero_point);
        }
    };

    template <class Shapes>
    static void quantize(const Int8Source<Shapes>& from, Constants<Shapes>& to) {
        for (std::size_t i = 0; i < from.inputs.size(); ++i)
            to.rescales.set(i, detail::int8_rescale_by(static_cast<double>(from.inputs[i].scale) /
                                                           static_cast<double>(from.output.scale),
                                                       from.inputs[i].zero_point));
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t pitch = Shapes::output.last(), runs = Shapes::output.size() / pitch;
        std::int8_t* to = run.output;
        for (std::size_t i = 0; i < run.inputs.size(); to += Shapes::inputs[i++].last())
            kernels::int8_rescale(run.inputs[i], run.rows * runs, Shapes::inputs[i].last(),
                                  run.constants->rescales[i], run.constants->zero_point, to, pitch);
    }
};

} // namespace burin
