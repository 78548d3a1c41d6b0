// Instructions of Dense<128> on 128 numbers, a sample at a time, on a Cortex-M board.

#include <burin/embedded.hpp>

#include "board/instruction_counter.hpp"
#include "board/semihosting.hpp"

#include <array>

using namespace burin;

using Net = Sequential<Input<128>, Dense<128>>;

int main() {
    static Parameters<Net> parameters;
    static Predictor<Net> predictor;
    initialize(parameters, initializers::Default{}, 1);
    std::array<float, 128> input;
    for (std::size_t i = 0; i < 128; ++i)
        input[i] = static_cast<float>(i) / 128;
    const std::size_t count = board::instructions_of([&] { predictor(parameters, input); });
    board::write(Text<20>().append(count).append("\n").view());
    return 0;
}
