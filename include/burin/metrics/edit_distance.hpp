#pragma once

#include "burin/core/assert.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace burin::metrics {

/// How many symbols must be put in, taken out or exchanged to make one sequence of another (Levenshtein's
/// distance). `scratch` has room for as many numbers as `b` has symbols, and one more; what it holds does not
/// matter.
///
///     std::size_t scratch[33];
///     metrics::edit_distance(std::span<const Label>(found), std::span<const Label>(right), scratch);
template <class Symbol>
constexpr std::size_t edit_distance(std::span<const Symbol> a, std::span<const Symbol> b,
                                    std::span<std::size_t> scratch) noexcept {
    BURIN_ASSERT(scratch.size() > b.size(), "edit_distance: expected a number more than b has symbols");
    // One row of the table: the distances of what was read of `a` from each beginning of `b`.
    for (std::size_t j = 0; j <= b.size(); ++j)
        scratch[j] = j;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(scratch[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t exchanged = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = scratch[j + 1];
            scratch[j + 1] = std::min(exchanged, std::min(scratch[j], diagonal) + 1);
        }
    }
    return scratch[b.size()];
}

} // namespace burin::metrics
