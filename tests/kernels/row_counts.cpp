// Products that know how many rows there may be: whole batches and parts of them agree with naive sums.
#include "burin/kernels/products.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

using namespace burin;
using kernels::RowCounts;

namespace {

struct AsItIs {
    static constexpr bool reads_activation = false;
    template <class V>
    V operator()(const V& gradient, const V&) const noexcept {
        return gradient;
    }
};

struct Same {
    template <class V>
    V operator()(const V& sum) const noexcept {
        return sum;
    }
};

template <std::size_t K, std::size_t N>
std::vector<float> in_panels(const std::vector<float>& w) {
    std::vector<float> stored(K * N);
    for (std::size_t k = 0; k < K; ++k)
        for (std::size_t n = 0; n < N; ++n)
            stored[kernels::panels<float>(N).index(K, k, n)] = w[k * N + n];
    return stored;
}

/// The largest difference of found[r * columns + c] from Σ left(r, i) · right(i, c).
template <class Left, class Right>
double error(const std::vector<float>& found, std::size_t rows, std::size_t depth, std::size_t columns,
             Left left, Right right) {
    double largest = 0;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) {
            double sum = 0;
            for (std::size_t i = 0; i < depth; ++i)
                sum += static_cast<double>(left(r, i)) * static_cast<double>(right(i, c));
            largest = std::max(largest, std::abs(sum - static_cast<double>(found[r * columns + c])));
        }
    return largest;
}

template <std::size_t K, std::size_t N, RowCounts Counts>
void check() {
    const auto w = random_numbers<float>(K * N, 1), stored = in_panels<K, N>(w);
    for (std::size_t rows = Counts.each; rows <= Counts.most; rows += Counts.each) {
        CAPTURE(rows);
        const auto x = random_numbers<float>(rows * K, 2);
        const auto dy = random_numbers<float>(rows * N, static_cast<unsigned>(rows));
        std::vector<float> y(rows * N, 7.0F), dx(rows * K, 7.0F), dw(K * N, 7.0F), none(N);
        kernels::dense_forward<K, N, false, true, false, Counts>(x.data(), stored.data(), none.data(),
                                                                 y.data(), rows, Same{});
        const auto w_at = [&](std::size_t k, std::size_t n) { return w[k * N + n]; };
        CHECK(error(y, rows, K, N, [&](std::size_t r, std::size_t k) { return x[r * K + k]; }, w_at) < 1e-4);

        kernels::dense_input_gradient<K, N, Counts>(dy.data(), stored.data(), dx.data(), dx.data(), rows,
                                                    AsItIs{});
        const auto dy_at = [&](std::size_t r, std::size_t n) { return dy[r * N + n]; };
        CHECK(error(dx, rows, N, K, dy_at, [&](std::size_t n, std::size_t k) { return w_at(k, n); }) < 1e-4);

        kernels::dense_weight_gradient<K, N, false, false, Counts>(x.data(), dy.data(), dw.data(),
                                                                   none.data(), rows);
        std::vector<float> gradient(K * N);
        for (std::size_t k = 0; k < K; ++k)
            for (std::size_t n = 0; n < N; ++n)
                gradient[k * N + n] = dw[kernels::panels<float>(N).index(K, k, n)];
        CHECK(error(
                  gradient, K, rows, N, [&](std::size_t k, std::size_t r) { return x[r * K + k]; }, dy_at) <
              1e-4);
    }
}

} // namespace

TEST_CASE("products: all numbers of rows that a batch, or a part of it, has") {
    check<40, 70, RowCounts{32}>();
    check<40, 70, RowCounts{13}>();
    check<13, 10, RowCounts{50}>();
    check<130, 64, RowCounts{96, 32}>();
    check<24, 64, RowCounts{84, 7}>();
    check<70, 40, RowCounts{4}>();
    check<70, 64, RowCounts{1}>();
}
