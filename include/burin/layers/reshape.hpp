#pragma once

#include "burin/graph/op.hpp"

#include <cstddef>
#include <span>

namespace burin {

/// The input as one axis: `[28, 28]` becomes `[784]`. Costs nothing: the elements stay where they are.
struct Flatten : Op {
    static constexpr OpTraits traits{.is_view = true};
    static constexpr Text<64> name() { return "Flatten"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        return {.shape = Shape(inputs[0].size())};
    }
};

/// The input's elements under another shape, without the batch axis. Costs nothing.
template <std::size_t... Extents>
struct Reshape : Op {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= Shape::max_rank,
                  "Reshape takes one to six extents");

    static constexpr OpTraits traits{.is_view = true};
    static constexpr Text<64> name() {
        Text<64> text("Reshape<");
        std::size_t index = 0;
        ((text.append(index++ == 0 ? "" : ", ").append(Extents)), ...);
        return text.append(">");
    }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs[0].size() != Shape(Extents...).size())
            return {.expected = "as many elements as", .expected_shape = Shape(Extents...)};
        return {.shape = Shape(Extents...)};
    }
};

/// The input itself: the empty branch of a `Parallel`.
struct Identity : Op {
    static constexpr OpTraits traits{.is_view = true, .streams = true};
    static constexpr Text<64> name() { return "Identity"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
};

} // namespace burin
