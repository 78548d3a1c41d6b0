// Plays a sound through a capture of an amplifier that Neural Amp Modeler made:
//
//     amplifier FILE.nam in.wav out.wav [--size 0 to 1]
//
// in pieces of 64 samples, as an effect in a studio does. The network is found among those that captures are
// made with, whose code the program has; a capture of another kind becomes a header by `burin-import
// FILE.nam`. `--size` takes the small one of a file that has several sizes.
#include "networks.hpp"
#include "options.hpp"

#include <burin/data/audio/resample.hpp>
#include <burin/data/audio/wav.hpp>
#include <burin/io/nam.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// The sound, if the capture's network is this one.
template <class Net>
bool play(const io::NamFile& file, std::vector<float>& sound) {
    if (!io::is_nam<Net>(file))
        return false;
    const auto parameters = std::make_unique<Parameters<Net>>();
    io::load_nam(file, *parameters);
    const auto amplifier = std::make_unique<Streamer<Net, captures::block>>();
    // An amplifier that is switched on hums until its network has heard silence for as long as it remembers.
    const auto in_pieces = [](std::size_t samples) {
        return (samples + captures::block - 1) / captures::block * captures::block;
    };
    std::vector<float> silence(in_pieces(file.warm_up())), played(silence.size());
    (*amplifier)(*parameters, silence, played);

    const std::size_t samples = sound.size();
    sound.resize(in_pieces(samples));
    played.resize(sound.size());
    const auto start = std::chrono::steady_clock::now();
    (*amplifier)(*parameters, sound, played);
    const std::chrono::duration<double, std::micro> elapsed = std::chrono::steady_clock::now() - start;
    played.resize(samples);
    sound = std::move(played);

    const double each = elapsed.count() / static_cast<double>(in_pieces(samples) / captures::block);
    const double time = 1e6 * captures::block / file.sample_rate;
    std::printf("%.1f us for %zu samples, %.1f %% of their time\n", each, captures::block, 100 * each / time);
    return true;
}

template <class... Nets>
bool play_one_of(const io::NamFile& file, std::vector<float>& sound) {
    return (play<Nets>(file, sound) || ...);
}

} // namespace

int main(int argc, char** argv) try {
    if (argc < 4)
        throw Error("command line: expected FILE.nam in.wav out.wav");
    const Options options(argc - 3, argv + 3, {{"--size", "1"}});
    const io::NamFile file = io::read_nam(argv[1], {.size = options.real("--size", 0, 1)});
    data::Sound sound = data::read_sound(argv[2]);
    const auto rate = static_cast<std::size_t>(file.sample_rate);
    if (!file.title.empty() || !file.gear.empty())
        std::printf("%s%s%s\n", file.title.c_str(), file.title.empty() || file.gear.empty() ? "" : ", ",
                    file.gear.c_str());
    if (sound.sample_rate != rate) {
        std::printf("resampled from %zu to %zu samples a second, which the capture was made at\n",
                    sound.sample_rate, rate);
        sound = data::audio::resample(sound, rate);
    }

    using namespace captures;
    if (!play_one_of<A2<8>, A2<3>, Standard, Lite, Feather, Nano, Recurrent<24>, TwoRecurrent<8>,
                     Recurrent<16>, Recurrent<12>, Recurrent<8>, TwoRecurrent<16>, Recurrent<3>>(
            file, sound.samples))
        throw Error(file.name +
                    ": expected a network of one of the usual sizes, found another; burin-import makes a "
                    "header of it");

    float peak = 0;
    for (const float sample : sound.samples)
        peak = std::max(peak, std::abs(sample));
    data::write_wav(argv[3], sound.samples, rate, data::SampleFormat::float32);
    std::printf("%.2f s, peak %.3f%s\n",
                static_cast<double>(sound.samples.size()) / static_cast<double>(rate),
                static_cast<double>(peak), peak > 1 ? ", which 16 bits would clip" : "");
    return EXIT_SUCCESS;
} catch (...) {
    return failure("amplifier");
}
