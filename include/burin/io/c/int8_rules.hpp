#pragma once

#include "burin/io/c/int8_pieces.hpp"
#include "burin/io/c/int8_softmax_pieces.hpp"
#include "burin/io/c/recurrent_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/io/c/shape_rules.hpp"
#include "burin/quantization/quantized_network.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::io::c {

/// A layer of 8-bit integers that is written. What it has are the constants of its 8-bit form.
struct Int8Step : LayerStep {
    Rounding rounding = Rounding::once;

    /// A member of the constants as an array: its name.
    template <class Numbers>
    std::string array(Source& to, std::string_view of, const Numbers& numbers) const {
        using Number = typename Numbers::value_type;
        return to.array<Number>("q." + part(of), std::span<const Number>(numbers));
    }
    /// That products with factors are there, rounded as this network does.
    void use_rescale(Source& to) const {
        to.use(rounding == Rounding::once ? pieces::rescale_once : pieces::rescale_twice);
    }
    void use_output_scale(Source& to) const {
        to.use(rounding == Rounding::once ? pieces::scale_once : pieces::scale_twice);
    }
    std::string count() const { return std::to_string(rows * output_shape.size()); }
};

inline std::string number(std::int32_t value) {
    return std::to_string(value);
}

/// How a layer of 8-bit integers becomes C: as `Rule`, with
///
///     template <class Constants>
///     static void write(c::Source& to, const c::Int8Step& step, const Constants& constants);
template <class LayerType>
struct Int8Rule {
    static constexpr bool is_missing = Rule<LayerType>::is_missing;
    static void write(Source&, const Int8Step&, const auto&) {}
};

template <class LayerType>
inline constexpr bool has_int8_rule = [] {
    if constexpr (requires { Int8Rule<LayerType>::is_missing; })
        return !Int8Rule<LayerType>::is_missing;
    else
        return true;
}();

namespace detail {

/// What makes outputs of a layer's sums.
inline std::string outputs_address(Source& to, const Int8Step& step, const auto& constants) {
    step.use_output_scale(to);
    Members members("outputs");
    members.with("bias", step.array(to, "bias", constants.bias))
        .with("multipliers", step.array(to, "multipliers", constants.multipliers))
        .with("shifts", step.array(to, "shifts", constants.shifts))
        .with("zero_point", number(constants.zero_point))
        .with("low", number(constants.low));
    return members.address();
}

/// The inputs as an array of pointers.
inline std::string pointers(const Int8Step& step) {
    std::string text = "(const int8_t *const[]){";
    for (std::size_t i = 0; i < step.inputs.size(); ++i)
        text.append(i > 0 ? ", " : "").append(step.inputs[i]);
    return text + "}";
}

template <class Write>
void for_int8_samples(Source& to, const Int8Step& step, const Write& write) {
    for_samples(to, step, [&](const LayerStep& one) {
        Int8Step sample;
        static_cast<LayerStep&>(sample) = one;
        sample.rounding = step.rounding;
        write(sample);
    });
}

} // namespace detail

template <std::size_t Units, class... Options>
struct Int8Rule<Dense<Units, Options...>> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        const std::string outputs = detail::outputs_address(to, step, constants);
        to.use(pieces::int8_multiply);
        to.call("int8_multiply",
                {step.inputs[0], std::to_string(step.rows), std::to_string(step.input_shapes[0].size()),
                 step.array(to, "weight", constants.weight), std::to_string(Units), outputs, step.output});
    }
};

template <ConvolutionLike LayerType>
struct Int8Rule<LayerType> {
    static std::size_t state(const LayerStep& step) { return Rule<LayerType>::state(step); }
    static std::size_t scratch(const LayerStep& step) { return Rule<LayerType>::scratch(step); }

    static void write(Source& to, const Int8Step& step, const auto& constants) {
        const kernels::Convolution c = LayerType::of(step.input_shapes[0]);
        const std::string outputs = detail::outputs_address(to, step, constants);
        const std::string weight = step.array(to, "weight", constants.weight);
        if (const std::size_t remembered = state(step); !step.state.empty() && remembered > 0) {
            to.use(pieces::int8_convolve);
            write_past_and_piece(to, step, remembered);
            to.call("int8_convolve", {extents(behind_the_past(c)), step.scratch,
                                      number(constants.input_zero_point), weight, outputs, step.output});
            return;
        }
        if (c.is_pointwise()) {
            to.use(pieces::int8_multiply);
            to.call("int8_multiply",
                    {step.inputs[0], std::to_string(step.rows * c.output_pixels()),
                     std::to_string(c.channels), weight, std::to_string(c.filters), outputs, step.output});
            return;
        }
        to.use(pieces::int8_convolve);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("int8_convolve", {extents(c), one.inputs[0], number(constants.input_zero_point), weight,
                                      outputs, one.output});
        });
    }
};

template <auto Kernel, class... Options>
struct Int8Rule<DepthwiseConv2D<Kernel, Options...>> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        kernels::Convolution c = DepthwiseConv2D<Kernel, Options...>::of(step.input_shapes[0]);
        c.channels = step.input_shapes[0].last();
        const std::string outputs = detail::outputs_address(to, step, constants);
        const std::string weight = step.array(to, "weight", constants.weight);
        to.use(pieces::int8_depthwise);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("int8_convolve_depthwise", {extents(c), one.inputs[0], number(constants.input_zero_point),
                                                weight, outputs, one.output});
        });
    }
};

template <PoolingLike LayerType>
struct Int8Rule<LayerType> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        const auto windows = LayerType::over(step.input_shapes[0]);
        if constexpr (requires { constants.multiplier; }) {
            step.use_rescale(to);
            to.use(pieces::int8_mean);
            const std::size_t channels = step.output_shape.size();
            for_samples(to, step, [&](const LayerStep& one) {
                to.call("int8_mean", {one.inputs[0], std::to_string(step.input_shapes[0].size() / channels),
                                      std::to_string(channels), number(constants.input_zero_point),
                                      number(constants.multiplier[0]), number(constants.shift),
                                      number(constants.zero_point), number(constants.low), one.output});
            });
        } else {
            to.use(pieces::int8_pool);
            for_samples(to, step, [&](const LayerStep& one) {
                to.call("int8_pool", {windows_address(windows),
                                      LayerType::pooling == burin::detail::Pooling::max ? "1" : "0",
                                      one.inputs[0], number(constants.low), one.output});
            });
        }
    }
};

/// Any elementwise layer, for it is a table.
template <class LayerType>
    requires(LayerType::traits.elementwise && !LayerType::traits.is_view_in_inference)
struct Int8Rule<LayerType> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        to.use(pieces::look_up);
        to.call("look_up",
                {step.array(to, "table", constants.table), step.inputs[0], step.count(), step.output});
    }
};

template <>
struct Int8Rule<Softmax> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        const std::size_t extent = step.output_shape.last();
        const std::string rows = std::to_string(step.rows * step.output_shape.size() / extent);
        if constexpr (requires { constants.factors; }) {
            to.use(pieces::int8_softmax);
            to.call("int8_softmax", {step.array(to, "factors", constants.factors), step.inputs[0], rows,
                                     std::to_string(extent), step.output});
        } else {
            step.use_rescale(to);
            to.use(pieces::int8_fixed_point_softmax);
            to.call("int8_fixed_point_softmax",
                    {number(constants.multiplier[0]), number(constants.shift), number(constants.largest[0]),
                     step.inputs[0], rows, std::to_string(extent), step.output});
        }
    }
};

template <>
struct Int8Rule<LogSoftmax> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        const std::size_t extent = step.output_shape.last();
        to.use(pieces::int8_log_softmax);
        to.call("int8_log_softmax", {step.array(to, "factors", constants.factors),
                                     number(constants.multiplier[0]), number(constants.shift), step.inputs[0],
                                     std::to_string(step.rows * step.output_shape.size() / extent),
                                     std::to_string(extent), step.output});
    }
};

namespace detail {

template <bool Subtracts>
struct Int8SumRule {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        step.use_rescale(to);
        to.use(pieces::int8_add);
        to.call("int8_add", {pointers(step), std::to_string(step.inputs.size()), Subtracts ? "1" : "0",
                             step.array(to, "multipliers", constants.multipliers),
                             step.array(to, "shifts", constants.shifts),
                             step.array(to, "zero_points", constants.zero_points), number(constants.low),
                             step.count(), step.output});
    }
};

} // namespace detail

template <>
struct Int8Rule<Add> : detail::Int8SumRule<false> {};
template <>
struct Int8Rule<Subtract> : detail::Int8SumRule<true> {};
template <>
struct Int8Rule<Average> : detail::Int8SumRule<false> {};

template <>
struct Int8Rule<Multiply> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        step.use_output_scale(to);
        to.use(pieces::int8_products);
        to.call("int8_products",
                {detail::pointers(step), std::to_string(step.inputs.size()),
                 step.array(to, "zero_points", constants.zero_points), number(constants.multiplier[0]),
                 number(constants.shift), number(constants.zero_point), number(constants.low), step.count(),
                 step.output});
    }
};

template <>
struct Int8Rule<Concat> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        step.use_rescale(to);
        to.use(pieces::int8_rescale);
        std::size_t before = 0;
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            const Shape& part = step.input_shapes[i];
            to.call("int8_rescale",
                    {step.inputs[i], std::to_string(step.rows * (part.size() / part.last())),
                     std::to_string(part.last()), number(constants.zero_points[i]),
                     number(constants.multipliers[i]), number(constants.shifts[i]),
                     number(constants.zero_point), step.output + " + " + std::to_string(before),
                     std::to_string(step.output_shape.last())});
            before += part.last();
        }
    }
};

template <MovesElements LayerType>
struct Int8Rule<LayerType> {
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        std::string filling = "0";
        if constexpr (requires { constants.zero_point; })
            filling = number(constants.zero_point);
        movement_of_layer<LayerType>(step).write(to, step, "int8_t", filling);
    }
};

template <std::size_t Steps>
struct Int8Rule<Past<Steps>> {
    static std::size_t state(const LayerStep& step) { return Rule<Past<Steps>>::state(step); }
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        Rule<Past<Steps>>::write_past(to, step, "int8_t", number(constants.zero_point));
    }
};

/// Products of 8-bit integers, sums and state as real numbers, which are on the stack.
template <burin::detail::RecurrentLayer LayerType>
struct Int8Rule<LayerType> {
    using Cell = typename LayerType::Cell;
    static constexpr detail::CellFunction cell = detail::cell_function<Cell>;
    static constexpr bool is_missing = !has_rule<LayerType>;
    template <class Option>
    static constexpr bool has = LayerType::template has<Option>;

    static std::size_t state(const LayerStep&) { return LayerType::state_size * sizeof(float); }
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        to.use(*cell.piece);
        to.use(pieces::int8_add_product);
        to.use(pieces::quantized);
        detail::for_int8_samples(to, step, [&](const Int8Step& one) { write_sample(to, one, constants); });
    }

  private:
    static void write_sample(Source& to, const Int8Step& step, const auto& constants) {
        const std::size_t time = step.input_shapes[0][0], features = step.input_shapes[0].last();
        constexpr std::size_t columns = LayerType::columns, units = columns / Cell::gates;
        constexpr std::size_t all = std::tuple_size_v<std::remove_cvref_t<decltype(constants.bias)>>;
        const std::string count = std::to_string(units);
        const std::string recurrent =
            Cell::separates_recurrent ? "sums + " + std::to_string(columns) : "sums";
        to.line("{");
        const std::string held = std::to_string(LayerType::state_size);
        to.line("float sums[" + std::to_string(all) + "], held[" + held + "] = {0.0f};");
        to.line("int8_t stored[" + count + "] = {0};");
        to.line("size_t step, i;");
        const auto store = [&] {
            to.line("for (i = 0; i < " + count + "; ++i)");
            to.line("stored[i] = quantized(held[i], 0x1p-7f, 0);");
        };
        if (!step.state.empty()) {
            to.line("memcpy(held, " + step.state + ", sizeof held);");
            store();
        }
        to.line("for (step = 0; step < " + std::to_string(time) + "; ++step) {");
        to.line(std::string("const size_t at = ") +
                (has<GoBackwards> ? std::to_string(time - 1) + " - step" : "step") + ";");
        to.line("memcpy(sums, " + step.array(to, "bias", constants.bias) + ", sizeof sums);");
        to.call("int8_add_product",
                {step.inputs[0] + " + at * " + std::to_string(features),
                 step.array(to, "weight", constants.weight), std::to_string(features),
                 std::to_string(columns), step.array(to, "factors", constants.factors), "sums"});
        to.call("int8_add_product",
                {"stored", step.array(to, "recurrent_weight", constants.recurrent_weight), count,
                 std::to_string(columns), step.array(to, "recurrent_factors", constants.recurrent_factors),
                 recurrent});
        to.call(cell.name, {count, "sums", Cell::separates_recurrent ? recurrent : "NULL", "held",
                            Cell::has_cell_state ? "held + " + count : "NULL"});
        store();
        if (has<ReturnSequences>)
            to.line("memcpy(" + step.output + " + " + (has<burin::detail::Realigned> ? "at" : "step") +
                    " * " + count + ", stored, sizeof stored);");
        to.line("}");
        if (!has<ReturnSequences>)
            to.line("memcpy(" + step.output + ", stored, sizeof stored);");
        if (!step.state.empty())
            to.line("memcpy(" + step.state + ", held, sizeof held);");
        to.line("}");
    }
};

template <class LayerType>
struct Int8Rule<TimeDistributed<LayerType>> {
    static constexpr bool is_missing = !has_int8_rule<LayerType>;
    static void write(Source& to, const Int8Step& step, const auto& constants) {
        Int8Step inner;
        static_cast<LayerStep&>(inner) = each_step(step);
        inner.rounding = step.rounding;
        Int8Rule<LayerType>::write(to, inner, constants);
    }
};

} // namespace burin::io::c
