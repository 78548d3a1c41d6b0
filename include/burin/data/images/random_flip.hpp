#pragma once

#include "burin/core/random.hpp"
#include "burin/data/images/sample.hpp"

namespace burin::data::images {

/// Mirrors a sample with a given probability, left and right or, as wished, top and bottom. Not for what has
/// a hand: letters, digits, road signs.
struct RandomFlip {
    double probability = 0.5;
    Direction direction = Direction::horizontal;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check_probability("RandomFlip", probability);
        if (stream.uniform(0) < probability)
            flip("RandomFlip", sample, direction);
    }
};

} // namespace burin::data::images
