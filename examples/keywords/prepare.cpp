// Learns to tell spoken words apart, on a computer, from WAV files; writes the network in 8 bits, and a sound
// of each word with what the computer made of it, for the device to compare.
#include <burin/burin.hpp>
#include <burin/data/audio/wav.hpp>

#include "network.hpp"
#include "options.hpp"
#include "sound_folder.hpp"
#include "speaker.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

using namespace burin;

namespace {

/// The samples of a WAV file in 16 bits, as a microphone gives them.
std::vector<std::int16_t> read(const std::string& path) {
    const data::Sound sound = data::read_sound(path);
    if (sound.sample_rate != hearing::sample_rate || sound.samples.size() != hearing::sample_rate)
        throw Error(path + ": expected a second at 16000 Hz, got " + std::to_string(sound.samples.size()) +
                    " samples at " + std::to_string(sound.sample_rate));
    std::vector<std::int16_t> samples;
    for (const float sample : sound.samples)
        samples.push_back(static_cast<std::int16_t>(std::lround(sample * 32768)));
    return samples;
}

std::vector<std::uint16_t> features(const std::vector<std::int16_t>& samples) {
    static hearing::FrontEnd front_end;
    std::vector<std::uint16_t> result;
    front_end.reset();
    front_end.push(samples, [&](auto bands) { result.insert(result.end(), bands.begin(), bands.end()); });
    return result;
}

/// A sound of each word from `first` on, and the checksum of its features.
std::string constants(const std::vector<std::string>& paths) {
    std::string sounds = "inline constexpr std::int16_t samples[][16000] = {\n", sums;
    for (std::size_t i = paths.size() - hearing::words.size(); i < paths.size(); ++i) {
        const std::vector<std::int16_t> samples = read(paths[i]);
        sounds += "{";
        for (const std::int16_t sample : samples)
            sounds += std::to_string(sample) + ",";
        sounds += "},\n";
        sums += std::to_string(crc32(std::span<const std::uint16_t>(features(samples)))) + "u, ";
    }
    return "#pragma once\n\n#include <cstdint>\n\nnamespace sounds {\n\n" + sounds +
           "};\ninline constexpr std::uint32_t checksums[] = {" + sums + "};\n\n} // namespace sounds\n";
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv,
                          {{"--directory", ""},
                           {"--sounds", "1000"},
                           {"--network", "keywords.hpp"},
                           {"--samples", "sounds.hpp"}});
    const std::size_t count = options.number("--sounds", 50, 100'000);
    const SoundFolder folder(options["--directory"]);

    std::vector<std::string> paths;
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t number = 0; number < count / hearing::words.size() * hearing::words.size(); ++number) {
        paths.push_back(folder.file(std::to_string(number) + ".wav"));
        data::write_wav(paths.back(), speaker::say(number), hearing::sample_rate);
        for (const std::uint16_t feature : features(read(paths.back())))
            inputs.push_back(hearing::number(feature));
        labels.push_back(static_cast<Label>(number % hearing::words.size()));
    }
    io::write_file(options["--samples"], constants(paths));

    const data::Dataset<> all(Shape(hearing::frames, hearing::FrontEnd::bands), std::move(inputs),
                              std::move(labels));
    const auto [train, test] = all.split(0.75, /*seed*/ 1);
    Model<Keywords> model({.seed = 1});
    fit(model, train,
        Fit{.optimizer = optimizers::Adam{.learning_rate = 2e-3}, .epochs = 20, .verbose = false});
    const auto network = quantize(model, calibrate(model, train));
    io::export_header(options["--network"], *network,
                      {.name_space = "keywords", .network = "::Keywords", .include = "network.hpp"});
    const double real = evaluate(model, test)["accuracy"], integer = evaluate(*network, test)["accuracy"];
    std::printf("%zu sounds held out: %.1f %% right, in 8 bits %.1f %%\n", test.size(), 100 * real,
                100 * integer);
    return integer >= 0.95 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("prepare");
}
