#pragma once

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/simd/xsimd.hpp"

namespace burin::kernels::detail {

/// core::multiply<Way> of eight sums whose factors have shifts above 32: `even` has the factors, `odd` those
/// of the odd lanes in the even ones, `shift` the shifts less 32. Rounding once adds `half` of the last place
/// before it shifts, and with it whatever the caller wants added.
template <Rounding Way>
[[gnu::always_inline]] inline __m256i requantize(__m256i x, __m256i even, __m256i odd, __m256i half,
                                                 __m256i shift) noexcept {
    constexpr int odd_lanes = 0b1010'1010;
    const __m256i of_even = _mm256_mul_epi32(x, even);
    const __m256i of_odd = _mm256_mul_epi32(_mm256_srli_epi64(x, 32), odd);
    if constexpr (Way == Rounding::once) {
        const __m256i high = _mm256_blend_epi32(_mm256_srli_epi64(of_even, 32), of_odd, odd_lanes);
        return _mm256_srav_epi32(_mm256_add_epi32(high, half), shift);
    } else {
        const __m256i below = _mm256_set1_epi64x(1 << 30);
        const __m256i high =
            _mm256_blend_epi32(_mm256_srli_epi64(_mm256_add_epi64(of_even, below), 31),
                               _mm256_slli_epi64(_mm256_add_epi64(of_odd, below), 1), odd_lanes);
        // As Int8Lanes.
        const __m256i halves = _mm256_srav_epi32(_mm256_add_epi32(high, _mm256_srai_epi32(high, 31)), shift);
        return _mm256_srai_epi32(_mm256_add_epi32(halves, _mm256_set1_epi32(1)), 1);
    }
}

/// Eight factors as floats.
[[gnu::always_inline]] inline __m256 float_factors(__m256i multipliers, __m256i shifts) noexcept {
    const __m256i exponents = _mm256_sub_epi32(_mm256_set1_epi32(127), shifts);
    return _mm256_mul_ps(_mm256_cvtepi32_ps(multipliers),
                         _mm256_castsi256_ps(_mm256_slli_epi32(exponents, 23)));
}
/// core::OutputScale<Rounding::once> of eight sums.
[[gnu::always_inline]] inline __m256i nearest_products(__m256i sums, __m256 factors) noexcept {
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), factors));
}

/// The half of the last place that a shift leaves.
[[gnu::always_inline]] inline __m256i half_of_last_place(__m256i shift) noexcept {
    return _mm256_srli_epi32(_mm256_sllv_epi32(_mm256_set1_epi32(1), shift), 1);
}

} // namespace burin::kernels::detail
