#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <utility>

namespace burin {

/// The traits of a layer that merges element by element and also has its `own`.
constexpr OpTraits merge_traits(OpTraits own = {}) {
    own.streams = own.accepts_epilogue = own.in_place = own.gradient_in_place = true;
    return own;
}

/// Base of layers that make one element of the same elements of two or more inputs of one shape. `Self`
/// provides
///
///     template <class... Vectors> static auto value(Vectors... x) noexcept;
///
/// `traits` made by `merge_traits` and, unless they say `gradient_is_view`, the gradient of input Which for
/// the inputs x (which hold nothing to rely on if `input_gradient.input` is not set)
///
///     template <std::size_t Which, class Vector, std::size_t Count>
///     static Vector gradient(Vector dy, const std::array<Vector, Count>& x) noexcept;
template <class Self>
struct ElementwiseMerge : Op {
    static constexpr OpTraits traits = merge_traits();

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        for (std::size_t i = 1; i < inputs.size(); ++i)
            if (inputs[i] != inputs[0])
                return {.expected = "every input to have the shape of the first,",
                        .expected_shape = inputs[0],
                        .culprit = i};
        return {.shape = inputs[0]};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return inputs[0].size() * (inputs.size() - 1);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            kernels::map<typename Context::Scalar>(
                Context::Shapes::output.size() * run.rows, run.output,
                [](auto... x) { return typename Context::Epilogue{}(Self::value(x...)); }, run.inputs[I]...);
        }(std::make_index_sequence<Context::Shapes::inputs.size()>{});
    }

    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr bool reads_inputs = Self::traits.input_gradient.input;
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            kernels::map<typename Context::Scalar>(
                Context::Shapes::output.size() * run.rows, run.input_gradient,
                [](auto dy, auto... x) { return Self::template gradient<Which>(dy, std::array{x...}); },
                run.output_gradient, (reads_inputs ? run.inputs[I] : run.output_gradient)...);
        }(std::make_index_sequence<Context::Shapes::inputs.size()>{});
    }
};

/// The sum of two or more inputs.
struct Add : ElementwiseMerge<Add> {
    using Itself = Add;
    static constexpr OpTraits traits = merge_traits({.is_sum = true, .gradient_is_view = true});

    static constexpr Text<64> name() { return "Add"; }

    template <class... Vectors>
    static auto value(Vectors... x) noexcept {
        return (x + ...);
    }
};

/// The first input minus the second.
struct Subtract : ElementwiseMerge<Subtract> {
    static constexpr Text<64> name() { return "Subtract"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != 2)
            return {.expected = "two inputs", .culprit = passes::max_inputs};
        return ElementwiseMerge::infer_shape(inputs);
    }

    template <class Vector>
    static Vector value(Vector a, Vector b) noexcept {
        return a - b;
    }
    template <std::size_t Which, class Vector, std::size_t Count>
    static Vector gradient(Vector dy, const std::array<Vector, Count>&) noexcept {
        return Which == 0 ? dy : -dy;
    }
};

/// The product of two or more inputs.
struct Multiply : ElementwiseMerge<Multiply> {
    static constexpr OpTraits traits = merge_traits({.input_gradient = {.input = true}});

    static constexpr Text<64> name() { return "Multiply"; }

    template <class... Vectors>
    static auto value(Vectors... x) noexcept {
        return (x * ...);
    }
    template <std::size_t Which, class Vector, std::size_t Count>
    static Vector gradient(Vector dy, const std::array<Vector, Count>& x) noexcept {
        for (std::size_t i = 0; i < Count; ++i)
            if (i != Which)
                dy = dy * x[i];
        return dy;
    }
};

/// The mean of two or more inputs.
struct Average : ElementwiseMerge<Average> {
    static constexpr OpTraits traits = merge_traits({.keeps_range = true});
    static constexpr Text<64> name() { return "Average"; }

    template <class Vector, class... Vectors>
    static Vector value(Vector x, Vectors... others) noexcept {
        return (x + ... + others) * share<Vector, 1 + sizeof...(others)>();
    }
    template <std::size_t, class Vector, std::size_t Count>
    static Vector gradient(Vector dy, const std::array<Vector, Count>&) noexcept {
        return dy * share<Vector, Count>();
    }

  private:
    template <class Vector, std::size_t Count>
    static Vector share() noexcept {
        using Scalar = typename Vector::value_type;
        return Vector(Scalar(1) / Scalar(Count));
    }
};

/// The largest of two or more inputs. Where several are as large, the first of them gets the gradient; where
/// one is no number, neither is the output, and all inputs get it that are not less than another.
struct Maximum : ElementwiseMerge<Maximum> {
    static constexpr OpTraits traits = merge_traits({.input_gradient = {.input = true}, .keeps_range = true});

    static constexpr Text<64> name() { return "Maximum"; }

    template <class Vector, class... Vectors>
    static Vector value(Vector x, Vectors... others) noexcept {
        ((x = kernels::max_or_nan(others, x)), ...);
        return x;
    }
    template <std::size_t Which, class Vector, std::size_t Count>
    static Vector gradient(Vector dy, const std::array<Vector, Count>& x) noexcept {
        const Vector zero(typename Vector::value_type(0));
        for (std::size_t i = 0; i < Which; ++i)
            dy = kernels::select(x[i] >= x[Which], zero, dy);
        for (std::size_t i = Which + 1; i < Count; ++i)
            dy = kernels::select(x[i] > x[Which], zero, dy);
        return dy;
    }
};

/// The smallest of two or more inputs. Where several are as small, the first of them gets the gradient; where
/// one is no number, it is as with Maximum.
struct Minimum : ElementwiseMerge<Minimum> {
    static constexpr OpTraits traits = merge_traits({.input_gradient = {.input = true}, .keeps_range = true});

    static constexpr Text<64> name() { return "Minimum"; }

    template <class Vector, class... Vectors>
    static Vector value(Vector x, Vectors... others) noexcept {
        ((x = kernels::min_or_nan(others, x)), ...);
        return x;
    }
    template <std::size_t Which, class Vector, std::size_t Count>
    static Vector gradient(Vector dy, std::array<Vector, Count> x) noexcept {
        for (Vector& one : x)
            one = -one;
        return Maximum::gradient<Which>(dy, x);
    }
};

} // namespace burin
