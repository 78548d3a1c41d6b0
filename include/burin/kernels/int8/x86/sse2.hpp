#pragma once

#include "burin/kernels/int8/x86/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

struct Int8Block {
    static constexpr std::size_t size = 16;
    struct Input {
        __m128i low, high; // as 16-bit integers
    };
    using Weight = Input;
    using Sum = __m128i;

    static Sum zero() noexcept { return _mm_setzero_si128(); }
    static Input input(const std::int8_t* from) noexcept { return widen(load(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return widen(_mm_and_si128(load(from), load(mask)));
    }
    static Input first_input(const std::int8_t* from, std::size_t count) noexcept {
        return widen(first_bytes(from, count));
    }
    static Weight weight(const std::int8_t* from) noexcept { return input(from); }
    static Weight first_weight(const std::int8_t* from, std::size_t count) noexcept {
        return first_input(from, count);
    }
    static Sum add(Sum sum, const Input& x, const Weight& w) noexcept {
        return _mm_add_epi32(sum,
                             _mm_add_epi32(_mm_madd_epi16(x.low, w.low), _mm_madd_epi16(x.high, w.high)));
    }
    static std::int32_t total(Sum sum) noexcept { return total_of(sum); }
    static void totals(const Sum (&sums)[4], std::int32_t* to) noexcept {
        const auto added = [](__m128i a, __m128i b) {
            return _mm_add_epi32(_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
        };
        const __m128i two = added(sums[0], sums[1]), others = added(sums[2], sums[3]);
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to),
                         _mm_add_epi32(_mm_unpacklo_epi64(two, others), _mm_unpackhi_epi64(two, others)));
    }

  private:
    static __m128i load(const std::int8_t* from) noexcept {
        return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    }
    static Input widen(__m128i x) noexcept {
        return {_mm_srai_epi16(_mm_unpacklo_epi8(x, x), 8), _mm_srai_epi16(_mm_unpackhi_epi8(x, x), 8)};
    }
};

} // namespace detail

} // namespace burin::kernels
