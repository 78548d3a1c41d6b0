#pragma once

#include "burin/core/fixed_string.hpp"
#include "burin/core/number.hpp"
#include "burin/graph/op.hpp"

#include <cstddef>
#include <string_view>

namespace burin {

/// Where one sample of the given shape enters the network: `Input<28, 28>`, channels last.
template <std::size_t... Extents>
struct Input : Op {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= Shape::max_rank,
                  "Input takes one to six extents, without the batch axis");
    static_assert(((Extents > 0) && ...), "every extent of Input must be at least 1");
    static constexpr std::string_view misuse =
        (static_cast<long double>(Extents) * ... * 1.0L) <= 0x1p40L ? "" : "expected at most 2^40 elements";

    static constexpr OpTraits traits{.is_input = true, .streams = true};
    static constexpr Text<64> name() {
        Text<64> text("Input<");
        std::size_t index = 0;
        ((text.append(index++ == 0 ? "" : ", ").append(Extents)), ...);
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape>) {
        return {.shape = Shape(Extents...)};
    }
};

/// Layers one after the other. The outermost begins with an `Input`. Its layers are named by place, the Input
/// not counted: the first layer's weight is `0.weight`, and in a Sequential at place 2 `2.0.weight`.
template <class... Layers>
struct Sequential {};

/// Every branch reads the same input; `Merge` (`Concat`, `Add`) reads the branches' outputs.
template <class Merge, class... Branches>
struct Parallel {};

/// `Merge(input, layers(input))`. With `Add` this is a residual block; see `Residual`.
template <class Merge, class... Layers>
struct SkipConnection {};

/// A layer (or `Sequential`, …) whose parameters training leaves as they are, and for which it computes no
/// gradients: `Frozen<Sequential<Conv2D<8, 3>, ReLU>>` below layers that are trained anew. Names are as
/// without it, so that weights trained before can be loaded.
template <class LayerType>
struct Frozen {};

/// A regulariser: Factor · Σ |w| is added to the loss. Makes many weights 0.
template <core::Number auto Factor>
struct L1 {
    static_assert(Factor > 0, "L1 takes a positive factor");
};

/// A regulariser: Factor · Σ w² is added to the loss (as in Keras; PyTorch's `weight_decay` is twice the
/// factor). Keeps weights small.
template <core::Number auto Factor>
struct L2 {
    static_assert(Factor > 0, "L2 takes a positive factor");
};

/// A constraint: after each step the weights that make up one unit (an output of Dense, a filter, the vector
/// of a token) are scaled down to a norm of Limit, √(Σ w²) ≤ Limit. Keras's `MaxNorm`. Usual limits are 2 to
/// 4, with a high learning rate and dropout.
template <core::Number auto Limit>
struct MaxNorm {
    static_assert(Limit > 0, "MaxNorm takes a positive norm");
};

/// A constraint: after each step the weights of one unit are scaled to a norm of 1. Keras's `UnitNorm`.
struct UnitNorm {};

/// A layer (or `Sequential`, …) for whose weights, but not for biases and scales, training pays, or keeps a
/// constraint: `Regularized<Dense<64>, L2<1e-4>>`, `Regularized<Sequential<...>, L1<1e-5>, L2<1e-5>>` (both
/// together are called elastic net), `Regularized<Dense<64>, MaxNorm<3>>`. The penalties are part of the loss
/// that `Trainer`, `fit` and `evaluate` tell. Names are as without it.
template <class LayerType, class... Penalties>
struct Regularized {};

/// The nodes that a node reads, by name.
template <FixedString... Names>
struct From {};

/// Nodes that name the same SharedWeights share their parameters, which are called by that name in files.
template <FixedString Name>
struct SharedWeights {
    static constexpr bool is_shared = true;
    static constexpr auto& name = Name;
};

namespace engine {

struct OwnWeights {
    static constexpr bool is_shared = false;
};

} // namespace engine

/// A named layer (or `Sequential`, `Residual`, …) in a Graph.
template <FixedString Name, class LayerType, class Sources = From<>, class Weights = engine::OwnWeights>
struct Node {};

/// The inputs of a Graph: `Inputs<Node<"image", Input<28, 28>>, Node<"age", Input<1>>>`.
template <class... Nodes>
struct Inputs {};

/// The outputs of a Graph, by name.
template <FixedString... Names>
struct Outputs {};

/// Any acyclic network, by named nodes, each declared after those that it reads:
///
///     Graph<Inputs<Node<"image", Input<28, 28>>>,
///           Node<"features", Sequential<Flatten, Dense<64>, ReLU>, From<"image">>,
///           Node<"mean", Dense<8>, From<"features">>,
///           Node<"log_variance", Dense<8>, From<"features">>,
///           Outputs<"mean", "log_variance">>
template <class... Parts>
struct Graph {};

namespace engine {

/// Whether a type is a network: a Sequential or a Graph.
template <class T>
inline constexpr bool is_network_form = false;
template <class... Layers>
inline constexpr bool is_network_form<Sequential<Layers...>> = true;
template <class... Parts>
inline constexpr bool is_network_form<Graph<Parts...>> = true;

} // namespace engine

} // namespace burin
