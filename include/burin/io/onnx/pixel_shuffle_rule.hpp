#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/layers/pixel_shuffle.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace burin::io::onnx {

template <class LayerType>
concept PixelBlocksLike = requires(LayerType layer) {
    []<std::size_t Block, bool ToSpace, bool ByChannel>(
        const burin::detail::PixelBlocks<Block, ToSpace, ByChannel>&) {}(layer);
};

/// ONNX has no way back from PyTorch's order.
template <PixelBlocksLike LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return write(to, step, static_cast<const LayerType*>(nullptr));
    }

  private:
    template <std::size_t Block, bool ToSpace, bool ByChannel>
    static Value write(GraphWriter& to, const LayerStep& step,
                       const burin::detail::PixelBlocks<Block, ToSpace, ByChannel>*) {
        const std::string x = to.channels_first(step.inputs[0]);
        constexpr auto size = static_cast<std::int64_t>(Block);
        if constexpr (ToSpace || !ByChannel) {
            Attributes attributes;
            attributes.integer("blocksize", size);
            if (ToSpace)
                attributes.text("mode", ByChannel ? "CRD" : "DCR");
            return to.channels_first_value(
                to.node(ToSpace ? "DepthToSpace" : "SpaceToDepth", {x}, attributes, step.name),
                step.output_shape);
        } else {
            const Shape& y = step.output_shape;
            const auto height = static_cast<std::int64_t>(y[0]), width = static_cast<std::int64_t>(y[1]),
                       channels = static_cast<std::int64_t>(y[2] / (Block * Block));
            const std::string parted = to.node(
                "Reshape", {x, to.integers(step.part("blocks"), {-1, channels, height, size, width, size})},
                {}, step.part("parted"));
            const std::string moved = to.node(
                "Transpose", {parted}, Attributes().integers("perm", {0, 1, 3, 5, 2, 4}), step.part("moved"));
            return to.channels_first_value(
                to.node("Reshape",
                        {moved, to.integers(step.part("shape"),
                                            {-1, static_cast<std::int64_t>(y[2]), height, width})},
                        {}, step.name),
                step.output_shape);
        }
    }
};

} // namespace burin::io::onnx
