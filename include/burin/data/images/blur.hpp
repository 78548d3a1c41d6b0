#pragma once

#include "burin/core/language.hpp"
#include "burin/data/images/colour.hpp"
#include "burin/data/images/crop.hpp"
#include "burin/data/images/view.hpp"

#include <cmath>
#include <cstddef>

namespace burin::data::images {

/// The weights of a blur of `size` (odd) pixels, their sum 1: exp(−½ (distance / sigma)²).
template <class T>
void gaussian_weights(T* weights, std::size_t size, double sigma) noexcept {
    double sum = 0;
    const auto weight_of = [&](std::size_t i) {
        const double away = (static_cast<double>(i) - 0.5 * static_cast<double>(size - 1)) / sigma;
        return std::exp(-0.5 * away * away);
    };
    for (std::size_t i = 0; i < size; ++i)
        sum += weight_of(i);
    for (std::size_t i = 0; i < size; ++i)
        weights[i] = static_cast<T>(weight_of(i) / sum);
}

/// Each pixel becomes a weighted mean of `size` (odd) pixels around it, first along rows, then along columns;
/// beyond the edges the image is mirrored. `scratch` has room for the image. Equals torchvision's
/// `gaussian_blur` with `gaussian_weights`; there an image must be larger than the kernel's half, here it
/// need not.
template <class T>
constexpr void blur(View<const T> in, View<T> out, const T* weights, std::size_t size, T* scratch) noexcept {
    const auto half = static_cast<std::ptrdiff_t>(size / 2);
    const View<T> between{scratch, in.height, in.width, in.channels};
    const auto pass = [&](View<const T> from, View<T> to, bool along_rows) {
        for (std::size_t y = 0; y < in.height; ++y)
            for (std::size_t x = 0; x < in.width; ++x)
                for (std::size_t c = 0; c < in.channels; ++c) {
                    T sum = T(0);
                    for (std::size_t k = 0; k < size; ++k) {
                        const std::ptrdiff_t shift = static_cast<std::ptrdiff_t>(k) - half;
                        const std::size_t row = along_rows
                                                    ? y
                                                    : detail::inside(static_cast<std::ptrdiff_t>(y) + shift,
                                                                     in.height, Border::reflect);
                        const std::size_t column =
                            along_rows ? detail::inside(static_cast<std::ptrdiff_t>(x) + shift, in.width,
                                                        Border::reflect)
                                       : x;
                        sum += weights[k] * from.pixel(row, column)[c];
                    }
                    to.pixel(y, x)[c] = sum;
                }
    };
    pass(in, between, true);
    pass(between, out, false);
}

/// Further from (factor > 1) or nearer to (factor < 1) the image that a kernel of 3 × 3 (ones around a 5)
/// smooths; pixels at the edge stay. Values are 0 to 1. Equals torchvision's `adjust_sharpness` of tensors of
/// floats.
template <class T>
constexpr void adjust_sharpness(View<const T> in, View<T> out, T factor) noexcept {
    for (std::size_t y = 0; y < in.height; ++y)
        for (std::size_t x = 0; x < in.width; ++x)
            for (std::size_t c = 0; c < in.channels; ++c) {
                const T value = in.pixel(y, x)[c];
                out.pixel(y, x)[c] = value;
                if (y == 0 || x == 0 || y + 1 == in.height || x + 1 == in.width)
                    continue;
                T sum = T(4) * value;
                for (std::size_t i = 0; i < 3; ++i)
                    for (std::size_t j = 0; j < 3; ++j)
                        sum += in.pixel(y + i - 1, x + j - 1)[c];
                out.pixel(y, x)[c] = detail::blended(value, sum / T(13), factor);
            }
}

} // namespace burin::data::images
