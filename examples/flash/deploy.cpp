// Runs a trained network from constant memory, as a microcontroller does from flash: no files, no heap, no
// copy of the weights. The budget is part of the program: a network that needs more does not compile.
#include "digits_weights.hpp"
#include "machine/machine.hpp"

#include <array>
#include <cstddef>
#include <span>

constexpr std::size_t stack = 1024;
static_assert(sizeof(digits::parameters) <= 16 * 1024);          // flash
static_assert(sizeof(burin::Predictor<digits::Network>) <= 256); // RAM

namespace {

burin::Predictor<digits::Network> predictor;

/// Grey values from 0 to 16.
constexpr std::array<unsigned char, 64> zero{0, 0, 5,  13, 9,  1,  0, 0, 0, 0, 13, 15, 10, 15, 5, 0,
                                             0, 3, 15, 2,  0,  11, 8, 0, 0, 4, 12, 0,  0,  8,  8, 0,
                                             0, 5, 8,  0,  0,  9,  8, 0, 0, 4, 11, 0,  1,  12, 7, 0,
                                             0, 2, 14, 5,  10, 12, 0, 0, 0, 0, 6,  13, 10, 0,  0, 0};

} // namespace

int main() {
    if (burin::crc32(std::span(digits::parameters)) != digits::checksum)
        return 1; // The flash is not what was written.
    std::array<float, 64> input;
    for (std::size_t i = 0; i < 64; ++i)
        input[i] = static_cast<float>(zero[i]) / 16;
    const std::span<const float> scores = predictor(digits::parameters, input);
    std::size_t best = 0;
    for (std::size_t digit = 1; digit < 10; ++digit)
        if (scores[digit] > scores[best])
            best = digit;
    burin::Text<64> line("a zero looks like a ");
    machine::write(line.append(best).append("\n").view());
    const bool fits = machine::report_memory(sizeof predictor + stack);
    return fits && best == 0 ? 0 : 1;
}
