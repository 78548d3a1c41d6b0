#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::data::images {

/// Changes light and colour, in random order: brightness, contrast and saturation by factors from 1 − x (not
/// below 0) to 1 + x, the hue by −hue to hue of a circle. Values are 0 to 1, and stay so. torchvision's
/// ColorJitter.
///
///     images::ColorJitter{.brightness = 0.4, .contrast = 0.4, .saturation = 0.4, .hue = 0.1}
struct ColorJitter {
    double brightness = 0;
    double contrast = 0;
    double saturation = 0;
    double hue = 0; ///< 0 to ½.

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("ColorJitter", sample);
        if (!(brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5))
            throw Error("ColorJitter: expected nothing below 0, and a hue of at most 0.5");
        const auto factor = [&](double most, std::uint64_t position) {
            return static_cast<float>(Range{std::max(0.0, 1 - most), 1 + most}.at(stream, position));
        };
        std::array<std::size_t, 4> order{0, 1, 2, 3};
        shuffle(order, stream); // Positions 2 to 4.
        const View<float> image = sample.image.view();
        for (const std::size_t what : order) {
            if (what == 0 && brightness > 0)
                adjust_brightness(image, factor(brightness, 8));
            if (what == 1 && contrast > 0)
                adjust_contrast(image, factor(contrast, 9));
            if (what == 2 && saturation > 0)
                adjust_saturation(image, factor(saturation, 10));
            if (what == 3 && hue > 0)
                adjust_hue(image, static_cast<float>(Range{-hue, hue}.at(stream, 11)));
        }
    }
};

/// Takes the colour out of an image with a given probability; it keeps three channels, which are equal.
struct RandomGrey {
    double probability = 0.1;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("RandomGrey", sample);
        detail::check_probability("RandomGrey", probability);
        if (stream.uniform(0) < probability)
            adjust_saturation(sample.image.view(), 0.0F);
    }
};

} // namespace burin::data::images
