#pragma once

// xsimd 8 divides and takes roots on Arm by estimates that it refines, to less than a float's precision.
// 64-bit Arm has instructions for whole vectors; 32-bit Arm has them for one lane.

#include "burin/kernels/simd/xsimd.hpp"

#include <cmath>

namespace burin::kernels::detail {

inline float32x4_t quotients(float32x4_t a, float32x4_t b) noexcept {
#if defined(__aarch64__)
    return vdivq_f32(a, b);
#else
    for (int lane = 0; lane < 4; ++lane)
        a[lane] /= b[lane];
    return a;
#endif
}

inline float32x4_t roots(float32x4_t x) noexcept {
#if defined(__aarch64__)
    return vsqrtq_f32(x);
#else
    for (int lane = 0; lane < 4; ++lane)
        x[lane] = std::sqrt(x[lane]);
    return x;
#endif
}

} // namespace burin::kernels::detail

template <>
inline xsimd::batch<float, xsimd::default_arch>& xsimd::batch<float, xsimd::default_arch>::operator/=(
    const xsimd::batch<float, xsimd::default_arch>& other) noexcept {
    return *this = burin::kernels::detail::quotients(*this, other);
}
