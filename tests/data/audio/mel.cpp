#include "burin/data/audio/mel.hpp"
#include "burin/data/audio/cosine_transform.hpp"
#include "burin/data/audio/window.hpp"
#include "reference/sound.hpp"
#include "support/check_close.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <vector>

using namespace burin::data::audio;

namespace {

constexpr MelBank htk{.bands = 8, .lowest = 20, .highest = 8000};
constexpr MelBank slaney{
    .bands = 8, .lowest = 20, .highest = 8000, .scale = MelScale::slaney, .norm = MelNorm::area};
// A device has them in flash.
constexpr auto htk_weights = mel_weights<htk, 64, double>(16000);
constexpr auto slaney_weights = mel_weights<slaney, 64, double>(16000);
constexpr auto hann = window_table<Window::hann, 30, double>();
constexpr double first_cosine = cosine_weight(0, 3, 7);

} // namespace

TEST_CASE("mel scales equal librosa's, there and back") {
    for (std::size_t i = 0; i < std::size(reference::sound::hertz); ++i) {
        const double hertz = reference::sound::hertz[i];
        CAPTURE(hertz);
        CHECK(std::abs(mel_of_hertz(hertz) - reference::sound::mel_htk[i]) < 1e-11);
        CHECK(std::abs(mel_of_hertz(hertz, MelScale::slaney) - reference::sound::mel_slaney[i]) < 1e-12);
        for (const MelScale scale : {MelScale::htk, MelScale::slaney})
            CHECK(std::abs(hertz_of_mel(mel_of_hertz(hertz, scale), scale) - hertz) < 1e-10);
    }
}

TEST_CASE("mel bands equal librosa's") {
    check_close(htk_weights, reference::sound::bank_htk, 1e-12);
    check_close(slaney_weights, reference::sound::bank_slaney, 1e-12);
    const MelTriangle band = htk.triangle(3);
    CHECK(band.weight(band.top) == doctest::Approx(1));
    CHECK(band.weight(band.left) == 0);
    CHECK(band.weight(band.right + 1) == 0);
    CHECK(htk.triangle(4).left == band.top);
}

TEST_CASE("windows are periodic, of every size") {
    for (const std::size_t size : {1u, 2u, 30u, 31u})
        for (std::size_t i = 0; i < size; ++i) {
            const double cosine =
                std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(size));
            CHECK(std::abs(window_at(Window::hann, i, size) - (0.5 - 0.5 * cosine)) < 1e-15);
            CHECK(std::abs(window_at(Window::hamming, i, size) - (0.54 - 0.46 * cosine)) < 1e-15);
            CHECK(window_at(Window::rectangular, i, size) == 1);
        }
    CHECK(hann[15] == 1);
    CHECK(hann[0] == 0);
}

TEST_CASE("the cosine transform is orthonormal, of every size") {
    CHECK(first_cosine == doctest::Approx(std::sqrt(1.0 / 7)).epsilon(1e-15));
    for (const std::size_t size : {1u, 2u, 13u, 40u})
        for (std::size_t a = 0; a < size; ++a)
            for (std::size_t b = 0; b <= a; ++b) {
                double product = 0;
                for (std::size_t i = 0; i < size; ++i)
                    product += cosine_weight(a, i, size) * cosine_weight(b, i, size);
                CHECK(std::abs(product - (a == b ? 1 : 0)) < 1e-14);
            }
    CHECK(cosine_weight(2, 1, 5) ==
          doctest::Approx(std::sqrt(2.0 / 5) * std::cos(std::numbers::pi * 2 * 1.5 / 5)).epsilon(1e-15));
}
