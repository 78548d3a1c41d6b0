#pragma once

// Numbers too small for a normalized floating-point number.

#include "burin/kernels/simd/vector.hpp"

namespace burin::kernels {

/// As long as it lives, results below the smallest normalized number (1.2 · 10⁻³⁸ of floats) are 0 in this
/// thread, and operands too: what a moving average of gradients decays to, once they are 0, takes Intel's
/// processors a hundred cycles and more for each operation, and never becomes 0 by itself. Elsewhere than on
/// x86-64 nothing changes.
class SubnormalsAreZero {
  public:
    SubnormalsAreZero(const SubnormalsAreZero&) = delete;
    SubnormalsAreZero& operator=(const SubnormalsAreZero&) = delete;

#if !BURIN_DETAIL_ONE_LANE && defined(__SSE2__)
    SubnormalsAreZero() noexcept : before_(_mm_getcsr()) {
        constexpr unsigned results = 1u << 15, operands = 1u << 6;
        _mm_setcsr(before_ | results | operands);
    }
    ~SubnormalsAreZero() { _mm_setcsr(before_); }

  private:
    unsigned before_;
#else
    SubnormalsAreZero() noexcept {}
    ~SubnormalsAreZero() {}
#endif
};

} // namespace burin::kernels
