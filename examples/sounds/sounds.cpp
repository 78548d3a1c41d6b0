// Tells six kinds of sound apart, each half a second at 8 kHz with a pitch, a level and noise of its own:
// written as WAV files, read back, turned into log-mel spectrograms, and classified by a convolution over
// time and by one over the image of time and pitch. Then few of them, recorded where it is quiet, are learnt
// for a place where a fan runs: as they are, and with noise, shifts and hidden parts (five seeds each).
#include <burin/audio.hpp>
#include <burin/burin.hpp>
#include <burin/data/sample_stream.hpp>

#include "options.hpp"
#include "sound_folder.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace burin;
namespace audio = burin::data::audio;

namespace {

constexpr std::size_t sample_rate = 8000, length = 4000;
constexpr std::array kinds{"tone", "buzz", "rising", "falling", "warble", "clicks"};

// 30 frames of 20 bands.
const data::LogMel
    log_mel({.sample_rate = sample_rate, .window = 256, .hop = 128, .fft_size = 256, .bands = 20});

using OverTime = Sequential<Input<30, 20>, Conv1D<24, 5>, BatchNorm<>, ReLU, MaxPool1D<2>, Conv1D<24, 3>,
                            ReLU, GlobalMaxPool1D, Dense<kinds.size()>>;
using OverTimeAndPitch =
    Sequential<Input<30, 20>, Reshape<30, 20, 1>, Conv2D<8, 3, Same>, BatchNorm<>, ReLU, MaxPool2D<2>,
               Conv2D<16, 3, Same>, ReLU, GlobalMaxPool2D, Dense<kinds.size()>>;

/// Sound number `number`, of kind number % 6.
std::vector<float> make_sound(std::size_t number) {
    const RandomStream random{7, Purpose::user, static_cast<std::uint32_t>(number)};
    const std::size_t kind = number % kinds.size();
    const double pitch = 200 * std::exp2(2.5 * random.uniform(0)), level = 0.1 + 0.5 * random.uniform(1);
    const double bend = 1 + random.uniform(2), rate = 4 + 5 * random.uniform(3), noise = 0.15 * level;
    double phase = random.uniform(4);
    std::vector<float> sound(length);
    for (std::size_t i = 0; i < length; ++i) {
        const double time = static_cast<double>(i) / sample_rate, part = static_cast<double>(i) / length;
        double hertz = pitch;
        if (kind == 2)
            hertz *= std::exp2(bend * part);
        if (kind == 3)
            hertz *= std::exp2(-bend * part);
        if (kind == 4)
            hertz *= std::exp2(0.25 * std::sin(2 * std::numbers::pi * rate * time));
        phase += hertz / sample_rate;
        double value = std::sin(2 * std::numbers::pi * phase);
        if (kind == 1)
            value = value > 0 ? 0.7 : -0.7;
        if (kind == 5)
            value *= std::fmod(time * rate, 1.0) < 0.08 ? 1 : 0;
        sound[i] = static_cast<float>(level * value + noise * (2 * random.uniform(16 + i) - 1));
    }
    return sound;
}

/// Writes the sounds, reads them again and makes their spectrograms.
data::Dataset<> make_data(const SoundFolder& folder, std::size_t count) {
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t number = 0; number < count; ++number) {
        const std::string path =
            folder.file(std::string(kinds[number % kinds.size()]) + std::to_string(number) + ".wav");
        data::write_wav(path, make_sound(number), sample_rate);
        const std::vector<float> spectrogram = log_mel(data::read_sound(path).samples);
        inputs.insert(inputs.end(), spectrogram.begin(), spectrogram.end());
        labels.push_back(static_cast<Label>(number % kinds.size()));
    }
    return {log_mel.shape(length), std::move(inputs), std::move(labels)};
}

/// Accuracy on `test` after training, with random bands and frames hidden if that is wanted.
template <class Net>
Evaluation train_and_test(const data::Dataset<>& train, const data::Dataset<>& test, std::size_t epochs,
                          std::uint64_t seed = 1, std::size_t masks = 0) {
    const audio::SpecAugment hide{.bands = log_mel.options().bands,
                                  .time_masks = masks,
                                  .time_width = 5,
                                  .frequency_masks = masks,
                                  .frequency_width = 3,
                                  .value = -4};
    Model<Net> model({.seed = seed});
    fit(model, train,
        Fit{.optimizer = optimizers::Adam{.learning_rate = 3e-3},
            .epochs = epochs,
            .augment = audio::Compose{hide},
            .verbose = false});
    return evaluate(model, test);
}

template <class Net>
double learn(const char* name, const data::Dataset<>& train, const data::Dataset<>& test,
             std::size_t epochs) {
    const Evaluation result = train_and_test<Net>(train, test, epochs);
    std::printf("%s: %zu parameters, held out: %s\n", name, parameter_count<Net>,
                report::text(result).c_str());
    return result["accuracy"];
}

/// A fan: noise of which low pitches have most.
data::Sound fan(std::uint32_t number) {
    const RandomStream random{8, Purpose::user, number};
    data::Sound sound{std::vector<float>(4 * length), sample_rate};
    double value = 0;
    for (std::size_t i = 0; i < sound.samples.size(); ++i) {
        value = 0.8 * value + random.uniform(i) - 0.5;
        sound.samples[i] = static_cast<float>(value);
    }
    return sound;
}

/// Sounds `first` to `first + count - 1`, each `copies` times and then changed: change(sound, number, copy).
template <class Change>
data::Dataset<> make_spectrograms(std::size_t first, std::size_t count, std::size_t copies, Change change) {
    std::vector<float> inputs;
    std::vector<Label> labels;
    for (std::size_t number = first; number < first + count; ++number)
        for (std::size_t copy = 0; copy < copies; ++copy) {
            std::vector<float> sound = make_sound(number);
            change(std::span(sound), number, copy);
            const std::vector<float> spectrogram = log_mel(sound);
            inputs.insert(inputs.end(), spectrogram.begin(), spectrogram.end());
            labels.push_back(static_cast<Label>(number % kinds.size()));
        }
    return {log_mel.shape(length), std::move(inputs), std::move(labels)};
}

/// What augmentation gains where a fan runs: mean accuracy over five seeds without and with it.
std::array<double, 2> compare_in_noise(std::size_t epochs) {
    constexpr std::size_t few = 48, copies = 8, tested = 240, seeds = 5, elsewhere = 1'000'000;
    const audio::BackgroundNoise one_fan({fan(1)}, sample_rate, {.lowest = 0, .highest = 20});
    const audio::Compose change{audio::RandomShift{.most = 400}, audio::RandomGain{}, one_fan};
    const audio::BackgroundNoise another_fan({fan(2)}, sample_rate, {.lowest = 3, .highest = 3});
    const data::Dataset<> test =
        make_spectrograms(elsewhere, tested, 1, [&](std::span<float> sound, std::size_t number, std::size_t) {
            another_fan(sound, data::sample_stream(1, 0, number));
        });
    std::array<double, 2> mean{};
    for (std::uint64_t seed = 1; seed <= seeds; ++seed)
        for (const bool augments : {false, true}) {
            const data::Dataset<> train =
                make_spectrograms(seed * 1000 * kinds.size(), few, copies,
                                  [&](std::span<float> sound, std::size_t number, std::size_t copy) {
                                      if (augments)
                                          change(sound, data::sample_stream(seed, copy, number));
                                  });
            const double accuracy =
                train_and_test<OverTime>(train, test, epochs, seed, augments ? 1 : 0)["accuracy"];
            std::printf("in noise, seed %zu, %s: %.1f %%\n", static_cast<std::size_t>(seed),
                        augments ? "augmented" : "as recorded", 100 * accuracy);
            mean[augments ? 1 : 0] += accuracy / seeds;
        }
    std::printf("in noise, mean of %zu seeds: %.1f %% as recorded, %.1f %% augmented\n", seeds, 100 * mean[0],
                100 * mean[1]);
    return mean;
}

} // namespace

int main(int argc, char** argv) try {
    const Options options(argc, argv, {{"--directory", ""}, {"--sounds", "960"}, {"--epochs", "15"}});
    const std::size_t count = options.number("--sounds", 8, 100'000), epochs = options.number("--epochs");
    const SoundFolder folder(options["--directory"]);
    const data::Dataset<> all = make_data(folder, count);
    auto [train, test] = all.split(0.75, /*seed*/ 1);
    const double one = learn<OverTime>("Conv1D over time", train, test, epochs);
    const double two = learn<OverTimeAndPitch>("Conv2D over time and pitch", train, test, epochs);
    const auto [plain, augmented] = compare_in_noise(epochs);
    return one >= 0.95 && two >= 0.95 && augmented > plain + 0.05 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("sounds");
}
