// Products that know how many rows there may be: whole batches and parts of them agree with naive sums.
#include "burin/kernels/products.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

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

template <std::size_t K, std::size_t N, RowCounts Counts>
void check() {
    const auto w = random_numbers<float>(K * N, 1);
    std::vector<float> stored(K * N);
    for (std::size_t k = 0; k < K; ++k)
        for (std::size_t n = 0; n < N; ++n)
            stored[kernels::panels<float>(N).index(K, k, n)] = w[k * N + n];
    for (std::size_t rows = Counts.each; rows <= Counts.most; rows += Counts.each) {
        const auto dy = random_numbers<float>(rows * N, static_cast<unsigned>(rows));
        std::vector<float> dx(rows * K, 7.0F);
        kernels::dense_input_gradient<K, N, Counts>(dy.data(), stored.data(), dx.data(), dx.data(), rows,
                                                    AsItIs{});
        double largest = 0;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t k = 0; k < K; ++k) {
                double sum = 0;
                for (std::size_t n = 0; n < N; ++n)
                    sum += static_cast<double>(dy[r * N + n]) * static_cast<double>(w[k * N + n]);
                largest = std::max(largest, std::abs(sum - static_cast<double>(dx[r * K + k])));
            }
        CAPTURE(rows);
        CHECK(largest < 1e-4);
    }
}

} // namespace

TEST_CASE("input gradients: all numbers of rows that a batch, or a part of it, has") {
    check<40, 70, RowCounts{32}>();
    check<40, 70, RowCounts{13}>();
    check<13, 10, RowCounts{50}>();
    check<24, 64, RowCounts{96, 32}>();
    check<24, 64, RowCounts{84, 7}>();
}
