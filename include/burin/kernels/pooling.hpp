#pragma once

#include "burin/kernels/channels.hpp"
#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace burin::kernels {

/// The windows along one axis of an image.
struct PoolAxis {
    std::size_t extent = 1; ///< Elements of the input.
    std::size_t count = 1;  ///< Windows.
    std::size_t size = 1;   ///< Elements in a window.
    std::size_t stride = 1;
    std::size_t before = 0;   ///< Elements that the first window reaches beyond the beginning.
    bool is_adaptive = false; ///< Window i is from ⌊i · extent / count⌋ to ⌈(i + 1) · extent / count⌉.
    static constexpr std::size_t dilation = 1;

    constexpr std::size_t begin(std::size_t window) const {
        if (is_adaptive)
            return window * extent / count;
        return std::max(window * stride, before) - before;
    }
    constexpr std::size_t end(std::size_t window) const {
        if (is_uniform())
            return begin(window) + size;
        if (is_adaptive)
            return ((window + 1) * extent + count - 1) / count;
        return std::min(window * stride + size - before, extent);
    }
    /// All windows have the same number of elements.
    constexpr bool is_uniform() const {
        if (is_adaptive)
            return extent % count == 0;
        return before == 0 && (count - 1) * stride + size <= extent;
    }
    /// No element is in two windows.
    constexpr bool is_disjoint() const { return is_adaptive ? extent % count == 0 : stride >= size; }

    /// Where windows are disjoint each has a cell: itself and what is between it and the next.
    constexpr std::size_t cell_begin(std::size_t window) const { return window == 0 ? 0 : begin(window); }
    constexpr std::size_t cell_end(std::size_t window) const {
        return window + 1 == count && !is_tiling() ? extent : begin(window + 1);
    }
    /// Each element is in one window.
    constexpr bool is_tiling() const { return is_uniform() && is_disjoint() && count * size == extent; }
};

/// Windows with gaps between their elements, or with padding that counts in means.
struct GappedPoolAxis {
    std::size_t extent = 1;
    std::size_t count = 1;
    std::size_t size = 1;
    std::size_t stride = 1;
    std::size_t before = 0;
    std::size_t dilation = 1; ///< From one element of a window to the next.
    std::size_t counted = 0;  ///< So many elements behind the image count in means, and all before it.
    bool counts_padding = false;
    static constexpr bool is_adaptive = false;

    /// Elements from the first under the window to the last.
    constexpr std::size_t reach() const { return (size - 1) * dilation + 1; }
    /// Of the elements from begin to end each `dilation`-th is under the window.
    constexpr std::size_t begin(std::size_t window) const {
        const std::size_t missing = std::max(window * stride, before) - window * stride;
        return window * stride + (missing + dilation - 1) / dilation * dilation - before;
    }
    constexpr std::size_t end(std::size_t window) const {
        return std::min(window * stride + reach() - before, extent);
    }
    constexpr std::size_t elements(std::size_t window) const {
        const std::size_t first = begin(window);
        return (std::max(first, end(window)) - first + dilation - 1) / dilation;
    }
    /// What the sum of a window is divided by for its mean.
    constexpr std::size_t divisor(std::size_t window) const {
        if (!counts_padding)
            return elements(window);
        return std::min(size, (before + extent + counted - window * stride + dilation - 1) / dilation);
    }
    constexpr bool is_uniform() const { return before == 0 && (count - 1) * stride + reach() <= extent; }
    constexpr bool is_disjoint() const { return dilation == 1 && stride >= size; }
    constexpr std::size_t cell_begin(std::size_t window) const { return window == 0 ? 0 : begin(window); }
    constexpr std::size_t cell_end(std::size_t window) const {
        return window + 1 == count && !is_tiling() ? extent : begin(window + 1);
    }
    constexpr bool is_tiling() const { return is_uniform() && is_disjoint() && count * size == extent; }
};

/// Windows over `[depth, height, width, channels]`; images of fewer axes have extents of 1.
template <class Axis>
struct PoolWindowsOf {
    std::array<Axis, 3> axes{};
    std::size_t channels = 1;

    constexpr std::size_t input_size() const {
        return axes[0].extent * axes[1].extent * axes[2].extent * channels;
    }
    constexpr std::size_t output_size() const {
        return axes[0].count * axes[1].count * axes[2].count * channels;
    }
    constexpr std::size_t offset(std::size_t depth, std::size_t row, std::size_t column) const {
        return ((depth * axes[1].extent + row) * axes[2].extent + column) * channels;
    }
    /// No window has more elements.
    constexpr std::size_t largest_window() const {
        std::size_t elements = 1;
        for (const Axis& axis : axes)
            elements *= std::min(axis.extent, axis.is_adaptive ? axis.size + 2 : axis.size);
        return elements;
    }
    constexpr bool is_disjoint() const {
        return axes[0].is_disjoint() && axes[1].is_disjoint() && axes[2].is_disjoint();
    }
    constexpr bool is_tiling() const {
        return axes[0].is_tiling() && axes[1].is_tiling() && axes[2].is_tiling();
    }
};

using PoolWindows = PoolWindowsOf<PoolAxis>;

namespace detail {

/// Calls f(places, output) for each window: its place along each axis, and where its channels are in the
/// output.
template <auto W, class Function>
[[gnu::always_inline]] inline void for_each_window(const Function& f) noexcept {
    std::size_t output = 0;
    for (std::size_t d = 0; d < W.axes[0].count; ++d)
        for (std::size_t h = 0; h < W.axes[1].count; ++h)
            for (std::size_t w = 0; w < W.axes[2].count; ++w, output += W.channels)
                f(std::array<std::size_t, 3>{d, h, w}, output);
}

/// Calls f(offset) for each element of a window, in order.
template <auto W, class Function>
[[gnu::always_inline]] inline void for_each_element(const std::array<std::size_t, 3>& places,
                                                    const Function& f) noexcept {
    const std::size_t d = W.axes[0].begin(places[0]), d_end = W.axes[0].end(places[0]);
    const std::size_t h = W.axes[1].begin(places[1]), h_end = W.axes[1].end(places[1]);
    const std::size_t w = W.axes[2].begin(places[2]), w_end = W.axes[2].end(places[2]);
    for (std::size_t i = d; i < d_end; i += W.axes[0].dilation)
        for (std::size_t j = h; j < h_end; j += W.axes[1].dilation) {
            BURIN_DETAIL_UNROLL_4
            for (std::size_t k = w; k < w_end; k += W.axes[2].dilation)
                f(W.offset(i, j, k));
        }
}

/// 1 / elements of a window, or what its axes divide by.
template <auto W, class Scalar>
[[gnu::always_inline]] inline Scalar share_of(const std::array<std::size_t, 3>& places) noexcept {
    if constexpr (W.axes[0].is_uniform() && W.axes[1].is_uniform() && W.axes[2].is_uniform()) {
        return Scalar(1) / static_cast<Scalar>(W.axes[0].size * W.axes[1].size * W.axes[2].size);
    } else {
        std::size_t product = 1;
        for (std::size_t axis = 0; axis < 3; ++axis)
            if constexpr (requires { W.axes[axis].divisor(places[axis]); })
                product *= W.axes[axis].divisor(places[axis]);
            else
                product *= W.axes[axis].end(places[axis]) - W.axes[axis].begin(places[axis]);
        return Scalar(1) / static_cast<Scalar>(product);
    }
}

/// The gradient of the input of windows of which each element gets a share of the window's gradient:
/// `share(window gradient)` returns a function that gives element after element its share, from its offset.
template <auto W, class Scalar, class Shares, class Derivative>
[[gnu::always_inline]] inline void spread(const Scalar* dy, Scalar* dx, const Scalar* activated,
                                          std::size_t rows, const Shares& shares,
                                          const Derivative& derivative) noexcept {
    if constexpr (!W.is_disjoint())
        std::fill_n(dx, W.input_size() * rows, Scalar(0));
    for (std::size_t r = 0; r < rows; ++r)
        for_each_window<W>([&](const std::array<std::size_t, 3>& places, std::size_t output) {
            const std::size_t input = r * W.input_size();
            output += r * W.output_size();
            for_each_channels<W.channels, Scalar>([&](std::size_t c, auto channels) {
                auto share = shares(channels.load(dy + output + c), places, output + c, channels);
                if constexpr (W.is_disjoint()) {
                    const auto& [depths, heights, widths] = W.axes;
                    for (std::size_t i = depths.cell_begin(places[0]); i < depths.cell_end(places[0]); ++i)
                        for (std::size_t j = heights.cell_begin(places[1]); j < heights.cell_end(places[1]);
                             ++j)
                            for (std::size_t k = widths.cell_begin(places[2]); k < widths.cell_end(places[2]);
                                 ++k) {
                                const std::size_t at = input + W.offset(i, j, k) + c;
                                const bool is_inside = W.is_tiling() || (i < depths.end(places[0]) &&
                                                                         j < heights.end(places[1]) &&
                                                                         k < widths.end(places[2]));
                                Vector<Scalar> gradient(Scalar(0));
                                if (is_inside) {
                                    gradient = share(at);
                                    if constexpr (Derivative::reads_activation)
                                        gradient = derivative(gradient, channels.load(activated + at));
                                }
                                channels.store(dx + at, gradient);
                            }
                } else {
                    for_each_element<W>(places, [&](std::size_t offset) {
                        const std::size_t at = input + offset + c;
                        channels.store(dx + at, channels.load(dx + at) + share(at));
                    });
                }
            });
        });
}

/// The sum of a window of more elements than a running sum is good for.
template <auto W, class Scalar, bool Masked>
[[gnu::always_inline]] inline Vector<Scalar> sum_large_window(const Scalar* x,
                                                              const std::array<std::size_t, 3>& places,
                                                              Channels<Masked> channels) noexcept {
    const std::size_t w = W.axes[2].begin(places[2]), w_end = W.axes[2].end(places[2]);
    const Vector<Scalar> zero(Scalar(0));
    PairwiseSum<Vector<Scalar>> blocks;
    Vector<Scalar> sum = zero;
    std::size_t terms = 0;
    constexpr std::size_t step = W.axes[2].dilation;
    for (std::size_t i = W.axes[0].begin(places[0]); i < W.axes[0].end(places[0]); i += W.axes[0].dilation)
        for (std::size_t j = W.axes[1].begin(places[1]); j < W.axes[1].end(places[1]);
             j += W.axes[1].dilation)
            for (std::size_t k = w; k < w_end;) {
                const std::size_t end = std::min(w_end, k + terms_per_block * step);
                terms += (end - k + step - 1) / step;
                BURIN_DETAIL_UNROLL_4
                for (; k < end; k += step)
                    sum = sum + channels.load(x + W.offset(i, j, k));
                if (terms >= terms_per_block) {
                    blocks.add(sum);
                    sum = zero;
                    terms = 0;
                }
            }
    return blocks.total(sum);
}

/// y = finish(sum of the elements of each window, places).
template <auto W, class Scalar, class Finish>
[[gnu::always_inline]] inline void sum_windows(const Scalar* x, Scalar* y, std::size_t rows,
                                               const Finish& finish) noexcept {
    for (std::size_t r = 0; r < rows; ++r, x += W.input_size(), y += W.output_size())
        for_each_window<W>([&](const std::array<std::size_t, 3>& places, std::size_t output) {
            for_each_channels<W.channels, Scalar>([&](std::size_t c, auto channels) {
                Vector<Scalar> sum(Scalar(0));
                if constexpr (W.largest_window() <= 2 * terms_per_block)
                    for_each_element<W>(
                        places, [&](std::size_t offset) { sum = sum + channels.load(x + offset + c); });
                else
                    sum = sum_large_window<W>(x + c, places, channels);
                channels.store(y + output + c, finish(sum, places));
            });
        });
}

} // namespace detail

/// y = the largest element of each window, channel by channel; NaN if one of them is.
template <auto W, class Scalar, class Epilogue>
void max_pool(const Scalar* x, Scalar* y, std::size_t rows, Epilogue epilogue) noexcept {
    for (std::size_t r = 0; r < rows; ++r, x += W.input_size(), y += W.output_size())
        detail::for_each_window<W>([&](const std::array<std::size_t, 3>& places, std::size_t output) {
            detail::for_each_channels<W.channels, Scalar>([&](std::size_t c, auto channels) {
                RunningMaximum<Scalar> largest;
                detail::for_each_element<W>(
                    places, [&](std::size_t offset) { largest.update(channels.load(x + offset + c)); });
                channels.store(y + output + c, epilogue(largest.value()));
            });
        });
}

/// The first of the largest elements of a window, or the first NaN, gets the window's gradient.
/// Where windows are disjoint, dx may be x, and the derivative of an activation before is multiplied in.
template <auto W, class Scalar, class Derivative>
void max_pool_gradient(const Scalar* x, const Scalar* y, const Scalar* dy, Scalar* dx,
                       const Scalar* activated, std::size_t rows, Derivative derivative) noexcept {
    detail::spread<W>(
        dy, dx, activated, rows,
        [&](Vector<Scalar> gradient, const std::array<std::size_t, 3>&, std::size_t output, auto channels) {
            return [gradient, largest = channels.load(y + output), x, channels](std::size_t at) mutable {
                const Vector<Scalar> value = channels.load(x + at);
                const auto is_largest = is_nan(value) || value == largest;
                const Vector<Scalar> zero(Scalar(0));
                const Vector<Scalar> share = select(is_largest, gradient, zero);
                gradient = select(is_largest, zero, gradient);
                return share;
            };
        },
        derivative);
}

/// y = epilogue(the mean of the elements of each window that are inside the image). Where padding counts, it
/// is their sum, divided by more.
template <auto W, class Scalar, class Epilogue>
void average_pool(const Scalar* x, Scalar* y, std::size_t rows, Epilogue epilogue) noexcept {
    detail::sum_windows<W>(x, y, rows, [=](const Vector<Scalar>& sum, const auto& places) {
        const Vector<Scalar> share(detail::share_of<W, Scalar>(places));
        return epilogue(Vector<Scalar>(sum * share));
    });
}

/// y = the sum of the elements of each window.
template <auto W, class Scalar>
void sum_pool(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    detail::sum_windows<W>(x, y, rows, [](const Vector<Scalar>& sum, const auto&) { return sum; });
}

/// Each element of a window gets an equal share of its gradient.
template <auto W, class Scalar, class Derivative>
void average_pool_gradient(const Scalar* dy, Scalar* dx, const Scalar* activated, std::size_t rows,
                           Derivative derivative) noexcept {
    detail::spread<W>(
        dy, dx, activated, rows,
        [&](Vector<Scalar> gradient, const std::array<std::size_t, 3>& places, std::size_t, auto) {
            const Vector<Scalar> equal(detail::share_of<W, Scalar>(places));
            return [share = Vector<Scalar>(gradient * equal)](std::size_t) { return share; };
        },
        derivative);
}

} // namespace burin::kernels
