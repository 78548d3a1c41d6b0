#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels {

/// The larger of two, and NaN where either is. Of a running maximum and another operand the
/// running one is the second: it waits for fewer instructions.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector max_or_nan(AnyVector x, AnyVector running) noexcept {
    return select(is_nan(x), x, max(x, running));
}

/// The smaller of two, and NaN where either is.
template <class AnyVector>
[[gnu::always_inline]] inline AnyVector min_or_nan(AnyVector x, AnyVector running) noexcept {
    return select(is_nan(x), x, min(x, running));
}

} // namespace burin::kernels
