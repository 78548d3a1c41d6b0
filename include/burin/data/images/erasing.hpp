#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace burin::data::images {

namespace detail {

/// Gives these rows and columns one value. Boxes and masks stay: what is hidden is still there.
inline void erase(Image& image, std::size_t top, std::size_t bottom, std::size_t left, std::size_t right,
                  float value) {
    for (std::size_t y = top; y < bottom; ++y)
        std::fill(image.view().pixel(y, left), image.view().pixel(y, left) + (right - left) * image.channels,
                  value);
}

} // namespace detail

/// Hides a square of `size` × `size` pixels with its middle anywhere in the image; what hangs out is cut off.
/// DeVries and Taylor, arXiv:1708.04552.
struct Cutout {
    std::size_t size = 8;
    float value = 0;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("Cutout", sample);
        const auto range = [&](std::size_t extent, std::uint64_t position) {
            const std::size_t middle = stream.below(static_cast<std::uint32_t>(extent), position);
            const std::size_t before = size / 2, behind = size - before;
            return std::pair(middle > before ? middle - before : 0,
                             behind < extent - middle ? middle + behind : extent);
        };
        const auto [top, bottom] = range(sample.image.height, 0);
        const auto [left, right] = range(sample.image.width, 1);
        detail::erase(sample.image, top, bottom, left, right, value);
    }
};

/// Hides a rectangle, with a given probability: of `area` of the image, whose height is `ratio` of its width
/// (evenly in the logarithm), wholly inside. torchvision's RandomErasing; Zhong et al., arXiv:1708.04896.
struct RandomErasing {
    double probability = 0.5;
    Range area{0.02, 0.33};
    Range ratio{0.3, 3.3};
    float value = 0;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("RandomErasing", sample);
        detail::check_probability("RandomErasing", probability);
        if (!(area.low > 0 && area.high >= area.low && ratio.low > 0 && ratio.high >= ratio.low))
            throw Error("RandomErasing: expected areas and ratios above 0, the low ones not above the high");
        if (!(stream.uniform(0) < probability))
            return;
        const auto rows = static_cast<double>(sample.image.height),
                   columns = static_cast<double>(sample.image.width);
        // Ten trials; where none fits, nothing is hidden.
        for (std::uint64_t trial = 1; trial <= 10; ++trial) {
            const double wanted = rows * columns * area.at(stream, 4 * trial);
            const double form =
                std::exp(Range{std::log(ratio.low), std::log(ratio.high)}.at(stream, 4 * trial + 1));
            const double high = std::round(std::sqrt(wanted * form)),
                         wide = std::round(std::sqrt(wanted / form));
            if (!(high >= 1 && wide >= 1 && high < rows && wide < columns))
                continue;
            const auto place = [&](double room, std::uint64_t position) {
                return std::size_t{stream.below(static_cast<std::uint32_t>(room) + 1, position)};
            };
            const std::size_t top = place(rows - high, 4 * trial + 2),
                              left = place(columns - wide, 4 * trial + 3);
            detail::erase(sample.image, top, top + static_cast<std::size_t>(high), left,
                          left + static_cast<std::size_t>(wide), value);
            return;
        }
    }
};

} // namespace burin::data::images
