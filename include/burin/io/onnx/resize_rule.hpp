#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/resize.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::onnx {

/// `half_pixel_symmetric` is there from opset 19 on only.
template <class LayerType>
concept ResizeLike = requires(LayerType layer) {
    []<std::size_t Rank, auto Size, class... Options>(const burin::detail::Resize<Rank, Size, Options...>&) {
    }(layer);
} && LayerType::along(0, 1).coordinates != kernels::ResizeCoordinates::half_pixel_symmetric;

template <ResizeLike LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        constexpr std::size_t rank = LayerType::size.size();
        for (std::size_t axis = 0; axis < rank; ++axis)
            if (!finds_the_same(LayerType::along(axis, step.input_shapes[0][axis])))
                return gathered(to, step);
        std::vector<float> scales{1, 1};
        for (std::size_t axis = 0; axis < rank; ++axis)
            scales.push_back(scale(LayerType::along(axis, step.input_shapes[0][axis])));
        const std::string factors = to.tensor_of<float>(step.part("scales"), Element::float32,
                                                        {static_cast<std::int64_t>(rank + 2)}, scales);
        return to.channels_first_value(to.node("Resize", {to.channels_first(step.inputs[0]), "", factors},
                                               attributes(LayerType::along(0, 1)), step.name),
                                       step.output_shape);
    }

  private:
    /// What makes the extent: onnxruntime 1.32 loses `sizes` of some axes where it moves a Transpose.
    static float scale(const kernels::ResizeAxis& axis) {
        if (axis.factor > 0)
            return static_cast<float>(axis.factor);
        const auto input = static_cast<float>(axis.input), output = static_cast<float>(axis.output);
        float scale = output / input;
        while (static_cast<double>(input) * static_cast<double>(scale) < static_cast<double>(output))
            scale = std::nextafter(scale, 2 * scale);
        return scale;
    }

    /// Whether the nearest elements are those of this scale too, as onnxruntime finds them.
    static bool finds_the_same(const kernels::ResizeAxis& axis) {
        if (axis.interpolation != kernels::Interpolation::nearest || axis.factor > 0 ||
            axis.coordinates != kernels::ResizeCoordinates::asymmetric ||
            axis.nearest != kernels::NearestElement::below)
            return true;
        for (std::size_t at = 0; at < axis.output; ++at)
            if (static_cast<std::size_t>(static_cast<float>(at) / scale(axis)) != axis.nearest_to(at))
                return false;
        return true;
    }

    /// Each axis by the numbers of its elements.
    static Value gathered(GraphWriter& to, const LayerStep& step) {
        constexpr std::size_t rank = LayerType::size.size();
        std::string x = to.channels_last(step.inputs[0]);
        for (std::size_t axis = 0; axis < rank; ++axis) {
            const kernels::ResizeAxis along = LayerType::along(axis, step.input_shapes[0][axis]);
            Extents elements;
            for (std::size_t at = 0; at < along.output; ++at)
                elements.push_back(static_cast<std::int64_t>(along.nearest_to(at)));
            const std::string number = std::to_string(axis);
            x = to.node("Gather", {x, to.integers(step.part("elements." + number), elements)},
                        Attributes().integer("axis", static_cast<std::int64_t>(axis) + 1),
                        axis + 1 == rank ? step.name : step.part(number));
        }
        return to.value(x, step.output_shape);
    }

    static Attributes attributes(const kernels::ResizeAxis& how) {
        using kernels::Interpolation, kernels::NearestElement, kernels::ResizeCoordinates;
        Attributes result;
        result.text("coordinate_transformation_mode",
                    how.coordinates == ResizeCoordinates::aligned_corners ? "align_corners"
                    : how.coordinates == ResizeCoordinates::asymmetric    ? "asymmetric"
                                                                          : "half_pixel");
        if (how.interpolation == Interpolation::nearest)
            result.text("mode", "nearest")
                .text("nearest_mode", how.nearest == NearestElement::below          ? "floor"
                                      : how.nearest == NearestElement::above        ? "ceil"
                                      : how.nearest == NearestElement::halves_below ? "round_prefer_floor"
                                                                                    : "round_prefer_ceil");
        else if (how.interpolation == Interpolation::linear)
            result.text("mode", "linear");
        else
            result.text("mode", "cubic")
                .number("cubic_coeff_a", how.cubic)
                .integer("exclude_outside", how.excludes_outside);
        return result;
    }
};

} // namespace burin::io::onnx
