#pragma once

// Counts the instructions that a function takes. Exact and repeatable under QEMU with `-icount shift=10`, by
// which an instruction lasts 1,024 ns of the board's time; elsewhere the figures mean nothing.

#include <cstdint>

namespace board {

namespace detail {

#if defined(__ARM_FEATURE_MVE) // mps3-an547
inline constexpr std::uintptr_t counter = 0x4930'2018;
inline constexpr std::uint64_t tick_ns = 50;
#else // mps2-an386, mps2-an500
inline constexpr std::uintptr_t counter = 0x4002'8018;
inline constexpr std::uint64_t tick_ns = 40;
#endif
inline constexpr std::uint64_t instruction_ns = 1024;

inline std::uint32_t ticks() noexcept {
    return *reinterpret_cast<volatile const std::uint32_t*>(counter);
}

template <class Function>
[[gnu::noinline]] std::uint32_t ticks_of(Function&& function) noexcept {
    const std::uint32_t start = ticks();
    function();
    return ticks() - start;
}

} // namespace detail

/// Instructions of `function()`, without those of the counting; up to 160 million, at which the board's
/// counter wraps.
template <class Function>
std::uint32_t instructions_of(Function&& function) noexcept {
    const std::uint64_t empty = detail::ticks_of([] { asm volatile("" ::: "memory"); });
    const std::uint64_t ns = (detail::ticks_of(function) - empty) * detail::tick_ns;
    return static_cast<std::uint32_t>((ns + detail::instruction_ns / 2) / detail::instruction_ns);
}

} // namespace board
