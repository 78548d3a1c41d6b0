#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace burin::kernels {

enum class Interpolation { nearest, linear, cubic };

/// Where an element of the output lies between those of the input: element o of O at the place
/// (o + ½) · scale − ½ (half_pixel, with scale = 1 / factor or I / O), at o · (I − 1) / (O − 1)
/// (aligned_corners), or at o · scale (asymmetric). With half_pixel_symmetric the middles of both are the
/// same place, though the factor makes no whole extent.
enum class ResizeCoordinates { half_pixel, half_pixel_symmetric, aligned_corners, asymmetric };

/// Which element is the nearest to a place.
enum class NearestElement { below, above, halves_below, halves_above };

/// How many elements along one axis of an image become others.
struct ResizeAxis {
    std::size_t input = 1;
    std::size_t output = 1;
    Interpolation interpolation = Interpolation::nearest;
    ResizeCoordinates coordinates = ResizeCoordinates::half_pixel;
    NearestElement nearest = NearestElement::halves_above;
    double factor = 0; ///< Of the coordinates; 0: output / input.
    double cubic = -0.75;
    bool excludes_outside =
        false; ///< Whether elements beyond the image have no weight; else they are its edge.

    constexpr bool is_same() const {
        return input == output && (factor == 0 || factor == 1) && interpolation != Interpolation::cubic;
    }
    /// Elements of the input that one of the output is made of.
    constexpr std::size_t taps() const {
        if (is_same() || interpolation == Interpolation::nearest)
            return 1;
        return interpolation == Interpolation::linear ? 2 : 4;
    }

    constexpr double place(std::size_t at) const {
        const auto o = static_cast<double>(at), in = static_cast<double>(input),
                   out = static_cast<double>(output);
        const double scale = factor > 0 ? 1 / factor : in / out;
        switch (coordinates) {
        case ResizeCoordinates::half_pixel:
            break;
        case ResizeCoordinates::half_pixel_symmetric:
            return in / 2 * (1 - out * scale / in) + (o + 0.5) * scale - 0.5;
        case ResizeCoordinates::aligned_corners:
            return output > 1 ? o * (in - 1) / (out - 1) : 0;
        case ResizeCoordinates::asymmetric:
            return o * scale;
        }
        return (o + 0.5) * scale - 0.5;
    }
    /// The nearest element of the input. The usual ones are found in floats, as PyTorch and TensorFlow Lite
    /// do: what rounds to the next is the next.
    constexpr std::size_t nearest_to(std::size_t at) const {
        const float scale = factor > 0 ? static_cast<float>(1 / factor)
                                       : static_cast<float>(input) / static_cast<float>(output);
        if (coordinates == ResizeCoordinates::asymmetric && nearest == NearestElement::below)
            return std::min(static_cast<std::size_t>(static_cast<float>(at) * scale), input - 1);
        if (coordinates == ResizeCoordinates::half_pixel && nearest == NearestElement::halves_above)
            return std::min(static_cast<std::size_t>((static_cast<float>(at) + 0.5F) * scale), input - 1);
        if (coordinates == ResizeCoordinates::aligned_corners && nearest == NearestElement::halves_above) {
            const float step =
                output > 1 ? static_cast<float>(input - 1) / static_cast<float>(output - 1) : 0;
            return std::min(static_cast<std::size_t>(static_cast<float>(at) * step + 0.5F), input - 1);
        }
        const double x = place(at);
        const std::int64_t below = whole_below(x);
        const double rest = x - static_cast<double>(below);
        const bool takes_next = nearest == NearestElement::above          ? rest > 0
                                : nearest == NearestElement::halves_below ? rest > 0.5
                                : nearest == NearestElement::halves_above ? rest >= 0.5
                                                                          : false;
        return inside(below + takes_next);
    }

    constexpr std::size_t inside(std::int64_t at) const {
        return static_cast<std::size_t>(
            std::clamp<std::int64_t>(at, 0, static_cast<std::int64_t>(input) - 1));
    }
    static constexpr std::int64_t whole_below(double x) {
        const auto whole = static_cast<std::int64_t>(x);
        return whole - (static_cast<double>(whole) > x);
    }
};

/// What one element of the output is made of along an axis.
template <class Scalar, std::size_t Taps>
struct ResizeTaps {
    std::array<std::uint32_t, Taps> at{}; ///< Ascending, but that the last of the edge may come again.
    std::array<Scalar, Taps> weights{};
};

namespace detail {

/// The weight of an element at this distance (Keys, 1981).
constexpr double cubic_weight(double distance, double a) {
    const double t = distance < 0 ? -distance : distance;
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

} // namespace detail

/// Of element `o`; the axis has so many taps.
template <class Scalar, std::size_t Taps>
constexpr ResizeTaps<Scalar, Taps> resize_taps_of(const ResizeAxis& axis, std::size_t o) {
    ResizeTaps<Scalar, Taps> result;
    auto& [at, weights] = result;
    if constexpr (Taps == 1) {
        at[0] = static_cast<std::uint32_t>(axis.is_same() ? o : axis.nearest_to(o));
        weights[0] = Scalar(1);
    } else {
        // The edge goes on: what is made of it alone is as it.
        const double x =
            Taps == 2 ? std::clamp(axis.place(o), 0.0, static_cast<double>(axis.input - 1)) : axis.place(o);
        const std::int64_t first = ResizeAxis::whole_below(x) - (Taps == 4);
        std::array<double, Taps> exact{};
        double sum = 0;
        for (std::size_t k = 0; k < Taps; ++k) {
            const std::int64_t element = first + static_cast<std::int64_t>(k);
            const double distance = x - static_cast<double>(element);
            exact[k] = Taps == 2 ? 1 - (distance < 0 ? -distance : distance)
                                 : detail::cubic_weight(distance, axis.cubic);
            at[k] = static_cast<std::uint32_t>(axis.inside(element));
            if (axis.excludes_outside && static_cast<std::int64_t>(at[k]) != element)
                exact[k] = 0;
            sum += exact[k];
        }
        for (std::size_t k = 0; k < Taps; ++k)
            weights[k] = static_cast<Scalar>(axis.excludes_outside && sum != 0 ? exact[k] / sum : exact[k]);
    }
    return result;
}

/// All elements of an axis.
template <ResizeAxis A, class Scalar>
inline constexpr auto resize_taps = [] {
    std::array<ResizeTaps<Scalar, A.taps()>, A.output> all{};
    for (std::size_t o = 0; o < A.output; ++o)
        all[o] = resize_taps_of<Scalar, A.taps()>(A, o);
    return all;
}();

/// An image `[depth, height, width, channels]` in another size.
struct Resizing {
    std::array<ResizeAxis, 3> axes{};
    std::size_t channels = 1;

    constexpr std::size_t input_line() const { return axes[2].input * channels; }
    constexpr std::size_t output_line() const { return axes[2].output * channels; }
    constexpr std::size_t input_size() const { return axes[0].input * axes[1].input * input_line(); }
    constexpr std::size_t output_size() const { return axes[0].output * axes[1].output * output_line(); }
    /// Lines that one line of the output is made of.
    constexpr std::size_t lines() const { return axes[0].taps() * axes[1].taps(); }
};

} // namespace burin::kernels
