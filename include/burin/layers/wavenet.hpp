#pragma once

#include "burin/graph/lower.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/wavenet/backward.hpp"
#include "burin/kernels/wavenet/sequence.hpp"
#include "burin/kernels/wavenet/stream.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/no_bias.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace burin {

/// The kernel sizes of a `WaveNetStack`, one for each layer, or one for all.
template <std::size_t... Sizes>
struct Kernels {};

/// The dilations of a `WaveNetStack`, one for each layer.
template <std::size_t... Steps>
struct Dilations {};

/// What a `WaveNetStack` makes of the sum of its skips: a causal convolution with so many `Outputs`, a bias
/// unless it says `NoBias`, and usually a kernel of one.
template <std::size_t Outputs, std::size_t Kernel = 1, class... NoBiasOrNothing>
struct Head {};

/// Option of a `WaveNetStack`: its layers sum up a second half of channels too, and what the activation makes
/// of the first is multiplied with what `Activation` makes of it. WaveNet's own is `Gated<Sigmoid>`.
template <class Activation = Sigmoid>
struct Gated {};

/// Option of a `WaveNetStack`: channels within its layers, if they are not as many as from layer to layer.
template <std::size_t Channels>
struct Bottleneck {};

namespace detail {

template <class Activation>
concept WaveNetActivation = requires { requires Activation::traits.elementwise; };

/// f(sum), and its gradient, which is told from either side of f.
template <class Activation>
struct PlainUnit {
    static constexpr bool is_short = Activation::traits.for_any_width;
    static constexpr std::size_t cost = Activation::cost;

    template <class AnyVector>
    [[gnu::always_inline]] static AnyVector value(AnyVector sum) noexcept {
        return Activation::value(sum);
    }
    template <class AnyVector>
    static AnyVector gradient(AnyVector dy, AnyVector sum) noexcept {
        if constexpr (Activation::traits.input_gradient.output)
            return Activation::gradient(dy, value(sum));
        else
            return Activation::gradient(dy, sum);
    }
};

/// The gradients of a sum and of its gate.
template <class AnyVector>
struct GatedGradient {
    AnyVector sum, gate;
};

/// f(sum) · g(gate).
template <class Activation, class Gate>
struct GatedUnit {
    static constexpr bool is_short = PlainUnit<Activation>::is_short && PlainUnit<Gate>::is_short;
    static constexpr std::size_t cost = Activation::cost + Gate::cost + 1;

    template <class AnyVector>
    [[gnu::always_inline]] static AnyVector value(AnyVector sum, AnyVector gate) noexcept {
        return Activation::value(sum) * Gate::value(gate);
    }
    template <class AnyVector>
    [[gnu::always_inline]] static GatedGradient<AnyVector> gradient(AnyVector dy, AnyVector sum,
                                                                    AnyVector gate) noexcept {
        return {PlainUnit<Activation>::gradient(dy * Gate::value(gate), sum),
                PlainUnit<Gate>::gradient(dy * Activation::value(sum), gate)};
    }
};

template <class Option>
struct WaveNetOption {
    static constexpr bool is_one = false;
};
template <std::size_t Outputs, std::size_t Kernel, class... NoBiasOrNothing>
struct WaveNetOption<Head<Outputs, Kernel, NoBiasOrNothing...>> {
    static constexpr bool is_one = Outputs > 0 && Kernel > 0 && sizeof...(NoBiasOrNothing) <= 1 &&
                                   (std::is_same_v<NoBiasOrNothing, NoBias> && ...);
    template <class Options>
    static constexpr void apply(Options& options) {
        options.size.outputs = Outputs;
        options.size.head = {Kernel, 1};
        options.size.has_head_bias = sizeof...(NoBiasOrNothing) == 0;
        ++options.heads;
    }
    static constexpr void append_to(Text<64>& text) {
        text.append("Head<").append(Outputs);
        if (Kernel > 1)
            text.append(", ").append(Kernel);
        text.append(sizeof...(NoBiasOrNothing) > 0 ? ", NoBias>" : ">");
    }
};
template <WaveNetActivation Activation>
struct WaveNetOption<Gated<Activation>> {
    static constexpr bool is_one = true;
    template <class Options>
    static constexpr void apply(Options& options) {
        options.size.gates = 2;
    }
    static constexpr void append_to(Text<64>& text) {
        text.append("Gated<").append(Activation::name().view()).append(">");
    }
};
template <std::size_t Channels>
struct WaveNetOption<Bottleneck<Channels>> {
    static constexpr bool is_one = Channels > 0;
    template <class Options>
    static constexpr void apply(Options& options) {
        options.size.bottleneck = Channels;
    }
    static constexpr void append_to(Text<64>& text) {
        text.append("Bottleneck<").append(Channels).append(">");
    }
};

template <class Activation, class... Options>
struct UnitOf {
    using type = PlainUnit<Activation>;
};
template <class Activation, class Gate, class... Options>
struct UnitOf<Activation, Gated<Gate>, Options...> {
    using type = GatedUnit<Activation, Gate>;
};
template <class Activation, class Other, class... Options>
struct UnitOf<Activation, Other, Options...> : UnitOf<Activation, Options...> {};

/// What the template arguments of a stack say.
struct WaveNetOptions {
    kernels::WaveNetSize size{};
    std::size_t kernels = 0;
    std::size_t heads = 0;
};

template <std::size_t Channels, std::size_t... Sizes, std::size_t... Steps, class... Options>
constexpr WaveNetOptions wavenet_options(Kernels<Sizes...>, Dilations<Steps...>, Options*...) {
    WaveNetOptions result;
    constexpr std::size_t most = kernels::WaveNetSize::max_layers;
    const std::array<std::size_t, sizeof...(Sizes) + 1> sizes{Sizes..., 0};
    const std::array<std::size_t, sizeof...(Steps) + 1> steps{Steps..., 0};
    result.kernels = sizeof...(Sizes);
    result.size.channels = result.size.bottleneck = Channels;
    result.size.layer_count = sizeof...(Steps);
    for (std::size_t i = 0; i < std::min(sizeof...(Steps), most); ++i)
        result.size.layers[i] = {sizes[sizeof...(Sizes) == 1 ? 0 : std::min(i, sizeof...(Sizes))], steps[i]};
    (
        [&] {
            if constexpr (WaveNetOption<Options>::is_one)
                WaveNetOption<Options>::apply(result);
        }(),
        ...);
    return result;
}

} // namespace detail

/// Dilated causal convolutions one behind the other, as in WaveNet (van den Oord et al., arXiv:1609.03499),
/// each with a short cut around it and a skip to the head: from h₀ = x · `rechannel`, for each layer l
///
///     z  = h ∗ W + b + c · M        W dilated and causal; c is what is mixed in
///     a  = f(z)                     with Gated: f(z₁) · g(z₂), z₁ and z₂ the halves of z
///     s += a                        the sum of skips
///     h += a · R + r
///
/// and then the head, a causal convolution of s. A stack stands in a `WaveNet`, which says what x, c and s
/// are; h of the last layer and the head go to the stack behind it, as its x and s.
///
/// | parameter | shape |
/// |---|---|
/// | `rechannel` | `[inputs, Channels]` |
/// | `kernel` W | `[kernel sizes of all layers, Channels, sums]` |
/// | `bias` b | `[layers, sums]` |
/// | `mix` M | `[layers, condition, sums]` |
/// | `residual` R | `[layers, bottleneck, Channels]` |
/// | `residual_bias` r | `[layers, Channels]` |
/// | `head` | `[kernel, bottleneck, outputs]` |
/// | `head_bias` | `[outputs]` |
///
/// Sums are as many as the bottleneck's channels, twice as many with `Gated`.
///
/// `Activation` is any elementwise layer. Options, in any order: `Head<Outputs, Kernel, NoBias>`, which it
/// must have; `Gated<Sigmoid>`; `Bottleneck<4>`, as many as `Channels` if left out. Default initialisation:
/// Glorot uniform, zero biases.
template <std::size_t Channels, class KernelSizes, class DilationList, class Activation, class... Options>
struct WaveNetStack {};

namespace detail {

/// The layer that a stack is, at its place in a WaveNet: `Skips` are the outputs of the head before it, 0 if
/// it is the first.
template <class Stack, std::size_t Skips, bool IsLast>
struct WaveNetLayers;

template <std::size_t Channels, class KernelSizes, class DilationList, class Activation, class... Options,
          std::size_t Skips, bool IsLast>
struct WaveNetLayers<WaveNetStack<Channels, KernelSizes, DilationList, Activation, Options...>, Skips, IsLast>
    : Op {
    static constexpr bool is_first = Skips == 0;
    static constexpr WaveNetOptions options =
        wavenet_options<Channels>(KernelSizes{}, DilationList{}, static_cast<Options*>(nullptr)...);
    using Unit = typename UnitOf<Activation, Options...>::type;

    static constexpr std::string_view misuse = [] {
        const kernels::WaveNetSize& size = options.size;
        if (!(WaveNetOption<Options>::is_one && ...))
            return "expected options among `Head`, `Gated` (of an activation) and `Bottleneck`, none of 0";
        if (options.heads != 1)
            return "expected one `Head`, as in `Head<1>`";
        if (size.layer_count == 0 || size.layer_count > kernels::WaveNetSize::max_layers)
            return "expected `Dilations` of 1 to 48 layers";
        if (options.kernels != 1 && options.kernels != size.layer_count)
            return "expected `Kernels` with one size, or one for each of its `Dilations`";
        if (!WaveNetActivation<Activation>)
            return "expected an activation, an elementwise layer such as `Tanh`";
        for (std::size_t i = 0; i < size.layer_count; ++i)
            if (size.layers[i].kernel == 0 || size.layers[i].dilation == 0)
                return "expected kernels and dilations of at least 1";
        if (!is_first && Skips != size.bottleneck)
            return "expected the stack before it to have a `Head` with as many outputs as it has channels, "
                   "or as its `Bottleneck` has";
        return Channels == 0 ? "expected at least one channel" : "";
    }();

    static constexpr OpTraits traits{
        .joint_backward = true, .streams = true, .many_rows = true, .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> text("WaveNetStack<");
        text.append(Channels);
        (append_option(text, std::type_identity<Options>{}), ...);
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        for (std::size_t i = 0; i < inputs.size(); ++i)
            if (inputs[i].rank != 2)
                return {.expected = "input `[steps, channels]`", .culprit = i};
        if (inputs.size() > 2)
            return {.expected = "a sequence and at most one that is mixed in", .culprit = 2};
        if (inputs.size() == 2 && inputs[0][0] != inputs[1][0])
            return {.expected = "as many steps as the first input has,",
                    .expected_shape = inputs[0],
                    .culprit = 1};
        return {.shape = Shape(inputs[0][0], of(inputs).output_size())};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        constexpr ParameterRole weight = ParameterRole::weight, bias = ParameterRole::bias;
        const kernels::WaveNetSize s = of(inputs);
        const std::size_t layers = s.layer_count, taps = kernels::detail::longest_kernel(s);
        const Fans fans{taps * s.channels, taps * s.sums()}, mix{s.condition, s.sums()},
            residual{s.bottleneck, s.channels}, head{s.head.kernel * s.bottleneck, s.head.kernel * s.outputs};
        ParameterList list(
            ParameterSpec{"rechannel", weight, Shape(s.inputs, s.channels), {s.inputs, s.channels}},
            ParameterSpec{"kernel", weight, Shape(s.taps(), s.channels, s.sums()), fans},
            ParameterSpec{"bias", bias, Shape(layers, s.sums()), fans},
            ParameterSpec{"mix", weight, Shape(layers, s.condition, s.sums()), mix},
            ParameterSpec{"residual", weight, Shape(layers, s.bottleneck, s.channels), residual},
            ParameterSpec{"residual_bias", bias, Shape(layers, s.channels), residual},
            ParameterSpec{"head", weight, Shape(s.head.kernel, s.bottleneck, s.outputs), head},
            ParameterSpec{"head_bias", bias, Shape(s.outputs), head});
        list.count -= s.has_head_bias ? 0 : 1;
        return list;
    }

    static constexpr Elements saved(std::span<const Shape> inputs) {
        return kernels::wavenet_saved(of(inputs));
    }
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        const kernels::WaveNetSize s = of(inputs);
        if (kind == StepKind::backward)
            return {0, kernels::wavenet_backward_scratch(s)};
        return {0, mode == Mode::streaming ? kernels::wavenet_stream_scratch(s)
                                           : kernels::wavenet_forward_scratch(s, passes::saves(mode))};
    }
    static constexpr std::size_t state(std::span<const Shape> inputs) {
        return kernels::detail::wavenet_state(of(inputs));
    }
    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        return inputs[0][0] * of(inputs).macs();
    }
    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const kernels::WaveNetSize s = of(inputs);
        return inputs[0][0] * (2 * s.macs() + s.layer_count * (s.bottleneck * (Unit::cost + 1) + s.channels));
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        static constexpr kernels::WaveNetSize s = of(Context::Shapes::inputs);
        for (std::size_t row = 0; row < run.rows; ++row) {
            const auto* const x = run.inputs[0] + row * s.steps * s.input_size();
            const auto* const c = run.inputs.back() + row * s.steps * s.condition;
            auto* const y = run.output + row * s.steps * s.output_size();
            if constexpr (Context::mode == Mode::streaming)
                kernels::stream_wavenet<s, Unit>(x, c, run.parameters, y, run.scratch,
                                                 run.state + row * kernels::detail::wavenet_state(s));
            else
                kernels::wavenet_forward<s, Unit, Context::saves>(
                    x, c, run.parameters, y,
                    Context::saves ? run.saved + row * kernels::wavenet_saved(s) : nullptr, run.scratch);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        static constexpr kernels::WaveNetSize s = of(Context::Shapes::inputs);
        constexpr std::size_t count = Context::Shapes::inputs.size();
        constexpr std::size_t x_size = s.steps * s.input_size(), c_size = s.steps * s.condition;
        if constexpr (Context::trains && !Context::adds)
            std::fill_n(run.gradients, parameters(Context::Shapes::inputs).size(), Scalar(0));
        Scalar* const dx = Context::wanted[0] ? run.input_gradients[0] : nullptr;
        Scalar* const dc = Context::wanted[count - 1] ? run.input_gradients[count - 1] : nullptr;
        if (dx != nullptr)
            std::fill_n(dx, run.rows * x_size, Scalar(0));
        if (dc != nullptr && dc != dx)
            std::fill_n(dc, run.rows * c_size, Scalar(0));
        for (std::size_t row = 0; row < run.rows; ++row)
            kernels::wavenet_backward<s, Unit, Context::trains, Scalar>(
                run.inputs[0] + row * x_size, run.inputs.back() + row * c_size, run.parameters,
                run.output_gradient + row * s.steps * s.output_size(),
                run.saved + row * kernels::wavenet_saved(s), dx == nullptr ? dx : dx + row * x_size,
                dc == nullptr ? dc : dc + row * c_size, run.gradients, run.scratch);
    }

    /// What the kernels are made for.
    static constexpr kernels::WaveNetSize of(std::span<const Shape> inputs) {
        kernels::WaveNetSize size = options.size;
        size.steps = inputs[0][0];
        size.takes_skips = !is_first;
        size.gives_residual = !IsLast;
        size.inputs = inputs[0][1] - (is_first ? 0 : size.bottleneck);
        size.condition = inputs.back()[1];
        return size;
    }

  private:
    template <class Option>
    static constexpr void append_option(Text<64>& text, std::type_identity<Option>) {
        if constexpr (WaveNetOption<Option>::is_one) {
            text.append(", ");
            WaveNetOption<Option>::append_to(text);
        }
    }
};

} // namespace detail

/// One `WaveNetStack` or more, the sum of skips going through all of them: the first begins it, and each
/// begins with what the head of the one before made of it. The output is the last one's head.
///
/// | | shape |
/// |---|---|
/// | input x | `[steps, channels]` |
/// | second input c, if there is one | `[steps, channels']` |
/// | output | `[steps, outputs of the last head]` |
///
/// c is mixed in at every layer of every stack; without it x is.
///
/// The networks of Neural Amp Modeler are of this kind: a capture of an amplifier is
///
///     using Doubled = Dilations<1, 2, 4, 8, 16, 32, 64, 128, 256, 512>;
///     Sequential<Input<64, 1>, WaveNet<WaveNetStack<16, Kernels<3>, Doubled, Tanh, Head<8, 1, NoBias>>,
///                                      WaveNetStack<8, Kernels<3>, Doubled, Tanh, Head<1>>>>
///
/// In a `Streamer` it remembers what its convolutions see of earlier pieces. Before the first step are zeros.
template <class... Stacks>
struct WaveNet {};

namespace detail {

/// Outputs of a stack's head; 0: it is no stack.
template <class Stack>
inline constexpr std::size_t outputs_of = 0;
template <std::size_t Channels, class KernelSizes, class DilationList, class Activation, class... Options>
inline constexpr std::size_t
    outputs_of<WaveNetStack<Channels, KernelSizes, DilationList, Activation, Options...>> =
        std::max<std::size_t>(
            1, wavenet_options<Channels>(KernelSizes{}, DilationList{}, static_cast<Options*>(nullptr)...)
                   .size.outputs);

template <class... Stacks>
struct Lower<WaveNet<Stacks...>> {
    static_assert(sizeof...(Stacks) > 0 && ((outputs_of<Stacks> > 0) && ...),
                  "WaveNet takes one WaveNetStack<...> or more");

    static constexpr auto ops() { return ops_of(std::index_sequence_for<Stacks...>{}); }

    template <class Lowering>
    static constexpr std::size_t append(Lowering& lowering, const Wires& wires, const passes::Place& place) {
        return append_all(lowering, wires, place, std::index_sequence_for<Stacks...>{});
    }

  private:
    static constexpr std::array<std::size_t, sizeof...(Stacks) + 1> skips{0, outputs_of<Stacks>...};
    template <class Stack, std::size_t Index>
    using At = WaveNetLayers<Stack, skips[Index], Index + 1 == sizeof...(Stacks)>;

    template <std::size_t... Index>
    static constexpr auto ops_of(std::index_sequence<Index...>) {
        return LayerTypes<At<Stacks, Index>...>{};
    }
    template <class Lowering, std::size_t... Index>
    static constexpr std::size_t append_all(Lowering& lowering, const Wires& wires,
                                            const passes::Place& place, std::index_sequence<Index...>) {
        Wires next = wires;
        std::size_t node = 0;
        ((node = Lower<At<Stacks, Index>>::append(lowering, next, place.child(Index)),
          next = Wires::one(node), next.add(wires.nodes[wires.count > 1 ? 1 : 0])),
         ...);
        return node;
    }
};

} // namespace detail

} // namespace burin
