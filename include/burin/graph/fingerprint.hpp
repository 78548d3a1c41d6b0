#pragma once

#include "burin/core/crc32.hpp"
#include "burin/graph/network.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin {

/// The CRC-32 of what a network's nodes compute: of each its layer's name, its inputs and its shape. Tells
/// apart networks whose constants have the same size.
template <class Net>
inline constexpr std::uint32_t fingerprint = [] {
    std::uint32_t sum = 0;
    const auto add = [&sum](std::size_t number) {
        const std::array<std::uint32_t, 1> one{static_cast<std::uint32_t>(number)};
        sum = crc32(std::span(one), sum);
    };
    for (const passes::LoweredNode& node : engine::Network<Net>::graph.nodes) {
        const auto name = node.rules->name();
        sum = crc32(std::span<const char>(name.view().data(), name.view().size()), sum);
        for (std::size_t i = 0; i < node.input_count; ++i)
            add(node.inputs[i]);
        for (std::size_t i = 0; i < node.shape.rank; ++i)
            add(node.shape[i]);
    }
    return sum;
}();

} // namespace burin
