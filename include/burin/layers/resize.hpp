#pragma once

#include "burin/core/type_name.hpp"
#include "burin/graph/op.hpp"
#include "burin/kernels/resize.hpp"
#include "burin/layers/upsampling.hpp"
#include "burin/layers/window.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Options of Resize1D to Resize3D: how elements are made of others. `Nearest`, the default, takes one;
/// `Linear`, `Bilinear` and `Trilinear`, of one to three axes, mix the nearest two of each axis, `Bicubic`,
/// of one or two, the nearest four.
struct Nearest {};
struct Linear {};
struct Trilinear {};
struct Bicubic {};

/// Options of resizing: where the elements of the output lie. `HalfPixel`, the default but of Nearest: each
/// in the middle of its part of the image. `AlignCorners`: the first and the last as those of the input.
/// `Asymmetric`, Nearest's default: the first as that of the input. `HalfPixelSymmetric`: with `Factors` that
/// make no whole extents, the middles of both images are the same.
struct HalfPixel {};
struct AlignCorners {};
struct Asymmetric {};
struct HalfPixelSymmetric {};

/// Options of Nearest: the element below a place (Asymmetric's default), above it, or the nearer, and of two
/// as near that below or above (the default of the others).
struct RoundDown {};
struct RoundUp {};
struct HalvesDown {};
struct HalvesUp {};

/// Option of resizing: the factors that coordinates are made with, one for all axes or one for each, where
/// they are not output / input: 1.5 makes 7 elements of 5, and PyTorch and ONNX count with 1.5 then.
template <double... Values>
struct Factors {
    static_assert(((Values > 0) && ...), "factors are positive");
};

/// Option of Bicubic: its coefficient a, if not PyTorch's −0.75. Keras has −0.5.
template <double A>
struct CubicCoefficient {};

/// Option of Bicubic: elements beyond the image have no weight, and the others more; else they are as its
/// edge.
struct ExcludeOutside {};

namespace detail {

/// What an option changes along one axis.
template <class Option>
struct ResizeOption {
    static constexpr bool is_one = false;
};
template <kernels::Interpolation Kind, std::size_t Least, std::size_t Most>
struct InterpolationOption {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t rank) { return rank >= Least && rank <= Most; }
    static constexpr void apply(kernels::ResizeAxis& to, std::size_t) { to.interpolation = Kind; }
};
template <kernels::ResizeCoordinates Kind>
struct CoordinatesOption {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t) { return true; }
    static constexpr void apply(kernels::ResizeAxis& to, std::size_t) { to.coordinates = Kind; }
};
template <kernels::NearestElement Kind>
struct NearestOption {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t) { return true; }
    static constexpr void apply(kernels::ResizeAxis& to, std::size_t) { to.nearest = Kind; }
};
template <>
struct ResizeOption<Nearest> : InterpolationOption<kernels::Interpolation::nearest, 1, 3> {
    static constexpr Text<64> name() { return "Nearest"; }
};
template <>
struct ResizeOption<Linear> : InterpolationOption<kernels::Interpolation::linear, 1, 1> {
    static constexpr Text<64> name() { return "Linear"; }
};
template <>
struct ResizeOption<Bilinear> : InterpolationOption<kernels::Interpolation::linear, 2, 2> {
    static constexpr Text<64> name() { return "Bilinear"; }
};
template <>
struct ResizeOption<Trilinear> : InterpolationOption<kernels::Interpolation::linear, 3, 3> {
    static constexpr Text<64> name() { return "Trilinear"; }
};
template <>
struct ResizeOption<Bicubic> : InterpolationOption<kernels::Interpolation::cubic, 1, 2> {
    static constexpr Text<64> name() { return "Bicubic"; }
};
template <>
struct ResizeOption<HalfPixel> : CoordinatesOption<kernels::ResizeCoordinates::half_pixel> {
    static constexpr Text<64> name() { return "HalfPixel"; }
};
template <>
struct ResizeOption<AlignCorners> : CoordinatesOption<kernels::ResizeCoordinates::aligned_corners> {
    static constexpr Text<64> name() { return "AlignCorners"; }
};
template <>
struct ResizeOption<Asymmetric> : CoordinatesOption<kernels::ResizeCoordinates::asymmetric> {
    static constexpr Text<64> name() { return "Asymmetric"; }
};
template <>
struct ResizeOption<HalfPixelSymmetric>
    : CoordinatesOption<kernels::ResizeCoordinates::half_pixel_symmetric> {
    static constexpr Text<64> name() { return "HalfPixelSymmetric"; }
};
template <>
struct ResizeOption<RoundDown> : NearestOption<kernels::NearestElement::below> {
    static constexpr Text<64> name() { return "RoundDown"; }
};
template <>
struct ResizeOption<RoundUp> : NearestOption<kernels::NearestElement::above> {
    static constexpr Text<64> name() { return "RoundUp"; }
};
template <>
struct ResizeOption<HalvesDown> : NearestOption<kernels::NearestElement::halves_below> {
    static constexpr Text<64> name() { return "HalvesDown"; }
};
template <>
struct ResizeOption<HalvesUp> : NearestOption<kernels::NearestElement::halves_above> {
    static constexpr Text<64> name() { return "HalvesUp"; }
};
template <double... Values>
struct ResizeOption<Factors<Values...>> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t rank) {
        return sizeof...(Values) == 1 || sizeof...(Values) == rank;
    }
    static constexpr void apply(kernels::ResizeAxis& to, std::size_t axis) {
        const double all[] = {Values...};
        to.factor = all[sizeof...(Values) == 1 ? 0 : axis];
    }
    static constexpr Text<64> name() {
        Text<64> text("Factors<");
        std::size_t index = 0;
        ((text.append(index++ == 0 ? "" : ", ").append(Values)), ...);
        return text.append(">");
    }
};
template <double A>
struct ResizeOption<CubicCoefficient<A>> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t rank) { return rank <= 2; }
    static constexpr void apply(kernels::ResizeAxis& to, std::size_t) { to.cubic = A; }
    static constexpr Text<64> name() { return Text<64>("CubicCoefficient<").append(A).append(">"); }
};
template <>
struct ResizeOption<ExcludeOutside> {
    static constexpr bool is_one = true;
    static constexpr bool fits(std::size_t) { return true; }
    static constexpr void apply(kernels::ResizeAxis& to, std::size_t) { to.excludes_outside = true; }
    static constexpr Text<64> name() { return "ExcludeOutside"; }
};

template <class Option, std::size_t Rank>
inline constexpr bool is_resize_option = [] {
    if constexpr (ResizeOption<Option>::is_one)
        return ResizeOption<Option>::fits(Rank);
    else
        return false;
}();

template <std::size_t Rank, auto Size, class... Options>
struct Resize : Op {
    static_assert(is_window_size<Size, Rank>,
                  "the size of Resize is a number, or a Shape with a number for each axis");

    static constexpr std::string_view misuse = (is_resize_option<Options, Rank> && ...)
                                                   ? ""
                                                   : "expected `Nearest`, `Bilinear` (`Linear` of one axis, "
                                                     "`Trilinear` of three) or `Bicubic` (of one "
                                                     "or two), and options of coordinates and rounding";

    static constexpr auto size = for_each_axis<Rank>(Size);

    static constexpr kernels::ResizeAxis along(std::size_t axis, std::size_t extent) {
        kernels::ResizeAxis result{.input = extent, .output = size[axis]};
        [[maybe_unused]] const auto apply = [&]<class Option>(std::type_identity<Option>) {
            if constexpr (is_resize_option<Option, Rank>)
                ResizeOption<Option>::apply(result, axis);
        };
        (apply(std::type_identity<Options>{}), ...);
        const bool is_nearest = result.interpolation == kernels::Interpolation::nearest;
        if (is_nearest && !has_coordinates)
            result.coordinates = kernels::ResizeCoordinates::asymmetric;
        if (is_nearest && !has_rounding && result.coordinates == kernels::ResizeCoordinates::asymmetric)
            result.nearest = kernels::NearestElement::below;
        return result;
    }
    static constexpr kernels::Interpolation interpolation = along(0, 1).interpolation;

    static constexpr OpTraits traits{.keeps_range = interpolation != kernels::Interpolation::cubic};

    static constexpr Text<64> name() {
        Text<64> text("Resize");
        text.append(Rank).append("D<");
        append_window_size(text, size);
        [[maybe_unused]] const auto append = [&]<class Option>(std::type_identity<Option>) {
            text.append(", ");
            if constexpr (ResizeOption<Option>::is_one)
                text.append(ResizeOption<Option>::name().view());
            else
                text.append(core::type_name<Option>());
        };
        (append(std::type_identity<Options>{}), ...);
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].rank != Rank + 1)
            return {.expected = image_of<Rank>, .hint = "channels are the last axis"};
        InferredShape result{.shape = inputs[0]};
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            const double factor = along(axis, inputs[0][axis]).factor;
            const double exact = factor * static_cast<double>(inputs[0][axis]);
            if (factor > 0 &&
                (static_cast<double>(size[axis]) > exact + 1 || static_cast<double>(size[axis]) < exact - 1))
                return {.expected = "an image that its `Factors` make of this size"};
            result.shape.extents[axis] = size[axis];
        }
        return result;
    }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind, Mode) {
        return {0, kernels::resize_scratch(of(inputs[0]))};
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const kernels::Resizing all = of(inputs[0]);
        return interpolation == kernels::Interpolation::nearest
                   ? 0
                   : 2 * all.output_size() * (all.axes[2].taps() + all.lines());
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        kernels::resize<of(Context::Shapes::inputs[0])>(run.inputs[0], run.output, run.rows, run.scratch);
    }

    template <std::size_t, class Context>
    static void backward_input(const Context& run) noexcept {
        kernels::resize_gradient<of(Context::Shapes::inputs[0])>(run.output_gradient, run.input_gradient,
                                                                 run.rows, run.scratch);
    }

    static constexpr kernels::Resizing of(const Shape& image) {
        kernels::Resizing result{.channels = image.last()};
        for (std::size_t axis = 0; axis < Rank; ++axis)
            result.axes[3 - Rank + axis] = along(axis, image[axis]);
        return result;
    }

  private:
    static constexpr bool has_coordinates =
        ((std::is_same_v<Options, HalfPixel> || std::is_same_v<Options, AlignCorners> ||
          std::is_same_v<Options, Asymmetric> || std::is_same_v<Options, HalfPixelSymmetric>) ||
         ...);
    static constexpr bool has_rounding =
        ((std::is_same_v<Options, RoundDown> || std::is_same_v<Options, RoundUp> ||
          std::is_same_v<Options, HalvesDown> || std::is_same_v<Options, HalvesUp>) ||
         ...);
};

} // namespace detail

/// A sequence `[length, channels]` with another number of steps: `Resize1D<20, Linear>` makes it
/// `[20, channels]`, whatever its length is.
///
/// Values are those of PyTorch's interpolate: `Resize1D<20>` of mode "nearest" (`HalfPixel`:
/// "nearest-exact"), `Linear` of "linear", and with `AlignCorners` of align_corners=True. ONNX's Resize has
/// the other options too.
///
/// It does not run on a stream, whose length is not known: `UpSampling1D` does.
template <std::size_t Length, class... Options>
struct Resize1D : detail::Resize<1, Length, Options...> {};

/// An image `[height, width, channels]` in another size: `Resize2D<Shape{48, 64}, Bilinear>`. As Resize1D;
/// `Bicubic` has PyTorch's coefficient −0.75. For whole factors `UpSampling2D` has kernels of its own.
template <auto Size, class... Options>
struct Resize2D : detail::Resize<2, Size, Options...> {};

/// As Resize1D over `[depth, height, width, channels]`, with `Trilinear`.
template <auto Size, class... Options>
struct Resize3D : detail::Resize<3, Size, Options...> {};

} // namespace burin
