#pragma once

#include "burin/passes/node.hpp"

#include <string>

namespace burin::report::detail {

/// Where a node stands, as in `2.0`; nothing for the Input of a Sequential, which is not counted.
inline std::string node_place(const passes::LoweredNode& node) {
    const bool is_unnamed_input =
        node.rules->traits.is_input && node.place.depth == 1 && node.place.segments[0].name.empty();
    return is_unnamed_input ? std::string() : std::string(node.place.text().view());
}

/// `1 Dense<64>`
inline std::string node_title(const passes::LoweredNode& node) {
    const std::string place = node_place(node);
    return place + (place.empty() ? "" : " ") + std::string(node.rules->name().view());
}

} // namespace burin::report::detail
