#include "burin/data/audio/channels.hpp"
#include "burin/data/audio/convolve.hpp"
#include "burin/data/audio/denoise.hpp"
#include "burin/data/audio/level.hpp"
#include "burin/data/audio/loudness.hpp"
#include "burin/data/audio/noise.hpp"
#include "burin/data/audio/voice.hpp"
#include "reference/sound.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/sounds.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin::data::audio;
using burin::data::Sound;
namespace expected = reference::sound;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

double power_of_difference(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const double apart = static_cast<double>(a[i]) - static_cast<double>(b[i]);
        sum += apart * apart;
    }
    return sum / static_cast<double>(a.size());
}

std::vector<float> joined(std::vector<float> a, const std::vector<float>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

} // namespace

TEST_CASE("gain, peak and normalize_peak") {
    std::vector<float> sound{0.1F, -0.5F, 0.25F};
    gain(sound, decibels_of(2));
    check_close(sound, std::vector<double>{0.2, -1, 0.5}, 1e-7);
    CHECK(peak(sound) == doctest::Approx(1));
    normalize_peak(sound, -20);
    CHECK(peak(sound) == doctest::Approx(0.1));
    gain(sound, -std::numeric_limits<double>::infinity());
    CHECK(peak(sound) == 0);
    normalize_peak(sound);
    CHECK(peak(sound) == 0);
    // Smaller than any that a float holds but just so.
    std::vector<float> faint{1e-45F};
    normalize_peak(faint, 0);
    CHECK(faint[0] == 1);
    CHECK(peak({}) == 0);
    normalize_peak({});
    std::vector<float> odd{0, not_a_number};
    CHECK(error_of([&] { normalize_peak(odd); }) == "peak: sample 1: expected a finite number, got nan");
}

TEST_CASE("fade: from silence and to it") {
    std::vector<float> sound(6, 1);
    fade(sound, 4, 2);
    CHECK(sound == std::vector<float>{0, 0.25F, 0.5F, 0.75F, 0.5F, 0});
    std::vector<float> crossed(5, 1), other(5, 1);
    fade(crossed, 4, 0, FadeForm::power);
    CHECK(static_cast<double>(crossed[2]) == doctest::Approx(std::sqrt(0.5)));
    std::vector<float> one(1, 1);
    fade(one, 10, 10);
    CHECK(one[0] == 0);
    fade({}, 3, 3);
}

TEST_CASE("time_shift: with silence or round") {
    const std::vector<float> sound{1, 2, 3, 4, 5};
    const auto shifted = [&](std::ptrdiff_t by, bool goes_round) {
        std::vector<float> result = sound;
        time_shift(result, by, goes_round);
        return result;
    };
    CHECK(shifted(2, false) == std::vector<float>{0, 0, 1, 2, 3});
    CHECK(shifted(-2, false) == std::vector<float>{3, 4, 5, 0, 0});
    CHECK(shifted(2, true) == std::vector<float>{4, 5, 1, 2, 3});
    CHECK(shifted(-12, true) == std::vector<float>{3, 4, 5, 1, 2});
    CHECK(shifted(0, false) == sound);
    for (const std::ptrdiff_t far :
         {std::ptrdiff_t{5}, std::ptrdiff_t{-5}, std::numeric_limits<std::ptrdiff_t>::max(),
          std::numeric_limits<std::ptrdiff_t>::min() + 1})
        CHECK(shifted(far, false) == std::vector<float>(5));
    time_shift({}, 3);
}

TEST_CASE("loudness equals pyloudnorm's with the standard's filters, at three rates") {
    const auto of = [](std::size_t rate) {
        return loudness({joined(sounds::mixed(0.002, sounds::noise(rate, 4)),
                                sounds::mixed(0.3, sounds::tone(rate, 997))),
                         rate});
    };
    CHECK(std::abs(of(16000) - expected::loudness_16000[0]) < 1e-6);
    CHECK(std::abs(of(44100) - expected::loudness_44100[0]) < 1e-6);
    CHECK(std::abs(of(48000) - expected::loudness_48000[0]) < 1e-6);
    const std::vector<Sound> stereo{{sounds::mixed(0.1, sounds::noise(48000, 5)), 48000},
                                    {sounds::mixed(0.2, sounds::tone(48000, 440)), 48000}};
    CHECK(std::abs(loudness(stereo) - expected::loudness_stereo[0]) < 1e-6);
}

TEST_CASE("normalize_loudness; silence is minus infinity and stays") {
    Sound sound{sounds::mixed(0.02, sounds::tone(8000, 997)), 8000};
    normalize_loudness(sound, -20);
    CHECK(std::abs(loudness(sound) + 20) < 1e-3);
    Sound silence{std::vector<float>(8000), 8000};
    CHECK(loudness(silence) == -std::numeric_limits<double>::infinity());
    normalize_loudness(silence);
    CHECK(silence.samples == std::vector<float>(8000));
    CHECK(error_of([] { loudness(Sound{std::vector<float>(3199), 8000}); }) ==
          "loudness: expected at least 3200 samples, 400 ms, got 3199");
    CHECK(error_of([] { loudness(Sound{std::vector<float>(3199), 0}); }) ==
          "loudness: expected a sample rate of at least 4000 Hz, got 0");
    sound.samples[7] = not_a_number;
    CHECK(error_of([&] { loudness(sound); }) == "loudness: sample 7: expected a finite number, got nan");
    CHECK(error_of([&] { loudness(std::vector<Sound>{silence, {silence.samples, 16000}}); }) ==
          "loudness: expected channels of 8000 Hz, as the sound, got 16000 Hz; audio::resample changes it");
    CHECK(error_of([&] { loudness(std::vector<Sound>{silence, {std::vector<float>(7999), 8000}}); }) ==
          "loudness: channel 1: expected 8000 samples, got 7999");
    CHECK(error_of([] { loudness(std::vector<Sound>{}); }) == "loudness: expected 1 to 5 channels, got 0");
}

TEST_CASE("mix_at_snr: the ratio is what was asked for") {
    const Sound sound{sounds::mixed(0.3, sounds::tone(1000, 40)), 8000};
    const Sound noise{sounds::mixed(0.7, sounds::noise(331, 1)), 8000};
    for (const double snr : {-200.0, -20.0, 0.0, 10.0, 60.0}) {
        const Sound mixture = mix_at_snr(sound, noise, snr, 1000);
        const double found =
            10 * std::log10(mean_power(sound.samples) / power_of_difference(mixture.samples, sound.samples));
        CHECK(found == doctest::Approx(snr).epsilon(1e-3));
        CHECK(mixture.sample_rate == 8000);
    }
    CHECK(power_of_difference(mix_at_snr(sound, noise, 200).samples, sound.samples) < 1e-15);
    const Sound silence{std::vector<float>(1000), 8000};
    CHECK(mix_at_snr(silence, noise, 0).samples == silence.samples);
    CHECK(mix_at_snr(sound, silence, 0).samples == sound.samples);
    CHECK(mix_at_snr({{}, 8000}, noise, 0).samples.empty());
    CHECK(error_of([&] { mix_at_snr({sound.samples, 16000}, noise, 0); }) ==
          "mix_at_snr: expected a noise of 16000 Hz, as the sound, got 8000 Hz; audio::resample changes it");
    CHECK(error_of([&] { mix_at_snr(sound, {{}, 8000}, 0); }) ==
          "mix_at_snr: expected a noise, got no samples");
    CHECK(error_of([&] { mix_at_snr(sound, noise, 201); }) ==
          "mix_at_snr: expected a ratio in dB from -200 to 200, got 201");
    CHECK(error_of([&] { mix_at_snr(sound, noise, std::nan("")); }) ==
          "mix_at_snr: expected a ratio in dB from -200 to 200, got nan");
}

TEST_CASE("mix, mono and pan") {
    const Sound a{{1, 0.5F}, 8000}, b{{0, 0.5F, 1}, 8000};
    CHECK(mix(a, b).samples == std::vector<float>{0.5F, 0.5F, 0.5F});
    CHECK(mix(b, a, 0.25).samples == std::vector<float>{0.75F, 0.5F, 0.25F});
    CHECK(error_of([&] { mix(a, {{}, 44100}); }) ==
          "mix: expected a sound of 8000 Hz, as the sound, got 44100 Hz; audio::resample changes it");
    CHECK(mono(std::vector<Sound>{a, {{0, -0.5F}, 8000}}).samples == std::vector<float>{0.5F, 0});
    CHECK(error_of([&] { mono(std::vector<Sound>{a, b}); }) == "mono: expected channels of 2 samples, got 3");
    CHECK(error_of([] { mono({}); }) == "mono: expected a channel, got none");
    for (const double place : {-1.0, -0.3, 0.0, 1.0}) {
        const auto sides = pan(a, place);
        CHECK(mean_power(sides[0].samples) + mean_power(sides[1].samples) ==
              doctest::Approx(mean_power(a.samples)));
        CHECK((sides[0].samples[0] > sides[1].samples[0]) == (place < 0));
    }
    CHECK(error_of([&] { pan(a, 2); }) == "pan: expected a place from -1 to 1, got 2");
}

TEST_CASE("convolve equals SciPy's fftconvolve, of every length") {
    std::vector<double> room = sounds::noise(37, 7);
    for (std::size_t i = 0; i < room.size(); ++i)
        room[i] *= std::exp(-static_cast<double>(i) / 8);
    const std::vector<float> x = sounds::mixed(1, sounds::noise(150, 6)), h = sounds::mixed(1, room);
    check_close(convolve(x, h), expected::convolved, 2e-6);
    check_close(convolve(h, x), expected::convolved, 2e-6);
    for (const std::size_t m : {1u, 2u, 16u, 17u, 64u})
        for (const std::size_t n : {1u, 3u, 64u, 200u, 500u}) {
            const std::vector<float> a = sounds::mixed(1, sounds::noise(n, 1)),
                                     b = sounds::mixed(1, sounds::noise(m, 2));
            std::vector<double> sums(n + m - 1);
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < m; ++j)
                    sums[i + j] += static_cast<double>(a[i]) * static_cast<double>(b[j]);
            check_close(convolve(a, b), sums, 5e-6);
        }
    CHECK(convolve(x, {}).empty());
    CHECK(convolve({}, {}).empty());
    CHECK(error_of([&] { convolve(x, std::vector<float>{not_a_number}); }) ==
          "convolve: sample 0: expected a finite number, got nan");
}

TEST_CASE("reverb: dry, wet, and its tail") {
    const Sound sound{{1, 0, 0, -1}, 8000}, room{{0.5F, 0, 0.25F}, 8000};
    check_close(reverb(sound, room, {.wet = 0}).samples, sound.samples, 1e-7);
    check_close(reverb(sound, room, {.wet = 1}).samples, std::vector<double>{0.5, 0, 0.25, -0.5}, 1e-6);
    check_close(reverb(sound, room, {.wet = 0.5, .tail = true}).samples,
                std::vector<double>{0.75, 0, 0.125, -0.75, 0, -0.125}, 1e-6);
    CHECK(reverb({{}, 8000}, room).samples.empty());
    CHECK(error_of([&] { reverb(sound, {room.samples, 48000}); }) ==
          "reverb: expected an impulse response of 8000 Hz, as the sound, got 48000 Hz; audio::resample "
          "changes it");
    CHECK(error_of([&] { reverb(sound, {{}, 8000}); }) ==
          "reverb: expected an impulse response, got no samples");
    CHECK(error_of([&] { reverb(sound, room, {.wet = 1.5}); }) ==
          "reverb: expected a wet share from 0 to 1, got 1.5");
}

TEST_CASE("find_sound equals librosa's effects.trim") {
    const std::vector<float> sound =
        joined(joined(sounds::mixed(1e-4, sounds::noise(3000, 8)), sounds::mixed(1, sounds::tone(5000, 300))),
               sounds::mixed(1e-4, sounds::noise(4001, 9)));
    const auto check = [](const Interval& found, std::size_t number) {
        CHECK(found == Interval{expected::trimmed[2 * number], expected::trimmed[2 * number + 1]});
    };
    check(find_sound(sound), 0);
    check(find_sound(sound, {.decibels = 20, .frame = 512, .hop = 100}), 1);
    check(find_sound(sound, {.decibels = 90}), 2);
    CHECK(trim({sound, 8000}).samples.size() == 9216 - 2048);
    CHECK(trim({sound, 8000}).sample_rate == 8000);
    // Silence is as loud as its loudest.
    CHECK(find_sound(std::vector<float>(5000)) == Interval{0, 5000});
    CHECK(find_sound({}) == Interval{});
    CHECK(find_sound(std::vector<float>{0.5F}) == Interval{0, 1});
    CHECK(find_sound(std::vector<float>(7, 0.5F), {.frame = 3, .hop = 2}) == Interval{0, 7});
    CHECK(error_of([] { find_sound(std::vector<float>{0, not_a_number}); }) ==
          "trim: sample 1: expected a finite number, got nan");
    CHECK(error_of([] { find_sound({}, {.hop = 0}); }) == "trim: expected a frame and a hop above 0");
}

TEST_CASE("VoiceActivity: what is in the band and above the noise") {
    constexpr std::size_t rate = 8000;
    const VoiceActivity is_voice({.sample_rate = rate, .hang_over = 2});
    const auto part = [](double loud, double turns) {
        return sounds::mixed(loud, sounds::tone(rate, turns), 0.01, sounds::noise(rate, 3));
    };
    // Silence, a voice, a rumble of 60 Hz, silence: a second each.
    const std::vector<float> sound =
        joined(joined(part(0, 0), part(0.2, 500)), joined(part(0.2, 60), part(0, 0)));
    const std::vector<std::uint8_t> frames = is_voice({sound, rate});
    REQUIRE(frames.size() == is_voice.frames(sound.size()));
    const auto share = [&](std::size_t first) {
        return static_cast<double>(std::count(frames.begin() + static_cast<std::ptrdiff_t>(first),
                                              frames.begin() + static_cast<std::ptrdiff_t>(first + 90), 1)) /
               90;
    };
    CHECK(share(5) == 0);
    CHECK(share(105) == 1);
    CHECK(share(205) == 0);
    CHECK(share(300) == 0);
    CHECK(is_voice.hop() == 80);
    CHECK(is_voice({{}, rate}).empty());
    for (const std::uint8_t frame : is_voice({std::vector<float>(rate), rate}))
        CHECK(frame == 0);
    CHECK(error_of([&] { is_voice({{}, 16000}); }) ==
          "VoiceActivity: expected a sound of 8000 Hz, got 16000 Hz; audio::resample changes it");
    CHECK(error_of([] { VoiceActivity({.highest = 9000}); }) ==
          "VoiceActivity: expected 0 <= lowest < highest <= half the sample rate");
}

TEST_CASE("Denoise equals noisereduce's stationary gate, and the noise goes") {
    const Sound hiss{sounds::mixed(0.05, sounds::noise(4096, 10)), 8000};
    std::vector<double> voice = sounds::tone(4096, 300, 100);
    std::fill(voice.begin(), voice.begin() + 1001, 0);
    const Sound hidden{sounds::mixed(0.5, voice, 0.05, sounds::noise(4096, 11)), 8000};
    const Denoise denoise(hiss, {.fft_size = 256, .smooth_hertz = 200, .smooth_seconds = 0.02});
    const Sound clear = denoise(hidden);
    REQUIRE(clear.samples.size() == 4096);
    CHECK(clear.sample_rate == 8000);
    for (std::size_t i = 0; i < std::size(expected::denoised); ++i)
        CHECK(std::abs(static_cast<double>(clear.samples[16 * i]) - expected::denoised[i]) < 2e-5);
    // Of a steady tone in noise, 10 dB of the noise go.
    const std::vector<double> steady = sounds::tone(4096, 300);
    const std::vector<float> clean = sounds::mixed(0.5, steady),
                             noisy = sounds::mixed(0.5, steady, 0.3, sounds::noise(4096, 11));
    const Denoise sharp({sounds::mixed(0.3, sounds::noise(4096, 10)), 8000},
                        {.fft_size = 256, .threshold = 2, .smooth_hertz = 0, .smooth_seconds = 0});
    CHECK(power_of_difference(sharp({noisy, 8000}).samples, clean) < 0.1 * power_of_difference(noisy, clean));
    CHECK(error_of([&] { denoise({hidden.samples, 16000}); }) ==
          "Denoise: expected a sound of 8000 Hz, as the noise, got 16000 Hz; audio::resample changes it");
    CHECK(denoise({{}, 8000}).samples.empty());
    CHECK(denoise({{0.5F}, 8000}).samples.size() == 1);
    CHECK(error_of([] { Denoise(Sound{{}, 8000}); }) == "Denoise: expected a noise, got no samples");
    CHECK(error_of([&] { Denoise(hiss, {.reduction = 2}); }) ==
          "Denoise: expected a reduction from 0 to 1, got 2");
    CHECK(error_of([&] { denoise({{0, not_a_number}, 8000}); }) ==
          "Denoise: sample 1: expected a finite number, got nan");
    // Nothing is taken away.
    check_close(
        Denoise(hiss, {.fft_size = 256, .reduction = 0, .smooth_hertz = 0, .smooth_seconds = 0})(hidden)
            .samples,
        hidden.samples, 1e-6);
}
