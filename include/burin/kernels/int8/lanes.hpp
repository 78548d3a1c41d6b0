#pragma once

// What each channel does for itself, several channels in a vector: the sums of depthwise convolutions and the
// step from sums to 8-bit outputs. Exact. Beside int8_dot.hpp the only file that names such instructions.

#include "burin/core/fixed_multiplier.hpp"
#include "burin/kernels/int8/dot.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

namespace burin::kernels {

/// What makes 8-bit outputs of integer sums: clamp(multiply(sum + bias, factor) + zero_point), where bias and
/// factor are those of the output's channel.
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
class Int8Output {
  public:
    [[gnu::always_inline]] Int8Output(const Int8Outputs& of, std::size_t channel) noexcept
        : of_(of), channel_(channel), bias_(of.bias[channel]), multiplier_(of.multipliers[channel]),
          shift_(of.shifts[channel]) {}

    [[gnu::always_inline]] std::int8_t operator()(std::int32_t sum) const noexcept {
#if !defined(BURIN_SCALAR) && defined(__ARM_FEATURE_DSP) && defined(__ARM_FEATURE_SAT) && defined(__thumb__)
        if (shift_ > 32) [[likely]] {
            // The last bit shifted out is carried: halves go upwards.
            auto y = static_cast<std::int32_t>((static_cast<std::int64_t>(sum + bias_) * multiplier_) >> 32);
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
    [[gnu::noinline]] static std::int8_t with_low_word(const Int8Outputs& of, std::size_t channel,
                                                       std::int32_t sum) noexcept {
        return Int8Output(of, channel).rounded(sum);
    }
    [[gnu::always_inline]] std::int8_t rounded(std::int32_t sum) const noexcept {
        const std::int32_t y = multiply(sum + bias_, FixedMultiplier{multiplier_, shift_}) + of_.zero_point;
        return static_cast<std::int8_t>(std::min(std::max(y, of_.low), int8_max));
    }

    const Int8Outputs& of_;
    [[maybe_unused]] std::size_t channel_;
    std::int32_t bias_, multiplier_, shift_;
};

/// Those of a few channels.
template <std::size_t Count>
std::array<Int8Output, Count> outputs_of(const Int8Outputs& of, std::size_t channel) noexcept {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<Int8Output, Count>{Int8Output(of, channel + I)...};
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
    [[gnu::always_inline]] static void requantize(const Int8Outputs& outputs, std::uint32_t shifts,
                                                  const std::int32_t* sums, std::size_t channel,
                                                  std::int8_t* y) noexcept {
        const __m128i sum = _mm_add_epi32(load(sums), load(outputs.bias + channel));
        const __m128i high = high_words(sum, load(outputs.multipliers + channel));
        const __m128i rounded = _mm_adds_epi16(pack(shifted(high, shifts)),
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
    static __m128i pack(__m128i x) noexcept { return _mm_packs_epi32(x, x); }

    /// ⌊x · y / 2³²⌋ of unsigned numbers.
    static __m128i unsigned_high_words(__m128i x, __m128i y) noexcept {
        const __m128i even = _mm_srli_epi64(_mm_mul_epu32(x, y), 32);
        const __m128i odd = _mm_mul_epu32(_mm_srli_epi64(x, 32), _mm_srli_epi64(y, 32));
        return _mm_or_si128(even, _mm_and_si128(odd, _mm_set1_epi64x(~0LL << 32)));
    }
    /// ⌊x · y / 2³²⌋ of signed x: as unsigned it is 2³² more where it is negative.
    static __m128i mixed_high_words(__m128i x, __m128i y) noexcept {
        return _mm_sub_epi32(unsigned_high_words(x, y), _mm_and_si128(_mm_srai_epi32(x, 31), y));
    }

#if defined(__AVX2__)
    static __m128i high_words(__m128i x, __m128i y) noexcept {
        const __m128i even = _mm_srli_epi64(_mm_mul_epi32(x, y), 32);
        return _mm_blend_epi32(even, _mm_mul_epi32(_mm_srli_epi64(x, 32), _mm_srli_epi64(y, 32)), 0b1010);
    }
    /// x / 2^(shift − 32), halves upwards.
    static __m128i shifted(__m128i x, std::uint32_t shifts) noexcept {
        const __m128i shift =
            _mm_sub_epi32(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(static_cast<int>(shifts))), _mm_set1_epi32(33));
        const __m128i half = _mm_sllv_epi32(_mm_set1_epi32(1), shift);
        return _mm_srav_epi32(_mm_add_epi32(x, half), _mm_add_epi32(shift, _mm_set1_epi32(1)));
    }
#else
    static __m128i high_words(__m128i x, __m128i y) noexcept { return mixed_high_words(x, y); }
    /// x / 2^(shift − 32), halves upwards. Only here do all lanes shift by the same count: powers of 2 are
    /// made from the exponents of floats, 2³¹ included, which as a signed integer is out of range.
    static __m128i shifted(__m128i x, std::uint32_t shifts) noexcept {
        const __m128i zero = _mm_setzero_si128();
        const __m128i shift =
            _mm_unpacklo_epi16(_mm_unpacklo_epi8(_mm_cvtsi32_si128(static_cast<int>(shifts)), zero), zero);
        const auto power_of_2 = [](__m128i exponents) {
            const __m128i bits = _mm_slli_epi32(_mm_add_epi32(exponents, _mm_set1_epi32(127)), 23);
            return _mm_cvttps_epi32(_mm_castsi128_ps(bits));
        };
        const __m128i half = power_of_2(_mm_sub_epi32(shift, _mm_set1_epi32(33)));
        return mixed_high_words(_mm_add_epi32(x, half), power_of_2(_mm_sub_epi32(_mm_set1_epi32(64), shift)));
    }
#endif
};

#else

struct Int8Lanes {
    /// y[i] = outputs(sums[i], channel + i), i < 4, for shifts above 32.
    [[gnu::always_inline]] static void requantize(const Int8Outputs& outputs, std::uint32_t shifts,
                                                  const std::int32_t* sums, std::size_t channel,
                                                  std::int8_t* y) noexcept {
        const int32x4_t sum = vaddq_s32(vld1q_s32(sums), vld1q_s32(outputs.bias + channel));
        // ⌊2 · sum · multiplier / 2³²⌋
        const int32x4_t high = vqdmulhq_s32(sum, vld1q_s32(outputs.multipliers + channel));
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
};

#endif

#endif

} // namespace detail

inline std::int8_t Int8Outputs::operator()(std::int32_t sum, std::size_t channel) const noexcept {
    return detail::Int8Output(*this, channel)(sum);
}

/// Channels that a depthwise convolution sums at a time.
inline constexpr std::size_t int8_depthwise_block = detail::Int8Lanes::channels;

/// Whether there are vectors for that.
template <class Lanes>
inline constexpr bool has_requantize = requires { &Lanes::requantize; };
inline constexpr bool int8_has_lanes = has_requantize<detail::Int8Lanes>;

/// y[i] = outputs(sums[i], channel + i), i < Count
template <std::size_t Count, class Lanes = detail::Int8Lanes>
[[gnu::always_inline]] inline void int8_requantize(const Int8Outputs& outputs, const std::int32_t* sums,
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
