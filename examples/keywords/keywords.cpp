// Hears words on a microcontroller: samples as a microphone gives them, front end, network and answer all in
// integers. It compares its features with those that the network was trained on, and on a computer prints the
// same.
#include "keywords.hpp"
#include "machine/machine.hpp"
#include "sounds.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>

using namespace burin;

namespace {

// The budget is part of the program.
constexpr std::size_t memory = 8 * 1024, stack = 2 * 1024;
using Listener = QuantizedPredictor<keywords::Network, 1, InputMemory::arena>;
static_assert(sizeof(hearing::FrontEnd) + sizeof(Listener) + stack <= memory);
static_assert(quantized_bytes<keywords::Network> <= 10 * 1024); // flash

hearing::FrontEnd front_end;
Listener listener;

/// The word that is said in these samples. A row of the network's input is written as soon as its frame is
/// complete.
std::size_t listen(std::span<const std::int16_t> samples, std::uint32_t& checksum) {
    constexpr std::size_t bands = hearing::FrontEnd::bands, block = 160;
    const std::span<std::int8_t> input = listener.input();
    std::size_t row = 0;
    checksum = 0;
    front_end.reset();
    for (; samples.size() >= block && row < hearing::frames; samples = samples.subspan(block))
        front_end.push(samples.first(block), [&](std::span<const std::uint16_t, bands> features) {
            std::array<float, bands> numbers;
            for (std::size_t band = 0; band < bands; ++band)
                numbers[band] = hearing::number(features[band]);
            quantize(numbers, keywords::network.inputs[0], input.subspan(bands * row++, bands));
            checksum = crc32(features, checksum);
        });
    const std::int8_t* const scores = listener.run(keywords::network, 1)[0];
    return metrics::argmax(scores, hearing::words.size());
}

} // namespace

int main() {
    if (crc32(keywords::network) != keywords::checksum)
        return 1; // The flash is not what was written.
    std::size_t right = 0;
    bool same = true;
    for (std::size_t sound = 0; sound < std::size(sounds::samples); ++sound) {
        std::uint32_t checksum = 0;
        const std::size_t word = listen(sounds::samples[sound], checksum);
        right += word == sound;
        same = same && checksum == sounds::checksums[sound];
        Text<128> line(hearing::words[sound]);
        line.append(": features ")
            .append(std::size_t{checksum})
            .append(", heard ")
            .append(hearing::words[word]);
        machine::write(line.append("\n").view());
    }
    const bool fits = machine::report_memory(memory);
    return same && fits && right == hearing::words.size() ? 0 : 1;
}
