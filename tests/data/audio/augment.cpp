#include "burin/data/audio/augment.hpp"
#include "burin/data/audio/compose.hpp"
#include "burin/data/audio/spec_augment.hpp"
#include "support/error_of.hpp"
#include "support/sounds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

using namespace burin;
using namespace burin::data::audio;
using burin::data::Sound;

namespace {

RandomStream stream(std::uint64_t seed) {
    return {seed, Purpose::augmentation, 3};
}

const std::vector<float> tone = sounds::mixed(0.5, sounds::tone(1000, 40));

template <class Augmentation>
std::vector<float> changed(const Augmentation& augmentation, std::uint64_t seed,
                           std::vector<float> sound = tone) {
    augmentation(std::span(sound), stream(seed));
    return sound;
}

double decibels_apart(const std::vector<float>& sound, const std::vector<float>& with_noise) {
    std::vector<float> noise = with_noise;
    for (std::size_t i = 0; i < noise.size(); ++i)
        noise[i] -= sound[i];
    return 10 * std::log10(mean_power(sound) / mean_power(noise));
}

/// [frames, 5]: the number of each frame, one behind the other.
std::vector<double> ramp(std::size_t frames) {
    std::vector<double> image(frames * 5);
    for (std::size_t i = 0; i < image.size(); ++i)
        image[i] = static_cast<double>(i / 5);
    return image;
}

} // namespace

TEST_CASE("augmentations of sound: by the stream alone, within their bounds") {
    double softest = 1e9, loudest = 0, noisiest = 1e9, clearest = -1e9;
    std::ptrdiff_t earliest = 0, latest = 0;
    std::vector<float> click(101);
    click[50] = 1;
    const WhiteNoise noise{{.lowest = 3, .highest = 9}};
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const double level = peak(changed(RandomGain{}, seed)) / peak(tone);
        softest = std::min(softest, level);
        loudest = std::max(loudest, level);
        const std::vector<float> moved = changed(RandomShift{.most = 20}, seed, click);
        const std::ptrdiff_t shift = std::find(moved.begin(), moved.end(), 1.0F) - moved.begin() - 50;
        earliest = std::min(earliest, shift);
        latest = std::max(latest, shift);
        const double ratio = decibels_apart(tone, changed(noise, seed));
        noisiest = std::min(noisiest, ratio);
        clearest = std::max(clearest, ratio);
        CHECK(changed(noise, seed) == changed(noise, seed));
    }
    CHECK(softest > 0.5);
    CHECK(softest < 0.55);
    CHECK(loudest < 2);
    CHECK(loudest > 1.8);
    CHECK(earliest >= -20);
    CHECK(earliest < -16);
    CHECK(latest <= 20);
    CHECK(latest > 16);
    CHECK(noisiest > 2.2);
    CHECK(noisiest < 3.7);
    CHECK(clearest < 9.5);
    CHECK(clearest > 8.3);
    CHECK(changed(noise, 1) != changed(noise, 2));
    for (const std::size_t size : {0u, 1u, 3u}) {
        CHECK(changed(noise, 1, std::vector<float>(size)) == std::vector<float>(size));
        CHECK(changed(RandomShift{}, 1, std::vector<float>(size)).size() == size);
    }
}

TEST_CASE("BackgroundNoise: one of several, at the ratio drawn") {
    const BackgroundNoise noise({{sounds::mixed(1, sounds::noise(300, 1)), 8000}, {{1, -1}, 8000}}, 8000,
                                {.lowest = 10, .highest = 10});
    std::size_t of_second = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const std::vector<float> found = changed(noise, seed);
        CHECK(decibels_apart(tone, found) == doctest::Approx(10).epsilon(1e-4));
        of_second += std::abs(static_cast<double>(found[0] - tone[0] + found[1] - tone[1])) < 1e-6;
    }
    CHECK(of_second > 4);
    CHECK(of_second < 16);
    CHECK(
        error_of([] { BackgroundNoise({{{1}, 8000}, {{1}, 16000}}, 8000); }) ==
        "BackgroundNoise: noise 1: expected a noise of 8000 Hz, as the sound, got 16000 Hz; audio::resample "
        "changes it");
    CHECK(error_of([] { BackgroundNoise({}, 8000); }) == "BackgroundNoise: expected at least one noise");
    CHECK(error_of([] { BackgroundNoise({{{}, 8000}}, 8000); }) ==
          "BackgroundNoise: noise 0: expected samples, got none");
    CHECK(error_of([] { BackgroundNoise({{{1}, 8000}}, 8000, {.highest = 1e4}); }) ==
          "BackgroundNoise: expected a ratio in dB from -200 to 200, got 10000");
}

TEST_CASE("SpecAugment hides whole bands and whole frames, as wide as asked for") {
    const SpecAugment hide{.bands = 5,
                           .time_masks = 1,
                           .time_width = 6,
                           .frequency_masks = 1,
                           .frequency_width = 2,
                           .value = -1};
    std::array<std::size_t, 7> frames_hidden{};
    std::array<std::size_t, 3> bands_hidden{};
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        std::vector<double> image(20 * 5, 1);
        hide(std::span(image), stream(seed));
        // What the last band and the last frame that are not hidden by the other show.
        std::size_t bands = 0, frames = 0;
        for (std::size_t band = 0; band < 5; ++band) {
            bool is_hidden = true;
            for (std::size_t t = 0; t < 20; ++t)
                is_hidden = is_hidden && image[t * 5 + band] == -1;
            bands += is_hidden;
        }
        for (std::size_t t = 0; t < 20; ++t)
            frames += std::all_of(image.begin() + static_cast<std::ptrdiff_t>(5 * t),
                                  image.begin() + static_cast<std::ptrdiff_t>(5 * t + 5),
                                  [](double x) { return x == -1; });
        REQUIRE(bands < bands_hidden.size());
        REQUIRE(frames < frames_hidden.size());
        ++bands_hidden[bands];
        ++frames_hidden[frames];
        CHECK(std::count(image.begin(), image.end(), -1.0) ==
              static_cast<std::ptrdiff_t>(bands * 20 + frames * 5 - bands * frames));
    }
    for (const std::size_t count : frames_hidden)
        CHECK(count > 10);
    for (const std::size_t count : bands_hidden)
        CHECK(count > 40);
    // More than there is, nothing at all.
    std::vector<float> small(5, 1), none;
    SpecAugment{.bands = 5, .time_width = 100, .frequency_width = 100, .time_warp = 3}(std::span(small),
                                                                                       stream(1));
    hide(std::span(none), stream(1));
}

TEST_CASE("SpecAugment, WhiteNoise: extreme options") {
    std::vector<float> image(6 * 2, 1.0F);
    for (const std::size_t warp :
         {std::numeric_limits<std::size_t>::max() / 2 + 1, std::size_t{3}, std::size_t{6}})
        SpecAugment{.bands = 2, .time_masks = 0, .frequency_masks = 0, .time_warp = warp}(
            std::span<float>(image), RandomStream{1});
    CHECK(image == std::vector<float>(12, 1.0F));
    for (const double ratio : {-1000.0, 1000.0, std::numeric_limits<double>::quiet_NaN()}) {
        std::vector<float> sound(64, 0.5F);
        WhiteNoise{{ratio, ratio}}(sound, RandomStream{2});
        CHECK(std::all_of(sound.begin(), sound.end(), [](float x) { return std::isfinite(x); }));
    }
}

TEST_CASE("SpecAugment bends time: ends stay, order stays, by at most what was asked for") {
    const SpecAugment bend{.bands = 5, .time_masks = 0, .frequency_masks = 0, .time_warp = 4};
    double most = 0;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        std::vector<double> image = ramp(20);
        bend(std::span(image), stream(seed));
        for (std::size_t t = 0; t < 20; ++t) {
            const double found = image[t * 5];
            for (std::size_t band = 0; band < 5; ++band)
                CHECK(image[t * 5 + band] == found);
            CHECK(found >= 0);
            CHECK(found <= 19);
            if (t > 0)
                CHECK(found >= image[t * 5 - 5]);
            most = std::max(most, std::abs(found - static_cast<double>(t)));
        }
        CHECK(image[19 * 5] == 19);
        // Frame 0 is gone only where another was moved there.
        CHECK((image[0] == 0 || image[0] == 4));
    }
    CHECK(most > 3);
    CHECK(most <= 4 + 1e-12);
    // Too short to be bent.
    std::vector<double> image = ramp(8);
    bend(std::span(image), stream(1));
    CHECK(image == ramp(8));
}

TEST_CASE("Compose: one after the other, each sample by itself") {
    const Compose both{RandomGain{}, WhiteNoise{}};
    std::vector<float> once = tone;
    both(std::span(once), stream(1));
    // Each draws from a stream of its own.
    std::vector<float> by_hand = tone;
    RandomGain{}(by_hand, stream_of(stream(1), 0));
    WhiteNoise{}(by_hand, stream_of(stream(1), 1));
    CHECK(once == by_hand);

    struct Batch {
        std::array<std::span<float>, 1> inputs;
        std::size_t rows;
    };
    std::vector<float> rows = tone;
    rows.insert(rows.end(), tone.begin(), tone.end());
    Batch batch{{rows}, 2};
    both(batch, stream(1));
    const std::vector<float> first(rows.begin(), rows.begin() + 1000),
        second(rows.begin() + 1000, rows.end());
    CHECK(first != second);
    std::vector<float> alone = tone;
    both(std::span(alone), stream_of(stream(1), 1));
    CHECK(second == alone);

    const Sometimes now_and_then{0.25, RandomGain{.lowest = 20, .highest = 20}};
    std::size_t times = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed)
        times += peak(changed(now_and_then, seed)) > 1;
    CHECK(times > 30);
    CHECK(times < 70);
}
