#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/unroll.hpp"

#include <algorithm>
#include <cstddef>
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

/// f(rows at once) for all rows, four by four as long as there are.
template <class Function>
[[gnu::always_inline]] inline void for_each_rows(std::size_t rows, const Function& f) noexcept {
    for (; rows >= rows_together; rows -= rows_together)
        f(std::integral_constant<std::size_t, rows_together>{});
    for (; rows > 0; --rows)
        f(std::integral_constant<std::size_t, 1>{});
}

/// The sum over a row of f(offset, lanes, load, row), for each of the rows.
template <std::size_t N, std::size_t Rows, class Scalar, class Function>
[[gnu::always_inline]] inline void sum_rows(Scalar* sums, const Function& f) noexcept {
    const Vector<Scalar> zero(Scalar(0));
    Vector<Scalar> all[Rows];
    std::fill_n(all, Rows, zero);
    for_each_vector_of_row<N, Scalar>([&](std::size_t i, std::size_t lanes, const auto& load, const auto&) {
        BURIN_DETAIL_UNROLL
        for (std::size_t r = 0; r < Rows; ++r)
            all[r] = all[r] + f(i, lanes, load, r);
    });
    store_sums<Scalar>(sums, all);
}

} // namespace detail

/// y = epilogue((x − mean) · inverse · weight + bias) for each row of N, where inverse is 1 / √(mean of (x −
/// mean)² + ε). Without `Centred` mean and bias are 0. `moments`, if not null, gets the mean (if centred) and
/// the inverse of each row. y may be x.
template <std::size_t N, bool Centred, class Scalar, class Epilogue>
void normalize_rows(const Scalar* x, const Scalar* weight, const Scalar* bias, Scalar* y, Scalar* moments,
                    std::size_t rows, Scalar epsilon, Epilogue epilogue) noexcept {
    constexpr Scalar share = Scalar(1) / static_cast<Scalar>(N);
    detail::for_each_rows(rows, [&](auto together) {
        constexpr std::size_t count = together.value;
        Scalar mean[count] = {}, inverse[count];
        if constexpr (Centred) {
            detail::sum_rows<N, count>(mean, [&](std::size_t i, std::size_t, const auto& load,
                                                 std::size_t r) { return load(x + r * N + i); });
            for (Scalar& sum : mean)
                sum *= share;
        }
        detail::sum_rows<N, count>(
            inverse, [&](std::size_t i, std::size_t lanes, const auto& load, std::size_t r) {
                const Vector<Scalar> deviation =
                    Centred ? keep_first<Scalar>(load(x + r * N + i) - Vector<Scalar>(mean[r]), lanes)
                            : load(x + r * N + i);
                return deviation * deviation;
            });
        for (std::size_t r = 0; r < count; ++r) {
            inverse[r] = Scalar(1) / first_lane<Scalar>(sqrt(Vector<Scalar>(inverse[r] * share + epsilon)));
            if (moments != nullptr) {
                if constexpr (Centred)
                    *moments++ = mean[r];
                *moments++ = inverse[r];
            }
        }
        detail::for_each_vector_of_row<N, Scalar>(
            [&](std::size_t i, std::size_t, const auto& load, const auto& store) {
                const Vector<Scalar> weights = load(weight + i);
                BURIN_DETAIL_UNROLL
                for (std::size_t r = 0; r < count; ++r) {
                    const Vector<Scalar> value = load(x + r * N + i);
                    if constexpr (Centred)
                        store(y + r * N + i, epilogue(Vector<Scalar>(fma((value - Vector<Scalar>(mean[r])) *
                                                                             Vector<Scalar>(inverse[r]),
                                                                         weights, load(bias + i)))));
                    else
                        store(y + r * N + i,
                              epilogue(Vector<Scalar>(value * Vector<Scalar>(inverse[r]) * weights)));
                }
            });
        x += count * N;
        y += count * N;
    });
}

/// Backward, from the moments that `normalize_rows` left. With x̂ = (x − mean) · inverse and g = weight · dy:
/// dx = inverse · (g − mean of g − x̂ · mean of (g · x̂)), without the mean of g if not centred; dweight += Σ
/// dy · x̂ and dbias += Σ dy over the rows. Null where a gradient is not wanted. dx may be dy.
template <std::size_t N, bool Centred, class Scalar>
void normalize_rows_gradient(const Scalar* x, const Scalar* weight, const Scalar* moments, const Scalar* dy,
                             Scalar* dx, Scalar* dweight, Scalar* dbias, std::size_t rows) noexcept {
    constexpr Scalar share = Scalar(1) / static_cast<Scalar>(N);
    detail::for_each_rows(rows, [&](auto together) {
        constexpr std::size_t count = together.value;
        Scalar mean[count] = {}, inverse[count];
        for (std::size_t r = 0; r < count; ++r) {
            if constexpr (Centred)
                mean[r] = *moments++;
            inverse[r] = *moments++;
        }
        const auto normalized = [&](std::size_t i, const auto& load, std::size_t r) {
            return (load(x + r * N + i) - Vector<Scalar>(mean[r])) * Vector<Scalar>(inverse[r]);
        };
        Scalar gradients[count] = {}, products[count] = {};
        if (dx != nullptr) {
            if constexpr (Centred)
                detail::sum_rows<N, count>(gradients,
                                           [&](std::size_t i, std::size_t, const auto& load, std::size_t r) {
                                               return load(weight + i) * load(dy + r * N + i);
                                           });
            detail::sum_rows<N, count>(
                products, [&](std::size_t i, std::size_t, const auto& load, std::size_t r) {
                    return load(weight + i) * load(dy + r * N + i) * normalized(i, load, r);
                });
        }
        detail::for_each_vector_of_row<N, Scalar>([&](std::size_t i, std::size_t, const auto& load,
                                                      const auto& store) {
            const Vector<Scalar> weights = load(weight + i);
            Vector<Scalar> of_weight(Scalar(0)), of_bias(Scalar(0));
            BURIN_DETAIL_UNROLL
            for (std::size_t r = 0; r < count; ++r) {
                const Vector<Scalar> slope = load(dy + r * N + i), hat = normalized(i, load, r);
                of_weight = fma(slope, hat, of_weight);
                of_bias = of_bias + slope;
                if (dx != nullptr) {
                    const Vector<Scalar> rest =
                        fma(hat, Vector<Scalar>(products[r] * share), Vector<Scalar>(gradients[r] * share));
                    store(dx + r * N + i, (weights * slope - rest) * Vector<Scalar>(inverse[r]));
                }
            }
            if (dweight != nullptr)
                store(dweight + i, load(dweight + i) + of_weight);
            if (dbias != nullptr)
                store(dbias + i, load(dbias + i) + of_bias);
        });
        x += count * N;
        dy += count * N;
        if (dx != nullptr)
            dx += count * N;
    });
}

} // namespace burin::kernels
