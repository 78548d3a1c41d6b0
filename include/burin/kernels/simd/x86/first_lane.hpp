#pragma once

#include "burin/kernels/simd/generic/batch.hpp"

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> in_register(Vector<Scalar> value) noexcept {
    asm("" : "+v"(value.data));
    return value;
}

template <class Scalar>
Scalar first_lane(const Vector<Scalar>& value) noexcept {
#if !defined(__AVX512F__)
    if constexpr (sizeof(Scalar) == 4)
        return _mm256_cvtss_f32(value);
    else
        return _mm256_cvtsd_f64(value);
#else
    Scalar lanes[Vector<Scalar>::size];
    store(lanes, value);
    return lanes[0];
#endif
}

} // namespace burin::kernels
