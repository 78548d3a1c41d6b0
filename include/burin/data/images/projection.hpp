#pragma once

#include "burin/core/language.hpp"
#include "burin/data/images/resize.hpp"
#include "burin/data/images/view.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::data::images {

/// A place in an image: x to the right and y down, in pixels from the upper left corner; the middle of the
/// first pixel is (½, ½).
struct Point {
    double x = 0;
    double y = 0;
};

/// A map of the plane that keeps lines straight: (x, y, 1) times a matrix of 3 × 3, divided by the third
/// number.
struct Projection {
    std::array<double, 9> matrix{1, 0, 0, 0, 1, 0, 0, 0, 1};

    /// Points behind the horizon come to lie outside of every image.
    constexpr Point operator()(Point p) const noexcept {
        const auto& m = matrix;
        const double depth = m[6] * p.x + m[7] * p.y + m[8];
        if (!(depth > 0))
            return {-1e30, -1e30};
        const Point moved{m[0] * p.x + m[1] * p.y + m[2], m[3] * p.x + m[4] * p.y + m[5]};
        return depth == 1 ? moved : Point{moved.x / depth, moved.y / depth};
    }

    /// First this, then the other.
    constexpr Projection then(const Projection& other) const noexcept {
        Projection result;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) {
                double sum = 0;
                for (std::size_t k = 0; k < 3; ++k)
                    sum += other.matrix[3 * i + k] * matrix[3 * k + j];
                result.matrix[3 * i + j] = sum;
            }
        return result;
    }

    /// What leads back. Of a map without, such as one onto a line, it leads outside.
    constexpr Projection inverted() const noexcept {
        const auto& m = matrix;
        Projection result;
        result.matrix = {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                         m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                         m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
        const double determinant =
            m[0] * result.matrix[0] + m[1] * result.matrix[3] + m[2] * result.matrix[6];
        for (double& value : result.matrix)
            value = determinant == 0 ? 0 : value / determinant;
        return result;
    }

    static constexpr Projection translation(double x, double y) noexcept {
        return {{1, 0, x, 0, 1, y, 0, 0, 1}};
    }
    static constexpr Projection scaling(double x, double y) noexcept { return {{x, 0, 0, 0, y, 0, 0, 0, 1}}; }

    /// The one that leads each of four points to its partner: by Gauss's elimination. Where three of them lie
    /// on a line there is none, and everything comes to lie outside.
    static constexpr Projection of_points(const std::array<Point, 4>& from,
                                          const std::array<Point, 4>& to) noexcept {
        double rows[8][9] = {};
        for (std::size_t i = 0; i < 4; ++i) {
            const double x = from[i].x, y = from[i].y, u = to[i].x, v = to[i].y;
            const double first[9] = {x, y, 1, 0, 0, 0, -x * u, -y * u, u};
            const double second[9] = {0, 0, 0, x, y, 1, -x * v, -y * v, v};
            for (std::size_t j = 0; j < 9; ++j) {
                rows[2 * i][j] = first[j];
                rows[2 * i + 1][j] = second[j];
            }
        }
        const auto size = [](double value) { return value < 0 ? -value : value; };
        for (std::size_t column = 0; column < 8; ++column) {
            std::size_t pivot = column;
            for (std::size_t row = column + 1; row < 8; ++row)
                if (size(rows[row][column]) > size(rows[pivot][column]))
                    pivot = row;
            if (!(size(rows[pivot][column]) > 1e-12))
                return {{0, 0, 0, 0, 0, 0, 0, 0, 0}};
            for (std::size_t j = 0; j < 9; ++j) {
                const double kept = rows[column][j];
                rows[column][j] = rows[pivot][j];
                rows[pivot][j] = kept;
            }
            for (std::size_t row = 0; row < 8; ++row) {
                if (row == column)
                    continue;
                const double factor = rows[row][column] / rows[column][column];
                for (std::size_t j = column; j < 9; ++j)
                    rows[row][j] -= factor * rows[column][j];
            }
        }
        Projection result;
        for (std::size_t i = 0; i < 8; ++i)
            result.matrix[i] = rows[i][8] / rows[i][i];
        return result;
    }
};

/// The value of an image at a place, channel by channel: `fill` where there is nothing of it. Beside bilinear
/// there is nearest; others are taken for bilinear. What has weight 0 does not count, whatever its value.
template <class T>
constexpr void sample_at(View<const T> in, Point place, Interpolation interpolation, T fill, T* to) noexcept {
    const auto width = static_cast<double>(in.width), height = static_cast<double>(in.height);
    for (std::size_t c = 0; c < in.channels; ++c)
        to[c] = fill;
    // Asked so that NaN is outside, too.
    if (!(place.x > -1 && place.x < width + 1 && place.y > -1 && place.y < height + 1))
        return;
    // What is no number that can be mixed has only the nearest.
    const bool is_nearest = !std::is_floating_point_v<T> || interpolation == Interpolation::nearest;
    const double x = is_nearest ? place.x : place.x - 0.5, y = is_nearest ? place.y : place.y - 0.5;
    const std::ptrdiff_t left = detail::whole_below(x), top = detail::whole_below(y);
    const auto is_in = [&](std::ptrdiff_t row, std::ptrdiff_t column) {
        return row >= 0 && column >= 0 && row < static_cast<std::ptrdiff_t>(in.height) &&
               column < static_cast<std::ptrdiff_t>(in.width);
    };
    if (is_nearest) {
        if (is_in(top, left))
            for (std::size_t c = 0; c < in.channels; ++c)
                to[c] = in.pixel(static_cast<std::size_t>(top), static_cast<std::size_t>(left))[c];
        return;
    }
    const double right = x - static_cast<double>(left), down = y - static_cast<double>(top);
    // Most places have four neighbours, which count: the sums are those below.
    if (right > 0 && down > 0 && is_in(top, left) && is_in(top + 1, left + 1)) {
        const T* const upper = in.pixel(static_cast<std::size_t>(top), static_cast<std::size_t>(left));
        const T* const lower = in.pixel(static_cast<std::size_t>(top + 1), static_cast<std::size_t>(left));
        const T weights[4] = {static_cast<T>((1 - down) * (1 - right)), static_cast<T>((1 - down) * right),
                              static_cast<T>(down * (1 - right)), static_cast<T>(down * right)};
        for (std::size_t c = 0; c < in.channels; ++c)
            to[c] = static_cast<T>(T(0) + weights[0] * upper[c] + weights[1] * upper[c + in.channels] +
                                   weights[2] * lower[c] + weights[3] * lower[c + in.channels]);
        return;
    }
    for (std::size_t c = 0; c < in.channels; ++c)
        to[c] = T(0);
    for (std::ptrdiff_t i = 0; i < 2; ++i)
        for (std::ptrdiff_t j = 0; j < 2; ++j) {
            const double weight = (i == 0 ? 1 - down : down) * (j == 0 ? 1 - right : right);
            if (weight == 0)
                continue;
            const bool counts = is_in(top + i, left + j);
            for (std::size_t c = 0; c < in.channels; ++c) {
                const T value = counts ? in.pixel(static_cast<std::size_t>(top + i),
                                                  static_cast<std::size_t>(left + j))[c]
                                       : fill;
                to[c] = static_cast<T>(to[c] + static_cast<T>(weight) * value);
            }
        }
}

/// The image whose pixel at p is what `in` has at `source(p)`: `source` leads from the result to where it
/// comes from. A Projection, or any function of a Point.
template <class T, class Source>
constexpr void warp(View<const T> in, View<T> out, const Source& source,
                    Interpolation interpolation = Interpolation::bilinear, T fill = T(0)) noexcept {
    for (std::size_t y = 0; y < out.height; ++y)
        for (std::size_t x = 0; x < out.width; ++x)
            sample_at(in, source(Point{static_cast<double>(x) + 0.5, static_cast<double>(y) + 0.5}),
                      interpolation, fill, out.pixel(y, x));
}

} // namespace burin::data::images
