#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/affine_map.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <cmath>

namespace burin::data::images {

/// Turns a sample about its middle by an angle between −degrees and degrees.
///
///     images::RandomRotation{15}
///
/// What comes in at the corners has the value `fill`. torchvision's RandomRotation, bilinear.
struct RandomRotation {
    double degrees = 15;
    Interpolation interpolation = Interpolation::bilinear;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        if (!std::isfinite(degrees))
            throw Error("RandomRotation: expected a finite number of degrees");
        const Affine turn{.degrees = Range{-degrees, degrees}.at(stream, 0)};
        warp("RandomRotation", sample, projection_of(turn, sample.image.height, sample.image.width),
             interpolation, fill);
    }
};

/// Turns, moves, scales and shears a sample at once: by an angle between −degrees and degrees, by up to
/// `translate_x` of the width and `translate_y` of the height either way, by a scale, and with shears between
/// −shear and shear degrees. torchvision's RandomAffine, bilinear, with moves by parts of pixels too.
struct RandomAffine {
    double degrees = 0;
    double translate_x = 0;
    double translate_y = 0;
    Range scale{1, 1};
    double shear_x = 0;
    double shear_y = 0;
    Interpolation interpolation = Interpolation::bilinear;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        if (!(scale.low > 0 && scale.high >= scale.low && std::abs(shear_x) < 90 && std::abs(shear_y) < 90))
            throw Error(
                "RandomAffine: expected scales above 0, the low one not above the high, and shears below "
                "90 degrees");
        const auto either_way = [&](double most, std::uint64_t position) {
            return Range{-most, most}.at(stream, position);
        };
        const Affine affine{.degrees = either_way(degrees, 0),
                            .right = either_way(translate_x, 1) * static_cast<double>(sample.image.width),
                            .down = either_way(translate_y, 2) * static_cast<double>(sample.image.height),
                            .scale = scale.at(stream, 3),
                            .shear_x = either_way(shear_x, 4),
                            .shear_y = either_way(shear_y, 5)};
        warp("RandomAffine", sample, projection_of(affine, sample.image.height, sample.image.width),
             interpolation, fill);
    }
};

} // namespace burin::data::images
