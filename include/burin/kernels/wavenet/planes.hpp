#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/unroll.hpp"
#include "burin/kernels/wavenet/choose.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::kernels::detail {

// Planes: each channel's steps side by side, `pitch` elements from one channel to the next. Whole vectors are
// read and written, so a plane has room for the lanes behind its last step, in which anything may be.

template <class Scalar>
struct Planes {
    Scalar* data = nullptr;
    std::size_t pitch = 0;

    Scalar* operator[](std::size_t channel) const noexcept { return data + channel * pitch; }
    Planes from(std::size_t channel) const noexcept { return {data + channel * pitch, pitch}; }
    operator Planes<const Scalar>() const noexcept
        requires(!std::is_const_v<Scalar>)
    {
        return {data, pitch};
    }
};

/// Steps of planes, rounded up to whole vectors of any scalar.
constexpr std::size_t plane_steps(std::size_t steps) {
    const std::size_t lanes = std::max<std::size_t>(this_machine.lanes(4), 1);
    return (steps + lanes - 1) / lanes * lanes;
}

/// Elements from one weight to that of the next row and to that of the next factor.
struct WeightStrides {
    std::size_t row = 1;
    std::size_t factor = 1;
};

/// Sums of a tile: `Rows` channels of `Vectors` vectors of steps.
template <std::size_t Rows, std::size_t Vectors, class Scalar>
struct PlaneSums {
    using Vec = Vector<Scalar>;
    Vec sums[Rows][Vectors];

    /// Each row begins with its bias, or with 0.
    template <bool HasBias>
    [[gnu::always_inline]] void begin(const Scalar* bias) noexcept {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                sums[r][v] = Vec(HasBias ? bias[r] : Scalar(0));
        }
    }

    /// Adds Σ_j w[j] · x[j] for `Depth` channels of x, seen from `x` on.
    template <std::size_t Depth, WeightStrides Strides>
    [[gnu::always_inline]] void add(const Scalar* x, std::size_t pitch, const Scalar* w) noexcept {
        for (std::size_t j = 0; j < Depth; ++j) {
            Vec in[Vectors];
            BURIN_DETAIL_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v)
                in[v] = load(x + v * width<Scalar>);
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vec factor(w[r * Strides.row]);
                BURIN_DETAIL_UNROLL
                for (std::size_t v = 0; v < Vectors; ++v)
                    sums[r][v] = fma(factor, in[v], sums[r][v]);
            }
            x += pitch;
            w += Strides.factor;
        }
    }
};

/// Calls f(count as a constant, first) for groups of at most `Most` of `Count` rows.
template <std::size_t Count, std::size_t Most, class Function>
[[gnu::always_inline]] inline void for_row_groups(const Function& f) noexcept {
    for (std::size_t first = 0; first + Most <= Count; first += Most)
        f(std::integral_constant<std::size_t, Most>{}, first);
    if constexpr (Count % Most > 0)
        f(std::integral_constant<std::size_t, Count % Most>{}, Count / Most * Most);
}

/// Calls f(vectors as a constant, first step) for all vectors of so many steps, `Most` at a time.
template <class Scalar, std::size_t Most, class Function>
[[gnu::always_inline]] inline void for_step_groups(std::size_t steps, const Function& f) noexcept {
    std::size_t at = 0;
    for (; at + Most * width<Scalar> <= steps; at += Most * width<Scalar>)
        f(std::integral_constant<std::size_t, Most>{}, at);
    if constexpr (Most > 1)
        for (; at < steps; at += width<Scalar>)
            f(std::integral_constant<std::size_t, 1>{}, at);
    else if (at < steps)
        f(std::integral_constant<std::size_t, 1>{}, at);
}

/// y[r] = (b[r] +) Σ_k Σ_j w[k, j, r] · x_k[j] at all steps, handed to `store(y[r] + step, sum)` vector by
/// vector; x_k is what tap k sees.
template <std::size_t Rows, std::size_t Depth, bool HasBias, WeightStrides Strides, class Scalar, class Store>
void multiply_planes(const Scalar* const* taps, std::size_t tap_count, std::size_t pitch, const Scalar* w,
                     std::size_t tap_stride, const Scalar* bias, std::size_t steps,
                     const Store& store_sum) noexcept {
    constexpr PlaneTile tile_size = choose_plane_tile(Rows, this_machine);
    for_row_groups<Rows, tile_size.rows>(
        [&]<std::size_t R>(std::integral_constant<std::size_t, R>, std::size_t first)
            __attribute__((always_inline)) {
                for_step_groups<Scalar, tile_size.vectors>(
                    steps, [&]<std::size_t V>(std::integral_constant<std::size_t, V>, std::size_t at)
                               __attribute__((always_inline)) {
                                   PlaneSums<R, V, Scalar> tile;
                                   tile.template begin<HasBias>(HasBias ? bias + first : nullptr);
                                   for (std::size_t k = 0; k < tap_count; ++k)
                                       tile.template add<Depth, Strides>(
                                           taps[k] + at, pitch, w + k * tap_stride + first * Strides.row);
                                   BURIN_DETAIL_UNROLL
                                   for (std::size_t r = 0; r < R; ++r) {
                                       BURIN_DETAIL_UNROLL
                                       for (std::size_t v = 0; v < V; ++v)
                                           store_sum(first + r, at + v * width<Scalar>, tile.sums[r][v]);
                                   }
                               });
            });
}

/// sums[i · stride.row + j · stride.factor] += Σ_t a[i][t] · b[j][t] over so many steps, whole vectors of
/// which are read: behind the last step one of the factors is 0.
template <std::size_t A, std::size_t B, WeightStrides Strides, class Scalar>
void add_products_of_planes(Planes<const Scalar> a, Planes<const Scalar> b, std::size_t steps,
                            Scalar* sums) noexcept {
    constexpr std::size_t most = this_machine.registers >= 32 ? 4 : 2;
    constexpr std::size_t rows = std::min(A, most), columns = std::min(B, most);
    for_row_groups<A, rows>([&]<std::size_t R>(std::integral_constant<std::size_t, R>,
                                               std::size_t i) __attribute__((always_inline)) {
        for_row_groups<B, columns>([&]<std::size_t C>(std::integral_constant<std::size_t, C>,
                                                      std::size_t j) __attribute__((always_inline)) {
            Vector<Scalar> products[R][C];
            for (auto& row : products)
                for (auto& product : row)
                    product = Vector<Scalar>(Scalar(0));
            for (std::size_t t = 0; t < steps; t += width<Scalar>) {
                Vector<Scalar> factors[C];
                BURIN_DETAIL_UNROLL
                for (std::size_t c = 0; c < C; ++c)
                    factors[c] = load(b[j + c] + t);
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < R; ++r) {
                    const Vector<Scalar> factor = load(a[i + r] + t);
                    BURIN_DETAIL_UNROLL
                    for (std::size_t c = 0; c < C; ++c)
                        products[r][c] = fma(factor, factors[c], products[r][c]);
                }
            }
            for (std::size_t r = 0; r < R; ++r)
                for (std::size_t c = 0; c < C; ++c)
                    sums[(i + r) * Strides.row + (j + c) * Strides.factor] +=
                        reduce_add<Scalar>(products[r][c]);
        });
    });
}

/// sums[i] += Σ_t a[i][t].
template <std::size_t A, class Scalar>
void add_sums_of_planes(Planes<const Scalar> a, std::size_t steps, Scalar* sums) noexcept {
    for (std::size_t i = 0; i < A; ++i) {
        Vector<Scalar> sum(Scalar(0));
        for (std::size_t t = 0; t < steps; t += width<Scalar>)
            sum = sum + load(a[i] + t);
        sums[i] += reduce_add<Scalar>(sum);
    }
}

/// Channels that lie side by side at each step become planes.
template <std::size_t Count, std::size_t Stride, class Scalar>
void to_planes(const Scalar* x, std::size_t steps, Planes<Scalar> planes) noexcept {
    for (std::size_t c = 0; c < Count; ++c)
        for (std::size_t t = 0; t < steps; ++t)
            planes[c][t] = x[t * Stride + c];
}

/// And back.
template <std::size_t Count, std::size_t Stride, class Scalar>
void from_planes(Planes<const Scalar> planes, std::size_t steps, Scalar* y) noexcept {
    for (std::size_t c = 0; c < Count; ++c)
        for (std::size_t t = 0; t < steps; ++t)
            y[t * Stride + c] = planes[c][t];
}

/// Zeros from step `from` up to step `to`.
template <std::size_t Count, class Scalar>
void clear_planes(Planes<Scalar> planes, std::size_t from, std::size_t to) noexcept {
    for (std::size_t c = 0; c < Count; ++c)
        std::fill_n(planes[c] + from, to - from, Scalar(0));
}

} // namespace burin::kernels::detail
