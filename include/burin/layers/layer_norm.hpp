#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/row_normalization.hpp"
#include "burin/layers/normalization_options.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <type_traits>

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
    static_assert(((is_option<Epsilon, Options> || is_last_axes<Options> ||
                    std::is_same_v<Options, NoScale> || (Centred && std::is_same_v<Options, NoBias>)) &&
                   ...),
                  "this normalisation takes the options Epsilon, LastAxes, NoScale and, if it has a bias, "
                  "NoBias");

    using Affine = detail::Affine<AffineOf<Options...>::has_scale, Centred && AffineOf<Options...>::has_bias>;

    static constexpr double epsilon = option_or<Epsilon, Options...>(1e-5);
    static constexpr std::size_t axes = [] {
        std::size_t count = 1;
        [[maybe_unused]] const auto look_at = [&count]<class Option>(const Option*) {
            if constexpr (is_last_axes<Option>)
                count = Option::value;
        };
        (look_at(static_cast<const Options*>(nullptr)), ...);
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
        return Affine::parameters(shape);
    }

    /// The mean of each row (if centred), and 1 over its deviation.
    static constexpr Elements saved(std::span<const Shape> inputs) {
        return inputs[0].size() / row(inputs[0]) * (Centred ? 2 : 1);
    }

    /// A block's sums of the gradients of the parameters.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        return {0, kind != StepKind::backward ? 0
                   : Affine::has_scale        ? row(inputs[0]) * (Centred ? 2 : 1)
                   : Affine::has_bias         ? row(inputs[0]) * 3
                                              : 0};
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        return inputs[0].size() * (Centred ? 7 : 4);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = row(Context::Shapes::output);
        const Scalar* bias = nullptr; // Not read where there is no mean.
        if constexpr (Centred)
            bias = Affine::template bias<size>(run.parameters);
        kernels::normalize_rows<size, Centred>(run.inputs[0], Affine::template weight<size>(run.parameters),
                                               bias, run.output, run.saved,
                                               run.rows * (Context::Shapes::output.size() / size),
                                               static_cast<Scalar>(epsilon), typename Context::Epilogue{});
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr std::size_t size = row(Context::Shapes::output);
        Scalar *weight = nullptr, *bias = nullptr;
        if constexpr (Context::trains) {
            if (!Context::adds)
                std::fill_n(run.gradients, Affine::template count<size>, Scalar(0));
            // The sums of a weight that is not there are written to where nobody reads them.
            weight = Affine::has_scale ? run.gradients : run.scratch + 2 * size;
            if constexpr (Affine::has_bias)
                bias = run.gradients + Affine::template bias_offset<size>;
        }
        kernels::normalize_rows_gradient<size, Centred>(
            run.inputs[0], Affine::template weight<size>(run.parameters), run.saved, run.output_gradient,
            run.input_gradients[0], weight, bias, run.rows * (Context::Shapes::output.size() / size),
            run.scratch);
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
/// | `weight`, `bias` | `[features]`; start at 1 and 0; left out with `NoScale`, `NoBias` |
///
/// `LayerNorm<LastAxes<2>>` is over the last two axes, whose shape weight and bias have. ε is 10⁻⁵ as in
/// PyTorch, or `Epsilon<…>`. Ba, Kiros and Hinton, arXiv:1607.06450.
template <class... Options>
struct LayerNorm : detail::RowNorm<true, Options...> {
    static constexpr Text<64> name() { return detail::name_with_options<Options...>("LayerNorm"); }
};

/// y = x / √(mean of x² + ε) · weight, over the last axis of each sample, at each position by itself: a
/// LayerNorm without mean and bias. Options as there, but for `NoBias`. Zhang and Sennrich, arXiv:1910.07467.
template <class... Options>
struct RMSNorm : detail::RowNorm<false, Options...> {
    static constexpr Text<64> name() { return detail::name_with_options<Options...>("RMSNorm"); }
};

} // namespace burin
