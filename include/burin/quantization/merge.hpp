#pragma once

#include "burin/kernels/int8/merge.hpp"
#include "burin/layers/elementwise_merge.hpp"
#include "burin/layers/merge.hpp"
#include "burin/quantization/int8_layer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin {

namespace detail {

/// Rescales integers up to `largest` by so much.
constexpr kernels::Int8Rescale int8_rescale_by(double factor, std::int32_t zero_point,
                                               double largest) noexcept {
    const core::FixedMultiplier fixed = core::quantize_multiplier(factor, largest);
    return {fixed.multiplier, static_cast<std::int8_t>(fixed.shift), static_cast<std::int8_t>(zero_point)};
}

/// A rescale of a layer's constants, which are arrays of numbers, as `io::export_header` wants them.
template <class Constants>
constexpr kernels::Int8Rescale int8_rescale_at(const Constants& from, std::size_t index) noexcept {
    return {from.multipliers[index], from.shifts[index], from.zero_points[index]};
}
template <class Constants>
constexpr void set_int8_rescale(Constants& to, std::size_t index,
                                const kernels::Int8Rescale& rescale) noexcept {
    to.multipliers[index] = rescale.multiplier;
    to.shifts[index] = rescale.shift;
    to.zero_points[index] = rescale.zero_point;
}

/// Sums: each input is brought to twice the largest of their scales with 20 bits behind the point, as in
/// TensorFlow Lite. The second of two is taken off if it `Subtracts`; the sum is divided by the number of
/// inputs if it `Divides`.
template <bool Subtracts, bool Divides>
struct Int8SumForm : quantization::Int8Form {
    static constexpr bool clamps = true;

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t count = Shapes::inputs.size();
        // Of the inputs and, last, of the sum.
        std::array<std::int32_t, count + 1> multipliers;
        std::array<std::int8_t, count + 1> shifts;
        std::array<std::int8_t, count + 1> zero_points;
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("multipliers", self.multipliers);
            visitor("shifts", self.shifts);
            visitor("zero_points", self.zero_points);
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        constexpr std::size_t count = Shapes::inputs.size();
        constexpr double unit = 1 << kernels::int8_sum_bits;
        double largest = 0;
        for (const quantization::Scale& input : from.inputs)
            largest = std::max(largest, 2 * static_cast<double>(input.scale));
        for (std::size_t i = 0; i < count; ++i)
            set_int8_rescale(to, i,
                             int8_rescale_by(static_cast<double>(from.inputs[i].scale) / largest,
                                             from.inputs[i].zero_point, 255 * unit));
        const double total = largest / (unit * static_cast<double>(from.output.scale));
        set_int8_rescale(to, count,
                         int8_rescale_by(Divides ? total / double{count} : total, from.output.zero_point,
                                         double{count} * 255 * unit / 2));
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t count = Context::Shapes::inputs.size();
        std::array<kernels::Int8Rescale, count> summands;
        for (std::size_t i = 0; i < count; ++i)
            summands[i] = int8_rescale_at(*run.constants, i);
        kernels::int8_add<Context::rounding, Subtracts>(
            run.inputs, summands.data(), int8_rescale_at(*run.constants, count), run.constants->low,
            run.rows * Context::Shapes::output.size(), run.output);
    }
};

} // namespace detail

template <>
struct quantization::Int8Layer<Add> : detail::Int8SumForm<false, false> {};
template <>
struct quantization::Int8Layer<Subtract> : detail::Int8SumForm<true, false> {};
template <>
struct quantization::Int8Layer<Average> : detail::Int8SumForm<false, true> {};

/// Products of two or three inputs, exact until they are brought to the output's scale.
template <>
struct quantization::Int8Layer<Multiply> : quantization::Int8Form {
    static constexpr bool clamps = true;

    template <class Shapes>
    struct Constants {
        static constexpr std::size_t count = Shapes::inputs.size();
        static_assert(count <= 3, "Multiply computes with 8-bit integers for two or three inputs: nest it");
        std::array<std::int32_t, 1> multiplier;
        std::array<std::int8_t, count> zero_points;
        std::int8_t shift;
        std::int8_t zero_point;
        std::int8_t low;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("multiplier", self.multiplier);
            visitor("zero_points", self.zero_points);
            visitor("shift", self.shift);
            visitor("zero_point", self.zero_point);
            visitor("low", self.low);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        double factor = 1, largest = 1;
        for (std::size_t i = 0; i < from.inputs.size(); ++i) {
            factor *= static_cast<double>(from.inputs[i].scale);
            largest *= 255;
            to.zero_points[i] = static_cast<std::int8_t>(from.inputs[i].zero_point);
        }
        const auto total = detail::int8_rescale_by(from.factor_of(factor), from.output.zero_point, largest);
        to.multiplier = {total.multiplier};
        to.shift = total.shift;
        to.zero_point = total.zero_point;
        to.low = from.low;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        const auto& to = *run.constants;
        kernels::int8_multiply<Context::rounding>(run.inputs, to.zero_points.data(),
                                                  {to.multiplier[0], to.shift, to.zero_point}, to.low,
                                                  run.rows * Context::Shapes::output.size(), run.output);
    }
};

/// Inputs whose scale is not the output's are brought to it.
template <>
struct quantization::Int8Layer<Concat> : quantization::Int8Form {
    template <class Shapes>
    struct Constants {
        static constexpr std::size_t count = Shapes::inputs.size();
        std::array<std::int32_t, count> multipliers;
        std::array<std::int8_t, count> shifts;
        std::array<std::int8_t, count> zero_points;
        std::int8_t zero_point;

        template <class Self, class Visitor>
        static constexpr void visit(Self& self, Visitor&& visitor) {
            visitor("multipliers", self.multipliers);
            visitor("shifts", self.shifts);
            visitor("zero_points", self.zero_points);
            visitor("zero_point", self.zero_point);
        }
    };

    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>& from, Constants<Shapes>& to) {
        for (std::size_t i = 0; i < from.inputs.size(); ++i)
            detail::set_int8_rescale(to, i,
                                     detail::int8_rescale_by(static_cast<double>(from.inputs[i].scale) /
                                                                 static_cast<double>(from.output.scale),
                                                             from.inputs[i].zero_point, 255));
        to.zero_point = static_cast<std::int8_t>(from.output.zero_point);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        constexpr std::size_t pitch = Shapes::output.last(), runs = Shapes::output.size() / pitch;
        std::int8_t* to = run.output;
        for (std::size_t i = 0; i < run.inputs.size(); to += Shapes::inputs[i++].last())
            kernels::int8_rescale<Context::rounding>(run.inputs[i], run.rows * runs, Shapes::inputs[i].last(),
                                                     detail::int8_rescale_at(*run.constants, i),
                                                     run.constants->zero_point, to, pitch);
    }
};

} // namespace burin
