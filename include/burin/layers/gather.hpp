#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/axis.hpp"
#include "burin/layers/embedding.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin {

/// Option of Gather: which elements of an axis, counted from 0, in which order; some may come again.
template <std::size_t... Numbers>
struct Indices {
    static_assert(sizeof...(Numbers) > 0, "Indices has at least one number");
    static constexpr std::array<std::size_t, sizeof...(Numbers)> numbers{Numbers...};
};

namespace detail {

template <class Scalar>
void add_to(Scalar* sum, const Scalar* dy, std::size_t count) noexcept {
    kernels::map(
        count, sum, [](auto before, auto more) { return before + more; }, static_cast<const Scalar*>(sum),
        dy);
}

} // namespace detail

/// These elements of one axis: `Gather<Indices<2, 0, 2>>` of `[5, 3]` is `[3, 3]`: rows 2, 0 and 2. The axis
/// is the first unless another is given, and stays. The gradient of an element is the sum over the places to
/// which it went. (Of neighbours in order Slice, of all in the other order Reverse are shorter.)
template <class Which, class AlongWhich = Axis<0>>
struct Gather : Op {
    static constexpr auto numbers = Which::numbers;
    static constexpr OpTraits traits{.streams = AlongWhich::index > 0, .keeps_range = true};

    static constexpr Text<64> name() {
        Text<64> text("Gather<Indices<");
        const std::size_t shown = std::min<std::size_t>(numbers.size(), 4);
        for (std::size_t i = 0; i < shown; ++i)
            text.append(i == 0 ? "" : ", ").append(numbers[i]);
        text.append(shown < numbers.size() ? ", ...>" : ">");
        if (AlongWhich::index > 0)
            text.append(", Axis<").append(AlongWhich::index).append(">");
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        Shape shape = inputs[0];
        if (shape.rank <= AlongWhich::index)
            return {.expected = "an input that has the axis along which it gathers"};
        for (const std::size_t number : numbers)
            if (number >= shape[AlongWhich::index])
                return {.expected = "an axis that holds all elements that it gathers"};
        shape.extents[AlongWhich::index] = numbers.size();
        return {.shape = shape};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr detail::AlongAxis axis(Context::Shapes::inputs[0], AlongWhich::index);
        auto* to = run.output;
        for (std::size_t block = 0; block < run.rows * axis.outer; ++block)
            for (const std::size_t number : numbers)
                to = std::copy_n(run.inputs[0] + (block * axis.extent + number) * axis.inner, axis.inner, to);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr detail::AlongAxis axis(Context::Shapes::inputs[0], AlongWhich::index);
        const Scalar* dy = run.output_gradient;
        std::fill_n(run.input_gradient, Context::Shapes::inputs[0].size() * run.rows, Scalar(0));
        for (std::size_t block = 0; block < run.rows * axis.outer; ++block)
            for (const std::size_t number : numbers) {
                detail::add_to(run.input_gradient + (block * axis.extent + number) * axis.inner, dy,
                               axis.inner);
                dy += axis.inner;
            }
    }
};

/// The elements of one axis of the first input that the second one numbers, from 0: of `[steps, c]` and
/// `[n]` it is `[n, c]`, of `[h, w, c]` and `[a, b]` along `Axis<1>` `[h, a, b, c]`. What numbers no element
/// gives zeros, as Embedding does; numbers get no gradient.
template <class AlongWhich = Axis<0>>
struct GatherByInput : Op {
    static constexpr OpTraits traits{.input_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> text("GatherByInput<");
        if (AlongWhich::index > 0)
            text.append("Axis<").append(AlongWhich::index).append(">");
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() != 2)
            return {.expected = "two inputs: elements, and the numbers of those that it gathers",
                    .culprit = passes::max_inputs};
        if (inputs[0].rank <= AlongWhich::index)
            return {.expected = "an input that has the axis along which it gathers"};
        if (inputs[0].rank + inputs[1].rank > Shape::max_rank + 1)
            return {.expected = "inputs that give at most six axes", .culprit = passes::max_inputs};
        Shape shape;
        for (std::size_t axis = 0; axis < inputs[0].rank; ++axis)
            if (axis != AlongWhich::index)
                shape.push_back(inputs[0][axis]);
            else
                for (std::size_t inner = 0; inner < inputs[1].rank; ++inner)
                    shape.push_back(inputs[1][inner]);
        return {.shape = shape};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        for_each_run<Context>(run, [&](std::size_t at, std::size_t from, std::size_t count, bool is_there) {
            if (is_there)
                std::copy_n(run.inputs[0] + from, count, run.output + at);
            else
                std::fill_n(run.output + at, count, Scalar(0));
        });
    }

    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        std::fill_n(run.input_gradient, Context::Shapes::inputs[Which].size() * run.rows,
                    typename Context::Scalar(0));
        if constexpr (Which == 0)
            for_each_run<Context>(
                run, [&](std::size_t at, std::size_t from, std::size_t count, bool is_there) {
                    if (is_there)
                        detail::add_to(run.input_gradient + from, run.output_gradient + at, count);
                });
    }

  private:
    /// Calls f(place in the output, place in the first input, how many, whether that is there).
    template <class Context, class Function>
    static void for_each_run(const Context& run, const Function& f) noexcept {
        constexpr detail::AlongAxis axis(Context::Shapes::inputs[0], AlongWhich::index);
        constexpr std::size_t count = Context::Shapes::inputs[1].size();
        std::size_t at = 0;
        for (std::size_t block = 0; block < run.rows * axis.outer; ++block)
            for (std::size_t i = 0; i < count; ++i, at += axis.inner) {
                const std::size_t number =
                    detail::token_number<axis.extent>(run.inputs[1][block / axis.outer * count + i]);
                const bool is_there = number < axis.extent;
                f(at, (block * axis.extent + (is_there ? number : 0)) * axis.inner, axis.inner, is_there);
            }
    }
};

} // namespace burin
