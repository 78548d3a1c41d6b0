#pragma once

#include "burin/graph/op.hpp"
#include "burin/quantization/scale.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace burin {

namespace quantization {

/// Weights of a layer that are 8-bit integers already, as other programs store them; in memory of theirs.
struct QuantizedWeights {
    /// Dense `[units, inputs]`, convolutions `[filters, kernel…, channels / groups]`, depthwise
    /// `[kernel…, filters]`, row-major; in [−127, 127].
    std::span<const std::int8_t> weight{};
    /// One of each output channel, or one of all. Their zero point is 0.
    std::span<const float> scales{};
    /// In units of the input's scale · the weights'; none is all zeros.
    std::span<const std::int32_t> bias{};
};

/// What a layer's constants are made of.
template <class ShapesType>
struct Int8Source {
    using Shapes = ShapesType;

    const float* parameters = nullptr;         ///< As the float network has them,
    const QuantizedWeights* weights = nullptr; ///< or, if not null, instead of them.
    std::array<quantization::Scale, Shapes::inputs.size()> inputs{};
    quantization::Scale output{};
    /// The least output: the zero point where a ReLU is computed with the layer.
    std::int8_t low = core::int8_min;
    Rounding rounding = Rounding::once;

    /// From sums in a unit to outputs. Networks that round once compute with floats, and so in them here.
    double factor_of(double unit) const noexcept {
        return rounding == Rounding::once ? static_cast<double>(static_cast<float>(unit) / output.scale)
                                          : unit / static_cast<double>(output.scale);
    }
};

/// What a layer computes with.
template <class ShapesType, class ConstantsType, Rounding Way = Rounding::once,
          Mode RunMode = Mode::inference>
struct Int8Context {
    using Shapes = ShapesType;
    static constexpr Rounding rounding = Way;
    static constexpr Mode mode = RunMode;

    const ConstantsType* constants = nullptr;
    std::array<const std::int8_t*, Shapes::inputs.size()> inputs{};
    std::int8_t* output = nullptr;
    std::int8_t* scratch = nullptr;
    std::int8_t* state = nullptr; ///< In a Streamer, one range for each sample.
    std::size_t rows = 0;
    const void* packed = nullptr; ///< The form's `Packed`; null where weights are not packed.
};

/// Constants of a layer that has none.
struct NoConstants {
    template <class Self, class Visitor>
    static constexpr void visit(Self&, Visitor&&) {}
};

/// Base of the 8-bit forms of layers, with the answers of one that has nothing of its own.
struct Int8Form {
    static constexpr bool is_supported = true;
    /// What is appended to the sentence that says that it is not.
    static constexpr std::string_view hint = "";
    /// Whether a ReLU behind it is computed with it, by a limit on its outputs.
    static constexpr bool clamps = false;
    /// Whether it is that ReLU.
    static constexpr bool is_relu = false;
    /// Whether it can be made of QuantizedWeights.
    static constexpr bool takes_quantized_weights = false;
    template <class Shapes>
    using Constants = NoConstants;
    /// What is made of the constants for this processor alone: weights in the order in which it reads them.
    template <class Shapes>
    using Packed = NoConstants;

    /// The scale of the output, whose range is known.
    static constexpr quantization::Scale output_scale(const quantization::Range& range,
                                                      std::span<const quantization::Scale>) {
        return quantization::scale_of(range);
    }
    /// Bytes to work with. A form that needs others in a Streamer has `streaming_scratch` too.
    static constexpr Elements scratch(std::span<const Shape>) { return {}; }
    /// Bytes that a sample's sequence carries from one piece to the next, `Int8Context::state`.
    static constexpr std::size_t state(std::span<const Shape>) { return 0; }
    /// What each of them is before the first piece.
    static constexpr std::int8_t rest(const auto&) { return 0; }
};

/// How a layer computes with 8-bit integers. A specialisation derives from Int8Form and provides
///
///     template <class Shapes> struct Constants;    // plain: arrays and numbers, listed by its `visit`
///     template <class Shapes> static void quantize(const Int8Source<Shapes>& from, Constants<Shapes>& to);
///     template <class Context> static void forward(const Context& run) noexcept;
///
/// and, where it has `Packed`, `static constexpr void pack(const Constants<Shapes>&, Packed<Shapes>&)`.
/// `Context::rounding` is how the network rounds. A form whose constants depend on it has `template <class
/// Shapes, Rounding Way> struct ConstantsFor` instead of Constants.
///
/// This is the answer of the layers that have none.
template <class LayerType>
struct Int8Layer : Int8Form {
    static constexpr bool is_supported = false;
};

} // namespace quantization

/// Inputs, and layers that are views of their input: nothing to compute.
template <class LayerType>
    requires(LayerType::traits.is_input || LayerType::traits.is_view ||
             LayerType::traits.is_view_in_inference)
struct quantization::Int8Layer<LayerType> : quantization::Int8Form {
    static constexpr quantization::Scale output_scale(const quantization::Range& range,
                                                      std::span<const quantization::Scale> inputs) {
        return LayerType::traits.is_input ? quantization::scale_of(range) : inputs[0];
    }
    template <class Shapes>
    static void quantize(const quantization::Int8Source<Shapes>&, quantization::NoConstants&) {}
};

} // namespace burin
