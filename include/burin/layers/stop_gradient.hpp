#pragma once

#include "burin/graph/op.hpp"

#include <span>

namespace burin {

/// The input itself, through which no gradient goes: what comes before it is trained only by other ways, and
/// if there are none the compiler leaves its gradients out. Costs nothing.
struct StopGradient : Op {
    static constexpr bool streams = true;
    static constexpr bool is_view = true;
    static constexpr bool stops_gradient = true;

    static constexpr Text<64> name() { return "StopGradient"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
};

} // namespace burin
