#pragma once

#include "burin/core/assert.hpp"

#include <cstddef>
#include <limits>
#include <span>

namespace burin::losses::detail {

/// 1 where no weights are given; no number for a class that was left out.
constexpr double class_weight(std::span<const double> weights, std::size_t label) noexcept {
    if (weights.empty())
        return 1;
    BURIN_ASSERT(label < weights.size(), "loss: expected a weight for each class");
    return label < weights.size() ? weights[label] : std::numeric_limits<double>::quiet_NaN();
}

} // namespace burin::losses::detail
