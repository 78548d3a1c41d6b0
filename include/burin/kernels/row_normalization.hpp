#pragma once

#include "burin/kernels/large_moments.hpp"
#include "burin/kernels/pairwise.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

namespace burin::kernels {

namespace detail {

/// So many rows of N are normalised together: their sums don't wait for each other.
inline constexpr std::size_t rows_together = 4;

/// Calls f(offset, lanes, load, store) for each vector of a row of N.
template <std::size_t N, class Scalar, class Function>
[[gnu::always_inline]] inline void for_each_vector_of_row(const Function& f) noexcept {
    constexpr std::size_t lanes = width<Scalar>, rest = N % lanes;
    for (std::size_t i = 0; i + lanes <= N; i += lanes)
        f(
            i, lanes, [](const Scalar* from) { return load(from); },
            [](Scalar* to, const Vector<Scalar>& value) { store(to, value); });
    if constexpr (rest > 0)
        f(
            N - rest, rest, [](const Scalar* from) { return load_partial(from, rest); },
            [](Scalar* to, const Vector<Scalar>& value) { store_partial(to, value, rest); });
}

/// The sum over a row of f(offset, lanes, load, row), for each of the rows.
template <std::size_t N, std::size_t Rows, class Scalar, class Function>
[[gnu::always_inline]] inline void sum_rows(Scalar* sums, const Function& f) noexcept {
    Vector<Scalar> all[Rows];
    BURIN_DETAIL_UNROLL
    for (std::size_t r = 0; r < Rows; ++r)
        all[r] = Vector<Scalar>(Scalar(0));
    const auto add = [&](std::size_t i, std::size_t lanes, const auto& load, const auto&)
                         __attribute__((always_inline)) {
                             BURIN_DETAIL_UNROLL
                             for (std::size_t r = 0; r < Rows; ++r)
                                 all[r] = all[r] + f(i, lanes, load, r);
                         };
    constexpr std::size_t block = terms_per_block * width<Scalar>, blocks = N < 2 * block ? 0 : N / block;
    if constexpr (blocks > 0) {
        PairwiseSum<Vector<Scalar>> before[Rows];
        for (std::size_t i = 0; i < blocks; ++i) {
            for_each_vector_of_row<block, Scalar>(
                [&](std::size_t at, std::size_t lanes, const auto& load, const auto& store)
                    __attribute__((always_inline)) { add(i * block + at, lanes, load, store); });
            for (std::size_t r = 0; r < Rows; ++r) {
                before[r].add(all[r]);
                all[r] = Vector<Scalar>(Scalar(0));
            }
        }
        for_each_vector_of_row<N - blocks * block, Scalar>(
            [&](std::size_t at, std::size_t lanes, const auto& load, const auto& store)
                __attribute__((always_inline)) { add(blocks * block + at, lanes, load, store); });
        for (std::size_t r = 0; r < Rows; ++r)
            all[r] = before[r].total(all[r]);
    } else {
        for_each_vector_of_row<N, Scalar>(add);
    }
    // A row's sum has the same bits whether it is made alone or with others.
    if constexpr (Rows == summed_lanes<Scalar>)
        store_partial(sums, lane_sums<Scalar>(all), Rows);
    else
        for (std::size_t r = 0; r < Rows; ++r)
            sums[r] = lane_sum<Scalar>(all[r]);
}

template <std::size_t N, bool Centred, std::size_t Rows, class Scalar, class Epilogue>
[[gnu::always_inline]] inline void normalize_some_rows(const Scalar* x, const Scalar* weight,
                                                       const Scalar* bias, Scalar* y, Scalar* moments,
                                                       Scalar epsilon, const Epilogue& epilogue) noexcept {
    constexpr Scalar share = Scalar(1) / static_cast<Scalar>(N);
    Scalar mean[Rows] = {}, inverse[Rows];
    if constexpr (Centred) {
        // What is summed are deviations from the first element: a mean far from 0 costs no digits, and that
        // of equal elements is exact.
        sum_rows<N, Rows>(mean, [=](std::size_t i, std::size_t lanes, const auto& load, std::size_t r) {
            const Scalar* const row = x + r * N;
            return keep_first<Scalar>(load(row + i) - Vector<Scalar>(*row), lanes);
        });
        for (std::size_t r = 0; r < Rows; ++r)
            mean[r] = x[r * N] + mean[r] * share;
    }
    const auto deviation = [&](std::size_t i, const auto& load, std::size_t r) {
        const Vector<Scalar> value = load(x + r * N + i);
        return Centred ? value - Vector<Scalar>(mean[r]) : value;
    };
    sum_rows<N, Rows>(inverse, [&](std::size_t i, std::size_t lanes, const auto& load, std::size_t r) {
        const Vector<Scalar> part = keep_first<Scalar>(deviation(i, load, r), lanes);
        return part * part;
    });
    Scalar squares_of_all = 0;
    for (const Scalar squares : inverse)
        squares_of_all += squares;
    const bool is_large = !(squares_of_all <= std::numeric_limits<Scalar>::max());
    map(
        Rows, inverse,
        [=](const Vector<Scalar>& squares) {
            return Vector<Scalar>(Scalar(1)) /
                   sqrt(fma(squares, Vector<Scalar>(share), Vector<Scalar>(epsilon)));
        },
        static_cast<const Scalar*>(inverse));
    if (is_large) [[unlikely]]
        for (std::size_t r = 0; r < Rows; ++r)
            if (!(inverse[r] > Scalar(0))) {
                const auto moments_of_row = moments_of_large<Centred>(x + r * N, 1, N, N, epsilon);
                mean[r] = moments_of_row.mean;
                inverse[r] = moments_of_row.inverse;
            }
    for_each_vector_of_row<N, Scalar>([&](std::size_t i, std::size_t, const auto& load,
                                          const auto& store) __attribute__((always_inline)) {
        const Vector<Scalar> weights = load(weight + i);
        Vector<Scalar> biases(Scalar(0));
        if constexpr (Centred)
            biases = load(bias + i);
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            store(y + r * N + i, epilogue(Vector<Scalar>(fma(
                                     deviation(i, load, r) * Vector<Scalar>(inverse[r]), weights, biases))));
    });
    if (moments != nullptr)
        for (std::size_t r = 0; r < Rows; ++r) {
            if constexpr (Centred)
                *moments++ = mean[r];
            *moments++ = inverse[r];
        }
}

template <std::size_t N, bool Centred, std::size_t Rows, class Scalar>
[[gnu::always_inline]] inline void
normalize_some_rows_gradient(const Scalar* x, const Scalar* weight, const Scalar* moments, const Scalar* dy,
                             Scalar* dx, Scalar* dweight, Scalar* dbias) noexcept {
    constexpr Scalar share = Scalar(1) / static_cast<Scalar>(N);
    Scalar mean[Rows] = {}, inverse[Rows], gradients[Rows] = {}, products[Rows] = {};
    for (std::size_t r = 0; r < Rows; ++r) {
        if constexpr (Centred)
            mean[r] = *moments++;
        inverse[r] = *moments++;
    }
    const auto normalized = [&](std::size_t i, const auto& load, std::size_t r) {
        return (load(x + r * N + i) - Vector<Scalar>(mean[r])) * Vector<Scalar>(inverse[r]);
    };
    if (dx != nullptr) {
        if constexpr (Centred)
            sum_rows<N, Rows>(gradients, [=](std::size_t i, std::size_t, const auto& load, std::size_t r) {
                return load(weight + i) * load(dy + r * N + i);
            });
        sum_rows<N, Rows>(products, [&](std::size_t i, std::size_t, const auto& load, std::size_t r) {
            return load(weight + i) * load(dy + r * N + i) * normalized(i, load, r);
        });
        for (std::size_t r = 0; r < Rows; ++r) {
            gradients[r] *= share;
            products[r] *= share;
        }
    }
    for_each_vector_of_row<N, Scalar>(
        [&](std::size_t i, std::size_t, const auto& load, const auto& store) __attribute__((always_inline)) {
            const Vector<Scalar> weights = load(weight + i);
            Vector<Scalar> of_weight(Scalar(0)), of_bias(Scalar(0));
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                const Vector<Scalar> slope = load(dy + r * N + i), hat = normalized(i, load, r);
                of_weight = fma(slope, hat, of_weight);
                of_bias = of_bias + slope;
                if (dx != nullptr) {
                    const Vector<Scalar> rest =
                        fma(hat, Vector<Scalar>(products[r]), Vector<Scalar>(gradients[r]));
                    store(dx + r * N + i, (weights * slope - rest) * Vector<Scalar>(inverse[r]));
                }
            }
            if (dweight != nullptr)
                store(dweight + i, load(dweight + i) + of_weight);
            if (dbias != nullptr)
                store(dbias + i, load(dbias + i) + of_bias);
        });
}

} // namespace detail

/// y = epilogue((x − mean) · inverse · weight + bias) for each row of N, where inverse is 1 / √(mean of (x −
/// mean)² + ε). Without `Centred` mean and bias are 0. `moments`, if not null, gets the mean (if centred) and
/// the inverse of each row. y may be x.
template <std::size_t N, bool Centred, class Scalar, class Epilogue>
void normalize_rows(const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar* y, Scalar* moments,
                    std::size_t rows, Scalar epsilon, Epilogue epilogue) noexcept {
    constexpr std::size_t many = detail::rows_together, moments_of_row = Centred ? 2 : 1;
    for (; rows >= many; rows -= many, x += many * N, y += many * N) {
        detail::normalize_some_rows<N, Centred, many>(x, weight, bias, y, moments, epsilon, epilogue);
        if (moments != nullptr)
            moments += many * moments_of_row;
    }
    for (; rows > 0; --rows, x += N, y += N) {
        detail::normalize_some_rows<N, Centred, 1>(x, weight, bias, y, moments, epsilon, epilogue);
        if (moments != nullptr)
            moments += moments_of_row;
    }
}

/// Backward, from the moments that `normalize_rows` left. With x̂ = (x − mean) · inverse and g = weight · dy:
/// dx = inverse · (g − mean of g − x̂ · mean of (g · x̂)), without the mean of g if not centred; dweight += Σ
/// dy · x̂ and dbias += Σ dy over the rows. Null where a gradient is not wanted. dx may be dy. Of many rows
/// the sums are made block by block in `room`, of N elements for each of the two sums that is wanted.
template <std::size_t N, bool Centred, class Scalar>
void normalize_rows_gradient(const Scalar* x, const Scalar* weight, const Scalar* moments, const Scalar* dy,
                             Scalar* dx, Scalar* dweight, Scalar* dbias, std::size_t rows,
                             Scalar* room) noexcept {
    constexpr std::size_t moments_of_row = Centred ? 2 : 1, together = detail::rows_together;
    const auto some_rows = [&](auto count, std::size_t left, Scalar* to_weight, Scalar* to_bias) {
        constexpr std::size_t many = decltype(count)::value;
        for (; left >= many; left -= many, x += many * N, dy += many * N, moments += many * moments_of_row) {
            detail::normalize_some_rows_gradient<N, Centred, many>(x, weight, moments, dy, dx, to_weight,
                                                                   to_bias);
            if (dx != nullptr)
                dx += many * N;
        }
        return left;
    };
    constexpr std::integral_constant<std::size_t, together> four{};
    // As many blocks as a block has sums, so that neither are many.
    std::size_t sums = terms_per_block;
    while (sums * sums * together < rows)
        sums *= 2;
    if (dweight != nullptr && rows > sums * together) {
        Scalar *const block_weight = room, *const block_bias = dbias == nullptr ? nullptr : room + N;
        const auto add_block = [](const Scalar* block, Scalar* to) {
            map(
                N, to, [](const Vector<Scalar>& a, const Vector<Scalar>& b) { return a + b; },
                static_cast<const Scalar*>(to), block);
        };
        for (; rows > sums * together; rows -= sums * together) {
            std::fill_n(room, dbias == nullptr ? N : 2 * N, Scalar(0));
            some_rows(four, sums * together, block_weight, block_bias);
            add_block(block_weight, dweight);
            if (dbias != nullptr)
                add_block(block_bias, dbias);
        }
    }
    rows = some_rows(four, rows, dweight, dbias);
    some_rows(std::integral_constant<std::size_t, 1>{}, rows, dweight, dbias);
}

} // namespace burin::kernels
