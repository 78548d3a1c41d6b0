#pragma once

#include "burin/core/language.hpp"
#include "burin/data/images/grey.hpp"
#include "burin/data/images/view.hpp"

#include <cstddef>

namespace burin::data::images {

// Changes of colour, in place, of values from 0 to 1, which they keep within. They equal torchvision's of
// tensors of floats. A factor of 1 changes nothing; NaN stays where it is. Saturation and hue are of red,
// green and blue; images of other numbers of channels stay as they are.

namespace detail {

template <class T>
constexpr T clipped(T value) noexcept {
    return value < T(0) ? T(0) : value > T(1) ? T(1) : value;
}

/// share · value + (1 − share) · other.
template <class T>
constexpr T blended(T value, T other, T share) noexcept {
    return clipped(share * value + (T(1) - share) * other);
}

/// The brightness of a pixel: that of its colour, or its first channel.
template <class T>
constexpr T brightness_of(const T* pixel, std::size_t channels) noexcept {
    return channels == 3 ? grey_of(pixel[0], pixel[1], pixel[2]) : pixel[0];
}

} // namespace detail

/// 0 is black, 2 is twice as bright.
template <class T>
constexpr void adjust_brightness(View<T> image, T factor) noexcept {
    for (std::size_t i = 0; i < image.size(); ++i)
        image.values[i] = detail::clipped(image.values[i] * factor);
}

/// 0 is the mean of the image's brightness everywhere, 2 is twice as far from it.
template <class T>
constexpr void adjust_contrast(View<T> image, T factor) noexcept {
    double sum = 0, count = 0;
    for (std::size_t i = 0; i < image.size(); i += image.channels)
        if (const T value = detail::brightness_of(image.values + i, image.channels); value == value) {
            sum += static_cast<double>(value);
            ++count;
        }
    const T mean = static_cast<T>(count > 0 ? sum / count : 0.0);
    for (std::size_t i = 0; i < image.size(); ++i)
        image.values[i] = detail::blended(image.values[i], mean, factor);
}

/// 0 is grey, 2 is twice as colourful.
template <class T>
constexpr void adjust_saturation(View<T> image, T factor) noexcept {
    if (image.channels != 3)
        return;
    for (std::size_t i = 0; i < image.size(); i += 3) {
        const T grey = detail::brightness_of(image.values + i, 3);
        for (std::size_t c = 0; c < 3; ++c)
            image.values[i + c] = detail::blended(image.values[i + c], grey, factor);
    }
}

/// Turns the circle of colours by `turns`, −½ to ½: a third makes red green, green blue and blue red.
template <class T>
constexpr void adjust_hue(View<T> image, T turns) noexcept {
    if (image.channels != 3)
        return;
    for (std::size_t i = 0; i < image.size(); i += 3) {
        T* const rgb = image.values + i;
        const T most =
            rgb[0] > rgb[1] ? (rgb[0] > rgb[2] ? rgb[0] : rgb[2]) : (rgb[1] > rgb[2] ? rgb[1] : rgb[2]);
        const T least =
            rgb[0] < rgb[1] ? (rgb[0] < rgb[2] ? rgb[0] : rgb[2]) : (rgb[1] < rgb[2] ? rgb[1] : rgb[2]);
        const T range = most - least;
        // Grey has no hue, and what is no number none either.
        if (!(range > T(0)))
            continue;
        // In sixths of the circle, from red.
        T hue = most == rgb[0]   ? (rgb[1] - rgb[2]) / range
                : most == rgb[1] ? T(2) + (rgb[2] - rgb[0]) / range
                                 : T(4) + (rgb[0] - rgb[1]) / range;
        hue += T(6) * turns;
        if (!(hue > T(-6) && hue < T(12)))
            continue; // More than a turn, which no hue is.
        if (hue < T(0))
            hue += T(6);
        if (hue >= T(6))
            hue -= T(6);
        for (std::size_t c = 0; c < 3; ++c) {
            // How far from this channel's own colour (red 0, green 2, blue 4), around the circle.
            T away = hue - static_cast<T>(2 * c);
            away = away < T(0) ? -away : away;
            away = away > T(3) ? T(6) - away : away;
            const T share = away <= T(1) ? T(1) : away >= T(2) ? T(0) : T(2) - away;
            rgb[c] = detail::clipped(least + share * range);
        }
    }
}

} // namespace burin::data::images
