#pragma once

#include "burin/graph/lower.hpp"
#include "burin/graph/op.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace burin {

namespace detail {

/// The shape of one step of a sequence.
constexpr Shape step_shape(const Shape& sequence) {
    Shape shape;
    for (std::size_t axis = 1; axis < sequence.rank; ++axis)
        shape.push_back(sequence[axis]);
    return shape;
}

constexpr passes::InputShapes steps(std::span<const Shape> inputs) {
    passes::InputShapes result;
    for (const Shape& input : inputs)
        result.shapes[result.count++] = step_shape(input);
    return result;
}

template <class Shapes, std::size_t... I>
constexpr auto step_signature(std::index_sequence<I...>) {
    return Signature<step_shape(Shapes::output), step_shape(Shapes::inputs[I])...>{};
}

} // namespace detail

/// A layer applied to each step of the first axis (time) by itself, with the same parameters:
/// `TimeDistributed<Dense<10>>` makes `[time, features]` `[time, 10]`. To the layer the steps are samples of
/// a larger batch, so it costs what the layer costs, with everything that is fused into it. Parameters have
/// the names that the layer itself would have, as in `3.weight`.
///
/// `TimeDistributed<Sequential<...>>`, `Residual`, `Parallel`, `Frozen` and `Regularized` apply each of their
/// layers so. A recurrent layer in it begins anew at each step.
template <class LayerType>
struct TimeDistributed {};

template <Layer LayerType>
struct TimeDistributed<LayerType> : Op {
    using Inner = LayerType;
    static constexpr std::string_view misuse = LayerType::misuse;
    static constexpr OpTraits traits = [] {
        OpTraits result = LayerType::traits;
        result.by_pixel = result.accepts_sum = result.is_sum = false;
        result.streams = true;
        return result;
    }();

    static constexpr Text<64> name() {
        return Text<64>("TimeDistributed<").append(Text<64>(LayerType::name()).view()).append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (inputs[i].rank < 2)
                return {.expected = "input `[time, ...]`", .culprit = i};
            if (inputs[i][0] != inputs[0][0])
                return {.expected = "as many steps as the first input has,",
                        .expected_shape = inputs[0],
                        .culprit = i};
        }
        InferredShape result = LayerType::infer_shape(detail::steps(inputs).span());
        if (!result.fits()) {
            result.hint = "that is meant without the first axis, which it goes through step by step";
            return result;
        }
        if (result.shape.rank == Shape::max_rank)
            return {.expected = "a layer that makes at most five axes"};
        Shape shape(inputs[0][0]);
        for (std::size_t axis = 0; axis < result.shape.rank; ++axis)
            shape.push_back(result.shape[axis]);
        return {.shape = shape};
    }
    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        return LayerType::parameters(detail::steps(inputs).span());
    }
    static constexpr ParameterList statistics(std::span<const Shape> inputs) {
        return LayerType::statistics(detail::steps(inputs).span());
    }
    static constexpr Elements saved(std::span<const Shape> inputs) {
        return for_all_steps(LayerType::saved(detail::steps(inputs).span()), inputs);
    }
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        return for_all_steps(LayerType::scratch(detail::steps(inputs).span(), kind, inner_mode(mode)),
                             inputs);
    }
    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return inputs[0][0] * LayerType::macs(detail::steps(inputs).span());
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return inputs[0][0] * LayerType::flops(detail::steps(inputs).span());
    }

    static constexpr std::size_t drawn(std::span<const Shape> inputs)
        requires detail::TellsDrawn<LayerType>
    {
        return inputs[0][0] * LayerType::drawn(detail::steps(inputs).span());
    }

    /// Of elementwise layers.
    template <class Vector>
    static Vector value(Vector x) noexcept {
        return LayerType::value(x);
    }
    template <class Vector>
    static Vector gradient(Vector dy, Vector at) noexcept {
        return LayerType::gradient(dy, at);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        ForwardContext<typename Context::Scalar, Steps<Context>, inner_mode(Context::mode),
                       typename Context::Epilogue, Context::is_frozen>
            inner;
        inner.inputs = run.inputs;
        inner.parameters = run.parameters;
        inner.statistics = run.statistics;
        inner.output = run.output;
        inner.saved = run.saved;
        inner.scratch = run.scratch;
        inner.rows = run.rows * time<Context>;
        inner.random = run.random;
        inner.position = run.position;
        LayerType::forward(inner);
    }

    template <class Context>
    static void backward_parameters(const Context& run) noexcept {
        ParameterGradientContext<typename Context::Scalar, Steps<Context>, Context::adds,
                                 Context::most_rows * time<Context>>
            inner;
        inner.gradients = run.gradients;
        copy_gradient_context(run, inner);
        LayerType::backward_parameters(inner);
    }

    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        InputGradientContext<typename Context::Scalar, Steps<Context>, typename Context::Derivative,
                             Context::most_rows * time<Context>>
            inner;
        inner.activated = run.activated;
        inner.input_gradient = run.input_gradient;
        inner.random = run.random;
        inner.position = run.position;
        copy_gradient_context(run, inner);
        LayerType::template backward_input<Which>(inner);
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        GradientContext<typename Context::Scalar, Steps<Context>, Context::trains, Context::adds,
                        Context::is_frozen, Context::wanted, Context::mode,
                        Context::most_rows * time<Context>>
            inner;
        inner.statistics = run.statistics;
        inner.gradients = run.gradients;
        inner.input_gradients = run.input_gradients;
        inner.random = run.random;
        inner.position = run.position;
        copy_gradient_context(run, inner);
        LayerType::backward(inner);
    }

  private:
    static constexpr Elements for_all_steps(Elements one, std::span<const Shape> inputs) {
        return {one.per_sample * inputs[0][0], one.fixed};
    }

    /// The layer sees whole samples, whichever piece of the sequence they are from.
    static constexpr Mode inner_mode(Mode mode) { return mode == Mode::streaming ? Mode::inference : mode; }

    template <class Context>
    static constexpr std::size_t time = Context::Shapes::output[0];

    template <class Context>
    using Steps = decltype(detail::step_signature<typename Context::Shapes>(
        std::make_index_sequence<Context::Shapes::inputs.size()>{}));

    /// What all contexts of backward rules have.
    template <class Context, class Inner>
    static void copy_gradient_context(const Context& run, Inner& inner) noexcept {
        inner.inputs = run.inputs;
        inner.parameters = run.parameters;
        inner.output = run.output;
        inner.output_gradient = run.output_gradient;
        inner.saved = run.saved;
        inner.scratch = run.scratch;
        inner.rows = run.rows * time<Context>;
    }
};

namespace detail {

/// The layer that a node computes, at each step of a sequence or once.
template <class LayerType>
struct StepLayer {
    using type = LayerType;
};
template <class LayerType>
struct StepLayer<TimeDistributed<LayerType>> : StepLayer<LayerType> {};

template <class... Layers>
struct Lower<TimeDistributed<Sequential<Layers...>>> : Lower<Sequential<TimeDistributed<Layers>...>> {};

template <class Merge, class... Branches>
struct Lower<TimeDistributed<Parallel<Merge, Branches...>>>
    : Lower<Parallel<TimeDistributed<Merge>, TimeDistributed<Branches>...>> {};

template <class Merge, class... Layers>
struct Lower<TimeDistributed<SkipConnection<Merge, Layers...>>>
    : Lower<SkipConnection<TimeDistributed<Merge>, TimeDistributed<Layers>...>> {};

template <class LayerType>
struct Lower<TimeDistributed<Frozen<LayerType>>> : Lower<Frozen<TimeDistributed<LayerType>>> {};

template <class LayerType, class... Penalties>
struct Lower<TimeDistributed<Regularized<LayerType, Penalties...>>>
    : Lower<Regularized<TimeDistributed<LayerType>, Penalties...>> {};

} // namespace detail

} // namespace burin
