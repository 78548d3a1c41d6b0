#pragma once

#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

// |x| as unsigned times w with the sign of x.
struct Int8Block {
    static constexpr std::size_t size = 64;
    struct Input {
        __m512i magnitudes;
        __mmask64 negative;
    };
    using Weight = __m512i;
    using Sum = __m512i;

    static Sum zero() noexcept { return _mm512_setzero_si512(); }
    static Input input(const std::int8_t* from) noexcept { return split(_mm512_loadu_si512(from)); }
    static Input masked_input(const std::int8_t* from, const std::int8_t* mask) noexcept {
        return split(_mm512_and_si512(_mm512_loadu_si512(from), _mm512_loadu_si512(mask)));
    }
    static Weight weight(const std::int8_t* from) noexcept { return _mm512_loadu_si512(from); }
    static Sum add(Sum sum, const Input& x, Weight w) noexcept {
        const __m512i negated = _mm512_mask_sub_epi8(w, x.negative, _mm512_setzero_si512(), w);
        return _mm512_dpbusd_epi32(sum, x.magnitudes, negated);
    }
    static std::int32_t total(Sum sum) noexcept { return _mm512_reduce_add_epi32(sum); }

  private:
    static Input split(__m512i x) noexcept { return {_mm512_abs_epi8(x), _mm512_movepi8_mask(x)}; }
};

} // namespace detail

} // namespace burin::kernels
