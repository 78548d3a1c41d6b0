#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/repeated_axes.hpp"
#include "burin/layers/axis.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of reductions: the axes stay, with an extent of 1. (Keras's and ONNX's keepdims.)
struct KeepAxes {};

namespace detail {

enum class Reduced { sum, mean, max, min };

template <class Option>
inline constexpr bool is_axis = false;
template <std::size_t Index>
inline constexpr bool is_axis<Axis<Index>> = true;

template <Reduced Kind, class... Options>
struct Reduction : Op {
    static_assert(((is_axis<Options> || std::is_same_v<Options, KeepAxes>) && ...),
                  "reductions take the options Axis<index>, one for each axis that goes, and KeepAxes");

    static constexpr Reduced reduced = Kind;
    static constexpr bool keeps_axes = (std::is_same_v<Options, KeepAxes> || ...);
    static constexpr bool is_of_all = !(is_axis<Options> || ...);
    static constexpr bool is_extreme = Kind == Reduced::max || Kind == Reduced::min;

    static constexpr bool goes(std::size_t axis) {
        [[maybe_unused]] const auto names = [axis]<class Option>(std::type_identity<Option>) {
            if constexpr (is_axis<Option>)
                return Option::index == axis;
            else
                return false;
        };
        return is_of_all || (names(std::type_identity<Options>{}) || ...);
    }
    static_assert(
        [] {
            std::size_t count = 0;
            for (std::size_t axis = 0; axis < Shape::max_rank; ++axis)
                count += goes(axis);
            return is_of_all || count == (std::size_t(is_axis<Options>) + ... + 0);
        }(),
        "a reduction names each axis once, 0 to 5");

    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .streams = !goes(0),
                                     .input_gradient =
                                         is_extreme ? Reads{.input = true, .output = true} : Reads{},
                                     .keeps_range = Kind != Reduced::sum};

    static constexpr Text<64> name(std::string_view kind) {
        Text<64> text(kind);
        std::size_t index = 0;
        [[maybe_unused]] const auto append = [&]<class Option>(std::type_identity<Option>) {
            text.append(index++ == 0 ? "<" : ", ");
            if constexpr (is_axis<Option>)
                text.append("Axis<").append(Option::index).append(">");
            else
                text.append("KeepAxes");
        };
        (append(std::type_identity<Options>{}), ...);
        return text.append(index == 0 ? "<>" : ">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        for (std::size_t axis = inputs[0].rank; axis < Shape::max_rank && !is_of_all; ++axis)
            if (goes(axis))
                return {.expected = "an input that has all axes over which it reduces"};
        Shape shape;
        for (std::size_t axis = 0; axis < inputs[0].rank; ++axis)
            if (!goes(axis))
                shape.push_back(inputs[0][axis]);
            else if (keeps_axes)
                shape.push_back(1);
        return {.shape = shape.rank == 0 ? Shape(1) : shape};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return inputs[0].size(); }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        static constexpr Shape in = Context::Shapes::inputs[0];
        constexpr kernels::RepeatedAxes<2> axes(in, {kept(in), in});
        const typename Context::Epilogue epilogue{};
        for (std::size_t row = 0; row < run.rows; ++row) {
            Scalar* const y = run.output + row * Context::Shapes::output.size();
            const std::array<const Scalar*, 2> arrays{y, run.inputs[0] + row * in.size()};
            const auto reduce = [&]<template <class, std::size_t> class How>() {
                kernels::reduce_repeated<How, axes>(
                    y, arrays, [](const auto& x) { return x[1]; },
                    [&](const kernels::Vector<Scalar>& result) {
                        if constexpr (Kind == Reduced::mean)
                            return epilogue(kernels::Vector<Scalar>(result * share<Scalar, in>()));
                        else
                            return epilogue(result);
                    });
            };
            if constexpr (Kind == Reduced::max)
                reduce.template operator()<kernels::Largest>();
            else if constexpr (Kind == Reduced::min)
                reduce.template operator()<kernels::Least>();
            else
                reduce.template operator()<kernels::Sums>();
        }
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        static constexpr Shape in = Context::Shapes::inputs[0];
        constexpr std::size_t size = Context::Shapes::output.size();
        for (std::size_t row = 0; row < run.rows; ++row) {
            const Scalar* const dy = run.output_gradient + row * size;
            Scalar* const dx = run.input_gradient + row * in.size();
            if constexpr (is_extreme) {
                constexpr kernels::RepeatedAxes<3> axes(in, {kept(in), kept(in), in});
                kernels::extreme_gradient<axes>(run.output + row * size, dy, run.inputs[0] + row * in.size(),
                                                dx);
            } else {
                constexpr kernels::RepeatedAxes<1> axes(in, {kept(in)});
                kernels::map_repeated<axes>(dx, std::array<const Scalar*, 1>{dy}, [](const auto& each) {
                    if constexpr (Kind == Reduced::mean)
                        return each[0] * share<Scalar, in>();
                    else
                        return each[0];
                });
            }
        }
    }

    /// The output's shape with an extent of 1 where an axis goes.
    static constexpr Shape kept(Shape shape) {
        for (std::size_t axis = 0; axis < shape.rank; ++axis)
            if (goes(axis))
                shape.extents[axis] = 1;
        return shape;
    }
    static constexpr std::size_t terms(const Shape& shape) { return shape.size() / kept(shape).size(); }

  private:
    template <class Scalar, Shape In>
    static kernels::Vector<Scalar> share() noexcept {
        return kernels::Vector<Scalar>(Scalar(1) / Scalar(terms(In)));
    }
};

} // namespace detail

/// The sum over some axes of a sample, counted from 0 without the batch, or over all: `[h, w, c]` becomes
/// `[h, c]` by `ReduceSum<Axis<1>>`, `[c]` by `ReduceSum<Axis<0>, Axis<1>>`, `[1]` by `ReduceSum<>`. With
/// `KeepAxes` the axes stay, with an extent of 1.
template <class... Options>
struct ReduceSum : detail::Reduction<detail::Reduced::sum, Options...> {
    static constexpr Text<64> name() { return ReduceSum::Reduction::name("ReduceSum"); }
};

/// The mean over some axes, or all; as ReduceSum.
template <class... Options>
struct ReduceMean : detail::Reduction<detail::Reduced::mean, Options...> {
    static constexpr Text<64> name() { return ReduceMean::Reduction::name("ReduceMean"); }
};

/// The largest element over some axes, or all; as ReduceSum. NaN where one of them is. The first of the
/// largest, or the first NaN, gets the gradient. (PyTorch's amax parts it among those that are as large.)
template <class... Options>
struct ReduceMax : detail::Reduction<detail::Reduced::max, Options...> {
    static constexpr Text<64> name() { return ReduceMax::Reduction::name("ReduceMax"); }
};

/// The least element over some axes, or all; as ReduceMax.
template <class... Options>
struct ReduceMin : detail::Reduction<detail::Reduced::min, Options...> {
    static constexpr Text<64> name() { return ReduceMin::Reduction::name("ReduceMin"); }
};

} // namespace burin
