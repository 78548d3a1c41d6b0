#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace burin::kernels {

/// The largest of N ≥ 1 values.
template <std::size_t N, class Scalar>
Scalar largest(const Scalar* values) noexcept {
    constexpr std::size_t lanes = width<Scalar>;
    if constexpr (N < lanes) {
        const Vector<Scalar> least = broadcast(-std::numeric_limits<Scalar>::infinity());
        return reduce_max<Scalar>(first_lanes(N, load_partial(values, N), least));
    } else {
        // Four at a time, because each waits for the one before. The last ones may be seen twice.
        constexpr std::size_t at_once = std::min<std::size_t>(4, N / lanes), last = N - lanes;
        Vector<Scalar> most[at_once];
        for (std::size_t k = 0; k < at_once; ++k)
            most[k] = load(values + k * lanes);
        for (std::size_t i = at_once * lanes; i < N; i += at_once * lanes)
            for (std::size_t k = 0; k < at_once; ++k)
                most[k] = max(most[k], load(values + std::min(i + k * lanes, last)));
        for (std::size_t k = 1; k < at_once; ++k)
            most[0] = max(most[0], most[k]);
        return reduce_max<Scalar>(most[0]);
    }
}

/// y = e^(x − shift) for a row of N; returns its sum. Without `Store` y is not written.
template <std::size_t N, bool Store, class Scalar>
Scalar exponentials(const Scalar* x, const Vector<Scalar>& shift, Scalar* y) noexcept {
    Vector<Scalar> sums(Scalar(0));
    for_each_vector<Scalar>(N, [&](std::size_t lanes, auto load, auto store) noexcept {
        const Vector<Scalar> e = exp_nonpositive(load(x) - shift);
        sums = sums + keep_first<Scalar>(e, lanes);
        if constexpr (Store)
            store(y, e);
    });
    return reduce_add<Scalar>(sums);
}

/// y = e^(x − max x) / Σ e^(x − max x), for each row of N. y may be x.
template <std::size_t N, class Scalar>
void softmax(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, x += N, y += N) {
        const Vector<Scalar> shift = broadcast(largest<N>(x));
        const Vector<Scalar> scale = broadcast(Scalar(1) / exponentials<N, true>(x, shift, y));
        map(
            N, y, [scale](const Vector<Scalar>& e) { return e * scale; }, y);
    }
}

/// y = x − max x − log Σ e^(x − max x), for each row of N. y may be x.
template <std::size_t N, class Scalar>
void log_softmax(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, x += N, y += N) {
        const Vector<Scalar> shift = broadcast(largest<N>(x));
        const Vector<Scalar> log_sum = log(broadcast(exponentials<N, false>(x, shift, y)));
        map(
            N, y, [&](const Vector<Scalar>& value) { return (value - shift) - log_sum; }, x);
    }
}

/// dx = y · (dy − Σ dy · y), for each row of N, from the output y of softmax. dx may be dy.
template <std::size_t N, class Scalar>
void softmax_gradient(const Scalar* y, const Scalar* dy, Scalar* dx, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, y += N, dy += N, dx += N) {
        const auto product = [](const Vector<Scalar>& a, const Vector<Scalar>& b) { return a * b; };
        const Vector<Scalar> mean = broadcast(sum<Scalar>(N, product, y, dy));
        map(
            N, dx, [mean](const Vector<Scalar>& p, const Vector<Scalar>& g) { return p * (g - mean); }, y,
            dy);
    }
}

/// dx = dy − e^y · Σ dy, for each row of N, from the output y of log_softmax. dx may be dy.
template <std::size_t N, class Scalar>
void log_softmax_gradient(const Scalar* y, const Scalar* dy, Scalar* dx, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, y += N, dy += N, dx += N) {
        const Vector<Scalar> total = broadcast(sum<Scalar>(
            N, [](const Vector<Scalar>& g) { return g; }, dy));
        map(
            N, dx,
            [total](const Vector<Scalar>& l, const Vector<Scalar>& g) {
                return g - exp_nonpositive(l) * total;
            },
            y, dy);
    }
}

} // namespace burin::kernels
