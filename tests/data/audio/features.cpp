#include "burin/data/audio/deltas.hpp"
#include "burin/data/audio/griffin_lim.hpp"
#include "burin/data/audio/mfcc.hpp"
#include "burin/data/audio/stft.hpp"
#include "reference/sound.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/sounds.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <span>
#include <thread>
#include <vector>

using namespace burin;
using namespace burin::data::audio;
namespace expected = reference::sound;

namespace {

const std::vector<float> sound = sounds::mixed(0.5, sounds::tone(300, 20, 30), 0.1, sounds::noise(300, 1));
const std::vector<float> longer =
    sounds::mixed(0.5, sounds::tone(1500, 100, 150), 0.05, sounds::noise(1500, 2));

void check_spectrum(const StftOptions& options, std::span<const double> real,
                    std::span<const double> imaginary) {
    const Spectrum spectrum = Stft(options)(sound);
    CHECK(spectrum.frames == 16);
    REQUIRE(spectrum.values.size() == real.size());
    for (std::size_t i = 0; i < real.size(); ++i) {
        CHECK(std::abs(static_cast<double>(spectrum.values[i].real()) - real[i]) < 2e-6);
        CHECK(std::abs(static_cast<double>(spectrum.values[i].imag()) - imaginary[i]) < 2e-6);
    }
}

// librosa's defaults, but for sizes.
const data::LogMelOptions as_librosa{.sample_rate = 8000,
                                     .window = 256,
                                     .hop = 128,
                                     .fft_size = 256,
                                     .bands = 10,
                                     .lowest = 0,
                                     .floor = 1e-10,
                                     .unit = MelUnit::decibels,
                                     .scale = MelScale::slaney,
                                     .norm = MelNorm::area,
                                     .padding = Padding::constant};

} // namespace

TEST_CASE("Stft equals PyTorch's and librosa's") {
    check_spectrum({.window = 32, .hop = 20, .fft_size = 32, .padding = Padding::reflect},
                   expected::stft_reflect_real, expected::stft_reflect_imaginary);
    check_spectrum(
        {.window = 24, .hop = 20, .fft_size = 32, .form = Window::hamming, .padding = Padding::constant},
        expected::stft_constant_real, expected::stft_constant_imaginary);
}

TEST_CASE("Stft: the inverse of a changed spectrum equals librosa's and PyTorch's") {
    const Stft stft({.window = 32, .hop = 8, .fft_size = 32, .padding = Padding::reflect});
    Spectrum spectrum = stft(sound);
    for (std::size_t f = 0; f < spectrum.frames; ++f)
        for (std::size_t k = 4; k < 9; ++k)
            spectrum.frame(f)[k] *= 0.25F;
    check_close(stft.inverse(spectrum, 300), expected::istft, 1e-6);
}

TEST_CASE("Stft: there and back, of every form, padding and length") {
    for (const Window form : {Window::hann, Window::hamming, Window::rectangular})
        for (const Padding padding : {Padding::none, Padding::reflect, Padding::constant})
            for (const std::size_t length : {17u, 64u, 67u, 300u}) {
                const Stft stft({.window = 30, .hop = 10, .fft_size = 32, .form = form, .padding = padding});
                const std::vector<float> part(sound.begin(),
                                              sound.begin() + static_cast<std::ptrdiff_t>(length));
                const std::vector<float> again = stft.inverse(stft(part), length);
                const std::size_t heard = padding != Padding::none ? length
                                          : length < 30            ? 0
                                                                   : 30 + (length - 30) / 10 * 10;
                // A Hann window hears nothing of its first sample.
                const std::size_t first = padding == Padding::none && form == Window::hann ? 1 : 0;
                REQUIRE(again.size() == length);
                for (std::size_t i = 0; i < length; ++i)
                    if (i >= first && i < heard)
                        CHECK(std::abs(static_cast<double>(again[i]) - static_cast<double>(part[i])) < 1e-5);
                    else if (i >= heard)
                        CHECK(again[i] == 0);
            }
}

TEST_CASE("Stft: no sound, one sample, too little, too much, NaN") {
    const Stft padded({.window = 4, .hop = 2, .fft_size = 4, .padding = Padding::constant});
    CHECK(padded({}).values.empty());
    CHECK(padded.inverse({0, 3, {}}, 0).empty());
    CHECK(padded(std::vector<float>{1}).frames == 1);
    CHECK(padded(std::vector<float>{1}).values[2] == std::complex<float>(1, 0));
    const Stft plain({.window = 4, .hop = 2, .fft_size = 4});
    CHECK(plain(std::vector<float>(3)).values.empty());
    const Stft mirrored({.window = 8, .hop = 2, .fft_size = 8, .padding = Padding::reflect});
    CHECK(error_of([&] { mirrored(std::vector<float>(4)); }) ==
          "Stft: expected more than 4 samples to mirror, got 4");
    CHECK(mirrored(std::vector<float>(5)).frames == 3);
    CHECK(error_of([&] { plain.inverse({2, 3, std::vector<std::complex<float>>(6)}, 4); }) ==
          "Stft: expected a spectrum of [1, 3] for 4 samples, got [2, 3]");
    CHECK(error_of([] {
              Stft({.window = 5, .fft_size = 4});
          }).starts_with("Stft: expected a window of at most"));
    CHECK(error_of([] { Stft({.hop = 0}); }) == "Stft: expected a hop above 0");
    CHECK(error_of([] {
              Stft({.window = 1, .fft_size = std::size_t{1} << 30});
          }).starts_with("Stft: expected an fft_size of at most"));

    std::vector<float> odd(20, 0.5F);
    odd[9] = std::numeric_limits<float>::quiet_NaN();
    const Spectrum spectrum = plain(odd);
    for (std::size_t f = 0; f < spectrum.frames; ++f)
        for (const auto& bin : spectrum.frame(f))
            CHECK(std::isnan(bin.real()) == (9 >= 2 * f && 9 < 2 * f + 4));
}

TEST_CASE("griffin_lim equals librosa's, and comes nearer with every step") {
    const Stft stft({.window = 32, .hop = 8, .fft_size = 32, .padding = Padding::constant});
    std::vector<float> magnitudes;
    for (const auto& bin : stft(sound).values)
        magnitudes.push_back(std::abs(bin));
    check_close(griffin_lim(stft, magnitudes, 300, {.iterations = 4}), expected::griffin_lim, 2e-5);
    const auto error = [&](const GriffinLimOptions& options) {
        const Spectrum found = stft(griffin_lim(stft, magnitudes, 300, options));
        double sum = 0;
        for (std::size_t i = 0; i < magnitudes.size(); ++i) {
            const auto apart = static_cast<double>(std::abs(found.values[i]) - magnitudes[i]);
            sum += apart * apart;
        }
        return sum;
    };
    double last = error({.iterations = 0});
    for (const std::size_t steps : {1u, 2u, 4u, 8u}) {
        const double after = error({.iterations = steps, .momentum = 0});
        CHECK(after < last);
        last = after;
    }
    CHECK(error({.iterations = 8}) < last);
    CHECK(griffin_lim(stft, {}, 0).empty());
    CHECK(griffin_lim(stft, std::vector<float>(2 * 17), 10) == std::vector<float>(10));
    CHECK(error_of([&] { griffin_lim(stft, magnitudes, 320); }) ==
          "griffin_lim: expected magnitudes of [41, 17] for 320 samples, got 646");
}

TEST_CASE("LogMel: several threads may use one") {
    const data::LogMel log_mel(as_librosa);
    const std::vector<float> alone = log_mel(longer);
    std::array<bool, 4> is_same{};
    std::vector<std::thread> threads;
    for (bool& same : is_same)
        threads.emplace_back([&] {
            same = true;
            for (int i = 0; i < 20; ++i)
                same = same && log_mel(longer) == alone;
        });
    for (std::thread& thread : threads)
        thread.join();
    CHECK(is_same == std::array{true, true, true, true});
}

TEST_CASE("LogMel equals librosa's melspectrogram and power_to_db") {
    check_close(data::LogMel(as_librosa)(longer), expected::mel_decibels, 2e-6);
    data::LogMelOptions power = as_librosa;
    power.unit = MelUnit::power;
    const data::LogMel mel(power);
    CHECK(mel.shape(longer.size()) == Shape(12, 10));
    check_close(mel(longer), expected::mel_power, 1e-6);
    CHECK(error_of([&] { mel(data::Sound{longer, 16000}); }) ==
          "LogMel: expected a sound of 8000 Hz, got 16000 Hz; audio::resample changes it");
    CHECK(mel(data::Sound{longer, 8000}) == mel(longer));
}

TEST_CASE("Mfcc equals librosa's") {
    const Mfcc mfcc({.coefficients = 5, .mel = as_librosa});
    CHECK(mfcc.shape(longer.size()) == Shape(12, 5));
    check_close(mfcc(longer), expected::mfcc, 1e-5);
    check_close(Mfcc({.coefficients = 5, .mel = as_librosa, .lifter = 22})(data::Sound{longer, 8000}),
                expected::mfcc_liftered, 1e-5);
    CHECK(mfcc(std::vector<float>{}).empty());
    CHECK(error_of([] { Mfcc({.coefficients = 41}); }) ==
          "Mfcc: expected 1 to 40 coefficients, as many as bands, got 41");
    CHECK(error_of([] { Mfcc({.lifter = -1}); }) == "Mfcc: expected a finite lifter of at least 0");
}

TEST_CASE("deltas equal librosa's, at the edges too") {
    // Of three features over ten frames.
    const std::vector<double> by_feature = sounds::noise(30, 3);
    std::vector<double> features(30), slopes(30);
    for (std::size_t i = 0; i < 30; ++i)
        features[i] = by_feature[i % 3 * 10 + i / 3];
    deltas<double>(features, 3, slopes);
    check_close(slopes, expected::delta_nearest, 1e-14);
    deltas<double>(features, 3, slopes, {.edges = DeltaEdges::nearest});
    check_close(slopes, expected::delta_interp, 1e-14);
    // One frame has no slope; a reach of 0 finds none.
    std::vector<double> one(3, 1);
    deltas<double>(std::span(features).first(3), 3, one);
    CHECK(one == std::vector<double>(3));
    deltas<double>(features, 3, slopes, {.reach = 0});
    CHECK(slopes == std::vector<double>(30));
    deltas<double>({}, 3, {});
}

TEST_CASE("power_to_decibels equals librosa's") {
    std::vector<float> powers{1e-12F, 0, 1e-3F, 1, 250};
    power_to_decibels(powers);
    check_close(powers, expected::decibels, 1e-6);
    powers = {1e-12F, 0, 1e-3F, 1, 250};
    power_to_decibels(powers,
                      {.reference = 250, .floor = 1e-13, .range = std::numeric_limits<double>::infinity()});
    check_close(powers, expected::decibels_of_250, 1e-6);
    decibels_to_power(powers, 250);
    CHECK(static_cast<double>(powers[2]) == doctest::Approx(1e-3));
    powers = {1, std::numeric_limits<float>::quiet_NaN()};
    power_to_decibels(powers);
    CHECK(powers[0] == 0);
    CHECK(std::isnan(powers[1]));
    power_to_decibels({});
    CHECK(decibels_of(10) == doctest::Approx(20));
    CHECK(amplitude_of(decibels_of(0)) == 0);
}
