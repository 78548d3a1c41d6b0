#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <array>

namespace burin::data::images {

/// Looks at a sample from the side, with a given probability: each corner moves inwards by up to `distortion`
/// / 2 of the width and of the height. torchvision's RandomPerspective, bilinear, with corners anywhere
/// rather than at whole pixels.
struct RandomPerspective {
    double distortion = 0.5; ///< 0 to 1, without it.
    double probability = 0.5;
    Interpolation interpolation = Interpolation::bilinear;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        if (!(distortion >= 0 && distortion < 1))
            throw Error("RandomPerspective: expected a distortion of at least 0 and below 1");
        detail::check_probability("RandomPerspective", probability);
        if (!(stream.uniform(0) < probability))
            return;
        const auto width = static_cast<double>(sample.image.width),
                   height = static_cast<double>(sample.image.height);
        const auto in = [&](double extent, std::uint64_t position) {
            return 0.5 * distortion * extent * stream.uniform(position);
        };
        const std::array<Point, 4> corners{{{0, 0}, {width, 0}, {width, height}, {0, height}}};
        const std::array<Point, 4> moved{{{in(width, 1), in(height, 2)},
                                          {width - in(width, 3), in(height, 4)},
                                          {width - in(width, 5), height - in(height, 6)},
                                          {in(width, 7), height - in(height, 8)}}};
        warp("RandomPerspective", sample, Projection::of_points(corners, moved), interpolation, fill);
    }
};

} // namespace burin::data::images
