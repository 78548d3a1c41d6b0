// What a Cortex-M processor does between power and main(): the vector table, the floating-point unit, memory.

#include "semihosting.hpp"

#include <cstdint>

// ISO C++ lets nobody call main by its name.
int program() asm("main");

extern "C" {

// The linker script's symbols.
extern std::uint32_t stack_start[], stack_end[];
extern const std::uint32_t data_in_flash[];
extern std::uint32_t data_start[], data_end[];
extern std::uint32_t bss_start[], bss_end[];

[[noreturn, gnu::used]] void reset() {
    // Full access to coprocessors 10 and 11: floating point and, on Cortex-M55, the vectors of Helium.
    auto& coprocessor_access = *reinterpret_cast<volatile std::uint32_t*>(0xE000'ED88);
    coprocessor_access = coprocessor_access | 0xF0'0000u;
    asm volatile("dsb\n isb" ::: "memory");

    // Up to the frame in use now, for stack_used().
    const auto* const here = static_cast<const std::uint32_t*>(__builtin_frame_address(0));
    for (std::uint32_t* word = stack_start; word + 32 < here; ++word)
        *reinterpret_cast<volatile std::uint32_t*>(word) = board::stack_paint;

    const std::uint32_t* from = data_in_flash;
    for (std::uint32_t* to = data_start; to != data_end; ++to, ++from)
        *reinterpret_cast<volatile std::uint32_t*>(to) = *from;
    for (std::uint32_t* to = bss_start; to != bss_end; ++to)
        *reinterpret_cast<volatile std::uint32_t*>(to) = 0;

    board::exit(program());
}

// newlib's own keeps it in a record of a KiB, for a thread with its files.
[[gnu::used]] int* __errno() {
    static int number;
    return &number;
}

[[noreturn]] static void fault() {
    board::write("processor fault\n");
    board::exit(255);
}
}

namespace {

struct VectorTable {
    const void* stack;
    void (*handlers[15])();
};

// Reset, then what goes wrong; interrupts stay off.
[[gnu::section(".vectors"), gnu::used]] constinit const VectorTable vectors{
    stack_end,
    {reset, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
     fault}};

} // namespace
