#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>

namespace burin::kernels {

/// The largest of `count` ≥ 1 values.
template <class Scalar>
Scalar largest(const Scalar* values, std::size_t count) noexcept {
    Scalar result = values[0];
    for (std::size_t i = 1; i < count; ++i)
        result = values[i] > result ? values[i] : result;
    return result;
}

/// y = e^(x − max x) / Σ e^(x − max x), for each row of N. y may be x.
template <std::size_t N, class Scalar>
void softmax(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, x += N, y += N) {
        const Vector<Scalar> shift = broadcast(largest(x, N));
        Vector<Scalar> sums(Scalar(0));
        for_each_vector<Scalar>(N, [&](std::size_t lanes, auto load, auto store) noexcept {
            const Vector<Scalar> e = exp_nonpositive(load(x) - shift);
            sums = sums + keep_first<Scalar>(e, lanes);
            store(y, e);
        });
        const Vector<Scalar> scale = broadcast(Scalar(1) / reduce_add<Scalar>(sums));
        map(N, y, [scale](const Vector<Scalar>& e) { return e * scale; }, y);
    }
}

/// y = x − max x − log Σ e^(x − max x), for each row of N. y may be x.
template <std::size_t N, class Scalar>
void log_softmax(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, x += N, y += N) {
        const Vector<Scalar> shift = broadcast(largest(x, N));
        Vector<Scalar> sums(Scalar(0));
        for_each_vector<Scalar>(N, [&](std::size_t lanes, auto load, auto) noexcept {
            sums = sums + keep_first<Scalar>(exp_nonpositive(load(x) - shift), lanes);
        });
        const Vector<Scalar> log_sum = log(broadcast(reduce_add<Scalar>(sums)));
        map(N, y, [&](const Vector<Scalar>& value) { return (value - shift) - log_sum; }, x);
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
        const Vector<Scalar> total = broadcast(sum<Scalar>(N, [](const Vector<Scalar>& g) { return g; }, dy));
        map(
            N, dx,
            [total](const Vector<Scalar>& l, const Vector<Scalar>& g) {
                return g - exp_nonpositive(l) * total;
            },
            y, dy);
    }
}

} // namespace burin::kernels
