#pragma once

#include "burin/kernels/products.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <vector>

/// The three products of a Dense layer beside naive sums in double.

constexpr std::size_t guard = 16;

/// A buffer with marks behind it that no kernel may touch.
template <class Scalar>
struct Guarded {
    std::vector<Scalar> values;
    std::size_t count;

    explicit Guarded(const std::vector<Scalar>& start) : values(start), count(start.size()) {
        values.insert(values.end(), guard, Scalar(77));
    }
    explicit Guarded(std::size_t size) : Guarded(std::vector<Scalar>(size, Scalar(-99))) {}
    Scalar* data() { return values.data(); }
    std::vector<Scalar> checked() const {
        CHECK(std::vector<Scalar>(values.begin() + static_cast<std::ptrdiff_t>(count), values.end()) ==
              std::vector<Scalar>(guard, Scalar(77)));
        return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
    }
};

/// Σ_d left(r, d) · right(d, c) in double, with the element (r, d) of left at left[r · row + d · depth].
template <class Scalar>
std::vector<double> naive(std::size_t rows, std::size_t depth, std::size_t columns, auto left, auto right) {
    std::vector<double> result(rows * columns);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            for (std::size_t d = 0; d < depth; ++d)
                result[r * columns + c] += static_cast<double>(left(r, d)) * static_cast<double>(right(d, c));
    return result;
}

struct PlusOne {
    static constexpr bool for_any_width = true;
    template <class V>
    V operator()(const V& value) const noexcept {
        return value + V(typename V::value_type(1));
    }
};

/// A row-major matrix in panels, and back.
template <class Scalar>
std::vector<Scalar> in_panels(const std::vector<Scalar>& matrix, std::size_t rows, std::size_t columns) {
    std::vector<Scalar> stored(matrix.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            stored[burin::kernels::panels<Scalar>(columns).index(rows, r, c)] = matrix[r * columns + c];
    return stored;
}

template <class Scalar>
std::vector<Scalar> from_panels(const std::vector<Scalar>& stored, std::size_t rows, std::size_t columns) {
    std::vector<Scalar> matrix(stored.size());
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
            matrix[r * columns + c] = stored[burin::kernels::panels<Scalar>(columns).index(rows, r, c)];
    return matrix;
}

/// Multiplies by the activation: as a derivative does.
struct TimesActivation {
    static constexpr bool reads_activation = true;
    template <class V>
    V operator()(const V& gradient, const V& activation) const noexcept {
        return gradient * activation;
    }
};

// Kernels are inlined; into one function all together they would take the compiler minutes.
template <std::size_t K, std::size_t N, bool HasBias, class Scalar>
[[gnu::noinline]] void forward(const Scalar* x, const Scalar* w, const Scalar* bias, Scalar* y,
                               std::size_t rows) {
    burin::kernels::dense_forward<K, N, HasBias>(x, w, bias, y, rows, PlusOne{});
}
template <std::size_t K, std::size_t N, bool Accumulate, class Scalar>
[[gnu::noinline]] void weight_gradient(const Scalar* x, const Scalar* dy, Scalar* dw, Scalar* db,
                                       std::size_t rows) {
    burin::kernels::dense_weight_gradient<K, N, true, Accumulate>(x, dy, dw, db, rows);
}
template <std::size_t K, std::size_t N, class Scalar>
[[gnu::noinline]] void input_gradient(const Scalar* dy, const Scalar* w, Scalar* dx, std::size_t rows) {
    burin::kernels::dense_input_gradient<K, N>(dy, w, dx, dx, rows, TimesActivation{});
}

/// The products of a weight matrix of [k, n], in which these are constants.
template <class Scalar>
struct Products {
    std::size_t k, n;
    void (*forward)(const Scalar*, const Scalar*, const Scalar*, Scalar*, std::size_t);
    void (*forward_without_bias)(const Scalar*, const Scalar*, const Scalar*, Scalar*, std::size_t);
    void (*weight_gradient)(const Scalar*, const Scalar*, Scalar*, Scalar*, std::size_t);
    void (*added_weight_gradient)(const Scalar*, const Scalar*, Scalar*, Scalar*, std::size_t);
    void (*input_gradient)(const Scalar*, const Scalar*, Scalar*, std::size_t);
};

template <class Scalar, std::size_t K, std::size_t N>
constexpr Products<Scalar> products{K,
                                    N,
                                    forward<K, N, true, Scalar>,
                                    forward<K, N, false, Scalar>,
                                    weight_gradient<K, N, false, Scalar>,
                                    weight_gradient<K, N, true, Scalar>,
                                    input_gradient<K, N, Scalar>};

/// They agree with naive sums.
template <class Scalar>
void check_products(const Products<Scalar>& of, std::size_t rows) {
    const std::size_t K = of.k, N = of.n;
    INFO("K " << K << ", N " << N << ", rows " << rows);
    const double tolerance =
        sizeof(Scalar) == 8 ? 1e-13 : 2e-6 * (1 + static_cast<double>(K + N + rows) / 32);
    const auto x = random_numbers<Scalar>(rows * K, 1), w = random_numbers<Scalar>(K * N, 2);
    const auto bias = random_numbers<Scalar>(N, 3), dy = random_numbers<Scalar>(rows * N, 4);

    const auto stored = in_panels(w, K, N);
    Guarded<Scalar> y(rows * N);
    of.forward(x.data(), stored.data(), bias.data(), y.data(), rows);
    auto expected = naive<Scalar>(
        rows, K, N, [&](auto r, auto d) { return x[r * K + d]; },
        [&](auto d, auto c) { return w[d * N + c]; });
    auto without_bias = expected;
    for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] += static_cast<double>(bias[i % N]) + 1;
    check_close(y.checked(), expected, tolerance);

    Guarded<Scalar> plain(rows * N);
    of.forward_without_bias(x.data(), stored.data(), nullptr, plain.data(), rows);
    for (double& value : without_bias)
        value += 1;
    check_close(plain.checked(), without_bias, tolerance);

    Guarded<Scalar> dw(K * N), db(N);
    of.weight_gradient(x.data(), dy.data(), dw.data(), db.data(), rows);
    auto expected_dw = naive<Scalar>(
        K, rows, N, [&](auto r, auto d) { return x[d * K + r]; },
        [&](auto d, auto c) { return dy[d * N + c]; });
    auto expected_db = naive<Scalar>(
        1, rows, N, [](auto, auto) { return 1; }, [&](auto d, auto c) { return dy[d * N + c]; });
    check_close(from_panels(dw.checked(), K, N), expected_dw, tolerance);
    check_close(db.checked(), expected_db, tolerance);

    of.added_weight_gradient(x.data(), dy.data(), dw.data(), db.data(), rows);
    for (double& value : expected_dw)
        value *= 2;
    for (double& value : expected_db)
        value *= 2;
    check_close(from_panels(dw.checked(), K, N), expected_dw, 2 * tolerance);
    check_close(db.checked(), expected_db, 2 * tolerance);

    Guarded<Scalar> dx(x); // over the activation, as the planner may place it
    of.input_gradient(dy.data(), stored.data(), dx.data(), rows);
    auto expected_dx = naive<Scalar>(
        rows, N, K, [&](auto r, auto d) { return dy[r * N + d]; },
        [&](auto d, auto c) { return w[c * N + d]; });
    for (std::size_t i = 0; i < expected_dx.size(); ++i)
        expected_dx[i] *= static_cast<double>(x[i]);
    check_close(dx.checked(), expected_dx, tolerance);
}
