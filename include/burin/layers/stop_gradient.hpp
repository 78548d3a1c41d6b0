#pragma once

#include "burin/graph/op.hpp"

#include <span>

namespace burin {

/// The input itself, through which no gradient goes: what comes before it is trained only by other ways, and
/// if there are none the compiler leaves its gradients out. Costs nothing.
struct StopGradient : Op {
    static constexpr OpTraits traits{.is_view = true, .stops_gradient = true, .streams = true};

    static constexpr Text<64> name() { return "StopGradient"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
};

} // namespace burin
