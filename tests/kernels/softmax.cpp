#include "burin/kernels/softmax.hpp"
#include "burin/kernels/transposed_rows.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

using namespace burin;

namespace {

/// Calls check with every extent up to two vectors and one, and some beyond.
template <class Scalar>
void for_each_extent(auto check) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (check(std::integral_constant<std::size_t, I + 1>{}), ...);
    }(std::make_index_sequence<2 * kernels::width<Scalar> + 1>{});
    check(std::integral_constant<std::size_t, 8 * kernels::width<Scalar> + 3>{});
}

} // namespace

TEST_CASE_TEMPLATE("largest is found at every place", Scalar, float, double) {
    for_each_extent<Scalar>([](auto extent) {
        auto values = random_numbers<Scalar>(extent.value, 1, -3, -2);
        for (Scalar& each : values) {
            const Scalar before = std::exchange(each, Scalar(-1));
            CHECK(kernels::largest<extent.value>(values.data()) == -1);
            each = before;
        }
    });
}

TEST_CASE_TEMPLATE("columns are the transposed rows, and back", Scalar, float, double) {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    for_each_extent<Scalar>([](auto extent) {
        constexpr std::size_t n = extent.value;
        // Exactly as long as may be read: AddressSanitizer sees what goes beyond.
        const auto rows = random_numbers<Scalar>(lanes * n, 1);
        const auto columns = kernels::load_rows_transposed<n>(rows.data());
        bool equal = true;
        for (std::size_t c = 0; c < n; ++c) {
            std::array<Scalar, lanes> column{};
            kernels::store(column.data(), columns[c]);
            for (std::size_t r = 0; r < lanes; ++r)
                equal = equal && column[r] == rows[r * n + c];
        }
        INFO(n << " columns");
        CHECK(equal);
        std::vector<Scalar> again(rows.size() + 1, Scalar(-5));
        kernels::store_rows_transposed<n>(columns, again.data());
        CHECK(std::equal(rows.begin(), rows.end(), again.begin()));
        CHECK(again.back() == Scalar(-5));
    });
}

TEST_CASE_TEMPLATE("softmax of logits far from 0, of masked ones, and in place", Scalar, float, double) {
    for_each_extent<Scalar>([](auto extent) {
        constexpr std::size_t n = extent.value, rows = 5;
        INFO(n << " classes");
        // On both sides of 256, from where on the largest is subtracted.
        for (const double offset : {0.0, 251.0, -251.0, 300.0, -300.0, 1e4, -1e4}) {
            auto x = random_numbers<Scalar>(rows * n, 1, offset - 9, offset + 9);
            for (std::size_t row = 0; row < rows; ++row)
                x[row * n + row % n] = -std::numeric_limits<Scalar>::infinity();
            std::vector<Scalar> y = x;
            kernels::softmax<n>(x.data(), y.data(), rows);
            auto in_place = x;
            kernels::softmax<n>(in_place.data(), in_place.data(), rows);
            if (n == 1) { // There is no distribution among masked classes only.
                CHECK(std::isnan(y[0]));
                continue;
            }
            CHECK(in_place == y);
            double worst = 0;
            for (std::size_t row = 0; row < rows; ++row) {
                double sum = 0;
                for (std::size_t c = 0; c < n; ++c)
                    sum += std::exp(static_cast<double>(x[row * n + c]) - offset);
                for (std::size_t i = row * n; i < (row + 1) * n; ++i)
                    worst = std::max(worst, std::abs(static_cast<double>(y[i]) -
                                                     std::exp(static_cast<double>(x[i]) - offset) / sum));
                CHECK(y[row * n + row % n] == 0);
            }
            INFO("about " << offset);
            CHECK(worst < (sizeof(Scalar) == 4 ? 3e-7 : 1e-15));
        }
    });
}

TEST_CASE_TEMPLATE("softmax and log_softmax of every extent", Scalar, float, double) {
    for_each_extent<Scalar>([](auto extent) {
        constexpr std::size_t n = extent.value, rows = 2;
        const auto x = random_numbers<Scalar>(rows * n, 1, -20, 20);
        std::vector<Scalar> y(x.size()), log_y(x.size());
        kernels::softmax<n>(x.data(), y.data(), rows);
        kernels::log_softmax<n>(x.data(), log_y.data(), rows);
        double worst = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            double sum = 0;
            for (std::size_t c = 0; c < n; ++c)
                sum += std::exp(static_cast<double>(x[row * n + c]));
            for (std::size_t i = row * n; i < (row + 1) * n; ++i) {
                const double exact = static_cast<double>(x[i]) - std::log(sum);
                worst = std::max({worst, std::abs(static_cast<double>(y[i]) - std::exp(exact)),
                                  std::abs(static_cast<double>(log_y[i]) - exact) / (1 + std::abs(exact))});
            }
        }
        INFO(n << " classes");
        CHECK(worst < (sizeof(Scalar) == 4 ? 2e-6 : 1e-14));
    });
}
