// Instructions of Dense<128> on 128 numbers, a sample at a time, on a Cortex-M board: of floats, or with
// EIGHT_BITS of 8-bit integers.

#include <burin/embedded.hpp>

#include "board/instruction_counter.hpp"
#include "board/semihosting.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

using namespace burin;

using Net = Sequential<Input<128>, Dense<128>>;

int main() {
    static Parameters<Net> parameters;
    initialize(parameters, initializers::Default{}, 1);
#if defined(EIGHT_BITS)
    static QuantizedNetwork<Net> network;
    ActivationRanges<Net> ranges{};
    ranges.nodes.fill({-4, 4});
    quantize(parameters, ranges, network);
    static QuantizedPredictor<Net> predictor;
    std::array<std::int8_t, 128> input;
    for (std::size_t i = 0; i < 128; ++i)
        input[i] = static_cast<std::int8_t>(i);
    const std::size_t count = board::instructions_of([&] { predictor(network, input); });
#else
    static Predictor<Net> predictor;
    std::array<float, 128> input;
    for (std::size_t i = 0; i < 128; ++i)
        input[i] = static_cast<float>(i) / 128;
    const std::size_t count = board::instructions_of([&] { predictor(parameters, input); });
#endif
    board::write(Text<20>().append(count).append("\n").view());
    return 0;
}
