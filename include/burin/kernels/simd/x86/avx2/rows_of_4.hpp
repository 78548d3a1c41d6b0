#pragma once

#include "burin/kernels/simd/vector.hpp"

#include <cstddef>

namespace burin::kernels {

template <class Scalar>
[[gnu::always_inline]] inline Vector<Scalar> load_rows_of_4(const Scalar* from, std::size_t stride,
                                                            std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        const __m128 low = _mm_loadu_ps(from);
        return Vector<Scalar>(_mm256_insertf128_ps(_mm256_castps128_ps256(low),
                                                   count > 1 ? _mm_loadu_ps(from + stride) : low, 1));
    } else {
        return load(from);
    }
}

template <class Scalar>
[[gnu::always_inline]] inline void store_rows_of_4(Scalar* to, std::size_t stride,
                                                   const Vector<Scalar>& value, std::size_t count) noexcept {
    if constexpr (sizeof(Scalar) == 4) {
        _mm_storeu_ps(to, _mm256_castps256_ps128(value));
        if (count > 1)
            _mm_storeu_ps(to + stride, _mm256_extractf128_ps(value, 1));
    } else {
        store(to, value);
    }
}

} // namespace burin::kernels
