#include "reference/front_end.hpp"
#include "burin/data/audio/cepstrum.hpp"
#include "burin/data/audio/front_end.hpp"
#include "burin/data/audio/micro_front_end.hpp"
#include "reference/audio.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

using namespace burin::data::audio;

namespace {

/// As tests/reference/front_end.py has it.
std::vector<std::int16_t> sound() {
    constexpr int levels[] = {0, 300, 32767, 4000, 20, 32767};
    std::uint32_t phase = 0, noise = 1;
    std::vector<std::int16_t> samples;
    for (std::uint32_t i = 0; i < reference::front_end::samples; ++i) {
        phase = (phase + 1000 + i) % 65536;
        noise = noise * 1664525 + 1013904223;
        const int triangle = static_cast<int>(phase < 32768 ? phase : 65535 - phase) * 2 - 32767;
        const int level = levels[i / 1600];
        int value = ((triangle * level) >> 15) + static_cast<int>((std::int64_t{noise >> 16} * level) >> 19);
        if (i >= 8000)
            value = phase < 32768 ? 32767 : -32768;
        samples.push_back(static_cast<std::int16_t>(std::clamp(value, -32768, 32767)));
    }
    return samples;
}

template <std::size_t Size>
double fft_error() {
    const auto sample = [](std::size_t n) { return std::sin(0.7 * static_cast<double>(n * n)) + 0.25; };
    std::array<Complex<double>, Size / 2 + 1> spectrum;
    RealFft<double, Size>::transform(sample, spectrum.data());
    double worst = 0;
    for (std::size_t k = 0; k <= Size / 2; ++k) {
        std::complex<double> sum;
        for (std::size_t n = 0; n < Size; ++n)
            sum +=
                sample(n) * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * n % Size) / Size);
        worst = std::max(worst, std::abs(sum - std::complex(spectrum[k].re, spectrum[k].im)));
    }
    return worst;
}

} // namespace

TEST_CASE("RealFft is the sum that it stands for, by fours and by twos") {
    CHECK(fft_error<4>() < 1e-12);
    CHECK(fft_error<8>() < 1e-12);
    CHECK(fft_error<64>() < 1e-12);
    CHECK(fft_error<128>() < 1e-12);
}

TEST_CASE("FrontEnd agrees with NumPy, however the samples come in") {
    constexpr FrontEndOptions options{.sample_rate = 8000,
                                      .window = 200,
                                      .hop = 80,
                                      .fft_size = 256,
                                      .bands = 12,
                                      .lowest = 50,
                                      .highest = 3500};
    FrontEnd<options> front_end;
    std::vector<float> samples(std::begin(reference::audio::samples), std::end(reference::audio::samples));
    std::vector<float> found;
    const auto keep = [&](std::span<const float, 12> bands) {
        found.insert(found.end(), bands.begin(), bands.end());
    };
    std::size_t frames = 0;
    for (std::size_t at = 0, count = 1; at < samples.size(); at += count, count = count * 2 + 1)
        frames += front_end.push(std::span(samples).subspan(at, std::min(count, samples.size() - at)), keep);
    CHECK(frames == 6);
    REQUIRE(found.size() == std::size(reference::audio::log_mel));
    for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(std::abs(static_cast<double>(found[i]) - reference::audio::log_mel[i]) < 2e-4);

    const std::vector<float> first = std::exchange(found, {});
    front_end.reset();
    front_end.push(samples, keep);
    CHECK(found == first);

    // Silence is the floor; what is not a number is nowhere but in its own frames.
    found.clear();
    front_end.reset();
    samples.assign(600, 0);
    samples[205] = std::numeric_limits<float>::quiet_NaN();
    front_end.push(samples, keep);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::size_t begin = i / 12 * 80;
        if (begin <= 205 && 205 < begin + 200)
            CHECK(std::isnan(found[i]));
        else
            CHECK(static_cast<double>(found[i]) == doctest::Approx(std::log(1e-6)));
    }
}

TEST_CASE("FrontEnd: a hop longer than the window leaves samples out") {
    FrontEnd<FrontEndOptions{.sample_rate = 8000, .window = 5, .hop = 9, .fft_size = 8, .bands = 2}>
        front_end;
    const std::vector<float> samples(33, 0.5F);
    CHECK(front_end.push(samples, [](auto) {}) == 4);
}

TEST_CASE("MicroFrontEnd gives the bits of TensorFlow's microfrontend") {
    static MicroFrontEnd<> front_end;
    std::vector<std::uint16_t> found;
    const std::vector<std::int16_t> samples = sound();
    for (int twice = 0; twice < 2; ++twice) {
        found.clear();
        front_end.reset();
        front_end.push(samples, [&](std::span<const std::uint16_t, 40> bands) {
            found.insert(found.end(), bands.begin(), bands.end());
        });
        REQUIRE(found.size() == std::size(reference::front_end::features));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < found.size(); ++i)
            if (found[i] != reference::front_end::features[i] && wrong++ < 5)
                FAIL_CHECK("frame ", i / 40, ", band ", i % 40, ": expected ",
                           reference::front_end::features[i], ", got ", found[i]);
        CHECK(wrong == 0);
    }
}

TEST_CASE("MicroFrontEnd: features in 8 bits are to the nearest 26 / 256") {
    using Hears = MicroFrontEnd<>;
    CHECK(Hears::eight_bits(0) == -128);
    CHECK(Hears::eight_bits(1) == -128);
    CHECK(Hears::eight_bits(2) == -127);
    CHECK(Hears::eight_bits(333) == 0);
    CHECK(Hears::eight_bits(665) == 127);
    CHECK(Hears::eight_bits(65535) == 127);
}

TEST_CASE("Cepstrum: the first coefficient is the bands' sum over its root, and a cosine is its own") {
    std::array<float, 8> bands{};
    bands.fill(3);
    const std::array<float, 5> flat = Cepstrum<8, 5>::of(bands);
    CHECK(static_cast<double>(flat[0]) == doctest::Approx(3 * std::sqrt(8.0)));
    for (std::size_t k = 1; k < 5; ++k)
        CHECK(std::abs(flat[k]) < 1e-6F);
    for (std::size_t i = 0; i < 8; ++i)
        bands[i] = static_cast<float>(std::cos(std::numbers::pi * 3 * (static_cast<double>(i) + 0.5) / 8));
    const std::array<float, 5> wave = Cepstrum<8, 5>::of(bands);
    for (std::size_t k = 0; k < 5; ++k)
        CHECK(std::abs(static_cast<double>(wave[k]) - (k == 3 ? 2 : 0)) < 1e-6);
}

TEST_CASE("The integer root is the nearest, and the logarithm near") {
    using detail::integer_logarithm, detail::root;
    CHECK(root(0) == 0);
    for (const std::uint64_t number : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{6},
                                       std::uint64_t{7}, std::uint64_t{65535}, std::uint64_t{4294901760},
                                       std::uint64_t{1} << 40, (std::uint64_t{1} << 62) + 12345})
        CHECK(root(number) ==
              static_cast<std::uint32_t>(std::lround(std::sqrt(static_cast<double>(number)))));
    CHECK(root(0xFFFFFFFF) == 0xFFFF);
    CHECK(root(~std::uint64_t{0}) == 0xFFFFFFFF);
    for (std::uint32_t x = 1; x < 4'000'000'000; x += x / 3 + 1)
        CHECK(std::abs(static_cast<double>(integer_logarithm(x, 6)) - 64 * std::log(static_cast<double>(x))) <
              1);
}
