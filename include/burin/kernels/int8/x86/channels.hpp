#pragma once

#include "burin/kernels/int8/x86/bytes.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// Channels of pixels, for pooling.
struct Int8Channels {
    static constexpr std::size_t size = 16;
    using Bytes = __m128i;

    [[gnu::always_inline]] static Bytes load(const std::int8_t* from) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    }
    /// Of `count` < 16 bytes.
    [[gnu::always_inline]] static Bytes first(const std::int8_t* from, std::size_t count) noexcept {
        return first_bytes(from, count);
    }
    [[gnu::always_inline]] static Bytes all(std::int32_t byte) noexcept {
        return _mm_set1_epi8(static_cast<char>(byte));
    }
    [[gnu::always_inline]] static Bytes larger(Bytes a, Bytes b) noexcept { return _mm_max_epi8(a, b); }
    [[gnu::always_inline]] static void store(Bytes bytes, std::size_t count, std::int8_t* to) noexcept {
        store_first_bytes(bytes, count, to);
    }

    /// Sums of up to 2¹⁶ pixels.
    class Sums {
      public:
        [[gnu::always_inline]] void add(Bytes bytes) noexcept {
            words_ = _mm256_add_epi16(words_, _mm256_cvtepi8_epi16(bytes));
            if (++pending_ == most_pending)
                widen();
        }
        [[gnu::always_inline]] void store(std::int32_t* to) noexcept {
            widen();
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), low_);
            _mm256_storeu_si256(reinterpret_cast<__m256i*>(to) + 1, high_);
        }
        /// Divided by the number of pixels, halves away from 0. Exact: such a quotient of floats is further
        /// from a whole number than it is wrong by.
        [[gnu::always_inline]] Bytes means(std::int32_t pixels) noexcept {
            widen();
            const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(quotients(low_, pixels)),
                                                  _mm256_extracti128_si256(quotients(low_, pixels), 1));
            const __m128i others = _mm_packs_epi32(_mm256_castsi256_si128(quotients(high_, pixels)),
                                                   _mm256_extracti128_si256(quotients(high_, pixels), 1));
            return _mm_packs_epi16(words, others);
        }

      private:
        static constexpr int most_pending = 256; // 256 · −128 is −2¹⁵.

        [[gnu::always_inline]] void widen() noexcept {
            low_ = _mm256_add_epi32(low_, _mm256_cvtepi16_epi32(_mm256_castsi256_si128(words_)));
            high_ = _mm256_add_epi32(high_, _mm256_cvtepi16_epi32(_mm256_extracti128_si256(words_, 1)));
            words_ = _mm256_setzero_si256();
            pending_ = 0;
        }
        [[gnu::always_inline]] static __m256i quotients(__m256i sums, std::int32_t pixels) noexcept {
            const __m256i half = _mm256_sign_epi32(_mm256_set1_epi32(pixels / 2), sums);
            const __m256 quotients = _mm256_div_ps(_mm256_cvtepi32_ps(_mm256_add_epi32(sums, half)),
                                                   _mm256_set1_ps(static_cast<float>(pixels)));
            return _mm256_cvttps_epi32(quotients);
        }

        __m256i words_ = _mm256_setzero_si256(), low_ = words_, high_ = words_;
        int pending_ = 0;
    };
};

} // namespace detail

} // namespace burin::kernels
