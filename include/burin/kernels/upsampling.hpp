#pragma once

#include "burin/kernels/channels.hpp"
#include "burin/kernels/pooling.hpp"
#include "burin/kernels/simd.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// How a finer image `[depth, height, width, channels]` follows from a coarser one: each axis `factors` times
/// as long.
struct Upsampling {
    std::array<std::size_t, 3> extents{1, 1, 1}; ///< Of the coarser image.
    std::array<std::size_t, 3> factors{1, 1, 1};
    std::size_t channels = 1;

    /// The elements of the finer image that belong to one of the coarser.
    constexpr PoolWindows windows() const {
        PoolWindows result{.channels = channels};
        for (std::size_t axis = 0; axis < 3; ++axis)
            result.axes[axis] = {.extent = extents[axis] * factors[axis],
                                 .count = extents[axis],
                                 .size = factors[axis],
                                 .stride = factors[axis]};
        return result;
    }
};

/// y = each element of x so many times along each axis.
template <Upsampling U, class Scalar>
void repeat_elements(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    constexpr std::size_t line = U.extents[2] * U.factors[2] * U.channels;
    constexpr std::size_t plane = U.extents[1] * U.factors[1] * line;
    const auto copies = [&y](std::size_t size, std::size_t count) {
        for (; count > 1; --count, y += size)
            std::copy_n(y - size, size, y);
    };
    for (std::size_t image = 0; image < rows * U.extents[0]; ++image) {
        for (std::size_t i = 0; i < U.extents[1]; ++i) {
            for (std::size_t j = 0; j < U.extents[2]; ++j, x += U.channels) {
                std::copy_n(x, U.channels, y);
                y += U.channels;
                copies(U.channels, U.factors[2]);
            }
            copies(line, U.factors[1]);
        }
        copies(plane, U.factors[0]);
    }
}

/// dx = the sum of the gradients of its copies.
template <Upsampling U, class Scalar>
void repeat_elements_gradient(const Scalar* dy, Scalar* dx, std::size_t rows) noexcept {
    sum_pool<U.windows()>(dy, dx, rows);
}

namespace detail {

/// An element of the finer image lies between two of the coarser: `share` of the way from the first to the
/// second.
struct Between {
    std::size_t first = 0;
    std::size_t second = 0;
    double share = 0;
};

/// Elements lie in the middle of equal parts of the axis; what is beyond the first or last is as there.
constexpr Between between_at(std::size_t extent, std::size_t factor, std::size_t i) {
    const double place = std::max(0.0, (static_cast<double>(i) + 0.5) / static_cast<double>(factor) - 0.5);
    const auto first = static_cast<std::size_t>(place);
    return {first, std::min(first + 1, extent - 1), place - static_cast<double>(first)};
}
template <std::size_t Extent, std::size_t Factor>
inline constexpr auto between = [] {
    std::array<Between, Extent * Factor> all{};
    for (std::size_t i = 0; i < Extent * Factor; ++i)
        all[i] = between_at(Extent, Factor, i);
    return all;
}();

/// The weights of four elements: of the first height both widths, then of the second.
template <class Scalar>
constexpr std::array<Scalar, 4> weights_between(const Between& h, const Between& w) {
    return {static_cast<Scalar>((1 - h.share) * (1 - w.share)), static_cast<Scalar>((1 - h.share) * w.share),
            static_cast<Scalar>(h.share * (1 - w.share)), static_cast<Scalar>(h.share * w.share)};
}

/// Calls f(offset in the finer image, four offsets in the coarser, their four weights) for each position of a
/// sample.
template <Upsampling U, class Scalar, class Function>
[[gnu::always_inline]] inline void for_each_interpolation(const Function& f) noexcept {
    constexpr auto& heights = between<U.extents[1], U.factors[1]>;
    constexpr auto& widths = between<U.extents[2], U.factors[2]>;
    std::size_t fine = 0;
    for (const Between& h : heights)
        for (const Between& w : widths) {
            const auto offset = [](std::size_t i, std::size_t j) {
                return (i * U.extents[2] + j) * U.channels;
            };
            f(fine,
              std::array<std::size_t, 4>{offset(h.first, w.first), offset(h.first, w.second),
                                         offset(h.second, w.first), offset(h.second, w.second)},
              weights_between<Scalar>(h, w));
            fine += U.channels;
        }
}

} // namespace detail

/// y = the bilinear interpolation of `[height, width, channels]`, pixels being squares whose middles have the
/// pixels' values.
template <Upsampling U, class Scalar>
void interpolate(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    constexpr PoolWindows images = U.windows();
    for (std::size_t r = 0; r < rows; ++r, x += images.output_size(), y += images.input_size())
        detail::for_each_interpolation<U, Scalar>(
            [&](std::size_t fine, const auto& from, const auto& weights) {
                detail::for_each_channels<U.channels, Scalar>([&](std::size_t c, auto channels) {
                    Vector<Scalar> sum = channels.load(x + from[0] + c) * Vector<Scalar>(weights[0]);
                    for (std::size_t k = 1; k < 4; ++k)
                        sum = fma(channels.load(x + from[k] + c), Vector<Scalar>(weights[k]), sum);
                    channels.store(y + fine + c, sum);
                });
            });
}

template <Upsampling U, class Scalar>
void interpolate_gradient(const Scalar* dy, Scalar* dx, std::size_t rows) noexcept {
    constexpr PoolWindows images = U.windows();
    std::fill_n(dx, rows * images.output_size(), Scalar(0));
    for (std::size_t r = 0; r < rows; ++r, dx += images.output_size(), dy += images.input_size())
        detail::for_each_interpolation<U, Scalar>(
            [&](std::size_t fine, const auto& from, const auto& weights) {
                detail::for_each_channels<U.channels, Scalar>([&](std::size_t c, auto channels) {
                    const Vector<Scalar> gradient = channels.load(dy + fine + c);
                    for (std::size_t k = 0; k < 4; ++k)
                        channels.store(dx + from[k] + c, fma(gradient, Vector<Scalar>(weights[k]),
                                                             channels.load(dx + from[k] + c)));
                });
            });
}

} // namespace burin::kernels
