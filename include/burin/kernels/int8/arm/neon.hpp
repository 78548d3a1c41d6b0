#pragma once

#include "burin/kernels/int8/bytes.hpp"

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

struct Int8Block {
    static constexpr std::size_t size = 16;
    using Input = int8x16_t;
    using Weight = int8x16_t;
    using Sum = int32x4_t;

    static Sum zero() noexcept { return vdupq_n_s32(0); }
    static Input input(const std::int8_t* from) noexcept { return vld1q_s8(from); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return vandq_s8(vld1q_s8(from), vld1q_s8(mask));
    }
    static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        const std::uint64_t high = count > 8 ? word_of(from + 8, count - 8) : 0;
        return vcombine_s8(vcreate_s8(word_of(from, count)), vcreate_s8(high));
    }
    static Weight weight(const std::int8_t* from) noexcept { return vld1q_s8(from); }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        return first_input(from, count);
    }
#if defined(__ARM_FEATURE_DOTPROD)
    static Sum add(Sum sum, Input x, Weight w) noexcept { return vdotq_s32(sum, x, w); }
#else
    // Two products fit 16 bits: 2 · 128 · 127 < 2¹⁵.
    static Sum add(Sum sum, Input x, Weight w) noexcept {
        const int16x8_t products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
        return vpadalq_s16(sum, vmlal_s8(products, vget_high_s8(x), vget_high_s8(w)));
    }
#endif
    static std::int32_t total(Sum sum) noexcept {
#if defined(__aarch64__)
        return vaddvq_s32(sum);
#else
        const int32x2_t pairs = vadd_s32(vget_low_s32(sum), vget_high_s32(sum));
        return vget_lane_s32(vpadd_s32(pairs, pairs), 0);
#endif
    }
};

} // namespace detail

} // namespace burin::kernels
