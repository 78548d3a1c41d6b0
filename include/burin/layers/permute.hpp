#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/permute.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace burin {

/// The axes of a sample in another order: axis i of the output is axis Axes[i] of the input. They are counted
/// from 0, without the batch: `Permute<1, 0>` transposes a matrix, `Permute<2, 0, 1>` makes `[height, width,
/// channels]` `[channels, height, width]`. (Keras counts them from 1.)
template <std::size_t... Axes>
struct Permute : Op {
  private:
    static constexpr std::size_t rank = sizeof...(Axes);
    static constexpr std::array<std::size_t, rank> order{Axes...};

    static constexpr bool names_each_axis() {
        for (std::size_t axis = 0; axis < rank; ++axis)
            if (std::count(order.begin(), order.end(), axis) != 1)
                return false;
        return true;
    }
    static_assert(rank >= 1 && rank <= Shape::max_rank, "Permute takes one to six axes");
    static_assert(names_each_axis(), "Permute names each axis of the sample once, counted from 0");

    static constexpr std::array<std::size_t, rank> back = [] {
        std::array<std::size_t, rank> inverse{};
        for (std::size_t axis = 0; axis < rank; ++axis)
            inverse[order[axis]] = axis;
        return inverse;
    }();

    static constexpr std::array<std::size_t, rank> extents(const Shape& shape) {
        std::array<std::size_t, rank> result{};
        std::copy_n(shape.extents.begin(), rank, result.begin());
        return result;
    }

    template <Shape From, std::array<std::size_t, rank> Order, class Scalar>
    static void permute(const Scalar* from, Scalar* to, std::size_t rows) noexcept {
        for (std::size_t row = 0; row < rows; ++row)
            kernels::permute<extents(From), Order>(from + row * From.size(), to + row * From.size());
    }

  public:
    static constexpr OpTraits traits{
        .is_view = std::is_sorted(order.begin(), order.end()), .streams = order[0] == 0, .keeps_range = true};

    static constexpr Text<64> name() {
        Text<64> text("Permute<");
        std::size_t index = 0;
        ((text.append(index++ == 0 ? "" : ", ").append(Axes)), ...);
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != rank)
            return {.expected = "an input with as many axes as it names"};
        Shape shape = inputs[0];
        for (std::size_t axis = 0; axis < rank; ++axis)
            shape.extents[axis] = inputs[0][order[axis]];
        return {.shape = shape};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        permute<Context::Shapes::inputs[0], order>(run.inputs[0], run.output, run.rows);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        permute<Context::Shapes::output, back>(run.output_gradient, run.input_gradient, run.rows);
    }
};

} // namespace burin
