#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/row_normalization.hpp"
#include "burin/layers/normalization_options.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// Option of LayerNorm and RMSNorm: they are over the last `Count` axes.
template <std::size_t Count>
struct LastAxes {
    static_assert(Count > 0, "a normalisation is over one axis at least");
    static constexpr std::size_t value = Count;
    static constexpr const char* name = "LastAxes";
};

namespace detail {

template <class Option>
inline constexpr bool is_last_axes = false;
template <std::size_t Count>
inline constexpr bool is_last_axes<LastAxes<Count>> = true;

/// What the two normalisations over the last axes of each sample have in common.
template <bool Centred, class... Options>
struct RowNorm : Op {
    static_assert(((is_option<Epsilon, Options> || is_last_axes<Options>) && ...),
                  "this normalisation takes the options Epsilon and LastAxes");

    static constexpr double epsilon = option_or<Epsilon, Options...>(1e-5);
    static constexpr std::size_t axes = [] {
        std::size_t count = 1;
        ((count = is_last_axes<Options> ? static_cast<std::size_t>(Options::value) : count), ...);
        return count;
    }();
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .in_place = true,
                                     .gradient_in_place = true,
                                     .joint_backward = true,
                                     .streams = true,
                                     .input_gradient = {.input = true}};

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank < axes)
            return {.expected = "input with at least as many axes as it normalises over"};
        return {.shape = inputs[0]};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        Shape shape;
        for (std::size_t axis = inputs[0].rank - axes; axis < inputs[0].rank; ++axis)
            shape.push_back(inputs[0][axis]);
        const ParameterSpec weight{"weight", ParameterRole::scale, shape};
        const ParameterSpec bias{"bias", ParameterRole::bias, shape};
        return Centred ? ParameterList(weight, bias) : ParameterList(weight);
    }

    /// The mean of each row (if centred), and 1 over its deviation.
    static constexpr Elements saved(std::span<const Shape> inputs) {
        return inputs[0].size() / row(inputs[0]) * (Centred ? 2 : 1);
    }

    /// A block's sums of the gradients of the parameters.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        return {0, kind == StepKind::backward ? row(inputs[0]) * (Centred ? 2 : 1) : 0};
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return inputs[0].size() * (Centred ? 7 : 4);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = row(Context::Shapes::output);
        kernels::normalize_rows<size, Centred>(run.inputs[0], run.parameters, run.parameters + size,
                                               run.output, run.saved,
                                               run.rows * (Context::Shapes::output.size() / size),
                                               static_cast<Scalar>(epsilon), typename Context::Epilogue{});
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = row(Context::Shapes::output);
        Scalar* const weight = Context::trains ? run.gradients : nullptr;
        Scalar* const bias = Context::trains && Centred ? run.gradients + size : nullptr;
        if (Context::trains && !Context::adds)
            std::fill_n(run.gradients, size * (Centred ? 2 : 1), Scalar(0));
        kernels::normalize_rows_gradient<size, Centred>(
            run.inputs[0], run.parameters, run.saved, run.output_gradient, run.input_gradients[0], weight,
            bias, run.rows * (Context::Shapes::output.size() / size), run.scratch);
    }

  private:
    static constexpr std::size_t row(const Shape& shape) {
        std::size_t size = 1;
        for (std::size_t axis = shape.rank - axes; axis < shape.rank; ++axis)
            size *= shape[axis];
        return size;
    }
};

} // namespace detail

/// y = (x − mean) / √(variance + ε) · weight + bias, over the last axis of each sample, at each position by
/// itself.
///
/// | | shape |
/// |---|---|
/// | input, output | `[…, features]` |
/// | `weight`, `bias` | `[features]`; start at 1 and 0 |
///
/// `LayerNorm<LastAxes<2>>` is over the last two axes, whose shape weight and bias have. ε is 10⁻⁵ as in
/// PyTorch, or `Epsilon<…>`. Ba, Kiros and Hinton, arXiv:1607.06450.
template <class... Options>
struct LayerNorm : detail::RowNorm<true, Options...> {
    static constexpr Text<64> name() { return detail::name_with_options<Options...>("LayerNorm"); }
};

/// y = x / √(mean of x² + ε) · weight, over the last axis of each sample, at each position by itself: a
/// LayerNorm without mean and bias. Options as there. Zhang and Sennrich, arXiv:1910.07467.
template <class... Options>
struct RMSNorm : detail::RowNorm<false, Options...> {
    static constexpr Text<64> name() { return detail::name_with_options<Options...>("RMSNorm"); }
};

} // namespace burin
