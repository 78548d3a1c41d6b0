#pragma once

#include "burin/kernels/simd/generic/batch.hpp"

// Without optimisation g++'s intrinsics with a constant operand are macros, whose conversions count as ours.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace burin::kernels::detail {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> nan_where(const Vector<Scalar>& x,
                                                       const Vector<Scalar>& value) noexcept {
    // A digit for each kind of x, from NaN's two on: 0 keeps the value, 2 is NaN.
    constexpr int nan = 0x22;
    if constexpr (sizeof(Scalar) == 4)
        return Vector<Scalar>(_mm512_fixupimm_ps(value.data, x.data, _mm512_set1_epi32(nan), 0));
    else
        return Vector<Scalar>(_mm512_fixupimm_pd(value.data, x.data, _mm512_set1_epi64(nan), 0));
}

} // namespace burin::kernels::detail

#pragma GCC diagnostic pop
