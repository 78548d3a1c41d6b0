#pragma once

#include "burin/core/language.hpp"

namespace burin::kernels {

/// Whether an operation with a subnormal number takes longer than others: so it is for x86-64. Arm's 32-bit
/// vectors always take such numbers for 0; its 64-bit processors compute with them as fast as with others, so
/// they stay as they are.
inline constexpr bool subnormals_are_slow = false;

/// As long as it lives, results below the smallest normalized number (1.2 · 10⁻³⁸ of floats) are 0 in this
/// thread, and operands too, where they are slow: what a state or a moving average decays to, once its input
/// is 0, takes Intel's processors a hundred cycles and more for each operation, and never becomes 0 by
/// itself.
///
/// Every run has one, those of small networks where there may be such numbers (`have_tiny`). Where it is so
/// already, a guard only looks: a thread that does nothing but run networks can have one of its own around
/// all of it.
class SubnormalsAreZero {
  public:
    SubnormalsAreZero(const SubnormalsAreZero&) = delete;
    SubnormalsAreZero& operator=(const SubnormalsAreZero&) = delete;

    explicit SubnormalsAreZero(bool = true) noexcept {}
    ~SubnormalsAreZero() {}
    /// What this points to is computed with while the guard lives.
    static void bind(const void*) noexcept {}
};

} // namespace burin::kernels
