#pragma once

#include "burin/data/images/projection.hpp"

#include <cmath>
#include <cstddef>

namespace burin::data::images {

/// What an affine map does, in this order about the image's middle: shear, scale, rotate, move.
struct Affine {
    double degrees = 0; ///< Counter-clockwise.
    double right = 0;   ///< In pixels.
    double down = 0;    ///< In pixels.
    double scale = 1;
    double shear_x = 0; ///< In degrees: rows move against each other.
    double shear_y = 0; ///< In degrees: columns do.
};

/// The map of an image of this size. It equals torchvision's `affine` with the angle −degrees and these
/// shears, and its `rotate` with the angle degrees.
inline Projection projection_of(const Affine& affine, std::size_t height, std::size_t width) noexcept {
    constexpr double radians = 3.14159265358979323846 / 180;
    const double angle = -affine.degrees * radians, x = affine.shear_x * radians,
                 y = affine.shear_y * radians;
    const double middle_x = 0.5 * static_cast<double>(width), middle_y = 0.5 * static_cast<double>(height);
    const double c = std::cos(angle - y) / std::cos(y), s = std::sin(angle - y) / std::cos(y);
    const Projection turn{{affine.scale * c, affine.scale * (-c * std::tan(x) - std::sin(angle)), 0,
                           affine.scale * s, affine.scale * (-s * std::tan(x) + std::cos(angle)), 0, 0, 0,
                           1}};
    return Projection::translation(-middle_x, -middle_y)
        .then(turn)
        .then(Projection::translation(middle_x + affine.right, middle_y + affine.down));
}

} // namespace burin::data::images
