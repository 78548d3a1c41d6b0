// Tells when somebody speaks in a sound:
//
//     voice_activity [SOUND.wav] [--threshold 0.5] [--trace 1] ...
//
// The network is Silero VAD, from the Python package silero-vad: import.py takes it from there while this is
// built, and nothing of it is in Burin. The sound has 8,000 or 16,000 samples a second, or 16,000 several
// times, of which every so manieth is heard; okay_nabu.wav if none is given. The sound is heard as a
// microphone gives it, 32 ms at a time. `--trace 1` prints each chance, and times in samples.
#include "detector.hpp"
#include "options.hpp"
#include "speech.hpp"
#include "voice_16k.hpp"
#include "voice_8k.hpp"

#include <burin/data/audio/wav.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// `every`: of how many samples of the file one is heard.
template <class Network, std::size_t SampleRate>
void listen(const float* row_major, const data::Sound& sound, std::size_t every, const SpeechOptions& speech,
            bool wants_trace) {
    static Parameters<Network> parameters;
    from_row_major<Network>(row_major, parameters.data());
    static VoiceDetector<Network, SampleRate> detector(parameters);
    SpeechFinder finder(SampleRate, detector.chunk_size, speech);

    const auto heard = [&](Speech found) {
        if (wants_trace)
            std::printf("speech %zu %zu\n", found.start * every, found.end * every);
        else
            std::printf("%.2f s to %.2f s\n", static_cast<double>(found.start) / SampleRate,
                        static_cast<double>(found.end) / SampleRate);
    };
    const std::size_t samples = (sound.samples.size() + every - 1) / every;
    std::array<float, VoiceDetector<Network, SampleRate>::chunk_size> chunk;
    std::chrono::steady_clock::duration elapsed{};
    std::size_t chunks = 0;
    for (std::size_t first = 0; first < samples; first += chunk.size(), ++chunks) {
        for (std::size_t i = 0; i < chunk.size(); ++i)
            chunk[i] = first + i < samples ? sound.samples[(first + i) * every] : 0;
        const auto start = std::chrono::steady_clock::now();
        const float chance = detector(chunk);
        elapsed += std::chrono::steady_clock::now() - start;
        if (wants_trace)
            std::printf("chance %.9g\n", static_cast<double>(chance));
        finder.push(static_cast<double>(chance), heard);
    }
    finder.finish(samples, heard);
    if (chunks != 0 && !wants_trace)
        std::printf("%.1f us for each 32 ms; %zu bytes of memory and %zu of parameters\n",
                    std::chrono::duration<double, std::micro>(elapsed).count() / static_cast<double>(chunks),
                    sizeof detector, sizeof parameters);
}

} // namespace

int main(int argc, char** argv) try {
    const bool has_path = argc > 1 && argv[1][0] != '-';
    const std::string path = has_path ? argv[1] : BURIN_EXAMPLE_DATA "/okay_nabu.wav";
    const Options options(argc - has_path, argv + has_path,
                          {{"--threshold", "0.5"},
                           {"--least-speech", "0.25"},
                           {"--most-speech", "inf"},
                           {"--least-silence", "0.1"},
                           {"--padding", "0.03"},
                           {"--trace", "0"}});
    constexpr double most = std::numeric_limits<double>::infinity();
    const double threshold = options.real("--threshold", 0, 1);
    const SpeechOptions speech{.threshold = threshold,
                               .lower_threshold = std::max(threshold - 0.15, 0.01),
                               .least_speech = options.real("--least-speech", 0, 1e6),
                               .most_speech = options.real("--most-speech", 0.1, most),
                               .least_silence = options.real("--least-silence", 0, 1e6),
                               .padding = options.real("--padding", 0, 1e3)};
    const bool wants_trace = options.number("--trace", 0, 1) == 1;
    const data::Sound sound = data::read_sound(path);
    if (sound.sample_rate == 8000)
        listen<voice_8k::Network, 8000>(voice_8k::row_major, sound, 1, speech, wants_trace);
    else if (sound.sample_rate != 0 && sound.sample_rate % 16000 == 0)
        listen<voice_16k::Network, 16000>(voice_16k::row_major, sound, sound.sample_rate / 16000, speech,
                                          wants_trace);
    else
        throw Error(path + ": expected 8000 or 16000 samples a second, or a multiple of 16000, got " +
                    std::to_string(sound.sample_rate));
    return EXIT_SUCCESS;
} catch (...) {
    return failure("voice_activity");
}
