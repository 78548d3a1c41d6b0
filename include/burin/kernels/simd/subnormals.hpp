#pragma once

#include "burin/core/language.hpp"

// Numbers too small for a normalized floating-point number.

namespace burin::kernels {

/// As long as it lives, results below the smallest normalized number (1.2 · 10⁻³⁸ of floats) are 0 in this
/// thread, and operands too: what a state or a moving average decays to, once its input is 0, takes Intel's
/// processors a hundred cycles and more for each operation, and never becomes 0 by itself.
///
/// Every run has one, those of small networks where there may be such numbers (`have_tiny`). Where it is so
/// already, a guard only looks: a thread that does nothing but run networks can have one of its own around
/// all of it.
///
/// On x86-64 only. Arm's 32-bit vectors always take such numbers for 0; its 64-bit processors compute with
/// them as fast as with others, so they stay as they are.
class SubnormalsAreZero {
  public:
    SubnormalsAreZero(const SubnormalsAreZero&) = delete;
    SubnormalsAreZero& operator=(const SubnormalsAreZero&) = delete;

#if defined(__SSE2__)
    [[gnu::always_inline]] SubnormalsAreZero() noexcept { begin(); }
    /// Only if it is needed: to set the bits and to restore them takes some 8 ns, more than a small network.
    [[gnu::always_inline]] explicit SubnormalsAreZero(bool is_needed) noexcept {
        if (is_needed) [[unlikely]]
            begin();
    }
    [[gnu::always_inline]] ~SubnormalsAreZero() {
        if (has_changed_) {
            order();
            __builtin_ia32_ldmxcsr(before_);
        }
    }

  private:
    [[gnu::always_inline]] void begin() noexcept {
        constexpr unsigned both = 1u << 15 | 1u << 6; // Results, and operands.
        before_ = __builtin_ia32_stmxcsr();
        has_changed_ = (before_ & both) != both;
        if (has_changed_)
            __builtin_ia32_ldmxcsr(before_ | both);
        order();
    }
    /// Compilers don't know that arithmetic depends on that register; but what is loaded after here is
    /// computed after here, and what is stored before here was computed before.
    [[gnu::always_inline]] static void order() noexcept { asm volatile("" ::: "memory"); }

    unsigned before_ = 0;
    bool has_changed_ = false;
#else
    explicit SubnormalsAreZero(bool = true) noexcept {}
    ~SubnormalsAreZero() {}
#endif
};

} // namespace burin::kernels
