#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/repeated_axes.hpp"
#include "burin/layers/elementwise_merge.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <utility>

namespace burin {

namespace detail {

/// Layers whose inputs are repeated along axes in which they have an extent of 1, counted from the last, as
/// in NumPy.
struct Repeating : Op {
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        Shape whole = inputs[0];
        for (std::size_t i = 1; i < inputs.size(); ++i)
            if (!repeat_to(whole, inputs[i]))
                return {.expected = "axes, counted from the last, as long as those of the first input,",
                        .expected_shape = inputs[0],
                        .hint = "what has an extent of 1 is repeated",
                        .culprit = i};
        return {.shape = whole};
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return infer_shape(inputs).shape.size() * (inputs.size() - 1);
    }

    /// y = f(vectors of all inputs).
    template <class Context, class Function>
    static void map_inputs(const Context& run, const Function& f) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t count = Context::Shapes::inputs.size();
        static constexpr Shape whole = Context::Shapes::output;
        constexpr kernels::RepeatedAxes<count> axes(whole, Context::Shapes::inputs);
        for (std::size_t row = 0; row < run.rows; ++row) {
            std::array<const Scalar*, count> inputs;
            for (std::size_t i = 0; i < count; ++i)
                inputs[i] = run.inputs[i] + row * Context::Shapes::inputs[i].size();
            kernels::map_repeated<axes>(run.output + row * whole.size(), inputs, f);
        }
    }

    /// dx of input Which = f(vector of dy, vectors of all inputs), summed where it is repeated. Where the
    /// inputs are not read, these are dy.
    template <std::size_t Which, bool ReadsInputs, class Context, class Function>
    static void input_gradient(const Context& run, const Function& f) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t count = Context::Shapes::inputs.size();
        static constexpr Shape whole = Context::Shapes::output;
        static constexpr Shape own = Context::Shapes::inputs[Which];
        constexpr auto shapes = [] {
            std::array<Shape, count + 2> result{own, whole};
            for (std::size_t i = 0; i < count; ++i)
                result[2 + i] = ReadsInputs ? Context::Shapes::inputs[i] : whole;
            return result;
        }();
        constexpr kernels::RepeatedAxes<count + 2> axes(whole, shapes);
        const auto term = [&f](const auto& all) __attribute__((always_inline)) {
            std::array<kernels::Vector<Scalar>, count> inputs;
            std::copy_n(all.begin() + 2, count, inputs.begin());
            return f(all[1], inputs);
        };
        for (std::size_t row = 0; row < run.rows; ++row) {
            Scalar* const dx = run.input_gradient + row * own.size();
            const Scalar* const dy = run.output_gradient + row * whole.size();
            // The first is not read: dx may be dy.
            std::array<const Scalar*, count + 2> arrays{own.size() == whole.size() ? dy : dx, dy};
            for (std::size_t i = 0; i < count; ++i)
                arrays[2 + i] = ReadsInputs ? run.inputs[i] + row * Context::Shapes::inputs[i].size() : dy;
            if constexpr (own.size() == whole.size())
                kernels::map_repeated<axes>(dx, arrays, term);
            else
                kernels::reduce_repeated<kernels::Sums, axes>(dx, arrays, term,
                                                              [](const auto& sum) { return sum; });
        }
    }

  private:
    /// Makes `whole` what both are repeated to. Whether that can be.
    static constexpr bool repeat_to(Shape& whole, const Shape& other) {
        Shape result = whole.rank >= other.rank ? whole : other;
        const Shape& shorter = whole.rank >= other.rank ? other : whole;
        const std::size_t missing = result.rank - shorter.rank;
        for (std::size_t axis = missing; axis < result.rank; ++axis) {
            std::size_t& extent = result.extents[axis];
            const std::size_t given = shorter[axis - missing];
            if (extent == 1)
                extent = given;
            else if (given != 1 && given != extent)
                return false;
        }
        whole = result;
        return true;
    }
};

template <class Layer>
concept ElementwiseMerging = std::derived_from<Layer, ElementwiseMerge<Layer>>;

} // namespace detail

/// Add, Subtract, Multiply, Average, Maximum or Minimum of inputs of different shapes: what has an extent of
/// 1 along an axis, or lacks it, is repeated along it, as in NumPy. Axes are counted from the last:
///
/// | inputs | output |
/// |---|---|
/// | `[h, w, c]`, `[c]` | `[h, w, c]`: a number for each channel |
/// | `[h, w, c]`, `[h, w, 1]` | `[h, w, c]`: one for each pixel |
/// | `[steps, 1]`, `[1, c]` | `[steps, c]` |
///
/// An input that is repeated gets the sum of the gradients. A squeeze and excitation of 32 channels (Hu et
/// al., arXiv:1709.01507):
///
///     Parallel<Broadcast<Multiply>, Identity,
///              Sequential<GlobalAveragePool2D, Dense<8>, ReLU, Dense<32>, Sigmoid>>
template <detail::ElementwiseMerging Merge>
struct Broadcast : detail::Repeating {
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .in_place = true,
                                     .gradient_in_place = true,
                                     .input_gradient = Merge::traits.input_gradient,
                                     .keeps_range = Merge::traits.keeps_range};

    static constexpr Text<64> name() {
        return Text<64>("Broadcast<").append(Merge::name().view()).append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if constexpr (std::same_as<Merge, Subtract>)
            if (inputs.size() != 2)
                return {.expected = "two inputs", .culprit = passes::max_inputs};
        return Repeating::infer_shape(inputs);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        map_inputs(run, [](const auto& x) __attribute__((always_inline)) {
            return [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
                return typename Context::Epilogue{}(Merge::value(x[I]...));
            }(std::make_index_sequence<Context::Shapes::inputs.size()>{});
        });
    }

    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        input_gradient<Which, Merge::traits.input_gradient.input>(
            run, [](const auto& dy, const auto& x) __attribute__((always_inline)) {
                if constexpr (Merge::traits.gradient_is_view)
                    return dy;
                else
                    return Merge::template gradient<Which>(dy, x);
            });
    }
};

} // namespace burin
