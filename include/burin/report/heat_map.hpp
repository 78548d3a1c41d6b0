#pragma once

#include "burin/core/error.hpp"
#include "burin/core/shape.hpp"
#include "burin/report/image.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace burin::report {

/// How `heat_map` colours an attribution.
struct HeatMapOptions {
    float low = 0;         ///< What of the image is drawn black.
    float high = 1;        ///< What of it is drawn white.
    float opacity = 0.85F; ///< How much of the image the strongest attribution covers.
    float strongest = 0;   ///< The attribution that has the full colour; 0: the largest there is.
};

/// An image in grey with an attribution over it, as red, green and blue from 0 to 1 (`[height, width, 3]`,
/// for `png`): what speaks for the target is orange, what speaks against it blue, the stronger the more
/// opaque. Colours of Okabe and Ito, which most people with a colour vision deficiency tell apart.
///
///     save_png("why.png", heat_map(image, Shape(28, 28), attribution), Shape(28, 28, 3));
///
/// The image is `[height, width]` or `[height, width, channels]`; the attribution is as large, and summed
/// over the channels, or has one number for each pixel. Throws Error if they do not fit.
inline std::vector<float> heat_map(std::span<const float> image, const Shape& shape,
                                   std::span<const float> attribution, const HeatMapOptions& options = {}) {
    if (shape.rank < 2 || shape.rank > 3 || image.size() != shape.size())
        throw Error("heat_map: expected one image of shape [height, width] or [height, width, channels]");
    const std::size_t pixels = shape[0] * shape[1], channels = shape.rank == 3 ? shape[2] : 1;
    if (attribution.size() != pixels && attribution.size() != shape.size())
        throw Error("heat_map: expected " + std::to_string(pixels) + " or " + std::to_string(shape.size()) +
                    " attributions, got " + std::to_string(attribution.size()));
    if (!(options.high > options.low) || !(options.opacity >= 0 && options.opacity <= 1))
        throw Error("heat_map: expected low < high and an opacity from 0 to 1");
    const std::size_t depth = attribution.size() / pixels;
    std::vector<float> heat(pixels), colours;
    float strongest = options.strongest;
    for (std::size_t i = 0; i < pixels; ++i) {
        for (std::size_t c = 0; c < depth; ++c)
            heat[i] += attribution[i * depth + c];
        if (options.strongest == 0 && std::isfinite(heat[i]))
            strongest = std::max(strongest, std::abs(heat[i]));
    }
    constexpr std::array<float, 3> orange{0.90F, 0.45F, 0.0F}, blue{0.0F, 0.45F, 0.85F};
    colours.reserve(3 * pixels);
    for (std::size_t i = 0; i < pixels; ++i) {
        float grey = 0;
        for (std::size_t c = 0; c < channels; ++c)
            grey += image[i * channels + c] / static_cast<float>(channels);
        grey = std::clamp((grey - options.low) / (options.high - options.low), 0.0F, 1.0F);
        const float strength = strongest > 0 ? std::min(std::abs(heat[i]) / strongest, 1.0F) : 0.0F;
        const float share = strength > 0 ? options.opacity * strength : 0.0F;
        for (std::size_t c = 0; c < 3; ++c)
            colours.push_back(grey + share * ((heat[i] > 0 ? orange : blue)[c] - grey));
    }
    return colours;
}

} // namespace burin::report
