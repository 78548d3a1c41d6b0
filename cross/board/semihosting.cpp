#include "semihosting.hpp"

#include <algorithm>
#include <array>

extern "C" std::uint32_t stack_start[], stack_end[], data_start[], data_end[], bss_start[], bss_end[];

namespace board {

namespace {

enum class Request : std::uint32_t { write_text = 0x04, exit_extended = 0x20 };

std::uint32_t ask(Request request, const void* argument) noexcept {
    register std::uint32_t r0 asm("r0") = static_cast<std::uint32_t>(request);
    register const void* r1 asm("r1") = argument;
    asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

std::size_t bytes(const std::uint32_t* first, const std::uint32_t* last) noexcept {
    return reinterpret_cast<std::uintptr_t>(last) - reinterpret_cast<std::uintptr_t>(first);
}

} // namespace

void write(std::string_view text) noexcept {
    // The call wants a zero at the end, which a view lacks.
    std::array<char, 64> piece;
    while (!text.empty()) {
        const std::size_t length = std::min(text.size(), piece.size() - 1);
        *std::copy_n(text.data(), length, piece.data()) = '\0';
        ask(Request::write_text, piece.data());
        text.remove_prefix(length);
    }
}

void exit(int status) noexcept {
    constexpr std::uint32_t application_exit = 0x20026;
    const std::array<std::uint32_t, 2> reason{application_exit, static_cast<std::uint32_t>(status)};
    ask(Request::exit_extended, reason.data());
    for (;;) {
    }
}

std::size_t stack_used() noexcept {
    const std::uint32_t* deepest = stack_start;
    while (deepest != stack_end && *deepest == stack_paint)
        ++deepest;
    return bytes(deepest, stack_end);
}

std::size_t variables_size() noexcept {
    return bytes(data_start, data_end) + bytes(bss_start, bss_end);
}

} // namespace board
