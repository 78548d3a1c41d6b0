#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/blur.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <cmath>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::images {

/// Blurs an image by a Gaussian of this deviation in pixels. `size` is that of the kernel, odd; 0: as far as
/// 4 deviations. Throws Error for a deviation that is not above 0.
inline Image blurred(const Image& image, double sigma, std::size_t size = 0) {
    detail::check_pixels("blurred", image);
    if (!(sigma > 0 && sigma <= 1000) || (size > 0 && size % 2 == 0) || size > 8001)
        throw Error("blurred: expected a sigma above 0 and up to 1000, and an odd size up to 8001");
    if (size == 0)
        size = 2 * static_cast<std::size_t>(std::ceil(4 * sigma)) + 1;
    std::vector<float> weights(size), scratch(image.values.size());
    gaussian_weights(weights.data(), size, sigma);
    Image result = Image::black(image.height, image.width, image.channels);
    blur<float>(image.view(), result.view(), weights.data(), size, scratch.data());
    return result;
}

/// Blurs with a deviation drawn from a range, in pixels. torchvision's GaussianBlur.
struct RandomBlur {
    std::size_t size = 0; ///< Of the kernel, odd; 0: as far as 4 deviations.
    Range sigma{0.1, 2};

    void operator()(Sample& sample, const RandomStream& stream) const {
        if (!(sigma.low > 0 && sigma.high >= sigma.low))
            throw Error("RandomBlur: expected sigmas above 0, the low one not above the high, got " +
                        std::to_string(sigma.low) + " and " + std::to_string(sigma.high));
        sample.image = blurred(sample.image, sigma.at(stream, 0), size);
    }
};

/// Sharpens (factor > 1) or smooths (factor < 1), see `adjust_sharpness`.
inline Image sharpened(const Image& image, float factor) {
    detail::check_pixels("sharpened", image);
    Image result = Image::black(image.height, image.width, image.channels);
    adjust_sharpness<float>(image.view(), result.view(), factor);
    return result;
}

} // namespace burin::data::images
