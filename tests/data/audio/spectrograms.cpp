#include "burin/data/audio/spectrograms.hpp"
#include "burin/data/audio/augment.hpp"
#include "burin/data/audio/compose.hpp"
#include "burin/data/audio/sound_folder.hpp"
#include "burin/data/audio/spec_augment.hpp"
#include "burin/data/dataset.hpp"
#include "burin/data/loader.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"
#include "support/sounds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

using namespace burin;
using namespace burin::data::audio;

namespace {

constexpr std::size_t count = 9, length = 600;

data::Dataset<> sounds_of_kinds() {
    std::vector<float> samples;
    std::vector<Label> labels;
    for (std::size_t i = 0; i < count; ++i) {
        const std::vector<float> sound =
            sounds::mixed(0.5, sounds::tone(length, static_cast<double>(20 + 5 * i)));
        samples.insert(samples.end(), sound.begin(), sound.end());
        labels.push_back(static_cast<Label>(i % 3));
    }
    return {Shape(length), samples, labels};
}

const data::LogMelOptions options{
    .sample_rate = 8000, .window = 200, .hop = 80, .fft_size = 256, .bands = 12};

/// All numbers of an epoch, in the order of the samples.
template <class Loader>
std::vector<float> epoch_of(const Loader& loader, const data::LoadOrder& order) {
    auto batches = loader.batches(order);
    std::vector<float> all(loader.size() * loader.input_shape().size());
    while (const auto* batch = batches.next())
        for (std::size_t row = 0; row < batch->size(); ++row)
            std::copy(batch->input(row).begin(), batch->input(row).end(),
                      all.begin() +
                          static_cast<std::ptrdiff_t>(batch->number(row) * batch->input(row).size()));
    return all;
}

} // namespace

TEST_CASE(
    "Spectrograms: a loader changes sounds anew in each epoch, with the same bits at any number of workers") {
    const data::Dataset<> sounds = sounds_of_kinds();
    const Spectrograms images(sounds, options, Compose{RandomShift{.most = 50}, WhiteNoise{}});
    const SpecAugment hide{.bands = 12, .time_width = 2, .frequency_width = 3};
    CHECK(images.input_shape() == Shape(6, 12));
    const data::Loader alone(images, {.workers = 0}, hide), helped(images, {.workers = 3}, hide);
    const data::LoadOrder first{.seed = 1, .batch_size = 4}, second{.seed = 1, .epoch = 1, .batch_size = 2};
    CHECK(epoch_of(alone, first) == epoch_of(helped, first));
    CHECK(epoch_of(alone, second) == epoch_of(helped, second));
    CHECK(epoch_of(alone, first) != epoch_of(alone, second));

    // As they are: LogMel's.
    const std::vector<float> plain = epoch_of(helped, {.seed = 1, .batch_size = 4, .augment = false});
    const data::LogMel log_mel(options);
    std::vector<float> expected;
    for (std::size_t i = 0; i < count; ++i) {
        const std::vector<float> image = log_mel(sounds.input(i));
        expected.insert(expected.end(), image.begin(), image.end());
    }
    CHECK(plain == expected);
    CHECK(epoch_of(data::Loader(Spectrograms(sounds, options)), first) == expected);
    CHECK(error_of([&] { Spectrograms(sounds, {.window = 601, .fft_size = 1024}); }) ==
          "Spectrograms: expected sounds of at least one frame, got 600 samples");
}

TEST_CASE("Spectrograms: of a folder, whose sample rate is compared") {
    const TemporaryDirectory directory;
    for (const char* kind : {"no", "yes"}) {
        std::filesystem::create_directory(directory / kind);
        data::write_wav((directory / kind) + "/1.wav", sounds::mixed(0.5, sounds::tone(500, 30)), 8000);
    }
    const data::SoundFolder folder(directory.path(), {.length = length});
    const Spectrograms images(folder, options);
    CHECK(images.size() == 2);
    std::vector<float> image(images.input_shape().size());
    std::vector<Label> label(1);
    images.read(1, image, label);
    CHECK(label[0] == 1);
    CHECK(error_of([&] { Spectrograms(folder, data::LogMelOptions{}); }) ==
          "Spectrograms: expected sounds of 16000 Hz, got 8000");
}
