#pragma once

#include "burin/kernels/int8/outputs.hpp"
#include "burin/kernels/int8/unrolled.hpp"

#include <arm_neon.h>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

struct Int8Lanes {
    /// y[i] = outputs(sums[i], channel + i), i < 4; rounded twice for shifts above 32.
    template <Rounding Way>
    [[gnu::always_inline]] static void requantize(const Int8Outputs<Way>& outputs, std::uint32_t shifts,
                                                  const std::int32_t* sums, std::size_t channel,
                                                  std::int8_t* y) noexcept {
        const int32x4_t sum = vaddq_s32(vld1q_s32(sums), vld1q_s32(outputs.bias + channel));
        const int32x4_t shift = vmovl_s16(vget_low_s16(vmovl_s8(vcreate_s8(shifts))));
        const int32x4_t products = rescaled<Way>(sum, vld1q_s32(outputs.multipliers + channel), shift);
        const int16x4_t rounded =
            vqadd_s16(vqmovn_s32(products), vdup_n_s16(static_cast<std::int16_t>(outputs.zero_point)));
        const int16x4_t clamped = vmax_s16(rounded, vdup_n_s16(static_cast<std::int16_t>(outputs.low)));
        const std::uint32_t bytes =
            vget_lane_u32(vreinterpret_u32_s8(vqmovn_s16(vcombine_s16(clamped, clamped))), 0);
        std::memcpy(y, &bytes, sizeof bytes);
    }

    static constexpr std::size_t channels = 16;

    class Sums {
      public:
        explicit Sums(std::int32_t* sums) noexcept : to_(sums) {}

        [[gnu::always_inline]] void add(const std::int8_t* x, std::int32_t zero_point,
                                        const std::int8_t* w) noexcept {
            const int8x8_t zero_points = vdup_n_s8(static_cast<std::int8_t>(zero_point));
            unrolled<2>([&](auto half) {
                const int16x8_t inputs = vsubl_s8(vld1_s8(x + 8 * half), zero_points);
                const int16x8_t weights = vmovl_s8(vld1_s8(w + 8 * half));
                int32x4_t &low = sums_[2 * half], &high = sums_[2 * half + 1];
                low = vmlal_s16(low, vget_low_s16(inputs), vget_low_s16(weights));
                high = vmlal_s16(high, vget_high_s16(inputs), vget_high_s16(weights));
            });
        }

        [[gnu::always_inline]] void store() const noexcept {
            unrolled<4>([&](auto i) { vst1q_s32(to_ + 4 * i, sums_[i]); });
        }

      private:
        std::int32_t* to_;
        int32x4_t sums_[4] = {vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)};
    };

  private:
    /// OutputScale<Way>({multipliers, shifts})(x).
    template <Rounding Way>
    static int32x4_t rescaled(int32x4_t x, int32x4_t multipliers, int32x4_t shifts) noexcept {
        if constexpr (Way == Rounding::once) {
            const int32x4_t exponents = vshlq_n_s32(vsubq_s32(vdupq_n_s32(127), shifts), 23);
            const float32x4_t factors =
                vmulq_f32(vcvtq_f32_s32(multipliers), vreinterpretq_f32_s32(exponents));
            return nearest_even(vmulq_f32(vcvtq_f32_s32(x), factors));
        } else {
            // Rounded to the nearest, and then less 1 below 0, so that halves go away from 0.
            const int32x4_t nearest = vqrdmulhq_s32(x, multipliers);
            return vrshlq_s32(vsraq_n_s32(nearest, nearest, 31), vsubq_s32(vdupq_n_s32(31), shifts));
        }
    }
#if defined(__aarch64__)
    static int32x4_t nearest_even(float32x4_t x) noexcept { return vcvtnq_s32_f32(x); }
#else
    /// As core::nearest_even.
    static int32x4_t nearest_even(float32x4_t x) noexcept {
        const float32x4_t limit = vdupq_n_f32(0x1p21F), last_place_is_1 = vdupq_n_f32(0x1.8p23F);
        const float32x4_t within = vmaxq_f32(vminq_f32(x, limit), vnegq_f32(limit));
        return vsubq_s32(vreinterpretq_s32_f32(vaddq_f32(within, last_place_is_1)),
                         vreinterpretq_s32_f32(last_place_is_1));
    }
#endif
};

} // namespace detail

} // namespace burin::kernels
