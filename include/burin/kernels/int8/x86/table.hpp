#pragma once

#include "burin/kernels/simd/xsimd.hpp"

#include <cstddef>
#include <cstdint>

namespace burin::kernels {

namespace detail {

/// 256 bytes in four registers: two halves are looked up in by the low 7 bits, and the sign chooses.
class Int8Table {
  public:
    static constexpr std::size_t size = 64;

    explicit Int8Table(const std::int8_t* table) noexcept
        : negative_{_mm512_loadu_si512(table), _mm512_loadu_si512(table + 64)},
          positive_{_mm512_loadu_si512(table + 128), _mm512_loadu_si512(table + 192)} {}

    [[gnu::always_inline]] void look_up(const std::int8_t* x, std::int8_t* y) const noexcept {
        const __m512i places = _mm512_loadu_si512(x);
        const __m512i of_positive = _mm512_permutex2var_epi8(positive_[0], places, positive_[1]),
                      of_negative = _mm512_permutex2var_epi8(negative_[0], places, negative_[1]);
        _mm512_storeu_si512(y, _mm512_mask_blend_epi8(_mm512_movepi8_mask(places), of_positive, of_negative));
    }

  private:
    __m512i negative_[2], positive_[2];
};

} // namespace detail

} // namespace burin::kernels
