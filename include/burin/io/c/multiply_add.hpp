#pragma once

#include "burin/io/c/source.hpp"

namespace burin::io::c {

/// As `fma` of vectors of one lane (kernels/simd/scalar/one_lane.hpp): the C compiler is asked what its
/// processor has.
inline constexpr Function multiply_add{
    R"(/* a * b + c, in one rounding where the processor has an instruction for it. */
static float multiply_add(float a, float b, float c)
{
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__aarch64__) || defined(__ARM_FEATURE_FMA)
    return fmaf(a, b, c);
#else
    return a * b + c;
#endif
}
)"};

} // namespace burin::io::c
