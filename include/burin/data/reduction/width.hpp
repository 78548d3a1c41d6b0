#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <cstddef>

namespace burin::data::detail {

/// What is wrong with the features that so many are to be made or chosen of; empty if nothing is.
constexpr Sentence reject_width(const Shape& input, std::size_t wanted) {
    if (wanted > 0 && input.size() >= wanted)
        return {};
    return Sentence("expected ")
        .append(wanted == 0 ? std::size_t{1} : wanted)
        .append(" features or more, got ")
        .append(input);
}

} // namespace burin::data::detail
