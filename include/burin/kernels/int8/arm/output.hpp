#pragma once

#include "burin/kernels/int8/outputs.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// The same of one channel, whose constants are read once.
template <Rounding Way>
class Int8Output {
  public:
    [[gnu::always_inline]] Int8Output(const Int8Outputs<Way>& of, std::size_t channel) noexcept
        : of_(of), channel_(channel), bias_(of.bias[channel]), multiplier_(of.multipliers[channel]),
          shift_(of.shifts[channel]) {}

    [[gnu::always_inline]] std::int8_t operator()(std::int32_t sum) const noexcept {
        if (shift_ > 32) [[likely]] {
            auto y = product_less_32_bits(sum + bias_, multiplier_);
            // The last bit shifted out is carried: halves go upwards.
            asm("asrs %0, %0, %1\n\tadc %0, %0, %2" : "+r"(y) : "r"(shift_ - 32), "r"(of_.zero_point) : "cc");
            asm("ssat %0, #8, %0" : "+r"(y));
            return static_cast<std::int8_t>(std::max(y, of_.low));
        }
        return with_low_word(of_, channel_, sum);
    }

  private:
    /// Less 1 below 0, so that halves go away from 0.
    [[gnu::always_inline]] static std::int32_t product_less_32_bits(std::int32_t x, std::int32_t y) noexcept {
        const std::int32_t nearest = core::doubled_high_word(x, y);
        return (nearest + (nearest >> 31)) >> 1;
    }
    [[gnu::noinline]] static std::int8_t with_low_word(const Int8Outputs<Way>& of, std::size_t channel,
                                                       std::int32_t sum) noexcept {
        return Int8Output(of, channel).rounded(sum);
    }
    [[gnu::always_inline]] std::int8_t rounded(std::int32_t sum) const noexcept {
        const std::int32_t y =
            core::multiply<Way>(sum + bias_, core::FixedMultiplier{multiplier_, shift_}) + of_.zero_point;
        return static_cast<std::int8_t>(std::min(std::max(y, of_.low), core::int8_max));
    }

    const Int8Outputs<Way>& of_;
    std::size_t channel_;
    std::int32_t bias_, multiplier_, shift_;
};

/// Rounded once, by floats.
template <>
class Int8Output<Rounding::once> {
  public:
    [[gnu::always_inline]] Int8Output(const Int8Outputs<Rounding::once>& of, std::size_t channel) noexcept
        : of_(of), bias_(of.bias[channel]), scale_({of.multipliers[channel], of.shifts[channel]}) {}

    [[gnu::always_inline]] std::int8_t operator()(std::int32_t sum) const noexcept {
        auto y = scale_(sum + bias_);
        asm("qadd %0, %0, %1\n\tssat %0, #8, %0" : "+r"(y) : "r"(of_.zero_point));
        return static_cast<std::int8_t>(std::max(y, of_.low));
    }

  private:
#if defined(__ARM_FP) && (__ARM_FP & 4)
    /// core::OutputScale, but that nothing is limited.
    class Scale {
      public:
        [[gnu::always_inline]] explicit Scale(const core::FixedMultiplier& factor) noexcept
            : factor_(core::to_float(factor)) {}
        [[gnu::always_inline]] std::int32_t operator()(std::int32_t sum) const noexcept {
            float product = static_cast<float>(sum) * factor_;
            asm("vcvtr.s32.f32 %0, %0" : "+t"(product));
            return std::bit_cast<std::int32_t>(product);
        }

      private:
        float factor_;
    };
#else
    using Scale = core::OutputScale<Rounding::once>;
#endif

    const Int8Outputs<Rounding::once>& of_;
    std::int32_t bias_;
    Scale scale_;
};

} // namespace detail

} // namespace burin::kernels
