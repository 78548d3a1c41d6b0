#include "burin/data/audio/mel_bands.hpp"
#include "burin/data/audio/mfcc.hpp"
#include "burin/data/pipeline.hpp"
#include "support/check_close.hpp"
#include "support/sounds.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

using namespace burin;
using namespace burin::data::audio;

namespace {

constexpr FrontEndOptions options{
    .sample_rate = 8000, .window = 200, .hop = 80, .fft_size = 256, .bands = 12};
using Bands = data::Pipeline<Input<1000>, MelBands<options>>;
using Coefficients = data::PipelineOf<double, Input<1000>, MelBands<options>, MelCepstrum<5>>;

const data::LogMelOptions as_hosted{
    .sample_rate = 8000, .window = 200, .hop = 80, .fft_size = 256, .bands = 12};
const std::vector<float> sound = sounds::mixed(0.5, sounds::tone(1000, 60, 100), 0.1, sounds::noise(1000, 1));

template <class Stage>
std::string problem(Shape input) {
    const Sentence found = Stage::problem(input);
    return std::string(found.view());
}

} // namespace

TEST_CASE("MelBands and MelCepstrum are LogMel and Mfcc as stages") {
    static_assert(Bands::output_shape == Shape(11, 12) && Coefficients::output_shape == Shape(11, 5));
    Bands bands;
    std::array<float, 11 * 12> found{};
    bands.apply(std::span<const float, 1000>(sound), found);
    check_close(found, data::LogMel(as_hosted)(sound), 1e-4);

    Coefficients coefficients;
    const std::vector<double> in(sound.begin(), sound.end());
    std::array<double, 11 * 5> cepstrum{};
    coefficients.apply(std::span<const double, 1000>(in), cepstrum);
    check_close(cepstrum, Mfcc({.coefficients = 5, .mel = as_hosted})(sound), 1e-3);
}

TEST_CASE("MelBands: a sample that is not finite spoils its frames alone") {
    std::vector<float> odd = sound;
    odd[500] = std::numeric_limits<float>::infinity();
    Bands bands;
    std::array<float, 11 * 12> found{};
    bands.apply(std::span<const float, 1000>(odd), found);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::size_t first = i / 12 * 80;
        CHECK(std::isnan(found[i]) == (500 >= first && 500 < first + 200));
    }
}

TEST_CASE("MelBands, MelCepstrum: what they can't take is said") {
    CHECK(problem<MelBands<options>>(Shape(200)) == "");
    CHECK(MelBands<options>::output_shape(Shape(200)) == Shape(1, 12));
    CHECK(problem<MelBands<options>>(Shape(199)) == "expected at least 200 samples, a frame, got 199");
    CHECK(problem<MelBands<options>>(Shape(10, 20)) == "expected input `[samples]`, got `[10, 20]`");
    CHECK(
        problem<MelBands<FrontEndOptions{.hop = 0}>>(Shape(200)).starts_with("expected a sample rate, hop"));
    CHECK(problem<MelCepstrum<13>>(Shape(3, 12)) ==
          "expected 1 to 12 coefficients, as many as bands, got 13");
    CHECK(problem<MelCepstrum<13>>(Shape(40)) == "expected input `[frames, bands]`, got `[40]`");
    CHECK(MelBands<options>::name().view() ==
          "MelBands<8000 Hz, 200/80/256, 12 of 20 to 4000 Hz, floor 0.000001>");
    CHECK(
        MelBands<FrontEndOptions{
            .floor = 0.5, .form = Window::hamming, .scale = MelScale::slaney, .norm = MelNorm::area}>::name()
            .view()
            .ends_with("40 of 20 to 8000 Hz, floor 0.5, hamming, slaney, area>"));
    CHECK(MelCepstrum<13>::name().view() == "MelCepstrum<13>");
}
