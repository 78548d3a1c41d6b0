#pragma once

#include "burin/kernels/int8/outputs.hpp"
#include "burin/kernels/int8/quad_weights.hpp"
#include "burin/kernels/int8/unrolled.hpp"
#include "burin/kernels/int8/x86/bytes.hpp"
#include "burin/kernels/int8/x86/requantize_avx2.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// Four products at once. With AVX-VNNI of bytes without a sign and bytes with one; else of |x| and w with
/// the sign of x, in pairs that fit 16 bits: 2 · 128 · 127 < 2¹⁵.
struct Int8QuadVectors {
    static constexpr std::size_t lanes = 8;
    using Weight = __m256i;
    using Sum = __m256i;

#if defined(__AVXVNNI__)
    static constexpr char offset = -128;
    using Input = __m256i;
    [[gnu::always_inline]] static Input input_of(__m256i bytes) noexcept { return bytes; }
    [[gnu::always_inline]] static void add(Sum& sum, const Input& x, Weight w) noexcept {
        sum = _mm256_dpbusd_avx_epi32(sum, x, w);
    }
#else
    static constexpr char offset = 0;
    struct Input {
        __m256i values, magnitudes;
    };
    [[gnu::always_inline]] static Input input_of(__m256i bytes) noexcept {
        return {bytes, _mm256_abs_epi8(bytes)};
    }
    [[gnu::always_inline]] static void add(Sum& sum, const Input& x, Weight w) noexcept {
        const __m256i pairs = _mm256_maddubs_epi16(x.magnitudes, _mm256_sign_epi8(w, x.values));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
#endif

    /// Four inputs, which have their offset, for all channels.
    [[gnu::always_inline]] static Input input(const std::int8_t* from) noexcept {
        std::int32_t four;
        std::memcpy(&four, from, sizeof four);
        return input_of(_mm256_set1_epi32(four));
    }
    [[gnu::always_inline]] static Weight weight(const std::int8_t* from) noexcept { return load(from); }
    [[gnu::always_inline]] static Sum start(const std::int32_t* from) noexcept { return load(from); }
    [[gnu::always_inline]] static Sum zero() noexcept { return _mm256_setzero_si256(); }
    [[gnu::always_inline]] static Sum added(Sum a, Sum b) noexcept { return _mm256_add_epi32(a, b); }

    /// Four bytes of each lane, of vectors of 32, in the order of Int8QuadLayout::channel_of.
    [[gnu::always_inline]] static void interleave(const std::int8_t* a, const std::int8_t* b,
                                                  const std::int8_t* c, const std::int8_t* d,
                                                  Input (&to)[4]) noexcept {
        const __m256i of_a = load(a), of_b = load(b), of_c = load(c), of_d = load(d);
        const __m256i low[] = {_mm256_unpacklo_epi8(of_a, of_b), _mm256_unpacklo_epi8(of_c, of_d)};
        const __m256i high[] = {_mm256_unpackhi_epi8(of_a, of_b), _mm256_unpackhi_epi8(of_c, of_d)};
        to[0] = input_of(_mm256_unpacklo_epi16(low[0], low[1]));
        to[1] = input_of(_mm256_unpackhi_epi16(low[0], low[1]));
        to[2] = input_of(_mm256_unpacklo_epi16(high[0], high[1]));
        to[3] = input_of(_mm256_unpackhi_epi16(high[0], high[1]));
    }
    /// Bytes with the offset of inputs.
    [[gnu::always_inline]] static void copy_with_offset(const std::int8_t* from, std::size_t count,
                                                        std::int8_t* to) noexcept {
        for (; count >= 32; count -= 32, from += 32, to += 32)
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), with_offset(load(from)));
        const __m128i narrow = _mm_set1_epi8(offset);
        for (; count >= 16; count -= 16, from += 16, to += 16)
            _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                             _mm_xor_si128(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), narrow));
        if (count > 0)
            store_first_bytes(_mm_xor_si128(first_bytes(from, count), narrow), count, to);
    }
    static void fill(std::int8_t* to, std::int8_t byte, std::size_t count) noexcept {
        std::memset(to, byte ^ offset, count);
    }

    /// multiply<Way>(sum, factor) + zero point of a vector of channels, in 32 bits.
    template <Rounding Way, bool AreUsual>
    class Scale {
      public:
        [[gnu::always_inline]] Scale(const std::int32_t* multipliers, const std::int32_t* shifts,
                                     __m256i zero_point) noexcept
            : Scale(load(multipliers), load(shifts), zero_point) {}
        [[gnu::always_inline]] Scale(__m256i multipliers, __m256i shifts, __m256i zero_point) noexcept
            : even_(multipliers), shift_(shifts), zero_point_(zero_point) {
            if constexpr (AreUsual) {
                shift_ = _mm256_sub_epi32(shift_, _mm256_set1_epi32(32));
                if constexpr (Way == Rounding::once) {
                    zero_point_ =
                        _mm256_add_epi32(half_of_last_place(shift_), _mm256_sllv_epi32(zero_point, shift_));
                }
            }
        }

        [[gnu::always_inline]] __m256i operator()(__m256i x) const noexcept {
            if constexpr (!AreUsual) {
                return one_by_one(x);
            } else {
                // Rounded once, half of the last place and the zero point are added together.
                const __m256i scaled =
                    requantize<Way>(x, even_, _mm256_srli_epi64(even_, 32), zero_point_, shift_);
                return Way == Rounding::once ? scaled : _mm256_add_epi32(scaled, zero_point_);
            }
        }

      private:
        [[gnu::noinline]] __m256i one_by_one(__m256i x) const noexcept {
            alignas(32) std::int32_t sums[lanes], multipliers[lanes], shifts[lanes];
            _mm256_store_si256(reinterpret_cast<__m256i*>(sums), x);
            _mm256_store_si256(reinterpret_cast<__m256i*>(multipliers), even_);
            _mm256_store_si256(reinterpret_cast<__m256i*>(shifts), shift_);
            for (std::size_t i = 0; i < lanes; ++i)
                sums[i] = core::multiply<Way>(sums[i], core::FixedMultiplier{multipliers[i], shifts[i]});
            return _mm256_add_epi32(load(sums), zero_point_);
        }

        __m256i even_, shift_, zero_point_;
    };
    /// OutputScale<Rounding::once>(factor)(sum) + zero point, likewise.
    class FloatScale {
      public:
        [[gnu::always_inline]] FloatScale(const std::int32_t* multipliers, const std::int32_t* shifts,
                                          __m256i zero_point) noexcept
            : factor_(float_factors(load(multipliers), load(shifts))), zero_point_(zero_point) {}

        [[gnu::always_inline]] __m256i operator()(__m256i x) const noexcept {
            return _mm256_add_epi32(nearest_products(x, factor_), zero_point_);
        }

      private:
        __m256 factor_;
        __m256i zero_point_;
    };
    /// 8 bytes as numbers of 32 bits, and the first `count` of them.
    [[gnu::always_inline]] static __m256i widened(const std::int8_t* from, std::size_t count) noexcept {
        return _mm256_cvtepi8_epi32(first_bytes(from, count));
    }
    [[gnu::always_inline]] static __m256i difference(__m256i a, __m256i b) noexcept {
        return _mm256_sub_epi32(a, b);
    }
    /// sum + x · factor of numbers with a sign that fit 16 bits; the upper half of the factor's is 0.
    [[gnu::always_inline]] static __m256i with_product(__m256i sum, __m256i x, __m256i factor) noexcept {
        return _mm256_add_epi32(sum, _mm256_madd_epi16(x, factor));
    }
    /// All by the same number.
    [[gnu::always_inline]] static __m256i shifted_left(__m256i x, unsigned bits) noexcept {
        return _mm256_sll_epi32(x, _mm_cvtsi32_si128(static_cast<int>(bits)));
    }
    [[gnu::always_inline]] static __m256i shifted_right(__m256i x, unsigned bits) noexcept {
        return _mm256_sra_epi32(x, _mm_cvtsi32_si128(static_cast<int>(bits)));
    }
    [[gnu::always_inline]] static __m256i broadcast(std::int32_t number) noexcept {
        return _mm256_set1_epi32(number);
    }

    /// Stores numbers of so many vectors as bytes no less than `low`, of the first `count` channels, in the
    /// order of Int8QuadLayout::channel_of.
    template <std::size_t Vectors>
    [[gnu::always_inline]] static void store(const __m256i (&numbers)[Vectors], std::int32_t low,
                                             std::size_t count, std::int8_t* y) noexcept {
        if constexpr (Vectors == 4) {
            const __m256i words[] = {_mm256_packs_epi32(numbers[0], numbers[1]),
                                     _mm256_packs_epi32(numbers[2], numbers[3])};
            const __m256i bytes = _mm256_max_epi8(_mm256_packs_epi16(words[0], words[1]),
                                                  _mm256_set1_epi8(static_cast<char>(low)));
            if (count == 32) {
                _mm256_storeu_si256(reinterpret_cast<__m256i*>(y), bytes);
                return;
            }
            const std::size_t first = count < 16 ? count : 16;
            store_first_bytes(_mm256_castsi256_si128(bytes), first, y);
            store_first_bytes(_mm256_extracti128_si256(bytes, 1), count - first, y + first);
        } else {
            const __m128i least = _mm_set1_epi8(static_cast<char>(low));
            if constexpr (Vectors == 2) {
                const __m256i words = _mm256_packs_epi32(numbers[0], numbers[1]);
                const __m128i bytes =
                    _mm_packs_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
                store_first_bytes(_mm_max_epi8(bytes, least), count, y);
            } else {
                unrolled<Vectors>([&](auto v) __attribute__((always_inline)) {
                    const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(numbers[v]),
                                                          _mm256_extracti128_si256(numbers[v], 1));
                    store_first_bytes(_mm_max_epi8(_mm_packs_epi16(words, words), least),
                                      v + 1 < Vectors ? lanes : count - lanes * v, y + lanes * v);
                });
            }
        }
    }

  private:
    [[gnu::always_inline]] static __m256i load(const void* from) noexcept {
        return _mm256_loadu_si256(static_cast<const __m256i*>(from));
    }
    [[gnu::always_inline]] static __m256i with_offset(__m256i bytes) noexcept {
        return offset == 0 ? bytes : _mm256_xor_si256(bytes, _mm256_set1_epi8(offset));
    }
};

} // namespace detail

} // namespace burin::kernels
