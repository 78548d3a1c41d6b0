#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/blur.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace burin::data::images {

/// Pulls a sample about, as a rubber sheet: each pixel is fetched from beside its place, by numbers that were
/// drawn from −alpha to alpha for each pixel and blurred with a deviation of sigma pixels. Strokes become
/// another hand's.
///
///     images::Elastic{.alpha = 34, .sigma = 4} // for 28 × 28 digits
///
/// Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks", ICDAR 2003; alpha is in
/// pixels, as there (torchvision's is twice as large). A box becomes the one around its own four corners,
/// moved.
struct Elastic {
    double alpha = 34;
    double sigma = 4;
    Interpolation interpolation = Interpolation::bilinear;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("Elastic", sample);
        if (!(alpha >= 0 && sigma > 0 && sigma <= 1000))
            throw Error("Elastic: expected an alpha of at least 0, and a sigma above 0 and up to 1000");
        const std::size_t height = sample.image.height, width = sample.image.width, pixels = height * width;
        const std::size_t size = 2 * static_cast<std::size_t>(std::ceil(4 * sigma)) + 1;
        std::vector<float> weights(size), moves(pixels * 2), blurred(pixels * 2), scratch(pixels * 2);
        gaussian_weights(weights.data(), size, sigma);
        for (std::size_t i = 0; i < moves.size(); ++i)
            moves[i] = static_cast<float>(Range{-alpha, alpha}.at(stream, i));
        blur<float>({moves.data(), height, width, 2}, {blurred.data(), height, width, 2}, weights.data(),
                    size, scratch.data());
        const auto moved = [&](Point p, double sign) {
            const auto place = [](double at, std::size_t extent) {
                // Of what is no number the first place: `clamp` would leave it.
                return at >= 0 ? static_cast<std::size_t>(
                                     std::min(std::floor(at), static_cast<double>(extent - 1)))
                               : std::size_t{0};
            };
            const float* const move = &blurred[(place(p.y, height) * width + place(p.x, width)) * 2];
            return Point{p.x + sign * static_cast<double>(move[0]),
                         p.y + sign * static_cast<double>(move[1])};
        };
        warp(
            "Elastic", sample, [&](Point p) { return moved(p, -1); }, [&](Point p) { return moved(p, 1); },
            interpolation, fill);
    }
};

} // namespace burin::data::images
