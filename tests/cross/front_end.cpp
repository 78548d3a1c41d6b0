// Makes features of a sound, in floats and in integers, and prints a checksum of each frame's. The same
// source runs on the board and, with one lane, on the computer that compiled it: the two must print the same.

#include <burin/embedded.hpp>

#include <burin/data/audio/cepstrum.hpp>
#include <burin/data/audio/front_end.hpp>
#include <burin/data/audio/micro_front_end.hpp>

#include "board/semihosting.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

using namespace burin;

namespace {

constexpr std::size_t block = 400;

void print(std::string_view name, std::uint32_t checksum) {
    Text<80> line(name);
    board::write(line.append(" ").append(std::size_t{checksum}).append("\n").view());
}

} // namespace

int main() {
    static data::audio::FrontEnd<> front_end;
    static data::audio::MicroFrontEnd<> micro_front_end;
    std::uint32_t phase = 0, pace = 500, noise = 1;
    for (std::size_t number = 0; number < 8; ++number) {
        static std::array<std::int16_t, block> samples;
        static std::array<float, block> floats;
        for (std::size_t i = 0; i < block; ++i) {
            pace += 2;
            phase = (phase + pace) % 65536;
            noise = noise * 1664525 + 1013904223;
            const int triangle = static_cast<int>(phase < 32768 ? phase : 65535 - phase) * 2 - 32767;
            samples[i] = static_cast<std::int16_t>((triangle >> number) + static_cast<int>(noise >> 26));
            floats[i] = static_cast<float>(samples[i]) / 32768;
        }
        front_end.push(floats, [](std::span<const float, 40> bands) {
            print("float", crc32(bands));
            const std::array<float, 13> coefficients = data::audio::Cepstrum<40, 13>::of(bands);
            print("cepstrum", crc32(std::span<const float>(coefficients)));
        });
        micro_front_end.push(
            samples, [](std::span<const std::uint16_t, 40> bands) { print("integer", crc32(bands)); });
    }
    return 0;
}
