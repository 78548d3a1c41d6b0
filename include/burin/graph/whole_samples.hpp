#pragma once

#include "burin/core/assert.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::detail {

/// Whole samples of `Size` elements in a span of so many, at most `Batch`: what a run may read and compute.
/// The caller is to give no more, and no part of one.
template <std::size_t Size, std::size_t Batch>
[[gnu::always_inline]] constexpr std::size_t whole_samples(std::size_t elements) noexcept {
    BURIN_ASSERT(elements % Size == 0, "expected whole samples, one after the other");
    BURIN_ASSERT(elements <= Batch * Size, "expected no more samples than the batch has rows");
    if constexpr (Batch == 1)
        return elements >= Size ? 1 : 0;
    else
        return std::min(elements / Size, Batch);
}

} // namespace burin::detail
