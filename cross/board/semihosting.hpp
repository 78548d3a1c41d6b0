#pragma once

// Text, an exit status and a count of instructions for programs that run on an emulated Cortex-M board. Text
// and status go to the emulator (or debugger) by Arm's semihosting calls:
// https://github.com/ARM-software/abi-aa/blob/main/semihosting/semihosting.rst

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace board {

void write(std::string_view text) noexcept;

/// Ends the program; the status, from 0 to 255, becomes the emulator's own.
[[noreturn]] void exit(int status) noexcept;

/// What the start-up code fills the stack with.
inline constexpr std::uint32_t stack_paint = 0xDEAD'57ACu;

/// Bytes of stack at the deepest point so far.
std::size_t stack_used() noexcept;

/// Bytes of memory that hold variables: .data and .bss, without the stack.
std::size_t variables_size() noexcept;

} // namespace board
