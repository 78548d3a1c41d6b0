#pragma once

#include "burin/core/elements.hpp"
#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/passes/node.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

using passes::InferredShape;
using passes::Mode;
using passes::OpRules;
using passes::OpTraits;
using passes::Reads;
using passes::StepKind;

/// Base of all layers. A layer is an empty type: what it computes with comes in the contexts below. Its rules
/// are
///
///     /// What errors and tables call it, as in `Dense<10>`. Left out: refused.
///     static constexpr Text<64> name();
///     /// The output's shape, or `{.expected = "…", .hint = "…"}` for the sentence of the error. Left out:
///     /// refused.
///     static constexpr InferredShape infer_shape(std::span<const Shape> inputs);
///     /// Writes `run.output` from `run.inputs`. Left out: refused, unless it is a view.
///     template <class Context> static void forward(const Context& run) noexcept;
///     /// Writes `run.input_gradient` of input `Which` from `run.output_gradient`. Left out: no gradient may
///     /// be wanted there.
///     template <std::size_t Which, class Context> static void backward_input(const Context& run) noexcept;
///     /// Writes `run.gradients`, or adds to them where `Context::adds` (shared weights). Left out: none may
///     /// be trained.
///     template <class Context> static void backward_parameters(const Context& run) noexcept;
///     /// With `.joint_backward` instead of these two, where all gradients share their work: writes
///     /// `run.input_gradients[i]` where `Context::wanted[i]`, `run.gradients` where `Context::trains`. Left
///     /// out: a rule for each.
///     template <class Context> static void backward(const Context& run) noexcept;
///     /// Elements of `run.widened`, where parameters are stored in half the bits and the layer widens them
///     /// itself, a part at a time; then `run.parameters` are those. Left out: it gets them widened.
///     static constexpr std::size_t widened(std::span<const Shape> inputs);
///     /// Numbers of `run.random` that a sample takes, from `run.position` on: so parts of a batch draw what
///     /// they have in the whole. Left out: as many as its output has elements.
///     static constexpr std::size_t drawn(std::span<const Shape> inputs);
///     /// How lines of its output are made of lines of its input, and how many at a time for a layer behind
///     /// it that is `by_pixel` and gives `result`, in a run of inference that keeps nothing else. Then it
///     /// has `forward_lines(run, sample, first, count)`, which writes these lines alone, from `run.output`
///     /// on. Left out: all of its output is stored.
///     static constexpr passes::Strip strip(std::span<const Shape> inputs, const Shape& result);
///     /// `forward` of so many pixels at `run.inputs[0]`, for a layer that is `by_pixel`. Left out: always
///     /// whole outputs.
///     template <class Context> static void forward_pixels(const Context& run, std::size_t pixels) noexcept;
///
/// Its members are the answers of a layer that has no parameters, keeps nothing and costs nothing; a layer
/// hides those that differ. `scripts/layer_contract.py` makes the table of docs/adding-a-layer.md of these
/// comments.
struct Op {
    /// The trainable tensors: name, role, shape, fans. Left out: none.
    static constexpr ParameterList parameters(std::span<const Shape>) { return {}; }
    /// Tensors that training updates without a gradient, `run.statistics`, such as running means; they are
    /// saved with the model. Left out: none.
    static constexpr ParameterList statistics(std::span<const Shape>) { return {}; }
    /// Numbers that `forward` keeps in `run.saved` for the backward rules: so many a sample or, as
    /// `Elements(each, always)`, whatever the batch is. Left out: none.
    static constexpr Elements saved(std::span<const Shape>) { return {}; }
    /// Memory for one rule alone, `run.scratch`, counted as `saved`. Left out: none.
    static constexpr Elements scratch(std::span<const Shape>, StepKind, Mode) { return {}; }
    /// Numbers that a sample's sequence carries from one piece to the next, `run.state`. Left out: none.
    static constexpr std::size_t state(std::span<const Shape>) { return 0; }
    /// Floating-point operations of `forward` for one sample, for the summary; a multiply-add counts as two.
    /// Left out: 0.
    static constexpr std::size_t flops(std::span<const Shape>) { return 0; }
    /// Those of them that are multiply-adds of products with weights or of activations with each other. Left
    /// out: 0.
    static constexpr std::size_t macs(std::span<const Shape>) { return 0; }

    /// What is wrong with its template arguments, as `expected a rate below 1`: the error message of a
    /// network that has it. Left out: nothing.
    static constexpr std::string_view misuse{};

    /// What it allows and promises. Left out: the defaults below.
    static constexpr OpTraits traits{};
};

/// A type that can stand as a layer in a network.
template <class T>
concept Layer = std::derived_from<T, Op> && requires(std::span<const Shape> inputs) {
    { T::name() } -> std::convertible_to<Text<64>>;
    { T::infer_shape(inputs) } -> std::same_as<InferredShape>;
};

/// The shapes that a layer's kernels are made for. Layers with the same shapes share their code.
template <Shape Output, Shape... Inputs>
struct Signature {
    static constexpr Shape output = Output;
    static constexpr std::array<Shape, sizeof...(Inputs)> inputs{Inputs...};
};

/// What `forward` gets. `rows` is the number of samples; activations are row-major, sample after sample.
///
/// `statistics` may be written only when training and not frozen. `state`, one range of `Op::state` elements
/// for each sample, is null where nothing is carried from one piece of a sequence to the next; when streaming
/// it is always there, and zeros at the beginning.
template <class ScalarType, class SignatureType, Mode RunMode, class EpilogueType, bool Frozen = false,
          class StoredType = ScalarType, bool FromOutside = false, std::size_t MostRows = 0>
struct ForwardContext {
    using Scalar = ScalarType;
    using Shapes = SignatureType;
    using Epilogue = EpilogueType; ///< Elementwise function of a vector, to be applied to the output.
    static constexpr Mode mode = RunMode;
    static constexpr bool saves = passes::saves(RunMode); ///< Whether `saved` is there, to be written.
    static constexpr bool is_frozen = Frozen;
    static constexpr bool is_from_outside = FromOutside; ///< Whether the first input is the network's own.
    /// So many rows at most, and nearly always; 0: any number.
    static constexpr std::size_t most_rows = MostRows;
    using Statistics = std::conditional_t<RunMode == Mode::training && !Frozen, Scalar, const Scalar>;

    std::array<const Scalar*, Shapes::inputs.size()> inputs{};
    const StoredType* parameters = nullptr;
    Scalar* widened = nullptr; ///< Room for parameters that are stored in half the bits.
    Statistics* statistics = nullptr;
    const Scalar* summand = nullptr; ///< What the epilogue adds, laid out as the output.
    Scalar* output = nullptr;
    Scalar* saved = nullptr;
    Scalar* scratch = nullptr;
    Scalar* state = nullptr;
    std::size_t rows = 0;
    RandomStream random{};      ///< This node's own stream, for stochastic layers.
    std::uint64_t position = 0; ///< Where this step's numbers begin in the stream.
};

/// What `backward_parameters` gets. It writes the gradients (or adds to them, if `adds`), summed over the
/// rows.
template <class ScalarType, class SignatureType, bool Adds, std::size_t MostRows = 0>
struct ParameterGradientContext {
    using Scalar = ScalarType;
    using Shapes = SignatureType;
    static constexpr bool adds = Adds;
    /// So many rows at most, and nearly always; 0: any number.
    static constexpr std::size_t most_rows = MostRows;

    std::array<const Scalar*, Shapes::inputs.size()> inputs{};
    const Scalar* parameters = nullptr;
    const Scalar* output = nullptr;
    const Scalar* output_gradient = nullptr;
    const Scalar* saved = nullptr;
    Scalar* gradients = nullptr;
    Scalar* scratch = nullptr;
    std::size_t rows = 0;
};

/// What `backward_input` gets. It writes the gradient of one input.
template <class ScalarType, class SignatureType, class DerivativeType, std::size_t MostRows = 0>
struct InputGradientContext {
    using Scalar = ScalarType;
    using Shapes = SignatureType;
    /// Derivative of the activation before this layer, to be multiplied in.
    using Derivative = DerivativeType;
    /// So many rows at most, and nearly always; 0: any number.
    static constexpr std::size_t most_rows = MostRows;

    std::array<const Scalar*, Shapes::inputs.size()> inputs{};
    const Scalar* parameters = nullptr;
    const Scalar* output = nullptr;
    const Scalar* output_gradient = nullptr;
    const Scalar* saved = nullptr;
    const Scalar* activated = nullptr; ///< What the derivative reads: the output of that activation.
    Scalar* input_gradient = nullptr;
    Scalar* scratch = nullptr;
    std::size_t rows = 0;
    RandomStream random{};
    std::uint64_t position = 0;
};

/// What `backward` gets. It writes the gradient of each input that is wanted, and of the parameters (or adds
/// to these, if `adds`) if they are trained. In `Mode::explaining` all layers are frozen.
template <class ScalarType, class SignatureType, bool Trains, bool Adds, bool Frozen,
          std::array<bool, SignatureType::inputs.size()> Wanted, Mode RunMode = Mode::training,
          std::size_t MostRows = 0>
struct GradientContext {
    using Scalar = ScalarType;
    using Shapes = SignatureType;
    static constexpr Mode mode = RunMode;
    static constexpr bool trains = Trains;
    static constexpr bool adds = Adds;
    static constexpr bool is_frozen = Frozen;
    static constexpr auto wanted = Wanted;
    /// So many rows at most, and nearly always; 0: any number.
    static constexpr std::size_t most_rows = MostRows;

    std::array<const Scalar*, Shapes::inputs.size()> inputs{};
    const Scalar* parameters = nullptr;
    const Scalar* statistics = nullptr;
    const Scalar* output = nullptr;
    const Scalar* output_gradient = nullptr;
    const Scalar* saved = nullptr;
    Scalar* gradients = nullptr;
    std::array<Scalar*, Shapes::inputs.size()> input_gradients{};
    Scalar* scratch = nullptr;
    std::size_t rows = 0;
    RandomStream random{};
    std::uint64_t position = 0;
};

} // namespace burin
