#include "burin/data/audio/resample.hpp"
#include "burin/data/audio/pitch.hpp"
#include "reference/sound.hpp"
#include "support/error_of.hpp"
#include "support/sounds.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

using namespace burin::data::audio;
using burin::data::Sound;

namespace {

/// Of a steady tone, counted by its zeros away from the ends.
double hertz_of(const Sound& sound) {
    const std::size_t from = sound.samples.size() / 4, to = 3 * from;
    std::size_t rises = 0;
    for (std::size_t i = from; i + 1 < to; ++i)
        rises += sound.samples[i] < 0 && sound.samples[i + 1] >= 0;
    return static_cast<double>(rises) * static_cast<double>(sound.sample_rate) /
           static_cast<double>(to - from);
}

/// A second of 500 Hz.
Sound tone(std::size_t rate = 8000) {
    return {sounds::mixed(0.5, sounds::tone(rate, 500)), rate};
}

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

} // namespace

TEST_CASE("resample equals soxr's of Python, up and down") {
    const auto check = [](const Sound& found, std::size_t size, std::span<const double> expected,
                          std::size_t step) {
        REQUIRE(found.samples.size() == size);
        REQUIRE(expected.size() == (size + step - 1) / step);
        for (std::size_t i = 0; i < expected.size(); ++i)
            CHECK(std::abs(static_cast<double>(found.samples[step * i]) - expected[i]) < 1e-5);
    };
    const Sound up = resample({sounds::mixed(1, sounds::tone(400, 20, 10)), 8000}, 11025);
    CHECK(up.sample_rate == 11025);
    check(up, 551, reference::sound::resampled, 4);
    check(resample({sounds::mixed(1, sounds::noise(800, 12)), 16000}, 6000), 300,
          reference::sound::resampled_down, 2);
}

TEST_CASE("resample: pitch and level stay; none, one, many") {
    const Sound other = resample(tone(), 44100);
    CHECK(other.samples.size() == 44100);
    CHECK(hertz_of(other) == doctest::Approx(500).epsilon(0.01));
    CHECK(resample(tone(), 8000).samples == tone().samples);
    CHECK(resample({{}, 8000}, 16000).samples.empty());
    CHECK(resample({{0.5F}, 8000}, 16000).samples.size() == 2);
    CHECK(resample({{0.5F}, 8000}, 2000).samples.empty());
    CHECK(resample({std::vector<float>(5000, 0.5F), 4096}, 1).samples.size() == 1);
    CHECK(error_of([] { resample(tone(), 0); }) ==
          "resample: expected sample rates from 1 to 2^30 Hz, at most 4096 times apart, got 8000 and 0");
    CHECK(error_of([] { resample({{1}, 1}, 8192); }).starts_with("resample: expected sample rates"));
    CHECK(error_of([] { resample({{0, not_a_number}, 8000}, 16000); }) ==
          "resample: sample 1: expected a finite number, got nan");
}

TEST_CASE("speed: length and pitch change together") {
    const Sound fast = speed(tone(), 1.25);
    CHECK(fast.samples.size() == 6400);
    CHECK(fast.sample_rate == 8000);
    CHECK(hertz_of(fast) == doctest::Approx(625).epsilon(0.01));
    CHECK(speed(tone(), 1).samples == tone().samples);
    CHECK(error_of([] { speed(tone(), 17); }) == "speed: expected a factor from 0.0625 to 16, got 17");
}

TEST_CASE("tempo: the length changes, the pitch does not") {
    for (const double factor : {0.8, 1.5}) {
        const Sound found = tempo(tone(), factor);
        CHECK(found.samples.size() == static_cast<std::size_t>(std::round(8000 / factor)));
        CHECK(hertz_of(found) == doctest::Approx(500).epsilon(0.01));
    }
    CHECK(tempo({{}, 8000}, 2).samples.empty());
    CHECK(tempo({{0.5F}, 8000}, 2).samples.size() == 1);
    CHECK(tempo({std::vector<float>(300), 8000}, 2).samples == std::vector<float>(150));
    CHECK(error_of([] { tempo(tone(), 0); }) == "tempo: expected a factor from 0.25 to 4, got 0");
    CHECK(error_of([] { tempo({{1}, 0}, 2); }) ==
          "tempo: expected a sample rate from 1000 to 1000000, got 0");
    CHECK(error_of([] { tempo({{not_a_number}, 8000}, 2); }) ==
          "tempo: sample 0: expected a finite number, got nan");
}

TEST_CASE("pitch: it changes, the length does not") {
    const Sound up = pitch(tone(), 12);
    CHECK(up.samples.size() == 8000);
    CHECK(hertz_of(up) == doctest::Approx(1000).epsilon(0.01));
    CHECK(hertz_of(pitch(tone(), -7)) == doctest::Approx(500 * std::exp2(-7.0 / 12)).epsilon(0.02));
    // The same sound has the same bits.
    CHECK(pitch(tone(), 12).samples == up.samples);
    CHECK(pitch(tone(), 0).samples == tone().samples);
    CHECK(error_of([] { pitch(tone(), 25); }) == "pitch: expected semitones from -24 to 24, got 25");
}
