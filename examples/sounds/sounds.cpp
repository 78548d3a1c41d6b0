// Tells six kinds of sound apart, each half a second at 8 kHz with a pitch, a level and noise of its own:
// written as WAV files, read back, turned into log-mel spectrograms, and classified by a convolution over
// time and by one over the image of time and pitch.
#include <burin/burin.hpp>
#include <burin/data/audio/log_mel.hpp>
#include <burin/data/audio/wav.hpp>

#include "options.hpp"
#include "sound_folder.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

using namespace burin;

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

template <class Net>
double learn(const char* name, const data::Dataset<>& train, const data::Dataset<>& test,
             std::size_t epochs) {
    Model<Net> model(/*seed*/ 1);
    fit(model, train,
        Fit{.optimizer = optimizers::Adam{.learning_rate = 3e-3},
            .epochs = epochs,
            .validation = &test,
            .verbose = false});
    const Evaluation result = evaluate(model, test);
    std::printf("%s: %zu parameters, held out: %s\n", name, parameter_count<Net>,
                report::text(result).c_str());
    return result["accuracy"];
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
    return one >= 0.95 && two >= 0.95 ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (...) {
    return failure("sounds");
}
