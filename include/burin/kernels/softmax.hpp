#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/unroll.hpp"

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

/// y = e^argument / divisor, where the argument must not be larger than the divisor's logarithm and half of
/// ln 2, for `count` elements; returns their sum. `argument(load)` gives it for one vector, where `load(p)`
/// is what p has at this place. Without `Store` y is not written. For each vector, of so many lanes,
/// `beside(lanes, load, store)` does other work while the exponentials wait for their own steps.
template <bool Store, class Scalar, class Argument, class Beside>
[[gnu::always_inline]] inline Scalar exponentials(std::size_t count, Argument argument, Scalar* y,
                                                  const detail::PowerOfTwo<Scalar>& divisor,
                                                  Beside beside) noexcept {
    constexpr std::size_t lanes = width<Scalar>, at_once = detail::side_by_side<Scalar>;
    // Many are summed block by block, and the blocks pair by pair.
    constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    constexpr std::size_t block = 2 * terms_per_block / at_once * at_once * lanes;
    std::size_t next_block = count < 2 * block ? none : block;
    PairwiseSum<Vector<Scalar>> blocks;
    Vector<Scalar> sum(Scalar(0));
    std::size_t i = 0;
    for (; i + at_once * lanes <= count; i += at_once * lanes) {
        if (i == next_block) {
            blocks.add(sum);
            sum = Vector<Scalar>(Scalar(0));
            next_block += block;
        }
        Vector<Scalar> e[at_once];
        BURIN_DETAIL_UNROLL
        for (std::size_t k = 0; k < at_once; ++k)
            e[k] = argument([at = i + k * lanes](const Scalar* from) { return load(from + at); });
        replace_by_exponentials<Scalar, at_once>(e, divisor);
        BURIN_DETAIL_UNROLL
        for (std::size_t k = 0; k < at_once; ++k) {
            const std::size_t at = i + k * lanes;
            sum = sum + e[k];
            if constexpr (Store)
                store(y + at, e[k]);
            beside(
                lanes, [at](const Scalar* from) { return load(from + at); },
                [at](Scalar* to, const Vector<Scalar>& value) { store(to + at, value); });
        }
    }
    for (; i < count; i += lanes) {
        const std::size_t left = std::min(lanes, count - i);
        const auto load_here = [i, left](const Scalar* from) { return load_partial(from + i, left); };
        Vector<Scalar> e = argument(load_here);
        replace_by_exponentials<Scalar, 1>(&e, divisor);
        sum = sum + keep_first<Scalar>(e, left);
        if constexpr (Store)
            store_partial(y + i, e, left);
        beside(left, load_here,
               [i, left](Scalar* to, const Vector<Scalar>& value) { store_partial(to + i, value, left); });
    }
    return reduce_add<Scalar>(next_block == none ? sum : blocks.total(sum));
}
template <bool Store, class Scalar, class Argument>
[[gnu::always_inline]] inline Scalar exponentials(std::size_t count, Argument argument, Scalar* y) noexcept {
    return exponentials<Store>(count, argument, y, {}, [](auto...) {});
}

/// y = e^(x − shift) for a row of N; returns its sum. Without `Store` y is not written.
template <std::size_t N, bool Store, class Scalar>
Scalar exponentials(const Scalar* x, const Vector<Scalar>& shift, Scalar* y) noexcept {
    return exponentials<Store>(N, [&](auto load) { return load(x) - shift; }, y);
}

/// What is subtracted from a row of logits, so that its exponentials neither overflow nor all vanish: from
/// most rows `power` · ln 2, the multiple nearest to the largest, by dividing by a power of two; from those
/// whose largest is huge, or NaN, this one.
template <class Scalar>
struct LogitShift {
    Scalar power = 0;
    Scalar most = 0;

    explicit LogitShift(Scalar largest) noexcept {
        // Where the products of powers and ln 2 are exact, and not with infinities.
        if (const bool is_small = largest > Scalar(-256) && largest < Scalar(256); !is_small) {
            most = largest;
            return;
        }
        const Vector<Scalar> rounder(detail::FloatFormat<Scalar>::rounder);
        power = first_lane<Scalar>(
            fma(broadcast(largest), broadcast(detail::ExponentialConstants<Scalar>::log2_e), rounder) -
            rounder);
    }

    /// x less the shift.
    Scalar subtracted_from(Scalar x) const noexcept {
        using C = detail::ExponentialConstants<Scalar>;
        const Scalar high = (x - most) - power * C::ln2_high; // This product is exact.
        return high - power * C::ln2_low;
    }
};

/// y = factor · e^(x − shift) for each row of N, where the factor is `factor(row, Σ e^(x − shift))`. Before,
/// while x is still there, `begin(row, shift)` is called. y may be x.
template <std::size_t N, class Scalar, class Begin, class Factor>
void scaled_exponentials(const Scalar* x, Scalar* y, std::size_t rows, Begin begin, Factor factor) noexcept {
    if (rows == 0)
        return;
    // While the exponentials of a row are computed, the row before is multiplied, and the largest of the next
    // row is found.
    const Vector<Scalar> least = broadcast(-std::numeric_limits<Scalar>::infinity());
    Scalar most = largest<N>(x);
    Vector<Scalar> scale(Scalar(0));
    for (std::size_t row = 0; row < rows; ++row, x += N, y += N) {
        const LogitShift<Scalar> shift(most);
        begin(row, shift);
        const Scalar* logits = x;
        if (shift.most != Scalar(0)) {
            map(N, y, [&](const Vector<Scalar>& z) { return z - broadcast(shift.most); }, x);
            logits = y;
        }
        const detail::PowerOfTwo<Scalar> divisor(shift.power);
        const auto argument = [&](auto load) { return load(logits); };
        const Scalar* const next = row + 1 < rows ? x + N : y;
        Vector<Scalar> next_most = least;
        const auto look_ahead = [&](std::size_t lanes, auto load) __attribute__((always_inline)) {
            next_most = max(next_most, first_lanes<Scalar>(lanes, load(next), least));
        };
        const Scalar sum =
            row == 0
                ? exponentials<true>(N, argument, y, divisor,
                                     [&](std::size_t lanes, auto load, auto) { look_ahead(lanes, load); })
                : exponentials<true>(N, argument, y, divisor, [&](std::size_t lanes, auto load, auto store) {
                      store(y - N, load(y - N) * scale);
                      look_ahead(lanes, load);
                  });
        most = reduce_max<Scalar>(next_most);
        scale = broadcast(factor(row, sum));
    }
    if (rows > 0)
        map(N, y - N, [scale](const Vector<Scalar>& e) { return e * scale; }, y - N);
}

/// y = e^(x − max x) / Σ e^(x − max x), for each row of N. y may be x.
template <std::size_t N, class Scalar>
void softmax(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    scaled_exponentials<N>(
        x, y, rows, [](std::size_t, const auto&) {}, [](std::size_t, Scalar sum) { return Scalar(1) / sum; });
}

/// y = x − max x − log Σ e^(x − max x), for each row of N. y may be x.
template <std::size_t N, class Scalar>
void log_softmax(const Scalar* x, Scalar* y, std::size_t rows) noexcept {
    for (std::size_t row = 0; row < rows; ++row, x += N, y += N) {
        const Vector<Scalar> shift = broadcast(largest<N>(x));
        const Vector<Scalar> log_sum = log(broadcast(exponentials<N, false>(x, shift, y)));
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
