#pragma once

// What each channel does for itself, several channels in a vector: the sums of depthwise convolutions and the
// step from sums to 8-bit outputs. Exact. Beside dot.hpp the only file that names such instructions.

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/int8/dot.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace burin::kernels {

/// What makes 8-bit outputs of integer sums: clamp(multiply<Way>(sum + bias, factor) + zero_point), where
/// bias and factor are those of the output's channel.
template <Rounding Way = Rounding::once>
struct Int8Outputs {
    const std::int32_t* bias;
    const std::int32_t* multipliers;
    const std::int8_t* shifts;
    std::int32_t zero_point;
    std::int32_t low; ///< The least output; the largest is 127.

    std::int8_t operator()(std::int32_t sum, std::size_t channel) const noexcept;
    Int8Outputs from(std::size_t channel) const noexcept {
        return {bias + channel, multipliers + channel, shifts + channel, zero_point, low};
    }
};

namespace detail {

/// The same of one channel, whose constants are read once.
template <Rounding Way>
class Int8Output {
  public:
    [[gnu::always_inline]] Int8Output(const Int8Outputs<Way>& of, std::size_t channel) noexcept
        : of_(of), channel_(channel), bias_(of.bias[channel]), multiplier_(of.multipliers[channel]),
          shift_(of.shifts[channel]) {}

    [[gnu::always_inline]] std::int8_t operator()(std::int32_t sum) const noexcept {
#if !defined(BURIN_SCALAR) && defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SAT) && defined(__thumb__)
        if (shift_ > 32) [[likely]] {
            auto y = product_less_32_bits(sum + bias_, multiplier_);
            // The last bit shifted out is carried: halves go upwards.
            asm("asrs %0, %0, %1\n\tadc %0, %0, %2" : "+r"(y) : "r"(shift_ - 32), "r"(of_.zero_point) : "cc");
            asm("ssat %0, #8, %0" : "+r"(y));
            return static_cast<std::int8_t>(std::max(y, of_.low));
        }
        return with_low_word(of_, channel_, sum);
#else
        return rounded(sum);
#endif
    }

  private:
    /// Twice: less 1 below 0, so that halves go away from 0.
    [[gnu::always_inline]] static std::int32_t product_less_32_bits(std::int32_t x, std::int32_t y) noexcept {
        if constexpr (Way == Rounding::once)
            return static_cast<std::int32_t>((static_cast<std::int64_t>(x) * y) >> 32);
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
    [[maybe_unused]] std::size_t channel_;
    std::int32_t bias_, multiplier_, shift_;
};

/// Those of a few channels.
template <std::size_t Count, Rounding Way>
std::array<Int8Output<Way>, Count> outputs_of(const Int8Outputs<Way>& of, std::size_t channel) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Int8Output<Way>, Count>{Int8Output<Way>(of, channel + I)...};
    }(std::make_index_sequence<Count>{});
}

/// Whether four shifts are above 32: the low words of the products decide nothing then.
[[gnu::always_inline]] inline bool are_above_32(std::uint32_t shifts) noexcept {
    constexpr std::uint32_t high_bits = 0x8080'8080, to_33 = 0x0101'0101 * (128 - 33);
    return ((shifts + to_33) & high_bits) == high_bits;
}

// Each processor has `Int8Lanes`. Its `Sums` are those of so many `channels`, at first 0, and are in
// registers until they are stored.

#if defined(BURIN_SCALAR) || !(defined(__SSE2__) || defined(__ARM_NEON))

struct Int8Lanes {
    static constexpr std::size_t channels = Int8Block::size < 16 ? 4 : 16;

    class Sums {
      public:
        explicit Sums(std::int32_t* sums) noexcept : sums_(sums) {}

        /// sums[i] += (x[i] − zero_point) · w[i], i < channels
        [[gnu::always_inline]] void add(const std::int8_t* x, std::int32_t zero_point,
                                        const std::int8_t* w) noexcept {
            add<Int8Block>(x, zero_point, w);
        }
        void store() const noexcept {}

      private:
        template <class Block>
        [[gnu::always_inline]] void add(const std::int8_t* x, std::int32_t zero_point,
                                        const std::int8_t* w) noexcept {
            if constexpr (channels == 4 && requires { &Block::add_each; })
                Block::add_each(x, zero_point, w, sums_);
            else
                for (std::size_t i = 0; i < channels; ++i)
                    sums_[i] += (x[i] - zero_point) * w[i];
        }

        std::int32_t* sums_;
    };
};

#else

#if defined(__SSE2__)

struct Int8Lanes {
    /// y[i] = outputs(sums[i], channel + i), i < 4, for shifts above 32.
    template <Rounding Way>
    [[gnu::always_inline]] static void requantize(const Int8Outputs<Way>& outputs, std::uint32_t shifts,
                                                  const std::int32_t* sums, std::size_t channel,
                                                  std::int8_t* y) noexcept {
        const __m128i sum = _mm_add_epi32(load(sums), load(outputs.bias + channel));
        const __m128i products = rescaled<Way>(sum, load(outputs.multipliers + channel), shifts);
        const __m128i rounded = _mm_adds_epi16(_mm_packs_epi32(products, products),
                                               _mm_set1_epi16(static_cast<short>(outputs.zero_point)));
        const __m128i clamped = _mm_max_epi16(rounded, _mm_set1_epi16(static_cast<short>(outputs.low)));
        const std::int32_t bytes = _mm_cvtsi128_si32(_mm_packs_epi16(clamped, clamped));
        std::memcpy(y, &bytes, sizeof bytes);
    }

    static constexpr std::size_t channels = 16;

    class Sums {
      public:
        explicit Sums(std::int32_t* sums) noexcept : to_(sums) {}

        // The products fit 16 bits: 255 · 127 < 2¹⁵.
        [[gnu::always_inline]] void add(const std::int8_t* x, std::int32_t zero_point,
                                        const std::int8_t* w) noexcept {
#if defined(__AVX2__)
            const __m256i inputs = _mm256_sub_epi16(_mm256_cvtepi8_epi16(load(x)),
                                                    _mm256_set1_epi16(static_cast<short>(zero_point)));
            const __m256i products = _mm256_mullo_epi16(inputs, _mm256_cvtepi8_epi16(load(w)));
            even_ = _mm256_add_epi32(even_, _mm256_madd_epi16(products, _mm256_set1_epi32(1)));
            odd_ = _mm256_add_epi32(odd_, _mm256_srai_epi32(products, 16));
#else
            const __m128i inputs = load(x), weights = load(w);
            const __m128i zero_points = _mm_set1_epi16(static_cast<short>(zero_point));
            const __m128i of_16_bits[2][2] = {
                {_mm_unpacklo_epi8(inputs, inputs), _mm_unpacklo_epi8(weights, weights)},
                {_mm_unpackhi_epi8(inputs, inputs), _mm_unpackhi_epi8(weights, weights)}};
            unrolled<2>([&](auto half) {
                const __m128i products =
                    _mm_mullo_epi16(_mm_sub_epi16(_mm_srai_epi16(of_16_bits[half][0], 8), zero_points),
                                    _mm_srai_epi16(of_16_bits[half][1], 8));
                even_[half] = _mm_add_epi32(even_[half], _mm_madd_epi16(products, _mm_set1_epi32(1)));
                odd_[half] = _mm_add_epi32(odd_[half], _mm_srai_epi32(products, 16));
            });
#endif
        }

        [[gnu::always_inline]] void store() const noexcept {
#if defined(__AVX2__)
            const __m128i even[] = {_mm256_castsi256_si128(even_), _mm256_extracti128_si256(even_, 1)};
            const __m128i odd[] = {_mm256_castsi256_si128(odd_), _mm256_extracti128_si256(odd_, 1)};
#else
            const auto &even = even_, &odd = odd_;
#endif
            unrolled<2>([&](auto half) {
                auto* const at = reinterpret_cast<__m128i*>(to_ + 8 * half);
                _mm_storeu_si128(at, _mm_unpacklo_epi32(even[half], odd[half]));
                _mm_storeu_si128(at + 1, _mm_unpackhi_epi32(even[half], odd[half]));
            });
        }

      private:
        std::int32_t* to_;
#if defined(__AVX2__)
        __m256i even_ = _mm256_setzero_si256(), odd_ = _mm256_setzero_si256();
#else
        __m128i even_[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
        __m128i odd_[2] = {_mm_setzero_si128(), _mm_setzero_si128()};
#endif
    };

  private:
    static __m128i load(const void* from) noexcept {
        return _mm_loadu_si128(static_cast<const __m128i*>(from));
    }

    /// multiply<Way>(x, {multipliers, shifts}).
    template <Rounding Way>
    [[gnu::always_inline]] static __m128i rescaled(__m128i x, __m128i multipliers,
                                                   std::uint32_t shifts) noexcept {
        const __m128i shift = widened(shifts);
        if constexpr (Way == Rounding::once) {
            const __m128i half = power_of_2(_mm_sub_epi32(shift, _mm_set1_epi32(33)));
            return shifted(_mm_add_epi32(high_words(x, multipliers), half), shift);
        } else {
            const __m128i high = doubled_high_words(x, multipliers);
            // Less 1 below 0, so that halves go away from 0; the last bit by itself, so that nothing
            // overflows.
            const __m128i halves = shifted(_mm_add_epi32(high, _mm_srai_epi32(high, 31)), shift);
            return _mm_srai_epi32(_mm_add_epi32(halves, _mm_set1_epi32(1)), 1);
        }
    }

#if defined(__AVX2__)
    static __m128i widened(std::uint32_t shifts) noexcept {
        return _mm_cvtepi8_epi32(_mm_cvtsi32_si128(static_cast<int>(shifts)));
    }
    static __m128i power_of_2(__m128i exponents) noexcept {
        return _mm_sllv_epi32(_mm_set1_epi32(1), exponents);
    }
    /// ⌊x · y / 2³²⌋
    static __m128i high_words(__m128i x, __m128i y) noexcept {
        const __m128i even = _mm_srli_epi64(_mm_mul_epi32(x, y), 32);
        return _mm_blend_epi32(even, _mm_mul_epi32(_mm_srli_epi64(x, 32), _mm_srli_epi64(y, 32)), 0b1010);
    }
    /// ⌊x · y / 2³¹ + ½⌋
    static __m128i doubled_high_words(__m128i x, __m128i y) noexcept {
        const __m128i half = _mm_set1_epi64x(1 << 30);
        const __m128i even = _mm_srli_epi64(_mm_add_epi64(_mm_mul_epi32(x, y), half), 31);
        const __m128i odd = _mm_add_epi64(_mm_mul_epi32(_mm_srli_epi64(x, 32), _mm_srli_epi64(y, 32)), half);
        return _mm_blend_epi32(even, _mm_add_epi64(odd, odd), 0b1010);
    }
    /// ⌊x / 2^(shift − 32)⌋
    static __m128i shifted(__m128i x, __m128i shift) noexcept {
        return _mm_srav_epi32(x, _mm_sub_epi32(shift, _mm_set1_epi32(32)));
    }
#else
    static __m128i widened(std::uint32_t shifts) noexcept {
        const __m128i zero = _mm_setzero_si128();
        return _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(static_cast<int>(shifts)), zero), zero);
    }
    /// Made from the exponents of floats, 2³¹ included, which as a signed integer is out of range.
    static __m128i power_of_2(__m128i exponents) noexcept {
        const __m128i bits = _mm_slli_epi32(_mm_add_epi32(exponents, _mm_set1_epi32(127)), 23);
        return _mm_cvttps_epi32(_mm_castsi128_ps(bits));
    }
    /// ⌊x · y / 2³²⌋, where y is unsigned; x as unsigned is 2³² more where it is negative.
    static __m128i high_words(__m128i x, __m128i y) noexcept {
        const __m128i even = _mm_srli_epi64(_mm_mul_epu32(x, y), 32);
        const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(x, 32), _mm_srli_epi64(y, 32));
        const __m128i words = _mm_or_si128(even, _mm_and_si128(odd, high_halves()));
        return _mm_sub_epi32(words, _mm_and_si128(_mm_srai_epi32(x, 31), y));
    }
    /// ⌊x · y / 2³¹ + ½⌋, as well.
    static __m128i doubled_high_words(__m128i x, __m128i y) noexcept {
        const __m128i half = _mm_set1_epi64x(1 << 30);
        const __m128i even = _mm_srli_epi64(_mm_add_epi64(_mm_mul_epu32(x, y), half), 31);
        const __m128i odd = _mm_add_epi64(_mm_mul_epu32(_mm_srli_epi64(x, 32), _mm_srli_epi64(y, 32)), half);
        const __m128i words = _mm_or_si128(_mm_andnot_si128(high_halves(), even),
                                           _mm_and_si128(_mm_add_epi64(odd, odd), high_halves()));
        return _mm_sub_epi32(words, _mm_and_si128(_mm_srai_epi32(x, 31), _mm_add_epi32(y, y)));
    }
    static __m128i high_halves() noexcept { return _mm_set1_epi64x(~0LL << 32); }
    /// ⌊x / 2^(shift − 32)⌋. Only here do all lanes shift by the same count.
    static __m128i shifted(__m128i x, __m128i shift) noexcept {
        return high_words(x, power_of_2(_mm_sub_epi32(_mm_set1_epi32(64), shift)));
    }
#endif
};

#else

struct Int8Lanes {
    /// y[i] = outputs(sums[i], channel + i), i < 4, for shifts above 32.
    template <Rounding Way>
    [[gnu::always_inline]] static void requantize(const Int8Outputs<Way>& outputs, std::uint32_t shifts,
                                                  const std::int32_t* sums, std::size_t channel,
                                                  std::int8_t* y) noexcept {
        const int32x4_t sum = vaddq_s32(vld1q_s32(sums), vld1q_s32(outputs.bias + channel));
        const int32x4_t high = doubled_high_words<Way>(sum, vld1q_s32(outputs.multipliers + channel));
        const int16x8_t widened = vmovl_s8(vcreate_s8(shifts));
        const int32x4_t shift = vsubq_s32(vdupq_n_s32(31), vmovl_s16(vget_low_s16(widened)));
        const int16x4_t rounded = vqadd_s16(vqmovn_s32(vrshlq_s32(high, shift)),
                                            vdup_n_s16(static_cast<std::int16_t>(outputs.zero_point)));
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
    /// x · y / 2³¹, whose last bit is below what `vrshlq` rounds, halves upwards: rounded down, or to the
    /// nearest and then less 1 below 0, so that halves go away from 0.
    template <Rounding Way>
    static int32x4_t doubled_high_words(int32x4_t x, int32x4_t y) noexcept {
        if constexpr (Way == Rounding::once)
            return vqdmulhq_s32(x, y);
        const int32x4_t nearest = vqrdmulhq_s32(x, y);
        return vsraq_n_s32(nearest, nearest, 31);
    }
};

#endif

#endif

} // namespace detail

template <Rounding Way>
inline std::int8_t Int8Outputs<Way>::operator()(std::int32_t sum, std::size_t channel) const noexcept {
    return detail::Int8Output<Way>(*this, channel)(sum);
}

/// Channels that a depthwise convolution sums at a time.
inline constexpr std::size_t int8_depthwise_block = detail::Int8Lanes::channels;

/// Whether there are vectors for that.
template <class Lanes>
inline constexpr bool has_requantize = requires { &Lanes::template requantize<Rounding::once>; };
inline constexpr bool int8_has_lanes = has_requantize<detail::Int8Lanes>;

/// y[i] = outputs(sums[i], channel + i), i < Count
template <std::size_t Count, Rounding Way, class Lanes = detail::Int8Lanes>
[[gnu::always_inline]] inline void int8_requantize(const Int8Outputs<Way>& outputs, const std::int32_t* sums,
                                                   std::size_t channel, std::int8_t* y) noexcept {
    if constexpr (Count % 4 == 0 && has_requantize<Lanes>)
        for (std::size_t i = 0; i < Count; i += 4) {
            std::uint32_t shifts;
            std::memcpy(&shifts, outputs.shifts + channel + i, sizeof shifts);
            if (detail::are_above_32(shifts)) [[likely]]
                Lanes::requantize(outputs, shifts, sums + i, channel + i, y + i);
            else
                for (std::size_t j = i; j < i + 4; ++j)
                    y[j] = outputs(sums[j], channel + j);
        }
    else
        for (std::size_t i = 0; i < Count; ++i)
            y[i] = outputs(sums[i], channel + i);
}

} // namespace burin::kernels
