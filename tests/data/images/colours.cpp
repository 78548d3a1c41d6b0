// What changes values: against torchvision in double, on plain memory.

#include "burin/data/images/blur.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/grey.hpp"
#include "burin/data/images/normalize.hpp"
#include "burin/data/images/tones.hpp"

#include "reference/images.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace images = burin::data::images;
namespace r = reference::images;
using images::View;

namespace {

constexpr View<const double> colour{r::colour, 7, 5, 3}, eight{r::eight, 8, 8, 3};

void check(const char* what, const std::vector<double>& values, std::span<const double> expected,
           double tolerance = 5e-9) {
    CAPTURE(what);
    REQUIRE(values.size() == expected.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(std::abs(values[i] - expected[i]) <= tolerance);
    }
}

/// What a change in place makes of an image.
template <class Change>
std::vector<double> changed(View<const double> in, Change change) {
    std::vector<double> values(in.values, in.values + in.size());
    change(View<double>{values.data(), in.height, in.width, in.channels});
    return values;
}

/// What a change that writes elsewhere makes of it.
template <class Make>
std::vector<double> made(View<const double> in, std::size_t channels, Make make) {
    std::vector<double> values(in.height * in.width * channels);
    make(View<double>{values.data(), in.height, in.width, channels});
    return values;
}

std::vector<double> blurred(View<const double> in, std::size_t size, double sigma) {
    std::vector<double> weights(size), scratch(in.size());
    images::gaussian_weights(weights.data(), size, sigma);
    return made(in, in.channels,
                [&](View<double> out) { images::blur(in, out, weights.data(), size, scratch.data()); });
}

} // namespace

TEST_CASE("grey, normalize: equal torchvision to 5e-9") {
    check("grey", made(colour, 1, [](View<double> out) { images::grey(colour, out); }), r::greyed);
    const double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
    check("normalize",
          made(colour, 3, [&](View<double> out) { images::normalize(colour, out, mean, deviation); }),
          r::normalized);
}

TEST_CASE("brightness, contrast, saturation and hue: equal torchvision to 5e-9") {
    const auto check_all = [](double factor, std::span<const double> brightness,
                              std::span<const double> contrast, std::span<const double> saturation) {
        CAPTURE(factor);
        check("brightness", changed(colour, [&](auto image) { images::adjust_brightness(image, factor); }),
              brightness);
        check("contrast", changed(colour, [&](auto image) { images::adjust_contrast(image, factor); }),
              contrast);
        check("saturation", changed(colour, [&](auto image) { images::adjust_saturation(image, factor); }),
              saturation);
    };
    check_all(0, r::brightness_0_0, r::contrast_0_0, r::saturation_0_0);
    check_all(0.4, r::brightness_0_4, r::contrast_0_4, r::saturation_0_4);
    check_all(1.7, r::brightness_1_7, r::contrast_1_7, r::saturation_1_7);
    const auto check_hue = [](double turns, std::span<const double> expected) {
        CAPTURE(turns);
        check("hue", changed(colour, [&](auto image) { images::adjust_hue(image, turns); }), expected,
              1e-6); // torchvision makes its hues in float.
    };
    check_hue(-0.5, r::hue_minus_0_5);
    check_hue(0.1, r::hue_0_1);
    check_hue(0.35, r::hue_0_35);
    check("no hue", changed(colour, [](auto image) { images::adjust_hue(image, 0.0); }), r::colour);
}

TEST_CASE("posterize, solarize, autocontrast, equalize, invert: equal torchvision to 5e-9") {
    check("invert", changed(colour, [](auto image) { images::invert(image); }), r::inverted);
    check("posterize 1", changed(colour, [](auto image) { images::posterize(image, 1); }), r::posterized_1);
    check("posterize 4", changed(colour, [](auto image) { images::posterize(image, 4); }), r::posterized_4);
    check("solarize", changed(colour, [](auto image) { images::solarize(image, 0.6); }), r::solarized);
    check("autocontrast",
          changed(colour,
                  [](View<double> image) {
                      for (std::size_t i = 0; i < image.size(); ++i)
                          image.values[i] = image.values[i] * 0.5 + 0.2;
                      images::autocontrast(image);
                  }),
          r::stretched);
    std::vector<double> ramp(1600);
    for (std::size_t y = 0; y < 40; ++y)
        for (std::size_t x = 0; x < 40; ++x) {
            const double share = static_cast<double>((x * 7 + y * 13) % 97) / 97;
            ramp[y * 40 + x] = share * share;
        }
    images::equalize(View<double>{ramp.data(), 40, 40, 1});
    ramp.resize(160);
    check("equalize", ramp, r::equalized);
}

TEST_CASE("blur, sharpness: equal torchvision to 5e-9") {
    check("3 x 3", blurred(colour, 3, 0.8), r::blurred);
    check("7 x 7", blurred(eight, 7, 2), r::blurred_wide);
    const auto check_sharpness = [](double factor, std::span<const double> expected) {
        check("sharpness",
              made(colour, 3, [&](View<double> out) { images::adjust_sharpness(colour, out, factor); }),
              expected);
    };
    check_sharpness(0, r::sharpness_0_0);
    check_sharpness(0.4, r::sharpness_0_4);
    check_sharpness(1.7, r::sharpness_1_7);
    // Larger than the image, which torch refuses.
    const double one[] = {0.3};
    CHECK(blurred({one, 1, 1, 1}, 9, 3)[0] == doctest::Approx(0.3));
}

TEST_CASE("adjust_hue: more than a turn is none, and ends") {
    for (const float turns :
         {1e9F, -std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
        std::vector<float> rgb{0.1F, 0.5F, 0.9F};
        images::adjust_hue<float>({rgb.data(), 1, 1, 3}, turns);
        CHECK(rgb == std::vector<float>{0.1F, 0.5F, 0.9F});
    }
}

TEST_CASE("changes of colour: NaN stays where it is, grey has no hue") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double two[] = {0.2, 0.4, 0.6, nan, 0.5, 0.25, 0.3, 0.3, 0.3};
    const View<const double> in{two, 1, 3, 3};
    const auto check_nan = [&](const char* what, auto change) {
        CAPTURE(what);
        const auto values = changed(in, change);
        for (std::size_t i = 0; i < 9; ++i)
            if (i / 3 != 1)
                CHECK(std::isfinite(values[i]));
        CHECK(std::isnan(values[3]));
    };
    check_nan("brightness", [](auto image) { images::adjust_brightness(image, 2.0); });
    check_nan("contrast", [](auto image) { images::adjust_contrast(image, 2.0); });
    check_nan("saturation", [](auto image) { images::adjust_saturation(image, 2.0); });
    check_nan("hue", [](auto image) { images::adjust_hue(image, 0.3); });
    check_nan("posterize", [](auto image) { images::posterize(image, 2); });
    check_nan("solarize", [](auto image) { images::solarize(image, 0.3); });
    check_nan("autocontrast", [](auto image) { images::autocontrast(image); });
    check_nan("equalize", [](auto image) { images::equalize(image); });
    const auto turned = changed(in, [](auto image) { images::adjust_hue(image, 0.3); });
    CHECK(turned[6] == 0.3);
    CHECK(turned[7] == 0.3);
    // Beyond all range, and of one channel.
    const double odd[] = {-1e300, 1e300, std::numeric_limits<double>::infinity()};
    for (const double value : changed({odd, 1, 3, 1}, [](auto image) {
             images::posterize(image, 3);
             images::equalize(image);
             images::autocontrast(image);
             images::adjust_hue(image, 0.2);
         }))
        CHECK((value >= 0 && value <= 1));
}
