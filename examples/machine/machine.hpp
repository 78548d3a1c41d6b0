#pragma once

#include <cstddef>
#include <string_view>

/// The machine that the program runs on: computer.cpp or board.cpp.
namespace machine {

void write(std::string_view text) noexcept;

/// Tells how much memory the program has used. False if it is more than `budget` bytes.
bool report_memory(std::size_t budget) noexcept;

} // namespace machine
