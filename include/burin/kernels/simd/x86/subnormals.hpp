#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels {

inline constexpr bool subnormals_are_slow = true;

class SubnormalsAreZero {
  public:
    SubnormalsAreZero(const SubnormalsAreZero&) = delete;
    SubnormalsAreZero& operator=(const SubnormalsAreZero&) = delete;

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

    /// What this points to is computed with while the guard lives. Compilers take it that nobody but them
    /// sees an object whose address goes nowhere, and move its arithmetic to where the guard is not.
    [[gnu::always_inline]] static void bind(const void* object) noexcept {
        asm volatile("" ::"r"(object) : "memory");
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
};

} // namespace burin::kernels
