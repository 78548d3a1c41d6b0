#pragma once

// Products of pairs of 16-bit integers, which are added to the sum of their channel. Exact. Beside
// int8_dot.hpp and int8_lanes.hpp the only file that names such instructions: those of AVX2 and the DSP
// extension of Cortex-M.

#include "burin/kernels/int8_dot.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

// Where a processor has them, `Int8Pairs` are pairs of bytes of so many channels, one byte of each channel
// from `a` and one from `b`, and its `Sums` start from 0.

#if !defined(BURIN_SCALAR) && defined(__AVX2__)

class Int8Pairs {
  public:
    static constexpr std::size_t channels = 16, most = 64;

    Int8Pairs() = default;
    [[gnu::always_inline]] Int8Pairs(const std::int8_t* a, const std::int8_t* b) noexcept {
        const __m128i of_a = load(a), of_b = load(b);
        low_ = _mm256_cvtepi8_epi16(_mm_unpacklo_epi8(of_a, of_b));
        high_ = _mm256_cvtepi8_epi16(_mm_unpackhi_epi8(of_a, of_b));
    }

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
        [[gnu::always_inline]] void store(std::int32_t* to) const noexcept {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), low_);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to) + 1, high_);
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
        void store(std::int32_t* to) const noexcept {
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), sums_);
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

#elif !defined(BURIN_SCALAR) && !defined(__SSE2__) && !defined(__ARM_NEON) && !defined(__ARM_FEATURE_MVE) && \
    defined(__ARM_FEATURE_DSP)

class Int8Pairs {
  public:
    static constexpr std::size_t channels = 4, most = 13;

    static void keep(const std::int8_t*& pointer) noexcept { Int8Block::keep(pointer); }

    Int8Pairs() = default;
    [[gnu::always_inline]] Int8Pairs(const std::int8_t* a, const std::int8_t* b) noexcept {
        const Int8Block::Input of_a = Int8Block::input(a), of_b = Int8Block::input(b);
        first_ = bottoms(of_a.even, of_b.even);
        second_ = bottoms(of_a.odd, of_b.odd);
        third_ = tops(of_a.even, of_b.even);
        fourth_ = tops(of_a.odd, of_b.odd);
    }

    class Sums {
      public:
        [[gnu::always_inline]] void add(const std::int8_t* a, const std::int8_t* b,
                                        const Int8Pairs& weights) noexcept {
            const Int8Pairs x(a, b);
            first_ = __smlad(x.first_, weights.first_, first_);
            second_ = __smlad(x.second_, weights.second_, second_);
            third_ = __smlad(x.third_, weights.third_, third_);
            fourth_ = __smlad(x.fourth_, weights.fourth_, fourth_);
        }
        [[gnu::always_inline]] void negate() noexcept {
            first_ = -first_;
            second_ = -second_;
            third_ = -third_;
            fourth_ = -fourth_;
        }
        [[gnu::always_inline]] void store(std::int32_t* to) const noexcept {
            to[0] = first_;
            to[1] = second_;
            to[2] = third_;
            to[3] = fourth_;
        }

      private:
        std::int32_t first_ = 0, second_ = 0, third_ = 0, fourth_ = 0;
    };

  private:
    // Their order within a pair is that of the weights, too.
    static int16x2_t bottoms(int16x2_t a, int16x2_t b) noexcept {
        int16x2_t pair;
        asm("pkhbt %0, %1, %2, lsl #16" : "=r"(pair) : "r"(a), "r"(b));
        return pair;
    }
    static int16x2_t tops(int16x2_t a, int16x2_t b) noexcept {
        int16x2_t pair;
        asm("pkhtb %0, %1, %2, asr #16" : "=r"(pair) : "r"(a), "r"(b));
        return pair;
    }

    int16x2_t first_, second_, third_, fourth_;
};

#else

class Int8Pairs;

#endif

} // namespace detail

/// Whether there are such pairs.
template <class Pairs>
inline constexpr bool has_pairs = requires { Pairs::channels; };
inline constexpr bool int8_has_pairs = has_pairs<detail::Int8Pairs>;

} // namespace burin::kernels
