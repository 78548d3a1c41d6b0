#include "support/files.hpp"
#include "burin/data/audio/log_mel.hpp"
#include "burin/data/audio/wav.hpp"
#include "reference/audio.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

using namespace burin;

TEST_CASE("LogMel agrees with NumPy") {
    const data::LogMel log_mel({.sample_rate = 8000,
                                .window = 200,
                                .hop = 80,
                                .fft_size = 256,
                                .bands = 12,
                                .lowest = 50,
                                .highest = 3500});
    const std::vector<float> samples(std::begin(reference::audio::samples),
                                     std::end(reference::audio::samples));
    REQUIRE(log_mel.shape(samples.size()) == Shape(6, 12));
    const std::vector<float> found = log_mel(samples);
    REQUIRE(found.size() == std::size(reference::audio::log_mel));
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(static_cast<double>(found[i]) == doctest::Approx(reference::audio::log_mel[i]).epsilon(1e-4));
}

TEST_CASE("LogMel: no frame reaches past the end, and silence is the floor") {
    const data::LogMel log_mel;
    CHECK(log_mel.frames(399) == 0);
    CHECK(log_mel.frames(400) == 1);
    CHECK(log_mel.frames(559) == 1);
    CHECK(log_mel.frames(560) == 2);
    for (const float value : log_mel(std::vector<float>(400)))
        CHECK(static_cast<double>(value) == doctest::Approx(std::log(1e-6)));
    CHECK(error_of([] { data::LogMel({.window = 600}); }) ==
          "LogMel: expected a window of at most fft_size samples, and an even fft_size, got 600 and 512");
    CHECK(error_of([] { data::LogMel({.lowest = 9000}); }) ==
          "LogMel: expected 0 <= lowest < highest <= half the sample rate");
}

TEST_CASE("write_wav and read_sound: 16 bits there and back; what is too loud is clipped") {
    const TemporaryDirectory directory;
    const std::string path = directory / "sound.wav";
    data::write_wav(path, std::vector<float>{0, 0.5F, -0.25F, 2, -2}, 22050);
    const data::Sound sound = data::read_sound(path);
    CHECK(sound.sample_rate == 22050);
    REQUIRE(sound.samples.size() == 5);
    const double expected[] = {0, 0.5, -0.25, 1, -1};
    for (std::size_t i = 0; i < 5; ++i)
        CHECK(std::abs(static_cast<double>(sound.samples[i]) - expected[i]) < 1e-4);
}

TEST_CASE("write_wav: floats stay what they are, also the loud and the quiet ones; the same bytes again") {
    const TemporaryDirectory directory;
    const std::vector<float> samples{0, 0.5F, -3, 2, 1e-9F, 0x1p-130F};
    data::write_wav(directory / "a.wav", samples, 48000, data::SampleFormat::float32);
    data::write_wav(directory / "b.wav", samples, 48000, data::SampleFormat::float32);
    CHECK(data::read_sound(directory / "a.wav").samples == samples);
    CHECK(data::read_file(directory / "a.wav") == data::read_file(directory / "b.wav"));
}

TEST_CASE("WAV and FLAC: 16 bits there and back, of every length") {
    const TemporaryDirectory directory;
    for (const std::size_t length : {1u, 2u, 4096u, 4097u}) {
        std::vector<float> samples(length);
        for (std::size_t i = 0; i < length; ++i)
            samples[i] = static_cast<float>(static_cast<int>(i * 7919 % 65536) - 32768) / 32768;
        data::write_wav(directory / "sound.wav", samples, 44100);
        data::write_flac(directory / "sound.flac", samples, 44100);
        for (const char* name : {"sound.wav", "sound.flac"}) {
            const data::Sound sound = data::read_sound(directory / name);
            CHECK(sound.samples == samples);
            CHECK(sound.sample_rate == 44100);
        }
    }
    data::write_wav(directory / "sound.wav", {}, 44100);
    CHECK(data::read_sound(directory / "sound.wav").samples.empty());
    CHECK(error_of([&] { data::write_flac(directory / "none.flac", {}, 44100); }) ==
          directory / "none.flac" + ": expected at least 1 sample, got 0");
    CHECK(error_of([&] {
              data::write_flac(directory / "none.flac", std::vector<float>{0}, 0);
          }).starts_with(directory / "none.flac" + ": expected a sample rate that FLAC knows, got 0"));
}

TEST_CASE("read_sound: says which file is none") {
    const TemporaryDirectory directory;
    const std::string path = directory / "text.wav";
    write_bytes(path, "no sound at all");
    CHECK(error_of([&] {
              data::read_sound(path);
          }).find(path + ": expected a sound file, got something else") == 0);
    CHECK(error_of([&] { data::read_sound(directory / "none.wav"); }).find("can't be opened") !=
          std::string::npos);
}

TEST_CASE("read_sound: several channels become their mean; a header that claims too much is refused") {
    const TemporaryDirectory directory;
    const std::string path = directory / "sound.flac";
    SF_INFO info{};
    info.channels = 2;
    info.samplerate = 8000;
    info.format = SF_FORMAT_FLAC | SF_FORMAT_PCM_16;
    SNDFILE* const file = sf_open(path.c_str(), SFM_WRITE, &info);
    REQUIRE(file != nullptr);
    const std::vector<float> left_and_right{0.5F, 0.25F, -0.5F, 0};
    CHECK(sf_write_float(file, left_and_right.data(), 4) == 4);
    sf_close(file);
    const data::Sound sound = data::read_sound(path);
    REQUIRE(sound.samples.size() == 2);
    CHECK(static_cast<double>(sound.samples[0]) == doctest::Approx(0.375).epsilon(1e-4));
    CHECK(static_cast<double>(sound.samples[1]) == doctest::Approx(-0.25).epsilon(1e-4));
    const std::vector<data::Sound> channels = data::read_channels(path);
    REQUIRE(channels.size() == 2);
    CHECK(channels[0].samples == std::vector<float>{0.5F, -0.5F});
    CHECK(channels[1].samples == std::vector<float>{0.25F, 0});
    CHECK(channels[1].sample_rate == 8000);

    std::vector<char> bytes = data::read_file(path);
    // The lowest 32 of the 36 bits that count samples.
    std::fill(bytes.begin() + 22, bytes.begin() + 26, '\xff');
    write_bytes(path, std::string(bytes.begin(), bytes.end()));
    CHECK(error_of([&] { data::read_sound(path); }) == path + ": expected 4294967295 samples, got 2");
}
