#pragma once

#include "burin/graph/op.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// The steps of the first axis (time) from the last to the first.
struct Reverse : Op {
    static constexpr OpTraits traits{.keeps_range = true};
    static constexpr Text<64> name() { return "Reverse"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        reverse<Context::Shapes::output>(run.inputs[0], run.output, run.rows);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        reverse<Context::Shapes::output>(run.output_gradient, run.input_gradient, run.rows);
    }

  private:
    template <Shape Sample, class Scalar>
    static void reverse(const Scalar* from, Scalar* to, std::size_t rows) noexcept {
        constexpr std::size_t time = Sample[0], size = Sample.size() / time;
        for (std::size_t row = 0; row < rows; ++row)
            for (std::size_t t = 0; t < time; ++t)
                std::copy_n(from + (row * time + t) * size, size, to + (row * time + time - 1 - t) * size);
    }
};

} // namespace burin
