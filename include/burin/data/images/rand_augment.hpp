#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/affine.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/random_blur.hpp"
#include "burin/data/images/sample.hpp"
#include "burin/data/images/tones.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

namespace burin::data::images {

/// What RandAugment draws from.
enum class Operation : std::uint8_t {
    identity,
    shear_x,
    shear_y,
    translate_x,
    translate_y,
    rotate,
    brightness,
    color,
    contrast,
    sharpness,
    posterize,
    solarize,
    autocontrast,
    equalize
};
inline constexpr std::size_t operation_count = 14;

/// One of them with a strength from 0 to 1, and to the other side where `other_way` is set and there is one.
/// At 1: shears of 0.3, moves of 0.45 of the extent, 30 degrees, factors of 1 ± 0.9, 4 bits, a threshold of
/// 0.
inline void apply(Operation operation, Sample& sample, double strength, bool other_way, float fill = 0) {
    detail::check("RandAugment", sample);
    const double sign = other_way ? -1 : 1, signed_strength = sign * strength;
    const View<float> image = sample.image.view();
    const auto width = static_cast<double>(image.width), height = static_cast<double>(image.height);
    const auto factor = static_cast<float>(1 + 0.9 * signed_strength);
    const auto move = [&](const Projection& projection) {
        warp("RandAugment", sample, projection, Interpolation::nearest, fill);
    };
    // As torchvision: shears keep the upper left corner, moves are of whole pixels.
    switch (operation) {
    case Operation::identity:
        break;
    case Operation::shear_x:
        move({{1, -0.3 * signed_strength, 0, 0, 1, 0, 0, 0, 1}});
        break;
    case Operation::shear_y:
        move({{1, 0, 0, -0.3 * signed_strength, 1, 0, 0, 0, 1}});
        break;
    case Operation::translate_x:
        move(Projection::translation(sign * std::trunc(150.0 / 331 * width * strength), 0));
        break;
    case Operation::translate_y:
        move(Projection::translation(0, sign * std::trunc(150.0 / 331 * height * strength)));
        break;
    case Operation::rotate:
        move(projection_of(Affine{.degrees = 30 * signed_strength}, image.height, image.width));
        break;
    case Operation::brightness:
        adjust_brightness(image, factor);
        break;
    case Operation::color:
        adjust_saturation(image, factor);
        break;
    case Operation::contrast:
        adjust_contrast(image, factor);
        break;
    case Operation::sharpness:
        sample.image = sharpened(sample.image, factor);
        break;
    case Operation::posterize:
        posterize(image, 8 - static_cast<std::size_t>(std::lround(4 * strength)));
        break;
    case Operation::solarize:
        solarize(image, static_cast<float>(1 - strength));
        break;
    case Operation::autocontrast:
        autocontrast(image);
        break;
    case Operation::equalize:
        equalize(image);
        break;
    }
}

/// So many operations drawn at random, one after the other, all of one strength: `magnitude` of 0 to 30. A
/// recipe with two numbers to search for, where others have dozens. Values are 0 to 1.
///
///     images::RandAugment{.operations = 2, .magnitude = 9}
///
/// Cubuk, Zoph, Shlens and Le, arXiv:1909.13719; operations and strengths as torchvision's, nearest.
struct RandAugment {
    std::size_t operations = 2;
    double magnitude = 9;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        if (!(magnitude >= 0 && magnitude <= 30) || operations > 1000)
            throw Error("RandAugment: expected a magnitude of 0 to 30 and at most 1000 operations, got " +
                        std::to_string(magnitude) + " and " + std::to_string(operations));
        for (std::size_t i = 0; i < operations; ++i)
            apply(static_cast<Operation>(stream.below(operation_count, 2 * i)), sample, magnitude / 30,
                  stream.uniform(2 * i + 1) < 0.5, fill);
    }
};

} // namespace burin::data::images
