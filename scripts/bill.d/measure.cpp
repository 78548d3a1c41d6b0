// Runs a network once, on this machine or on an emulated board, and says what that took.
#include "interface.hpp"

#include <burin/core/crc32.hpp>
#include <burin/core/text.hpp>

#include <cstdint>
#include <string_view>

#ifdef BILL_BOARD
#include "board/instruction_counter.hpp"
#include "board/semihosting.hpp"
#else
#include <cstdio>
#endif

// bytes.cpp
extern "C" const std::byte bill_input[];
extern "C" const std::byte bill_weights[];

namespace {

void say(std::string_view what, std::size_t number) {
    burin::Text<64> line(what);
    line.append(" ").append(number).append("\n");
#ifdef BILL_BOARD
    board::write(line.view());
#else
    std::fwrite(line.view().data(), 1, line.view().size(), stdout);
#endif
}

} // namespace

int main() {
    bill::bill_give_inputs(bill_input);
#ifdef BILL_TRAIN
    // The trainer is made at its first step, which is not counted.
    bill::bill_give_parameters(bill_weights);
    bill::bill_step();
#endif
#ifdef BILL_BOARD
    // Before anything is said, which takes more of the stack than a small network does.
    const std::size_t instructions = board::instructions_of(bill::bill_step);
    const std::size_t stack = board::stack_used();
    say("instructions", instructions);
    say("stack", stack);
#else
    bill::bill_step();
#endif
    say("checksum", burin::crc32(bill::bill_outputs()));
}
