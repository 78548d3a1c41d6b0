#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/images/random.hpp"
#include "burin/data/images/sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>

namespace burin::data::images {

namespace detail {

/// Refuses a part that is larger than the image.
inline void check_part(const char* who, const Sample& sample, std::size_t height, std::size_t width) {
    check(who, sample);
    if (height > sample.image.height || width > sample.image.width)
        throw Error(std::string(who) + ": expected an image of at least " + extents_text(height, width) +
                    " pixels, got " + extents_text(sample.image.height, sample.image.width));
}

} // namespace detail

/// The `height` × `width` pixels from row `top` and column `left` on. Throws Error for a smaller image.
struct CropTo {
    std::size_t top = 0;
    std::size_t left = 0;
    std::size_t height = 0;
    std::size_t width = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream&) const {
        constexpr std::size_t most = detail::most_pixels; // So that the sums stay within their type.
        detail::check_part("CropTo", sample, std::min(top, most) + std::min(height, most),
                           std::min(left, most) + std::min(width, most));
        crop("CropTo", sample, static_cast<std::ptrdiff_t>(top), static_cast<std::ptrdiff_t>(left), height,
             width);
    }
};

/// The `height` × `width` pixels in the middle. Throws Error for a smaller image.
struct CenterCropTo {
    std::size_t height = 0;
    std::size_t width = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream&) const {
        detail::check_part("CenterCropTo", sample, height, width);
        crop("CenterCropTo", sample, static_cast<std::ptrdiff_t>((sample.image.height - height) / 2),
             static_cast<std::ptrdiff_t>((sample.image.width - width) / 2), height, width);
    }
};

/// Pixels added around the image, and nothing of it left out.
struct Pad {
    std::size_t top = 0;
    std::size_t bottom = 0;
    std::size_t left = 0;
    std::size_t right = 0;
    Border border = Border::constant;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream&) const {
        constexpr std::size_t most = detail::most_pixels;
        const std::size_t above = std::min(top, most), beside = std::min(left, most);
        crop("Pad", sample, -static_cast<std::ptrdiff_t>(above), -static_cast<std::ptrdiff_t>(beside),
             above + sample.image.height + std::min(bottom, most),
             beside + sample.image.width + std::min(right, most), border, fill);
    }
};

/// `height` × `width` pixels from anywhere, after `padding` pixels were added on each side; all places are
/// equally likely. With the image's own size and a padding of n it moves by up to n pixels. Throws Error if
/// the padded image is smaller. torchvision's RandomCrop.
struct RandomCrop {
    std::size_t height = 0;
    std::size_t width = 0;
    std::size_t padding = 0;
    Border border = Border::constant;
    float fill = 0;

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("RandomCrop", sample);
        const std::size_t around = std::min(padding, detail::most_pixels);
        const std::size_t rows = sample.image.height + 2 * around, columns = sample.image.width + 2 * around;
        if (height > rows || width > columns)
            throw Error("RandomCrop: expected an image of at least " + detail::extents_text(height, width) +
                        " pixels, got " + detail::extents_text(rows, columns));
        const auto place = [&](std::size_t places, std::uint64_t position) {
            return static_cast<std::ptrdiff_t>(stream.below(static_cast<std::uint32_t>(places), position)) -
                   static_cast<std::ptrdiff_t>(around);
        };
        crop("RandomCrop", sample, place(rows - height + 1, 0), place(columns - width + 1, 1), height, width,
             border, fill);
    }
};

/// A part of random size and form, brought to `height` × `width`: its area is from `area.low` to `area.high`
/// of the image's, its width from `ratio.low` to `ratio.high` of its height (evenly in the logarithm). After
/// ten trials that don't fit it is the largest part in the middle whose ratio is allowed. torchvision's
/// RandomResizedCrop; Szegedy et al., arXiv:1409.4842.
struct RandomResizedCrop {
    std::size_t height = 0;
    std::size_t width = 0;
    Range area{0.08, 1};
    Range ratio{3.0 / 4, 4.0 / 3};
    ResizeOptions options{};

    static constexpr bool moves_pixels = true;

    void operator()(Sample& sample, const RandomStream& stream) const {
        detail::check("RandomResizedCrop", sample);
        if (!(area.low > 0 && area.high >= area.low && ratio.low > 0 && ratio.high >= ratio.low))
            throw Error(
                "RandomResizedCrop: expected areas and ratios above 0, the low ones not above the high");
        const auto rows = static_cast<double>(sample.image.height),
                   columns = static_cast<double>(sample.image.width);
        for (std::uint64_t trial = 0; trial < 10; ++trial) {
            const double wanted = rows * columns * area.at(stream, 4 * trial);
            const double form =
                std::exp(Range{std::log(ratio.low), std::log(ratio.high)}.at(stream, 4 * trial + 1));
            const double wide = std::round(std::sqrt(wanted * form)),
                         high = std::round(std::sqrt(wanted / form));
            if (!(wide >= 1 && wide <= columns && high >= 1 && high <= rows))
                continue;
            const auto place = [&](double room, std::uint64_t position) {
                return static_cast<std::ptrdiff_t>(
                    stream.below(static_cast<std::uint32_t>(room) + 1, position));
            };
            take(sample, place(rows - high, 4 * trial + 2), place(columns - wide, 4 * trial + 3), high, wide);
            return;
        }
        const double form = std::clamp(columns / rows, ratio.low, ratio.high);
        const double wide = std::clamp(std::round(rows * form), 1.0, columns),
                     high = std::clamp(std::round(columns / form), 1.0, rows);
        take(sample, static_cast<std::ptrdiff_t>((rows - high) / 2),
             static_cast<std::ptrdiff_t>((columns - wide) / 2), high, wide);
    }

  private:
    void take(Sample& sample, std::ptrdiff_t top, std::ptrdiff_t left, double high, double wide) const {
        crop("RandomResizedCrop", sample, top, left, static_cast<std::size_t>(high),
             static_cast<std::size_t>(wide));
        resize("RandomResizedCrop", sample, height, width, options);
    }
};

} // namespace burin::data::images
