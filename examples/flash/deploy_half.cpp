// As deploy.cpp, with weights of 16 bits: half the flash, and RAM for a few columns of weights at a time.
#include "digits_weights_half.hpp"

#include <array>
#include <cstddef>
#include <cstdio>
#include <span>

static_assert(sizeof(digits::parameters) <= 8 * 1024); // flash
// RAM: 768 bytes on a processor without SIMD, more where vectors, and so the columns taken together, are
// wider.
static_assert(sizeof(burin::Predictor<digits::Network, 1, burin::float16>) <=
              512 + 512 * burin::kernels::width<float>);

namespace {

burin::Predictor<digits::Network, 1, burin::float16> predictor;

} // namespace

int main() {
    if (burin::crc32(std::span(digits::parameters)) != digits::checksum)
        return 1;                // The flash is not what was written.
    std::array<float, 64> one{}; // A stroke down the middle.
    for (std::size_t row = 0; row < 8; ++row)
        one[8 * row + 3] = one[8 * row + 4] = 1;
    const std::span<const float> scores = predictor(digits::parameters, one);
    std::size_t best = 0;
    for (std::size_t digit = 1; digit < 10; ++digit)
        if (scores[digit] > scores[best])
            best = digit;
    std::printf("a stroke looks like a %zu\n", best);
    return best == 1 ? 0 : 1;
}
