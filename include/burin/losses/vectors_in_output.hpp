#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <cstddef>

namespace burin::losses::detail {

/// Several vectors of equal size beside each other in one output: `[count * n]`, as `Concat` makes, or
/// `[count, ...]`.
constexpr bool holds_vectors(const Shape& output, std::size_t count) {
    return output.rank == 1 ? output[0] % count == 0 : output.rank > 1 && output[0] == count;
}

/// "Expected `what` as `[2 * n]` or `[2, ...]`" as an answer to `reject`.
constexpr Sentence reject_unless_vectors(const Shape& output, std::size_t count, const char* what) {
    Sentence sentence;
    if (holds_vectors(output, count))
        return sentence;
    sentence.append("expected ").append(what).append(" as `[").append(count).append(" * n]` or `[");
    return sentence.append(count).append(", ...]`, got `").append(output).append("`");
}

} // namespace burin::losses::detail
