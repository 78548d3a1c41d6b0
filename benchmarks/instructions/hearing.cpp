// Instructions of one frame of sound, 10 ms of 16 kHz, on a Cortex-M board: features of floats, or with
// INTEGERS TensorFlow's.

#include <burin/embedded.hpp>

#include <burin/data/audio/front_end.hpp>
#include <burin/data/audio/micro_front_end.hpp>

#include "board/instruction_counter.hpp"
#include "board/semihosting.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

using namespace burin;

#if defined(INTEGERS)
using Sample = std::int16_t;
using FrontEnd = data::audio::MicroFrontEnd<>;
constexpr float loudest = 8000;
#else
using Sample = float;
using FrontEnd = data::audio::FrontEnd<>;
constexpr float loudest = 0.25F;
#endif

int main() {
    static FrontEnd front_end;
    static std::array<Sample, 160> samples;
    const RandomStream noise{1, Purpose::user, 0};
    std::size_t frames = 0;
    const auto push = [&](std::size_t block) {
        for (std::size_t i = 0; i < samples.size(); ++i)
            samples[i] =
                static_cast<Sample>(loudest * static_cast<float>(noise.uniform(block * samples.size() + i)));
        return board::instructions_of([&] { frames += front_end.push(samples, [](auto) {}); });
    };
    std::size_t count = 0;
    for (std::size_t block = 0; block < 8; ++block)
        count = push(block);
    board::write(Text<20>().append(count).append("\n").view());
    return frames > 0 ? 0 : 1;
}
