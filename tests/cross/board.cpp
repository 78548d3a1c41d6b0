// The board itself: memory as the program left it, the counter of instructions, the stack's depth.

#include "board/instruction_counter.hpp"
#include "board/semihosting.hpp"

#include <cstdint>

namespace {

std::uint32_t initialised[3] = {1, 2, 3};
std::uint32_t cleared[3];

[[gnu::noinline]] void take_a_kibibyte() {
    volatile char bytes[1024];
    bytes[0] = 0;
    bytes[0] = bytes[0];
}

// Two instructions a turn.
void turn(std::uint32_t times) {
    asm volatile("1: subs %0, #1\n bne 1b" : "+r"(times) : : "cc");
}

int failures = 0;

void check(bool holds, const char* what) {
    if (!holds) {
        ++failures;
        board::write(what);
        board::write("\n");
    }
}

} // namespace

int main() {
    check(initialised[0] == 1 && initialised[1] == 2 && initialised[2] == 3,
          "variables have their first values");
    check(cleared[0] == 0 && cleared[1] == 0 && cleared[2] == 0, "variables are cleared");

    const std::uint32_t few = board::instructions_of([] { turn(100); });
    const std::uint32_t many = board::instructions_of([] { turn(1100); });
    check(few >= 200 && few < 210, "100 turns take 200 instructions");
    check(many - few == 2000, "1000 more turns take 2000 more instructions");

    const std::size_t shallow = board::stack_used();
    take_a_kibibyte();
    check(shallow < 1024, "little of the stack is in use");
    check(board::stack_used() > 1024 && board::stack_used() < shallow + 1100,
          "a kibibyte of the stack was in use");
    return failures;
}
