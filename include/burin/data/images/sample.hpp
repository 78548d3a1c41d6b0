#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/data/images/crop.hpp"
#include "burin/data/images/flip.hpp"
#include "burin/data/images/image.hpp"
#include "burin/data/images/projection.hpp"
#include "burin/data/images/resize.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace burin::data::images {

/// Where an object is: from (x1, y1), its upper left corner, to (x2, y2), in pixels from the image's upper
/// left corner, so that the whole image is from (0, 0) to (width, height).
struct Box {
    float x1 = 0;
    float y1 = 0;
    float x2 = 0;
    float y2 = 0;
    Label label = 0;

    friend bool operator==(const Box&, const Box&) = default;
};

/// An image with what belongs to it and moves along: boxes, and a mask with a class for each pixel (one
/// channel, the image's height and width; empty where there is none).
///
/// What moves boxes keeps the upright box around the moved corners, clips it to the image, and drops it where
/// less than `least_box_share` of its area is left. Masks are moved without mixing classes: by the nearest
/// pixel.
struct Sample {
    Image image{};
    std::vector<Box> boxes{};
    ByteImage mask{};
    std::uint8_t mask_outside = 0; ///< The class of what comes in from beyond the image's edge.
    float least_box_share = 0.1F;
};

namespace detail {

/// Boxes after their corners moved by `move`, within an image of this size.
template <class Move>
void move_boxes(std::vector<Box>& boxes, const Move& move, std::size_t height, std::size_t width,
                float least_share) {
    std::vector<Box> kept;
    for (const Box& box : boxes) {
        const std::array<Point, 4> corners{
            move(Point{static_cast<double>(box.x1), static_cast<double>(box.y1)}),
            move(Point{static_cast<double>(box.x2), static_cast<double>(box.y1)}),
            move(Point{static_cast<double>(box.x1), static_cast<double>(box.y2)}),
            move(Point{static_cast<double>(box.x2), static_cast<double>(box.y2)})};
        const auto [left, right] = std::minmax({corners[0].x, corners[1].x, corners[2].x, corners[3].x});
        const auto [top, bottom] = std::minmax({corners[0].y, corners[1].y, corners[2].y, corners[3].y});
        const auto clip = [](double value, std::size_t extent) {
            return std::clamp(value, 0.0, static_cast<double>(extent));
        };
        const double x1 = clip(left, width), x2 = clip(right, width), y1 = clip(top, height),
                     y2 = clip(bottom, height);
        const double whole = (right - left) * (bottom - top), left_over = (x2 - x1) * (y2 - y1);
        if (left_over > 0 && left_over >= static_cast<double>(least_share) * whole)
            kept.push_back({static_cast<float>(x1), static_cast<float>(y1), static_cast<float>(x2),
                            static_cast<float>(y2), box.label});
    }
    boxes = std::move(kept);
}

inline std::string extents_text(std::size_t height, std::size_t width) {
    return std::to_string(height) + " x " + std::to_string(width);
}

inline void check_pixels(const char* who, const Image& image) {
    if (image.height == 0 || image.width == 0 || image.channels == 0 ||
        image.values.size() != image.view().size())
        throw Error(std::string(who) + ": expected an image with pixels, got " +
                    extents_text(image.height, image.width) + " pixels and " +
                    std::to_string(image.values.size()) + " values");
}

/// Refuses a sample whose parts don't belong to each other.
inline void check(const char* who, const Sample& sample) {
    const Image& image = sample.image;
    check_pixels(who, image);
    if (!sample.mask.values.empty() &&
        (sample.mask.height != image.height || sample.mask.width != image.width ||
         sample.mask.channels != 1 || sample.mask.values.size() != image.height * image.width))
        throw Error(std::string(who) + ": expected a mask of one channel and " +
                    extents_text(image.height, image.width) + " pixels, as the image has, got " +
                    extents_text(sample.mask.height, sample.mask.width) + " of " +
                    std::to_string(sample.mask.channels));
}

inline void check_probability(const char* who, double probability) {
    if (!(probability >= 0 && probability <= 1))
        throw Error(std::string(who) + ": expected a probability of 0 to 1, got " +
                    std::to_string(probability));
}

/// Most pixels that a transform makes.
inline constexpr std::size_t most_pixels = std::size_t{1} << 28;

inline void check_size(const char* who, std::size_t height, std::size_t width) {
    if (height == 0 || width == 0 || width > most_pixels / height)
        throw Error(std::string(who) + ": expected a result of 1 to " + std::to_string(most_pixels) +
                    " pixels, got " + extents_text(height, width));
}

/// Replaces image and mask by others of this size, which `image(in, out)` and `mask(in, out)` fill.
template <class OfImage, class OfMask>
void replace(Sample& sample, std::size_t height, std::size_t width, OfImage of_image, OfMask of_mask) {
    Image image = Image::black(height, width, sample.image.channels);
    of_image(std::as_const(sample.image).view(), image.view());
    if (!sample.mask.values.empty()) {
        ByteImage mask = ByteImage::black(height, width, 1);
        of_mask(std::as_const(sample.mask).view(), mask.view());
        sample.mask = std::move(mask);
    }
    sample.image = std::move(image);
}

} // namespace detail

/// In another size. Throws Error for one without pixels.
inline Image resized(const Image& image, std::size_t height, std::size_t width,
                     const ResizeOptions& options = {}) {
    detail::check_pixels("resized", image);
    detail::check_size("resized", height, width);
    const auto axis = [&](std::size_t in, std::size_t out, std::vector<std::uint32_t>& first,
                          std::vector<float>& weights) {
        const std::size_t count = detail::tap_count(in, out, options);
        first.resize(out);
        weights.resize(out * count);
        detail::fill_weights(in, out, options, count, first.data(), weights.data());
        return detail::AxisWeights<float>{first.data(), weights.data(), count};
    };
    std::vector<std::uint32_t> rows, columns;
    std::vector<float> row_weights, column_weights;
    const auto down = axis(image.height, height, rows, row_weights);
    const auto across = axis(image.width, width, columns, column_weights);
    Image result = Image::black(height, width, image.channels);
    detail::resize<float>(image.view(), result.view(), down, across);
    return result;
}

// What the transforms of samples are made of. All throw Error, naming `who`, where the result would have no
// pixels or too many, and where the sample's parts don't belong to each other.

/// Image, boxes and mask in another size.
inline void resize(const char* who, Sample& sample, std::size_t height, std::size_t width,
                   const ResizeOptions& options = {}) {
    detail::check(who, sample);
    detail::check_size(who, height, width);
    const double down = static_cast<double>(height) / static_cast<double>(sample.image.height),
                 across = static_cast<double>(width) / static_cast<double>(sample.image.width);
    Image image = resized(sample.image, height, width, options);
    if (!sample.mask.values.empty()) {
        ByteImage mask = ByteImage::black(height, width, 1);
        for (std::size_t y = 0; y < height; ++y)
            for (std::size_t x = 0; x < width; ++x)
                mask.values[y * width + x] =
                    *sample.mask.view().pixel((2 * y + 1) * sample.mask.height / (2 * height),
                                              (2 * x + 1) * sample.mask.width / (2 * width));
        sample.mask = std::move(mask);
    }
    sample.image = std::move(image);
    detail::move_boxes(sample.boxes, Projection::scaling(across, down), height, width,
                       sample.least_box_share);
}

/// The part from row `top` and column `left` on, with a border where that is beyond the edge.
inline void crop(const char* who, Sample& sample, std::ptrdiff_t top, std::ptrdiff_t left, std::size_t height,
                 std::size_t width, Border border = Border::constant, float fill = 0) {
    detail::check(who, sample);
    detail::check_size(who, height, width);
    detail::replace(
        sample, height, width,
        [&](View<const float> in, View<float> out) { window(in, out, top, left, border, fill); },
        [&](View<const std::uint8_t> in, View<std::uint8_t> out) {
            window(in, out, top, left, border, sample.mask_outside);
        });
    detail::move_boxes(sample.boxes,
                       Projection::translation(-static_cast<double>(left), -static_cast<double>(top)), height,
                       width, sample.least_box_share);
}

/// Mirrored.
inline void flip(const char* who, Sample& sample, Direction direction) {
    detail::check(who, sample);
    const std::size_t height = sample.image.height, width = sample.image.width;
    const auto each = [&](auto in, auto out) { flip(in, out, direction); };
    detail::replace(sample, height, width, each, each);
    const Projection mirror = direction == Direction::horizontal
                                  ? Projection{{-1, 0, static_cast<double>(width), 0, 1, 0, 0, 0, 1}}
                                  : Projection{{1, 0, 0, 0, -1, static_cast<double>(height), 0, 0, 1}};
    detail::move_boxes(sample.boxes, mirror, height, width, 0);
}

/// Moved by `forward`, which leads from the image to the result, of which `back` is the inverse. Boxes go
/// forward, pixels are fetched back.
template <class Forward, class Back>
void warp(const char* who, Sample& sample, const Forward& forward, const Back& back,
          Interpolation interpolation = Interpolation::bilinear, float fill = 0) {
    detail::check(who, sample);
    const std::size_t height = sample.image.height, width = sample.image.width;
    detail::replace(
        sample, height, width,
        [&](View<const float> in, View<float> out) { warp(in, out, back, interpolation, fill); },
        [&](View<const std::uint8_t> in, View<std::uint8_t> out) {
            warp(in, out, back, Interpolation::nearest, sample.mask_outside);
        });
    detail::move_boxes(sample.boxes, forward, height, width, sample.least_box_share);
}
inline void warp(const char* who, Sample& sample, const Projection& forward,
                 Interpolation interpolation = Interpolation::bilinear, float fill = 0) {
    warp(who, sample, forward, forward.inverted(), interpolation, fill);
}

} // namespace burin::data::images
