#pragma once

#include "burin/graph/epilogue.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/projection.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// y = activation(x · W1 + b1) · W2 + b2, for each position by itself: a Dense layer to `Units`, and one back
/// to as many features as came in. It is the second half of a Transformer's block.
///
/// | | shape |
/// |---|---|
/// | input, output | `[time, features]`; or any other, the last axis being the features |
/// | `hidden.weight`, `hidden.bias` | `[features, Units]`, `[Units]` |
/// | `output.weight`, `output.bias` | `[Units, features]`, `[features]` |
///
/// Inference goes through the positions in blocks, so that it needs the memory of a block of hidden values,
/// whatever the batch. Default initialisation: Glorot uniform, zero biases.
template <std::size_t Units, class Activation = ReLU>
struct FeedForward : Op {
    static_assert(Units > 0, "FeedForward needs at least one unit");
    static_assert(Activation::traits.elementwise, "FeedForward takes an elementwise activation");

    static constexpr OpTraits traits{
        .joint_backward = true, .streams = true, .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        return Text<64>("FeedForward<")
            .append(Units)
            .append(", ")
            .append(Text<64>(Activation::name()).view())
            .append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank == 0)
            return {.expected = "input `[time, features]`"};
        return {.shape = inputs[0]};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const std::size_t features = inputs[0].last();
        const Fans in{features, Units}, out{Units, features};
        return ParameterList(ParameterSpec{"hidden.weight", ParameterRole::weight, Shape(features, Units), in,
                                           core::Layout::panels},
                             ParameterSpec{"hidden.bias", ParameterRole::bias, Shape(Units), in},
                             ParameterSpec{"output.weight", ParameterRole::weight, Shape(Units, features),
                                           out, core::Layout::panels},
                             ParameterSpec{"output.bias", ParameterRole::bias, Shape(features), out});
    }

    /// What the activation's derivative is found from.
    static constexpr Elements saved(std::span<const Shape> inputs) { return hidden_size(inputs); }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        if (kind != StepKind::forward)
            return hidden_size(inputs);
        return {0, passes::saves(mode) && saves_output ? 0 : block * Units};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return hidden_size(inputs) * 2 * inputs[0].last();
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return hidden_size(inputs) * (4 * inputs[0].last() + 1 + Activation::cost) + inputs[0].size();
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t features = Context::Shapes::output.last();
        const std::size_t positions = run.rows * (Context::Shapes::output.size() / features);
        for (std::size_t first = 0; first < positions; first += block) {
            const std::size_t count = std::min(block, positions - first);
            const Scalar* const x = run.inputs[0] + first * features;
            Scalar* hidden = run.scratch;
            if constexpr (!Context::saves) {
                In<features>::template forward<engine::Chain<Activation>>(x, run.parameters, hidden, count);
            } else if constexpr (saves_output) {
                hidden = run.saved + first * Units;
                In<features>::template forward<engine::Chain<Activation>>(x, run.parameters, hidden, count);
            } else {
                Scalar* const before = run.saved + first * Units;
                In<features>::forward(x, run.parameters, before, count);
                activate(before, hidden, count);
            }
            Out<features>::forward(static_cast<const Scalar*>(hidden),
                                   run.parameters + In<features>::parameter_count,
                                   run.output + first * features, count);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t features = Context::Shapes::output.last();
        constexpr std::size_t out = In<features>::parameter_count;
        constexpr std::size_t steps = Context::Shapes::output.size() / features;
        constexpr kernels::RowCounts counts{Context::most_rows * steps, steps};
        const std::size_t positions = run.rows * steps;
        if constexpr (Context::trains) {
            const Scalar* hidden = run.saved;
            if constexpr (!saves_output) {
                activate(run.saved, run.scratch, positions);
                hidden = run.scratch;
            }
            Out<features>::template parameter_gradient<Context::adds, counts>(hidden, run.output_gradient,
                                                                              run.gradients + out, positions);
        }
        Out<features>::template input_gradient<ActivationDerivative, counts>(
            run.output_gradient, run.parameters + out, run.saved, run.scratch, positions);
        const Scalar* const hidden_gradient = run.scratch;
        if constexpr (Context::trains)
            In<features>::template parameter_gradient<Context::adds, counts>(run.inputs[0], hidden_gradient,
                                                                             run.gradients, positions);
        if constexpr (Context::wanted[0])
            In<features>::template input_gradient<engine::NoActivation, counts>(
                hidden_gradient, run.parameters, static_cast<const Scalar*>(nullptr), run.input_gradients[0],
                positions);
    }

    /// Positions whose hidden values are in memory at a time, when nothing is saved.
    static constexpr std::size_t block = 64;

  private:
    static constexpr bool saves_output = Activation::traits.input_gradient.output;

    template <std::size_t Features>
    using In = detail::Projection<Features, Units, true>;
    template <std::size_t Features>
    using Out = detail::Projection<Units, Features, true>;

    /// The derivative taken from what is saved, be it the activation's input or output.
    struct ActivationDerivative {
        static constexpr bool reads_activation = true;

        template <class Vector>
        Vector operator()(Vector gradient, Vector at) const noexcept {
            return Activation::gradient(gradient, at);
        }
    };

    static constexpr std::size_t hidden_size(std::span<const Shape> inputs) {
        return inputs[0].size() / inputs[0].last() * Units;
    }

    template <class Scalar>
    static void activate(const Scalar* before, Scalar* after, std::size_t positions) noexcept {
        kernels::map(positions * Units, after, [](auto x) { return Activation::value(x); }, before);
    }
};

} // namespace burin
