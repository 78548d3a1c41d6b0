#pragma once

#include "burin/graph/op.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace burin::detail {

/// What is wrong with a rate.
constexpr std::string_view misused_rate(double rate) {
    return rate >= 0 && rate < 1 ? "" : "expected a rate of at least 0 and below 1";
}

/// Base of layers that multiply by random numbers in training, in inference pass their input on, and go
/// backward as they go forward: nothing is stored, for the numbers are a function of seed, layer, step and
/// position, and are drawn again. `Self` provides `multiply(run, from, to)`.
template <class Self>
struct RandomFactors : Op {
    static constexpr OpTraits traits{
        .is_view_in_inference = true, .in_place = true, .gradient_in_place = true, .streams = true};

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        Self::multiply(run, run.inputs[0], run.output);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        Self::multiply(run, run.output_gradient, run.input_gradient);
    }
};

} // namespace burin::detail
