#pragma once

#include "burin/core/number.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/broadcast.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin {

namespace detail {

/// 1 where `Self::holds(a, b)`, else 0, or the other way round if it is `negated`; b is the second input or
/// `Number`, if there is one.
template <class Self, core::Number auto... Number>
struct Comparison : Repeating {
    static_assert(sizeof...(Number) <= 1, "a comparison is with one number, or with a second input");

    static constexpr bool negated = false;
    static constexpr bool has_number = sizeof...(Number) == 1;
    static constexpr double number = (double(Number) + ... + 0);
    static constexpr OpTraits traits{.in_place = true,
                                     .stops_gradient = true,
                                     .streams = has_number,
                                     .values = core::Values::probabilities};

    static constexpr Text<64> name() {
        Text<64> text(Self::kind);
        text.append("<");
        if (has_number)
            text.append(number);
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != (has_number ? 1 : 2))
            return {.expected = has_number ? "one input, which is compared with the number" : "two inputs",
                    .culprit = passes::max_inputs};
        return Repeating::infer_shape(inputs);
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return Repeating::infer_shape(inputs).shape.size();
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Vector = kernels::Vector<typename Context::Scalar>;
        using Scalar = typename Context::Scalar;
        const auto of = [](const Vector& a, const Vector& b) {
            return Vector(kernels::select(Self::holds(a, b), Vector(Scalar(Self::negated ? 0 : 1)),
                                          Vector(Scalar(Self::negated ? 1 : 0))));
        };
        if constexpr (has_number)
            kernels::map<Scalar>(
                Context::Shapes::output.size() * run.rows, run.output,
                [&](const Vector& x) { return of(x, Vector(static_cast<Scalar>(number))); }, run.inputs[0]);
        else
            Repeating::map_inputs(run, [&](const auto& x) { return of(x[0], x[1]); });
    }
};

} // namespace detail

// Comparisons give 1 where they hold and 0 where they do not: masks, as Where and attention read them. With a
// number, `Greater<0.5>`, they have one input, without, `Greater<>`, two, which are repeated as by Broadcast.
// What is NaN is not equal to anything, nor greater or less. No gradient goes through. Of masks, Multiply is
// "and", Maximum "or", `Rescaling<-1, 1>` "not".

/// 1 where a > b.
template <core::Number auto... Number>
struct Greater : detail::Comparison<Greater<Number...>, Number...> {
    static constexpr std::string_view kind = "Greater";
    static constexpr auto holds(const auto& a, const auto& b) noexcept { return a > b; }
};
/// 1 where a ≥ b.
template <core::Number auto... Number>
struct GreaterEqual : detail::Comparison<GreaterEqual<Number...>, Number...> {
    static constexpr std::string_view kind = "GreaterEqual";
    static constexpr auto holds(const auto& a, const auto& b) noexcept { return a >= b; }
};
/// 1 where a < b.
template <core::Number auto... Number>
struct Less : detail::Comparison<Less<Number...>, Number...> {
    static constexpr std::string_view kind = "Less";
    static constexpr auto holds(const auto& a, const auto& b) noexcept { return a < b; }
};
/// 1 where a ≤ b.
template <core::Number auto... Number>
struct LessEqual : detail::Comparison<LessEqual<Number...>, Number...> {
    static constexpr std::string_view kind = "LessEqual";
    static constexpr auto holds(const auto& a, const auto& b) noexcept { return a <= b; }
};
/// 1 where a = b.
template <core::Number auto... Number>
struct Equal : detail::Comparison<Equal<Number...>, Number...> {
    static constexpr std::string_view kind = "Equal";
    static constexpr auto holds(const auto& a, const auto& b) noexcept { return a == b; }
};
/// 1 where a ≠ b.
template <core::Number auto... Number>
struct NotEqual : detail::Comparison<NotEqual<Number...>, Number...> {
    static constexpr std::string_view kind = "NotEqual";
    static constexpr bool negated = true;
    static constexpr auto holds(const auto& a, const auto& b) noexcept { return a == b; }
};

/// The second input where the first, a mask, is not 0; elsewhere the third, or a number: `Where<>` has the
/// inputs mask, a and b, `Where<-1e9>` mask and a. They are repeated as by Broadcast. What is not chosen may
/// be anything, NaN too: it reaches neither the output nor a gradient. The mask gets no gradient.
template <core::Number auto... Otherwise>
struct Where : detail::Repeating {
    static_assert(sizeof...(Otherwise) <= 1, "Where has one number, or a third input");

    static constexpr bool has_number = sizeof...(Otherwise) == 1;
    static constexpr double otherwise = (double(Otherwise) + ... + 0);
    static constexpr OpTraits traits{
        .in_place = true, .gradient_in_place = true, .input_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> text("Where<");
        if (has_number)
            text.append(otherwise);
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != 3 - has_number)
            return {.expected = has_number ? "two inputs: a mask, and what is where it is not 0"
                                           : "three inputs: a mask, what is where it is not 0, and what else",
                    .culprit = passes::max_inputs};
        return Repeating::infer_shape(inputs);
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return Repeating::infer_shape(inputs).shape.size();
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Vector = kernels::Vector<Scalar>;
        map_inputs(run, [](const auto& x) {
            const Vector zero(Scalar(0));
            if constexpr (has_number)
                return Vector(kernels::select(x[0] == zero, Vector(static_cast<Scalar>(otherwise)), x[1]));
            else
                return Vector(kernels::select(x[0] == zero, x[2], x[1]));
        });
    }

    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        using Vector = kernels::Vector<Scalar>;
        if constexpr (Which == 0)
            std::fill_n(run.input_gradient, Context::Shapes::inputs[0].size() * run.rows, Scalar(0));
        else
            input_gradient<Which, true>(run, [](const auto& dy, const auto& x) {
                const Vector zero(Scalar(0));
                return Vector(Which == 1 ? kernels::select(x[0] == zero, zero, dy)
                                         : kernels::select(x[0] == zero, dy, zero));
            });
    }
};

} // namespace burin
