#pragma once

// Include after `Vector` is defined.

#include "burin/core/language.hpp"

namespace burin::kernels::detail {

/// `value`, but NaN where x is. Of a maximum with x it may be `value` where `max` gives NaN already.
template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> nan_where(const Vector<Scalar>& x,
                                                       const Vector<Scalar>& value) noexcept {
    return select(is_nan(x), x, value);
}

} // namespace burin::kernels::detail
