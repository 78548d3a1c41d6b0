#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/image_padding.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/transposed_convolution.hpp"
#include "burin/layers/upsampling.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace burin::io::onnx {

/// The attributes of an operator with a window over `Rank` axes of an image.
template <std::size_t Rank>
Attributes window_attributes(const burin::detail::Windowing<Rank>& windowing, const Shape& image,
                             bool dilates) {
    Extents kernel, strides, dilations, before, after;
    for (std::size_t axis = 0; axis < Rank; ++axis) {
        const burin::detail::Window window = windowing.along(axis, image[axis]);
        kernel.push_back(static_cast<std::int64_t>(window.size));
        strides.push_back(static_cast<std::int64_t>(window.stride));
        dilations.push_back(static_cast<std::int64_t>(window.dilation));
        before.push_back(static_cast<std::int64_t>(window.before));
        after.push_back(static_cast<std::int64_t>(window.after));
    }
    before.insert(before.end(), after.begin(), after.end());
    Attributes result;
    result.integers("kernel_shape", kernel).integers("strides", strides).integers("pads", before);
    if (dilates)
        result.integers("dilations", dilations);
    return result;
}

/// `[kernel…, rows, columns]` with its last two axes in front, in the other order: `[columns, rows,
/// kernel…]`.
inline Weights with_kernel_last(const Weights& weights) {
    std::vector<std::size_t> order{weights.shape.rank - 1, weights.shape.rank - 2};
    for (std::size_t axis = 0; axis + 2 < weights.shape.rank; ++axis)
        order.push_back(axis);
    return permuted(weights, order);
}

/// The weight's output channels are along `axis`.
inline Value convolution(GraphWriter& to, const LayerStep& step, const char* op, const Weights& weight,
                         std::size_t axis, bool has_bias, const Attributes& attributes) {
    const Affine affine = put_affine(to, step, weight, axis, has_bias);
    std::vector<std::string> operands{to.channels_first(step.inputs[0]), affine.weight};
    if (has_bias)
        operands.push_back(affine.bias);
    return to.channels_first_value(to.node(op, operands, attributes, step.name), step.output_shape);
}

template <class LayerType>
concept ConvolutionLike = requires(LayerType layer) {
    []<std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>(
        const burin::detail::ConvolutionLayer<Rank, Filters, Kernel, Options...>&) {}(layer);
};
template <class LayerType>
concept TransposedConvolutionLike = requires(LayerType layer) {
    []<std::size_t Rank, std::size_t Filters, auto Kernel, class... Options>(
        const burin::detail::TransposedConvolutionLayer<Rank, Filters, Kernel, Options...>&) {}(layer);
};

template <ConvolutionLike LayerType>
struct Rule<LayerType> {
    using Settings = typename LayerType::Settings;
    static Value write(GraphWriter& to, const LayerStep& step) {
        return convolution(to, step, "Conv", with_kernel_last(step.weights("weight")), 0, LayerType::has_bias,
                           window_attributes(Settings::windowing, step.input_shapes[0], true)
                               .integer("group", static_cast<std::int64_t>(Settings::groups)));
    }
};

template <auto Kernel, class... Options>
struct Rule<DepthwiseConv2D<Kernel, Options...>> {
    using LayerType = DepthwiseConv2D<Kernel, Options...>;
    static Value write(GraphWriter& to, const LayerStep& step) {
        const Weights weights = step.weights("weight");
        Weights filters = permuted(weights, std::array<std::size_t, 4>{2, 3, 0, 1});
        filters.shape = Shape(weights.shape[2] * weights.shape[3], 1, weights.shape[0], weights.shape[1]);
        return convolution(to, step, "Conv", filters, 0, LayerType::has_bias,
                           window_attributes(LayerType::Settings::windowing, step.input_shapes[0], true)
                               .integer("group", static_cast<std::int64_t>(step.input_shapes[0].last())));
    }
};

template <TransposedConvolutionLike LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        constexpr auto windowing = LayerType::Settings::windowing;
        constexpr std::size_t rank = windowing.size.size();
        Extents kernel, strides, dilations, pads(2 * rank), more;
        for (std::size_t axis = 0; axis < rank; ++axis) {
            // The padding of the convolution from its output to its input.
            const burin::detail::Window window = windowing.along(axis, step.output_shape[axis]);
            const std::int64_t full =
                static_cast<std::int64_t>((step.input_shapes[0][axis] - 1) * window.stride + window.reach());
            kernel.push_back(static_cast<std::int64_t>(window.size));
            strides.push_back(static_cast<std::int64_t>(window.stride));
            dilations.push_back(static_cast<std::int64_t>(window.dilation));
            pads[axis] = static_cast<std::int64_t>(window.before);
            pads[rank + axis] = static_cast<std::int64_t>(window.after);
            more.push_back(static_cast<std::int64_t>(step.output_shape[axis]) -
                           (full - pads[axis] - pads[rank + axis]));
        }
        return convolution(to, step, "ConvTranspose", with_kernel_last(step.weights("weight")), 1,
                           LayerType::has_bias,
                           Attributes()
                               .integers("kernel_shape", kernel)
                               .integers("strides", strides)
                               .integers("dilations", dilations)
                               .integers("pads", pads)
                               .integers("output_padding", more)
                               .integer("group", static_cast<std::int64_t>(LayerType::Settings::groups)));
    }
};

/// Pooling with a window that moves evenly. `AveragePool` has dilations from opset 19 on only.
template <burin::detail::Pooling Kind, std::size_t Rank, auto Size, class... Options>
    requires(Kind == burin::detail::Pooling::max ||
             !burin::detail::StridedWindows<Rank, Size, Options...>::is_dilated)
Value write_image_layer(GraphWriter& to, const LayerStep& step,
                        const burin::detail::StridedPool<Kind, Rank, Size, Options...>*) {
    constexpr bool is_max = Kind == burin::detail::Pooling::max;
    using Windows = burin::detail::StridedWindows<Rank, Size, Options...>;
    auto windowing = Windows::options;
    windowing.reaches_beyond = false; // The padding as it is given.
    Attributes attributes = window_attributes(windowing, step.input_shapes[0], Windows::is_dilated);
    if (Windows::has_ceil_mode)
        attributes.integer("ceil_mode", 1);
    if (!is_max)
        attributes.integer("count_include_pad", Windows::counts_padding);
    return to.channels_first_value(to.node(is_max ? "MaxPool" : "AveragePool",
                                           {to.channels_first(step.inputs[0])}, attributes, step.name),
                                   step.output_shape);
}

/// Pooling of whole images.
template <burin::detail::Pooling Kind, std::size_t Rank>
Value write_image_layer(GraphWriter& to, const LayerStep& step,
                        const burin::detail::GlobalPool<Kind, Rank>*) {
    const std::string pooled =
        to.node(Kind == burin::detail::Pooling::max ? "GlobalMaxPool" : "GlobalAveragePool",
                {to.channels_first(step.inputs[0])}, {}, step.part("pooled"));
    return to.value(to.node("Flatten", {pooled}, {}, step.name), step.output_shape);
}

/// Windows that are spread evenly: axis by axis, each window is cut out.
template <burin::detail::Pooling Kind, std::size_t... Counts>
Value write_image_layer(GraphWriter& to, const LayerStep& step,
                        const burin::detail::AdaptivePool<Kind, Counts...>*) {
    const std::size_t counts[] = {Counts...};
    std::string name = to.channels_last(step.inputs[0]);
    for (std::size_t axis = 0; axis < sizeof...(Counts); ++axis) {
        const std::size_t extent = step.input_shapes[0][axis], count = counts[axis];
        const std::string here = step.part(std::to_string(axis));
        const std::string along =
            to.integers("axis." + std::to_string(axis + 1), {static_cast<std::int64_t>(axis) + 1});
        std::vector<std::string> windows;
        for (std::size_t i = 0; i < count; ++i) {
            const std::string at = here + "." + std::to_string(i);
            const std::string window =
                to.node("Slice",
                        {name, to.integers(at + ".begin", {static_cast<std::int64_t>(i * extent / count)}),
                         to.integers(at + ".end",
                                     {static_cast<std::int64_t>(((i + 1) * extent + count - 1) / count)}),
                         along},
                        {}, at + ".window");
            windows.push_back(to.node(Kind == burin::detail::Pooling::max ? "ReduceMax" : "ReduceMean",
                                      {window, along}, {}, at));
        }
        name = to.node("Concat", windows, Attributes().integer("axis", static_cast<std::int64_t>(axis) + 1),
                       axis + 1 == sizeof...(Counts) ? step.name : here);
    }
    return to.value(name, step.output_shape);
}

/// As `Pad` wants them: of all axes before, then of all axes behind; none of batch and channels.
template <std::size_t Rank>
Extents pads_of(const burin::detail::Borders<Rank>& border) {
    Extents pads(2 * (Rank + 2));
    for (std::size_t axis = 0; axis < Rank; ++axis) {
        pads[1 + axis] = static_cast<std::int64_t>(border.before[axis]);
        pads[Rank + 3 + axis] = static_cast<std::int64_t>(border.after[axis]);
    }
    return pads;
}

template <bool Pads, std::size_t Rank, std::size_t... Counts>
Value write_image_layer(GraphWriter& to, const LayerStep& step,
                        const burin::detail::Bordered<Pads, Rank, Counts...>*) {
    constexpr auto border = burin::detail::Bordered<Pads, Rank, Counts...>::border;
    const std::string input = to.channels_last(step.inputs[0]);
    if (Pads) {
        return to.value(
            to.node("Pad", {input, to.integers(step.part("pads"), pads_of(border))}, {}, step.name),
            step.output_shape);
    }
    Extents begins, ends, axes;
    for (std::size_t axis = 0; axis < Rank; ++axis) {
        begins.push_back(static_cast<std::int64_t>(border.before[axis]));
        ends.push_back(static_cast<std::int64_t>(step.input_shapes[0][axis] - border.after[axis]));
        axes.push_back(static_cast<std::int64_t>(axis) + 1);
    }
    return to.value(to.node("Slice",
                            {input, to.integers(step.part("begins"), begins),
                             to.integers(step.part("ends"), ends), to.integers(step.part("axes"), axes)},
                            {}, step.name),
                    step.output_shape);
}

/// `Pad` has the mode "wrap" from opset 19 on only: the other side is cut off and put there, axis by axis.
template <burin::detail::BorderOf Kind, std::size_t Rank, std::size_t... Counts>
Value write_image_layer(GraphWriter& to, const LayerStep& step,
                        const burin::detail::ImagePadding<Kind, Rank, Counts...>*) {
    using burin::detail::BorderOf;
    constexpr auto border = burin::detail::ImagePadding<Kind, Rank, Counts...>::border;
    std::string x = to.channels_last(step.inputs[0]);
    if constexpr (Kind == BorderOf::other_side) {
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            const std::string at = "." + std::to_string(axis);
            const std::size_t extent = step.input_shapes[0][axis];
            std::vector<std::string> parts{x};
            if (border.before[axis] > 0)
                parts.insert(parts.begin(), slice(to, x, axis, extent - border.before[axis], extent,
                                                  step.part("before") + at));
            if (border.after[axis] > 0)
                parts.push_back(slice(to, x, axis, 0, border.after[axis], step.part("after") + at));
            x = to.node("Concat", parts, Attributes().integer("axis", static_cast<std::int64_t>(axis) + 1),
                        axis + 1 == Rank ? step.name : step.part("wrapped") + at);
        }
        return to.value(x, step.output_shape);
    } else if constexpr (Kind == BorderOf::mirror) {
        // No mode of `Pad`: each axis by the numbers of its pixels.
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            Extents pixels;
            for (std::size_t at = 0; at < step.output_shape[axis]; ++at)
                pixels.push_back(static_cast<std::int64_t>(burin::detail::source_in_image(
                    Kind, at, border.before[axis], step.input_shapes[0][axis])));
            const std::string number = std::to_string(axis);
            x = to.node("Gather", {x, to.integers(step.part("pixels." + number), pixels)},
                        Attributes().integer("axis", static_cast<std::int64_t>(axis) + 1),
                        axis + 1 == Rank ? step.name : step.part("mirrored." + number));
        }
        return to.value(x, step.output_shape);
    } else {
        return to.value(to.node("Pad", {x, to.integers(step.part("pads"), pads_of(border))},
                                Attributes().text("mode", Kind == BorderOf::edge ? "edge" : "reflect"),
                                step.name),
                        step.output_shape);
    }
}

template <class LayerType>
concept ImageLayer = requires(GraphWriter& to, const LayerStep& step, const LayerType* layer) {
    write_image_layer(to, step, layer);
};

template <ImageLayer LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return write_image_layer(to, step, static_cast<const LayerType*>(nullptr));
    }
};

template <class LayerType>
concept UpsamplingLike = requires(LayerType layer) {
    []<std::size_t Rank, auto Factor, class... Options>(
        const burin::detail::Upsampler<Rank, Factor, Options...>&) {}(layer);
};

template <UpsamplingLike LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        std::vector<float> scales{1, 1};
        for (std::size_t axis = 0; axis + 1 < step.output_shape.rank; ++axis)
            scales.push_back(static_cast<float>(step.output_shape[axis] / step.input_shapes[0][axis]));
        const std::string factors = to.tensor_of<float>(step.part("scales"), Element::float32,
                                                        {static_cast<std::int64_t>(scales.size())}, scales);
        Attributes attributes;
        if (LayerType::is_bilinear)
            attributes.text("mode", "linear").text("coordinate_transformation_mode", "half_pixel");
        else
            attributes.text("mode", "nearest")
                .text("coordinate_transformation_mode", "asymmetric")
                .text("nearest_mode", "floor");
        return to.channels_first_value(
            to.node("Resize", {to.channels_first(step.inputs[0]), "", factors}, attributes, step.name),
            step.output_shape);
    }
};

} // namespace burin::io::onnx
