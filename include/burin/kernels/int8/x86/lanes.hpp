#pragma once

#include "burin/kernels/int8/outputs.hpp"
#include "burin/kernels/int8/unrolled.hpp"
#include "burin/kernels/simd/xsimd.hpp"

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

    /// OutputScale<Way>({multipliers, shifts})(x).
    template <Rounding Way>
    [[gnu::always_inline]] static __m128i rescaled(__m128i x, __m128i multipliers,
                                                   std::uint32_t shifts) noexcept {
        const __m128i shift = widened(shifts);
        if constexpr (Way == Rounding::once) {
            const __m128i exponents = _mm_slli_epi32(_mm_sub_epi32(_mm_set1_epi32(127), shift), 23);
            const __m128 factor = _mm_mul_ps(_mm_cvtepi32_ps(multipliers), _mm_castsi128_ps(exponents));
            return _mm_cvtps_epi32(_mm_mul_ps(_mm_cvtepi32_ps(x), factor));
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

} // namespace detail

} // namespace burin::kernels
