#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/column_sums.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// The input Times times, along a new first axis (time): `[features]` becomes `[Times, features]`. What an
/// encoder has found out is so given to a decoder at every step.
template <std::size_t Times>
struct RepeatVector : Op {
    static_assert(Times > 0, "RepeatVector repeats its input at least once");

    static constexpr OpTraits traits{.is_view = Times == 1, .keeps_range = true};

    static constexpr Text<64> name() { return Text<64>("RepeatVector<").append(Times).append(">"); }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank == Shape::max_rank)
            return {.expected = "at most five axes, for it adds one"};
        Shape shape(Times);
        for (std::size_t axis = 0; axis < inputs[0].rank; ++axis)
            shape.push_back(inputs[0][axis]);
        return {.shape = shape};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        constexpr std::size_t size = Context::Shapes::inputs[0].size();
        for (std::size_t row = 0; row < run.rows; ++row)
            for (std::size_t time = 0; time < Times; ++time)
                std::copy_n(run.inputs[0] + row * size, size, run.output + (row * Times + time) * size);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        constexpr std::size_t size = Context::Shapes::inputs[0].size();
        for (std::size_t row = 0; row < run.rows; ++row)
            kernels::column_sums(run.output_gradient + row * Times * size, Times, size,
                                 run.input_gradient + row * size, false);
    }
};

} // namespace burin
