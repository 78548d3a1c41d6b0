#pragma once

#include "burin/kernels/int8/bytes.hpp"
#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace burin::kernels {

namespace detail {

/// Fewer than 16 bytes, and zeros.
[[gnu::always_inline]] inline __m128i first_bytes(const std::int8_t* from, std::size_t count) noexcept {
    const std::uint64_t high = count > 8 ? word_of(from + 8, count - 8) : 0;
    return _mm_set_epi64x(static_cast<long long>(high), static_cast<long long>(word_of(from, count)));
}

/// Stores the first `count` ≤ 16 bytes, in several parts: one with a mask takes longer on some processors.
[[gnu::always_inline]] inline void store_first_bytes(__m128i bytes, std::size_t count,
                                                     std::int8_t* to) noexcept {
    if (count == 16) {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
        return;
    }
    auto rest = static_cast<std::uint64_t>(_mm_cvtsi128_si64(bytes));
    if ((count & 8) != 0) {
        std::memcpy(to, &rest, 8);
        to += 8;
        rest = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(bytes, bytes)));
    }
    if ((count & 4) != 0) {
        std::memcpy(to, &rest, 4);
        to += 4;
        rest >>= 32;
    }
    if ((count & 2) != 0) {
        std::memcpy(to, &rest, 2);
        to += 2;
        rest >>= 16;
    }
    if ((count & 1) != 0)
        std::memcpy(to, &rest, 1);
}

/// The sum of four lanes.
[[gnu::always_inline]] inline std::int32_t total_of(__m128i lanes) noexcept {
    const __m128i pairs = _mm_add_epi32(lanes, _mm_shuffle_epi32(lanes, 0b01'00'11'10));
    return _mm_cvtsi128_si32(_mm_add_epi32(pairs, _mm_shuffle_epi32(pairs, 0b10'11'00'01)));
}

} // namespace detail

} // namespace burin::kernels
