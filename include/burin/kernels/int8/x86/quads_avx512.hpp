#pragma once

#include "burin/kernels/int8/outputs.hpp"
#include "burin/kernels/int8/quad_weights.hpp"
#include "burin/kernels/int8/unrolled.hpp"
#include "burin/kernels/int8/x86/bytes.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// Four products at once: of bytes without a sign and bytes with one, added to a sum of 32 bits.
struct Int8QuadVectors {
    static constexpr std::size_t lanes = 16;
    using Input = __m512i;
    using Weight = __m512i;
    using Sum = __m512i;

    /// Four inputs, which have their offset, for all channels.
    [[gnu::always_inline]] static Input input(const std::int8_t* from) noexcept {
        std::int32_t four;
        std::memcpy(&four, from, sizeof four);
        return _mm512_set1_epi32(four);
    }
    [[gnu::always_inline]] static Weight weight(const std::int8_t* from) noexcept {
        return _mm512_load_si512(from);
    }
    [[gnu::always_inline]] static Sum start(const std::int32_t* from) noexcept {
        return _mm512_load_si512(from);
    }
    [[gnu::always_inline]] static Sum zero() noexcept { return _mm512_setzero_si512(); }
    [[gnu::always_inline]] static Sum added(Sum a, Sum b) noexcept { return _mm512_add_epi32(a, b); }
    [[gnu::always_inline]] static void add(Sum& sum, Input x, Weight w) noexcept {
        sum = _mm512_dpbusd_epi32(sum, x, w);
    }

    /// Four bytes of each lane, of vectors of 64, in the order of Int8QuadLayout::channel_of.
    [[gnu::always_inline]] static void interleave(const std::int8_t* a, const std::int8_t* b,
                                                  const std::int8_t* c, const std::int8_t* d,
                                                  Input (&to)[4]) noexcept {
        const __m512i of_a = _mm512_loadu_si512(a), of_b = _mm512_loadu_si512(b);
        const __m512i of_c = _mm512_loadu_si512(c), of_d = _mm512_loadu_si512(d);
        const __m512i low[] = {_mm512_unpacklo_epi8(of_a, of_b), _mm512_unpacklo_epi8(of_c, of_d)};
        const __m512i high[] = {_mm512_unpackhi_epi8(of_a, of_b), _mm512_unpackhi_epi8(of_c, of_d)};
        to[0] = _mm512_unpacklo_epi16(low[0], low[1]);
        to[1] = _mm512_unpackhi_epi16(low[0], low[1]);
        to[2] = _mm512_unpacklo_epi16(high[0], high[1]);
        to[3] = _mm512_unpackhi_epi16(high[0], high[1]);
    }
    /// Bytes that are 128 more than those of `from`.
    [[gnu::always_inline]] static void copy_with_offset(const std::int8_t* from, std::size_t count,
                                                        std::int8_t* to) noexcept {
        const __m512i offset = _mm512_set1_epi8(-128);
        for (; count >= 64; count -= 64, from += 64, to += 64)
            _mm512_storeu_si512(to, _mm512_xor_si512(_mm512_loadu_si512(from), offset));
        const __m128i narrow = _mm_set1_epi8(-128);
        for (; count >= 16; count -= 16, from += 16, to += 16)
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                             _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), narrow));
        if (count >= 8) {
            std::uint64_t word;
            std::memcpy(&word, from, 8);
            word ^= 0x8080'8080'8080'8080;
            std::memcpy(to, &word, 8);
            count -= 8;
            from += 8;
            to += 8;
        }
        for (std::size_t i = 0; i < count; ++i)
            to[i] = static_cast<std::int8_t>(from[i] ^ -128);
    }
    static void fill(std::int8_t* to, std::int8_t byte, std::size_t count) noexcept {
        std::memset(to, byte ^ -128, count);
    }

    /// multiply<Way>(sum, factor) + zero point of a vector of channels, in 32 bits.
    template <Rounding Way, bool AreUsual>
    class Scale {
      public:
        [[gnu::always_inline]] Scale(const std::int32_t* multipliers, const std::int32_t* shifts,
                                     __m512i zero_point) noexcept
            : Scale(_mm512_load_si512(multipliers), _mm512_load_si512(shifts), zero_point) {}
        [[gnu::always_inline]] Scale(__m512i multipliers, __m512i shifts, __m512i zero_point) noexcept
            : even_(multipliers), shift_(shifts), zero_point_(zero_point) {
            if constexpr (AreUsual) {
                shift_ = _mm512_sub_epi32(shift_, _mm512_set1_epi32(32));
                if constexpr (Way == Rounding::once) {
                    const __m512i half =
                        _mm512_srli_epi32(_mm512_sllv_epi32(_mm512_set1_epi32(1), shift_), 1);
                    zero_point_ = _mm512_add_epi32(half, _mm512_sllv_epi32(zero_point, shift_));
                }
            }
        }

        [[gnu::always_inline]] __m512i operator()(__m512i x) const noexcept {
            const __m512i of_even = _mm512_mul_epi32(x, even_);
            const __m512i of_odd = _mm512_mul_epi32(_mm512_srli_epi64(x, 32), _mm512_srli_epi64(even_, 32));
            if constexpr (!AreUsual) {
                const __m512i even = whole(of_even, _mm512_and_si512(shift_, _mm512_set1_epi64(0xFFFF'FFFF))),
                              odd = whole(of_odd, _mm512_srli_epi64(shift_, 32));
                return _mm512_add_epi32(_mm512_mask_shuffle_epi32(even, odd_lanes, odd, _MM_PERM_CCAA),
                                        zero_point_);
            } else if constexpr (Way == Rounding::once) {
                // The high words, half of the last place and the zero point, shifted.
                const __m512i high = _mm512_mask_shuffle_epi32(of_odd, even_lanes, of_even, _MM_PERM_DDBB);
                return _mm512_srav_epi32(_mm512_add_epi32(high, zero_point_), shift_);
            } else {
                const __m512i below = _mm512_set1_epi64(1 << 30);
                const __m512i high = _mm512_mask_blend_epi32(
                    odd_lanes, _mm512_srli_epi64(_mm512_add_epi64(of_even, below), 31),
                    _mm512_slli_epi64(_mm512_add_epi64(of_odd, below), 1));
                // As Int8Lanes.
                const __m512i halves =
                    _mm512_srav_epi32(_mm512_add_epi32(high, _mm512_srai_epi32(high, 31)), shift_);
                return _mm512_add_epi32(_mm512_srai_epi32(_mm512_add_epi32(halves, _mm512_set1_epi32(1)), 1),
                                        zero_point_);
            }
        }

      private:
        static constexpr __mmask16 even_lanes = 0x5555, odd_lanes = 0xAAAA;

        /// Of a product and its shift in 64 bits, whatever the shift.
        [[gnu::always_inline]] static __m512i whole(__m512i product, __m512i shift) noexcept {
            const __m512i one = _mm512_set1_epi64(1), zero = _mm512_setzero_si512();
            if constexpr (Way == Rounding::once) {
                const __m512i half = _mm512_sllv_epi64(one, _mm512_sub_epi64(shift, one));
                return _mm512_srav_epi64(_mm512_add_epi64(product, half), shift);
            } else {
                const __m512i rest = _mm512_sub_epi64(shift, _mm512_set1_epi64(31));
                const __m512i left = _mm512_max_epi64(_mm512_sub_epi64(zero, rest), zero);
                const __m512i right = _mm512_max_epi64(rest, zero);
                const __m512i high = _mm512_srai_epi64(
                    _mm512_add_epi64(_mm512_sllv_epi64(product, left), _mm512_set1_epi64(1 << 30)), 31);
                // Half of the last place, and 1 less below 0; nothing where there is nothing to shift.
                const __m512i half = _mm512_srli_epi64(_mm512_sllv_epi64(one, right), 1);
                const __m512i negative =
                    _mm512_and_si512(_mm512_srai_epi64(high, 63), _mm512_min_epi64(half, one));
                return _mm512_srav_epi64(_mm512_add_epi64(high, _mm512_sub_epi64(half, negative)), right);
            }
        }

        __m512i even_, shift_, zero_point_;
    };
    /// OutputScale<Rounding::once>(factor)(sum) + zero point, likewise.
    class FloatScale {
      public:
        [[gnu::always_inline]] FloatScale(const std::int32_t* multipliers, const std::int32_t* shifts,
                                          __m512i zero_point) noexcept
            : zero_point_(zero_point) {
            const __m512i exponents = _mm512_sub_epi32(_mm512_set1_epi32(127), _mm512_load_si512(shifts));
            factor_ = _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_load_si512(multipliers)),
                                    _mm512_castsi512_ps(_mm512_slli_epi32(exponents, 23)));
        }

        [[gnu::always_inline]] __m512i operator()(__m512i x) const noexcept {
            const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(x), factor_);
            return _mm512_add_epi32(_mm512_cvtps_epi32(product), zero_point_);
        }

      private:
        __m512 factor_;
        __m512i zero_point_;
    };
    /// 16 bytes as numbers of 32 bits, and the first `count` of them.
    [[gnu::always_inline]] static __m512i widened(const std::int8_t* from, std::size_t count) noexcept {
        return _mm512_cvtepi8_epi32(count == 16 ? _mm_loadu_si128(reinterpret_cast<const __m128i*>(from))
                                                : first_bytes(from, count));
    }
    [[gnu::always_inline]] static __m512i difference(__m512i a, __m512i b) noexcept {
        return _mm512_sub_epi32(a, b);
    }
    /// sum + x · factor of numbers with a sign that fit 16 bits; the upper half of the factor's is 0.
    [[gnu::always_inline]] static __m512i with_product(__m512i sum, __m512i x, __m512i factor) noexcept {
        return _mm512_dpwssd_epi32(sum, x, factor);
    }
    /// All by the same number.
    [[gnu::always_inline]] static __m512i shifted_left(__m512i x, unsigned bits) noexcept {
        return _mm512_sll_epi32(x, _mm_cvtsi32_si128(static_cast<int>(bits)));
    }
    [[gnu::always_inline]] static __m512i shifted_right(__m512i x, unsigned bits) noexcept {
        return _mm512_sra_epi32(x, _mm_cvtsi32_si128(static_cast<int>(bits)));
    }
    [[gnu::always_inline]] static __m512i broadcast(std::int32_t number) noexcept {
        return _mm512_set1_epi32(number);
    }

    /// Stores numbers of so many vectors as bytes no less than `low`, of the first `count` channels, in the
    /// order of Int8QuadLayout::channel_of.
    template <std::size_t Vectors>
    [[gnu::always_inline]] static void store(const __m512i (&numbers)[Vectors], std::int32_t low,
                                             std::size_t count, std::int8_t* y) noexcept {
        if constexpr (Vectors == 4) {
            const __m512i words[] = {_mm512_packs_epi32(numbers[0], numbers[1]),
                                     _mm512_packs_epi32(numbers[2], numbers[3])};
            const __m512i bytes = _mm512_max_epi8(_mm512_packs_epi16(words[0], words[1]),
                                                  _mm512_set1_epi8(static_cast<char>(low)));
            if (count == 64)
                _mm512_storeu_si512(y, bytes);
            else
                _mm512_mask_storeu_epi8(y, ~__mmask64(0) >> (64 - count), bytes);
        } else if constexpr (Vectors == 2) {
            const __m256i bytes =
                _mm256_max_epi8(_mm512_cvtsepi16_epi8(_mm512_packs_epi32(numbers[0], numbers[1])),
                                _mm256_set1_epi8(static_cast<char>(low)));
            if (count == 32) {
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), bytes);
            } else {
                store_first_bytes(_mm256_castsi256_si128(bytes), 16, y);
                store_first_bytes(_mm256_extracti128_si256(bytes, 1), count - 16, y + 16);
            }
        } else {
            unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
                const __m128i bytes =
                    _mm_max_epi8(_mm512_cvtsepi32_epi8(numbers[v]), _mm_set1_epi8(static_cast<char>(low)));
                store_first_bytes(bytes, v + 1 < Vectors ? 16 : count - 16 * v, y + 16 * v);
            });
        }
    }
};

} // namespace detail

} // namespace burin::kernels
