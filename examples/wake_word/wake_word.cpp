// Hears a wake word, "okay nabu" unless another was imported, in a sound:
//
//     wake_word [SOUND.wav] [--trace]
//
// The network is one of microWakeWord's, from the Python package pymicro-wakeword: import.py takes it from
// there while this is built, and nothing of it is in Burin. The sound is of 16,000 samples a second;
// okay_nabu.wav if none is given. `--trace` prints each input of the network, and its chance in 1/256.
#include "listener.hpp"

#include <burin/data/audio/wav.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

using namespace burin;

namespace {

Listener listener;
// Of these the network takes what its manifest calls an arena, 22 to 37 kB, where TensorFlow Lite runs it.
static_assert(Listener::network_bytes < 6 * 1024 && sizeof(Listener) < 10 * 1024);

} // namespace

int main(int argc, char** argv) try {
    std::string path = BURIN_EXAMPLE_DATA "/okay_nabu.wav";
    bool wants_trace = false;
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]) == "--trace")
            wants_trace = true;
        else
            path = argv[i];
    const data::Sound sound = data::read_sound(path);
    if (sound.sample_rate != 16000)
        throw Error(path + ": expected 16000 samples a second, got " + std::to_string(sound.sample_rate));
    std::vector<std::int16_t> samples(sound.samples.size());
    std::transform(sound.samples.begin(), sound.samples.end(), samples.begin(), [](float sample) {
        return static_cast<std::int16_t>(std::clamp(std::lround(sample * 32768), -32768L, 32767L));
    });

    std::size_t pieces = 0;
    bool fired = false;
    listener.push(samples, [&](auto piece, int chance, bool fires) {
        ++pieces;
        if (wants_trace) {
            for (const std::int8_t number : piece)
                std::printf("%d ", number);
            std::printf("gives %d\n", chance);
        }
        if (fires && !fired)
            std::printf("%.2f s: %s\n", 0.02 + 0.03 * static_cast<double>(pieces), manifest::wake_word);
        fired = fires;
    });
    if (!wants_trace)
        std::printf("%zu bytes of memory, %zu of them the network's; %zu of constants\n", sizeof(Listener),
                    Listener::network_bytes, quantized_bytes<wake_word::Network>);
    return EXIT_SUCCESS;
} catch (const std::exception& error) {
    std::fprintf(stderr, "wake_word: %s\n", error.what());
    return EXIT_FAILURE;
}
