#pragma once

#include "burin/kernels/int8/outputs.hpp"
#include "burin/kernels/int8/x86/requantize_avx2.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace burin::kernels {

namespace detail {

class Int8Pairs {
  public:
    static constexpr std::size_t channels = 16, most = 64;

    Int8Pairs() = default;
    [[gnu::always_inline]] Int8Pairs(const std::int8_t* a, const std::int8_t* b) noexcept {
        const __m128i of_a = load(a), of_b = load(b);
        low_ = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(of_a, of_b));
        high_ = _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(of_a, of_b));
    }

    /// What makes outputs of the sums of 16 channels.
    template <Rounding Way>
    class Outputs {
      public:
        [[gnu::always_inline]] Outputs(const Int8Outputs<Way>& of, std::size_t channel) noexcept
            : low_(of, channel), high_(of, channel + 8),
              zero_point_(_mm256_set1_epi16(static_cast<short>(of.zero_point))),
              least_(_mm256_set1_epi16(static_cast<short>(of.low))), of_(of.from(channel)) {
            const __m128i are_above_32 = _mm_cmpgt_epi8(load(of_.shifts), _mm_set1_epi8(32));
            is_fast_ = Way == Rounding::once || _mm_movemask_epi8(are_above_32) == 0xFFFF;
        }

        [[gnu::always_inline]] void operator()(__m256i low_sums, __m256i high_sums,
                                               std::int8_t* y) const noexcept {
            if (!is_fast_) [[unlikely]]
                return one_by_one(low_sums, high_sums, y);
            const __m256i packed = _mm256_packs_epi32(low_(low_sums), high_(high_sums));
            const __m256i outputs = _mm256_max_epi16(_mm256_adds_epi16(packed, zero_point_), least_);
            const __m128i bytes =
                _mm_packs_epi16(_mm256_castsi256_si128(outputs), _mm256_extracti128_si256(outputs, 1));
            // Channels 0 to 3, 8 to 11, 4 to 7, 12 to 15.
            _mm_storeu_si128(reinterpret_cast<__m128i*>(y), _mm_shuffle_epi32(bytes, 0b11'01'10'00));
        }

      private:
        struct InFloats {
            __m256i bias;
            __m256 factor;

            [[gnu::always_inline]] InFloats(const Int8Outputs<Way>& of, std::size_t channel) noexcept
                : bias(wide(of.bias + channel)),
                  factor(float_factors(wide(of.multipliers + channel), widened(of.shifts + channel))) {}
            [[gnu::always_inline]] __m256i operator()(__m256i sums) const noexcept {
                return nearest_products(_mm256_add_epi32(sums, bias), factor);
            }
        };
        struct InIntegers {
            __m256i bias, even, odd, half, shift;

            [[gnu::always_inline]] InIntegers(const Int8Outputs<Way>& of, std::size_t channel) noexcept
                : bias(wide(of.bias + channel)), even(wide(of.multipliers + channel)),
                  odd(_mm256_srli_epi64(even, 32)) {
                shift = _mm256_sub_epi32(widened(of.shifts + channel), _mm256_set1_epi32(32));
                half = half_of_last_place(shift);
            }
            /// multiply<Way> of each sum with its bias.
            [[gnu::always_inline]] __m256i operator()(__m256i sums) const noexcept {
                const __m256i x = _mm256_add_epi32(sums, bias);
                return requantize<Way>(x, even, odd, half, shift);
            }
        };
        using Eight = std::conditional_t<Way == Rounding::once, InFloats, InIntegers>;
        static __m256i widened(const std::int8_t* from) noexcept {
            return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(from)));
        }
        static __m256i wide(const std::int32_t* from) noexcept {
            return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        }

        [[gnu::noinline]] void one_by_one(__m256i low_sums, __m256i high_sums,
                                          std::int8_t* y) const noexcept {
            std::int32_t sums[channels];
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums), low_sums);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums) + 1, high_sums);
            for (std::size_t i = 0; i < channels; ++i)
                y[i] = of_(sums[i], i);
        }

        Eight low_, high_;
        __m256i zero_point_, least_;
        Int8Outputs<Way> of_;
        bool is_fast_; ///< Whether all shifts are above 32.
    };

    class Sums {
      public:
        [[gnu::always_inline]] void add(const std::int8_t* a, const std::int8_t* b,
                                        const Int8Pairs& weights) noexcept {
            const Int8Pairs x(a, b);
            low_ = _mm256_add_epi32(low_, _mm256_madd_epi16(x.low_, weights.low_));
            high_ = _mm256_add_epi32(high_, _mm256_madd_epi16(x.high_, weights.high_));
        }
        [[gnu::always_inline]] void negate() noexcept {
            low_ = _mm256_sub_epi32(_mm256_setzero_si256(), low_);
            high_ = _mm256_sub_epi32(_mm256_setzero_si256(), high_);
        }
        template <Rounding Way>
        [[gnu::always_inline]] void requantize(const Outputs<Way>& outputs, std::int8_t* y) const noexcept {
            outputs(low_, high_, y);
        }

      private:
        __m256i low_ = _mm256_setzero_si256(), high_ = _mm256_setzero_si256();
    };

    // Sums of 8 channels, of the same pair of inputs.
    using PanelWeights = __m256i;
    static PanelWeights panel_weights(const std::int8_t* from) noexcept {
        return _mm256_cvtepi8_epi16(load(from));
    }
    static __m256i same_pair(const std::int16_t* from) noexcept {
        std::int32_t pair;
        std::memcpy(&pair, from, sizeof pair);
        return _mm256_set1_epi32(pair);
    }
    class PanelSums {
      public:
        [[gnu::always_inline]] void add(__m256i inputs, PanelWeights weights) noexcept {
            sums_ = _mm256_add_epi32(sums_, _mm256_madd_epi16(inputs, weights));
        }
        /// The outputs of the first `count` channels.
        template <Rounding Way>
        [[gnu::always_inline]] friend void requantize(const Outputs<Way>& outputs, const PanelSums& low,
                                                      const PanelSums& high, std::size_t count,
                                                      std::int8_t* y) noexcept {
            if (count == channels)
                return outputs(low.sums_, high.sums_, y);
            std::int8_t all[channels];
            outputs(low.sums_, high.sums_, all);
            std::memcpy(y, all, count);
        }

      private:
        __m256i sums_ = _mm256_setzero_si256();
    };

  private:
    static __m128i load(const std::int8_t* from) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    }

    __m256i low_, high_;
};

} // namespace detail

} // namespace burin::kernels
