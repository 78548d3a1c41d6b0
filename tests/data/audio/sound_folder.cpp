#include "burin/data/audio/sound_folder.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace data = burin::data;
using burin::Label;
using burin::Shape;

TEST_CASE("SoundFolder: sounds by class, of one rate, cut or filled up") {
    const TemporaryDirectory directory;
    for (const char* name : {"yes", "no"})
        std::filesystem::create_directories(directory / name);
    data::write_wav(directory / "yes/a.wav", std::vector<float>{0.25F, 0.5F, -0.5F}, 8000);
    data::write_wav(directory / "yes/b.wav", std::vector<float>{0.5F}, 8000);
    data::write_wav(directory / "no/a.WAV", std::vector<float>{-1, -1}, 8000);
    const data::SoundFolder words(directory.path(), {.length = 2});
    CHECK(words.size() == 3);
    CHECK(words.input_shape() == Shape(2));
    CHECK(words.sample_rate() == 8000);
    CHECK(words.classes() == std::vector<std::string>{"no", "yes"});
    CHECK(words.labels() == std::vector<Label>{0, 1, 1});
    CHECK(words.sound(1).samples == std::vector<float>{0.25F, 0.5F, -0.5F});
    std::vector<float> input(2);
    std::vector<Label> label(1);
    words.read(1, input, label);
    CHECK(input == std::vector<float>{0.25F, 0.5F});
    words.read(2, input, label);
    CHECK(input == std::vector<float>{0.5F, 0});
    CHECK(label[0] == 1);
    CHECK(data::SoundFolder(directory.path()).input_shape() == Shape(8000));

    data::write_wav(directory / "yes/c.wav", std::vector<float>{0.5F}, 16000);
    const data::SoundFolder mixed(directory.path());
    CHECK(error_of([&] { mixed.read(3, input, label); }) ==
          (directory / "yes/c.wav") + ": expected 8000 Hz, as the others, got 16000 Hz; resample it first");
    const data::SoundFolder strict(directory.path(), {.sample_rate = 16'000});
    CHECK(error_of([&] { strict.read(0, input, label); }) ==
          (directory / "no/a.WAV") + ": expected 16000 Hz, as the others, got 8000 Hz; resample it first");
    const std::string whole = bytes_of(directory / "yes/a.wav");
    write_bytes(directory / "yes/a.wav", whole.substr(0, whole.size() - 2));
    CHECK(error_of([&] { words.read(1, input, label); }) ==
          (directory / "yes/a.wav") + ": offset 36: expected 6 bytes of samples, got 4");
}
