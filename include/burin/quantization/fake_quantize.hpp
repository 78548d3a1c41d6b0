#pragma once

#include "burin/core/number.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/fake_quantize.hpp"
#include "burin/kernels/products/panels.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/layers/recurrent.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/quantization/scale.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

namespace burin {

namespace detail {

/// The bounds of `[−128, 127]` around a zero point.
template <class Scalar>
constexpr kernels::FakeQuantization<Scalar> fake_quantization(const quantization::Scale& scale) noexcept {
    return {static_cast<Scalar>(scale.scale), static_cast<Scalar>(core::int8_min - scale.zero_point),
            static_cast<Scalar>(core::int8_max - scale.zero_point)};
}

struct FakeQuantizeOp : Op {
    static constexpr OpTraits traits{.accepts_epilogue = true,
                                     .in_place = true,
                                     .gradient_in_place = true,
                                     .streams = true,
                                     .input_gradient = {.input = true},
                                     .keeps_range = true};

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    static constexpr std::size_t flops(std::span<const Shape> inputs) { return 8 * inputs[0].size(); }

  protected:
    template <class Context, class Function>
    static void apply(const Context& run, Function f) noexcept {
        kernels::map<typename Context::Scalar>(
            Context::Shapes::output.size() * run.rows, run.output,
            [f](auto x) { return typename Context::Epilogue{}(f(x)); }, run.inputs[0]);
    }
    template <class Context>
    static void
    apply_gradient(const Context& run,
                   const kernels::FakeQuantization<typename Context::Scalar>& quantization) noexcept {
        kernels::map<typename Context::Scalar>(
            Context::Shapes::output.size() * run.rows, run.input_gradient,
            [quantization](auto dy, auto x) { return quantization.gradient(dy, x); }, run.output_gradient,
            run.inputs[0]);
    }
};

/// Fake quantization with a scale that is known beforehand: the outputs of Sigmoid and Tanh.
template <quantization::Scale Known>
struct FixedFakeQuantize : FakeQuantizeOp {
    static constexpr Text<64> name() { return "FakeQuantize"; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        apply(run, [](auto x) { return of<typename Context::Scalar>.value(x); });
    }
    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        apply_gradient(run, of<typename Context::Scalar>);
    }

  private:
    template <class Scalar>
    static constexpr auto of = fake_quantization<Scalar>(Known);
};

} // namespace detail

/// Gives what is left of an activation that is stored with 8 bits: y = scale · (q − z), q = clamp(round(x /
/// scale) + z, −128, 127). Scale and zero point z are those of `scale_of`, for the range of the values that
/// were seen in training.
///
/// | | shape |
/// |---|---|
/// | input, output | any, the same |
/// | `output_min`, `output_max` | `[1]`, statistics: the range; both 0 until something was seen |
///
/// In training the range is first that of the first batch and then moves towards that of each batch: min ←
/// min + `Momentum` · (batch's − min). It always holds 0. As long as it holds nothing else, y = x. NaN does
/// not count in the range and stays NaN, without a gradient.
///
/// The gradient goes straight through the rounding: dx = dy where q was not clamped, else 0 (Bengio et al.,
/// arXiv:1308.3432; as in PyTorch's `fake_quantize_per_tensor_affine`). Jacob et al., arXiv:1712.05877.
template <core::Number auto Momentum = 0.01>
struct FakeQuantize : detail::FakeQuantizeOp {
    static_assert(Momentum > 0 && Momentum <= 1, "the momentum of FakeQuantize is more than 0 and at most 1");

    static constexpr Text<64> name() { return "FakeQuantize"; }

    static constexpr ParameterList statistics(std::span<const Shape>) {
        return range_tensors("output_min", "output_max");
    }

    /// What the gradient needs of the range, which may move before it is computed.
    static constexpr Elements saved(std::span<const Shape>) { return {0, 3}; }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        if constexpr (Context::mode == Mode::training && !Context::is_frozen)
            observe(run);
        const quantization::Range range{static_cast<float>(run.statistics[0]),
                                        static_cast<float>(run.statistics[1])};
        const bool is_known = range.min < range.max;
        const auto quantization = detail::fake_quantization<Scalar>(quantization::scale_of(range));
        if (is_known)
            FakeQuantize::apply(run, [quantization](auto x) { return quantization.value(x); });
        else
            FakeQuantize::apply(run, [](auto x) { return x; });
        if constexpr (Context::saves) {
            constexpr Scalar infinity = std::numeric_limits<Scalar>::infinity();
            run.saved[0] = quantization.scale;
            run.saved[1] = is_known ? quantization.low : -infinity;
            run.saved[2] = is_known ? quantization.high : infinity;
        }
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        FakeQuantize::apply_gradient(run, kernels::FakeQuantization<typename Context::Scalar>{
                                              run.saved[0], run.saved[1], run.saved[2]});
    }

  protected:
    static constexpr ParameterList range_tensors(std::string_view min, std::string_view max) {
        return ParameterList(ParameterSpec{min, ParameterRole::bias, Shape(1)},
                             ParameterSpec{max, ParameterRole::bias, Shape(1)});
    }

  private:
    template <class Context>
    static void observe(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        const auto seen =
            kernels::extremes_with_zero(run.inputs[0], Context::Shapes::output.size() * run.rows);
        const bool is_first = run.statistics[0] == Scalar(0) && run.statistics[1] == Scalar(0);
        const Scalar share = is_first ? Scalar(1) : static_cast<Scalar>(Momentum);
        run.statistics[0] += share * (seen.least - run.statistics[0]);
        run.statistics[1] += share * (seen.largest - run.statistics[1]);
    }
};

namespace detail {

/// Of a network's input, whose place is also that of its first layer.
struct InputFakeQuantize : FakeQuantize<> {
    static constexpr ParameterList statistics(std::span<const Shape>) {
        return range_tensors("input_min", "input_max");
    }
};

} // namespace detail

namespace quantization {

/// Whether the 8-bit form of a layer stores weights whose every output channel has a scale of its own: Dense,
/// the convolutions, DepthwiseConv2D, SimpleRNN, LSTM, GRU, and these at each step of a sequence.
template <class LayerType>
inline constexpr bool has_8_bit_weights =
    LayerType::traits.is_linear || detail::RecurrentLayer<typename detail::StepLayer<LayerType>::type>;

/// A layer that computes with what is left of its weights when they are stored with 8 bits: scale ·
/// clamp(round(w / scale), −127, 127), the scale of each output channel being its largest magnitude / 127. It
/// does so in both directions, and the gradient of a weight is that of the rounded one: it goes straight
/// through. Biases, which are stored with 32 bits, stay as they are.
template <class LayerType>
struct FakeQuantizedWeights : LayerType {
    static_assert(has_8_bit_weights<LayerType>, "FakeQuantizedWeights takes a layer with weights of 8 bits");

    static constexpr Text<64> name() {
        return Text<64>("FakeQuantizedWeights<").append(LayerType::name().view()).append(">");
    }

    /// The layer's own, behind the parameters that it computes with.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        Elements elements = LayerType::scratch(inputs, kind, mode);
        if (kind != StepKind::backward_parameters)
            elements.fixed += reserved(inputs);
        return elements;
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        LayerType::forward(rounded(run));
    }
    template <std::size_t Which, class Context>
    static void backward_input(const Context& run) noexcept {
        LayerType::template backward_input<Which>(rounded(run));
    }
    template <class Context>
    static void backward(const Context& run) noexcept {
        LayerType::backward(rounded(run));
    }

  private:
    /// Rounded up, so that what follows is aligned.
    static constexpr std::size_t reserved(std::span<const Shape> inputs) {
        return (LayerType::parameters(inputs).size() + 15) / 16 * 16;
    }

    template <class Context>
    static Context rounded(const Context& run) noexcept {
        using Shapes = typename Context::Shapes;
        static constexpr ParameterList list = LayerType::parameters(Shapes::inputs);
        for (std::size_t i = 0; i < list.count; ++i) {
            const auto* const from = run.parameters + list.offset(i);
            auto* const to = run.scratch + list.offset(i);
            if (list[i].role == ParameterRole::weight)
                round(list[i], channels_of(list[i], Shapes::output), from, to);
            else
                std::copy_n(from, list[i].shape.size(), to);
        }
        Context result = run;
        result.parameters = run.scratch;
        result.scratch = run.scratch + reserved(Shapes::inputs);
        return result;
    }

    /// Those of a depthwise convolution are its two last axes together.
    static constexpr std::size_t channels_of(const ParameterSpec& weight, const Shape& output) {
        return LayerType::traits.is_linear ? output.last() : weight.shape.last();
    }

    template <class Scalar>
    static void round(const ParameterSpec& weight, std::size_t channels, const Scalar* from,
                      Scalar* to) noexcept {
        const std::size_t rows = weight.shape.size() / channels;
        const auto round_columns = [&](std::size_t first, std::size_t columns) noexcept {
            kernels::fake_quantize_columns(
                from + first, rows, columns, columns, static_cast<Scalar>(quantization::largest_weight),
                to + first, [](Scalar largest) {
                    return static_cast<Scalar>(quantization::weight_scale(static_cast<float>(largest)));
                });
        };
        if (weight.layout == core::Layout::row_major)
            return round_columns(0, channels);
        const kernels::Panels panels = kernels::panels<Scalar>(channels);
        for (std::size_t panel = 0; panel < panels.count(); ++panel)
            round_columns(panels.first_column(panel) * rows, panels.columns(panel));
    }
};

} // namespace quantization

} // namespace burin
