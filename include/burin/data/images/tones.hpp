#pragma once

#include "burin/core/language.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/view.hpp"

#include <array>
#include <cstddef>

namespace burin::data::images {

// Changes of tones, in place, of values from 0 to 1. They equal torchvision's (transforms.v2) of tensors of
// floats. NaN stays where it is and does not count.

/// Light and dark changed: 1 − value.
template <class T>
constexpr void invert(View<T> image) noexcept {
    for (std::size_t i = 0; i < image.size(); ++i)
        image.values[i] = T(1) - image.values[i];
}

/// As many values as `bits` bits have, 0 to 8: of n = 2^bits steps the lower edge, so that none is above
/// (n − 1) / n.
template <class T>
constexpr void posterize(View<T> image, std::size_t bits) noexcept {
    const auto steps = static_cast<T>(std::size_t{1} << (bits < 8 ? bits : 8));
    for (std::size_t i = 0; i < image.size(); ++i) {
        T& value = image.values[i];
        if (!(value == value))
            continue;
        const T scaled = value * steps;
        const T step = scaled <= T(0)    ? T(0)
                       : scaled >= steps ? steps - T(1)
                                         : static_cast<T>(static_cast<int>(scaled));
        value = (step < steps - T(1) ? step : steps - T(1)) / steps;
    }
}

/// Inverts what is at least as bright as the threshold.
template <class T>
constexpr void solarize(View<T> image, T threshold) noexcept {
    for (std::size_t i = 0; i < image.size(); ++i)
        if (image.values[i] >= threshold)
            image.values[i] = T(1) - image.values[i];
}

/// Stretches each channel so that its darkest value is 0 and its brightest 1; one that never varies stays.
template <class T>
constexpr void autocontrast(View<T> image) noexcept {
    for (std::size_t c = 0; c < image.channels; ++c) {
        T least = T(0), most = T(0);
        bool any = false;
        for (std::size_t i = c; i < image.size(); i += image.channels) {
            const T value = image.values[i];
            if (!(value == value))
                continue;
            least = !any || value < least ? value : least;
            most = !any || value > most ? value : most;
            any = true;
        }
        if (!(most > least))
            continue;
        for (std::size_t i = c; i < image.size(); i += image.channels)
            image.values[i] = detail::clipped((image.values[i] - least) / (most - least));
    }
}

/// Each channel so that all of 256 tones occur about equally often: values become 256 steps (255.999 · value,
/// rounded down), and the step of the result is that of the histogram's sum, as Pillow has it.
template <class T>
constexpr void equalize(View<T> image) noexcept {
    const auto step_of = [](T value) {
        const T scaled = value * T(255.999);
        return scaled <= T(0)     ? std::size_t{0}
               : scaled >= T(255) ? std::size_t{255}
                                  : static_cast<std::size_t>(scaled);
    };
    for (std::size_t c = 0; c < image.channels; ++c) {
        std::array<std::size_t, 256> counts{};
        std::size_t total = 0, last = 0;
        for (std::size_t i = c; i < image.size(); i += image.channels)
            if (const T value = image.values[i]; value == value) {
                ++counts[step_of(value)];
                ++total;
                last = step_of(value) > last ? step_of(value) : last;
            }
        const std::size_t width = (total - counts[last]) / 255;
        std::array<std::size_t, 256> table{};
        std::size_t below = 0;
        for (std::size_t step = 0; width > 0 && step < 256; ++step) {
            const std::size_t reached = (below + width / 2) / width;
            table[step] = reached < 255 ? reached : 255;
            below += counts[step];
        }
        for (std::size_t i = c; i < image.size(); i += image.channels)
            if (T& value = image.values[i]; value == value)
                value = static_cast<T>(width > 0 ? table[step_of(value)] : step_of(value)) / T(255);
    }
}

} // namespace burin::data::images
