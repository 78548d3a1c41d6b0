#pragma once

#include "burin/kernels/int8/x86/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

// |x| as unsigned times w with the sign of x.
struct Int8Block {
    static constexpr std::size_t size = 32;
    struct Input {
        __m256i values;
        __m256i magnitudes;
    };
    using Weight = __m256i;
    using Sum = __m256i;

    static Sum zero() noexcept { return _mm256_setzero_si256(); }
    static Input input(const std::int8_t* from) noexcept { return split(weight(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return split(_mm256_and_si256(weight(from), weight(mask)));
    }
    static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        return split(first_weight(from, count));
    }
    static Weight weight(const std::int8_t* from) noexcept {
        return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        if (count < 16)
            return _mm256_zextsi128_si256(first_bytes(from, count));
        const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
        return _mm256_inserti128_si256(_mm256_castsi128_si256(low), first_bytes(from + 16, count - 16), 1);
    }
#if defined(__AVXVNNI__)
    static Sum add(Sum sum, const Input& x, Weight w) noexcept {
        return _mm256_dpbusd_avx_epi32(sum, x.magnitudes, _mm256_sign_epi8(w, x.values));
    }
#else
    // Two products fit 16 bits: 2 · 128 · 127 < 2¹⁵.
    static Sum add(Sum sum, const Input& x, Weight w) noexcept {
        const __m256i pairs = _mm256_maddubs_epi16(x.magnitudes, _mm256_sign_epi8(w, x.values));
        return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    }
#endif
    static __m128i halves(Sum sum) noexcept {
        return _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    }
    static std::int32_t total(Sum sum) noexcept { return total_of(halves(sum)); }
    static void totals(const Sum (&sums)[4], std::int32_t* to) noexcept {
        const auto added = [](__m256i a, __m256i b) {
            return _mm256_add_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        };
        const __m256i two = added(sums[0], sums[1]), others = added(sums[2], sums[3]);
        _mm_storeu_si128(
            reinterpret_cast<__m128i*>(to),
            halves(_mm256_add_epi32(_mm256_unpacklo_epi64(two, others), _mm256_unpackhi_epi64(two, others))));
    }

  private:
    static Input split(__m256i x) noexcept { return {x, _mm256_abs_epi8(x)}; }
};

} // namespace detail

} // namespace burin::kernels
