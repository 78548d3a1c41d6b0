#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "support/random_numbers.hpp"
#include "support/ulps.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

using namespace burin;
using kernels::Vector;

namespace {

template <class Scalar, class Function, class Exact>
double worst_ulps(double low, double high, Function function, Exact exact) {
    const auto x = random_numbers<Scalar>(20'001, 1, low, high);
    std::vector<Scalar> y(x.size());
    kernels::map(x.size(), y.data(), function, x.data());
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double distance = ulps(y[i], exact(static_cast<long double>(x[i])));
        worst = std::max(worst, distance);
    }
    return worst;
}

} // namespace

TEST_CASE_TEMPLATE("sqrt, floor and abs are exact", Scalar, float, double) {
    using V = Vector<Scalar>;
    CHECK(worst_ulps<Scalar>(
              0, 1e6, [](const V& x) { return kernels::sqrt(x); },
              [](long double x) { return std::sqrt(x); }) < 1);
    CHECK(worst_ulps<Scalar>(
              -100, 100, [](const V& x) { return floor(x); }, [](long double x) { return std::floor(x); }) ==
          0);
    CHECK(worst_ulps<Scalar>(
              -100, 100, [](const V& x) { return abs(x); }, [](long double x) { return std::abs(x); }) == 0);
}

TEST_CASE_TEMPLATE("min, max and clamp keep what is no number", Scalar, float, double) {
    const Scalar nan = std::numeric_limits<Scalar>::quiet_NaN();
    const auto lane = [](const Vector<Scalar>& x) { return kernels::first_lane<Scalar>(x); };
    CHECK(std::isnan(lane(min(kernels::broadcast(Scalar(1)), kernels::broadcast(nan)))));
    CHECK(std::isnan(lane(max(kernels::broadcast(Scalar(1)), kernels::broadcast(nan)))));
    CHECK(std::isnan(lane(kernels::clamp<Scalar>(kernels::broadcast(nan), -1, 1))));
    CHECK(lane(kernels::clamp<Scalar>(kernels::broadcast(Scalar(3)), -1, 1)) == 1);
    CHECK(lane(kernels::clamp<Scalar>(kernels::broadcast(Scalar(-3)), -1, 1)) == -1);
}

TEST_CASE_TEMPLATE("bits and back", Scalar, float, double) {
    const Scalar one = 1;
    const auto pattern = kernels::bits<Scalar>(kernels::broadcast(one));
    CHECK(kernels::first_lane<Scalar>(kernels::from_bits<Scalar>(pattern)) == 1);
    const Vector<kernels::Bits<Scalar>> lowest(kernels::Bits<Scalar>(1));
    CHECK(kernels::first_lane<Scalar>(kernels::from_bits<Scalar>(pattern | lowest)) ==
          std::nextafter(one, Scalar(2)));
}

TEST_CASE_TEMPLATE("partial loads and stores touch nothing beyond", Scalar, float, double) {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    for (std::size_t count = 0; count <= lanes; ++count) {
        // Exactly as long as may be read: AddressSanitizer sees what goes beyond.
        const auto from = random_numbers<Scalar>(count, 7);
        std::array<Scalar, lanes> lane_values{};
        kernels::store(lane_values.data(), kernels::load_partial(from.data(), count));
        for (std::size_t i = 0; i < lanes; ++i)
            CHECK(lane_values[i] == (i < count ? from[i] : Scalar(0)));

        std::array<Scalar, 2 * lanes> to;
        to.fill(Scalar(-5));
        kernels::store_partial(to.data(), kernels::broadcast(Scalar(3)), count);
        for (std::size_t i = 0; i < to.size(); ++i)
            CHECK(to[i] == (i < count ? Scalar(3) : Scalar(-5)));
    }
}

TEST_CASE_TEMPLATE("first_lanes takes what is behind them from the others", Scalar, float, double) {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    const auto value = random_numbers<Scalar>(lanes, 1), others = random_numbers<Scalar>(lanes, 2);
    for (std::size_t count = 0; count <= lanes; ++count) {
        std::array<Scalar, lanes> mixed{};
        kernels::store(mixed.data(), kernels::first_lanes<Scalar>(count, kernels::load(value.data()),
                                                                  kernels::load(others.data())));
        for (std::size_t i = 0; i < lanes; ++i)
            CHECK(mixed[i] == (i < count ? value[i] : others[i]));
    }
}

namespace {

template <class Scalar>
Scalar applied(Scalar x, auto function) {
    return kernels::first_lane<Scalar>(function(kernels::broadcast(x)));
}

} // namespace

TEST_CASE_TEMPLATE("estimates have the bits that they claim", Scalar, float, double) {
    const auto x = random_numbers<Scalar>(20'001, 1, -60, 60);
    double reciprocal = 0, root = 0;
    for (const Scalar exponent : x) {
        const Scalar at = std::exp2(exponent);
        const double exact = static_cast<double>(at);
        reciprocal = std::max(
            reciprocal,
            std::abs(exact * static_cast<double>(applied<Scalar>(
                                 at, [](const auto& v) { return kernels::reciprocal_estimate<Scalar>(v); })) -
                     1));
        root = std::max(
            root,
            std::abs(
                std::sqrt(exact) *
                    static_cast<double>(applied<Scalar>(
                        at, [](const auto& v) { return kernels::reciprocal_sqrt_estimate<Scalar>(v); })) -
                1));
    }
    const double exact = 2 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
    const auto bound = [exact](int bits) { return bits > 0 ? std::exp2(-bits) : exact; };
    CHECK(reciprocal <= bound(kernels::reciprocal_bits<Scalar>));
    CHECK(root <= bound(kernels::reciprocal_sqrt_bits<Scalar>));
}

TEST_CASE_TEMPLATE("fused forms", Scalar, float, double) {
    const auto a = kernels::broadcast(Scalar(3)), b = kernels::broadcast(Scalar(5)),
               c = kernels::broadcast(Scalar(7));
    CHECK(kernels::first_lane<Scalar>(kernels::fma(a, b, c)) == 22);
    CHECK(kernels::first_lane<Scalar>(kernels::fms(a, b, c)) == 8);
    CHECK(kernels::first_lane<Scalar>(kernels::fnma(a, b, c)) == -8);
}

TEST_CASE_TEMPLATE("load_transposed and load_square_transposed", Scalar, float, double) {
    constexpr std::size_t lanes = kernels::width<Scalar>, stride = lanes + 3;
    const auto from = random_numbers<Scalar>(lanes * stride, 1);
    for (const auto& columns : {kernels::load_transposed(from.data(), stride),
                                kernels::load_square_transposed(from.data(), stride)})
        for (std::size_t c = 0; c < lanes; ++c) {
            std::array<Scalar, lanes> column{};
            kernels::store(column.data(), columns[c]);
            for (std::size_t r = 0; r < lanes; ++r)
                CHECK(column[r] == from[r * stride + c]);
        }
}

namespace {

template <std::size_t Group, class Scalar>
void check_groups() {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    if constexpr (Group <= lanes && lanes >= 4) {
        // Whole numbers, whose sums are exact in any order.
        std::array<std::array<Scalar, lanes>, 4> elements{};
        Vector<Scalar> vectors[4];
        for (std::size_t i = 0; i < 4; ++i) {
            for (std::size_t lane = 0; lane < lanes; ++lane)
                elements[i][lane] = static_cast<Scalar>((lane + 1) * (i + 2) % 23);
            vectors[i] = kernels::load(elements[i].data());
        }
        std::array<Scalar, lanes> repeated{};
        kernels::store(repeated.data(), kernels::broadcast_group<Group>(elements[0].data()));
        for (std::size_t lane = 0; lane < lanes; ++lane)
            CHECK(repeated[lane] == elements[0][lane % Group]);

        if constexpr (Group > 1) {
            constexpr std::size_t stride = lanes + 3;
            const auto rows = random_numbers<Scalar>(lanes / Group * stride, 1);
            const auto transposed = kernels::load_groups_transposed<Group>(rows.data(), stride);
            for (std::size_t i = 0; i < lanes / Group; ++i) {
                std::array<Scalar, lanes> group{};
                kernels::store(group.data(), transposed[i]);
                for (std::size_t lane = 0; lane < lanes; ++lane)
                    CHECK(group[lane] == rows[lane / Group * stride + i * Group + lane % Group]);
            }
        }

        const auto sums = kernels::group_sums<Group, Scalar>(vectors);
        constexpr std::size_t count = kernels::group_sum_vectors<Group>;
        for (std::size_t group = 0; group < lanes / Group; ++group) {
            std::array<Scalar, lanes> quads{};
            kernels::store(quads.data(), sums[group % count]);
            for (std::size_t i = 0; i < 4; ++i) {
                Scalar sum = 0;
                for (std::size_t lane = 0; lane < Group; ++lane)
                    sum += elements[i][group * Group + lane];
                CHECK(quads[group / count * 4 + i] == sum);
            }
        }
    }
    if constexpr (Group < 16)
        check_groups<2 * Group, Scalar>();
}

template <class Scalar>
void check_transpose_8x8() {
    if constexpr (kernels::has_transpose_8x8) {
        constexpr std::size_t lanes = kernels::width<Scalar>, rows_of_vector = lanes / 8, stride = 11;
        const auto elements = random_numbers<Scalar>(8 * lanes, 1);
        Vector<Scalar> rows[8];
        for (std::size_t r = 0; r < 8; ++r)
            rows[r] = kernels::load(elements.data() + r * lanes);
        const auto transposed = kernels::transpose_8x8<Scalar>(rows);
        for (std::size_t i = 0; i < 8; ++i)
            for (std::size_t count = 1; count <= rows_of_vector; ++count) {
                // What is loaded again is what was stored, and nothing beside it was touched.
                std::vector<Scalar> stored(2 * stride, Scalar(-1));
                kernels::store_rows_of_8(stored.data(), stride, transposed[i], count);
                std::array<Scalar, lanes> loaded{};
                kernels::store(loaded.data(), kernels::load_rows_of_8(stored.data(), stride, count));
                for (std::size_t g = 0; g < 2; ++g)
                    for (std::size_t e = 0; e < stride; ++e) {
                        const std::size_t lane = i % 4 + 4 * (g + i / 4 * rows_of_vector);
                        const bool is_stored = g < count && e < 8;
                        CHECK(stored[g * stride + e] ==
                              (is_stored ? elements[e * lanes + lane] : Scalar(-1)));
                        if (is_stored)
                            CHECK(loaded[8 * g + e] == stored[g * stride + e]);
                    }
            }
    }
}

template <std::size_t N, std::size_t Rows, class Scalar>
void check_exact_columns() {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    if constexpr (kernels::loads_exact_rows && N <= lanes && Rows <= lanes) {
        // Behind the last row memory ends, as far as AddressSanitizer can tell.
        const auto rows = random_numbers<Scalar>(N * Rows, 1);
        const auto columns = kernels::load_exact_rows_transposed<N, Rows>(rows.data());
        for (std::size_t c = 0; c < N; ++c) {
            std::array<Scalar, lanes> column{};
            kernels::store(column.data(), columns[c]);
            for (std::size_t r = 0; r < lanes; ++r)
                CHECK(column[r] == (r < Rows ? rows[r * N + c] : Scalar(0)));
        }
    }
}

} // namespace

TEST_CASE_TEMPLATE("groups of lanes: broadcast, and summed", Scalar, float, double) {
    check_groups<1, Scalar>();
}

TEST_CASE_TEMPLATE("transpose_8x8, load_rows_of_8 and store_rows_of_8", Scalar, float, double) {
    check_transpose_8x8<Scalar>();
}

TEST_CASE_TEMPLATE("columns of less rows than lanes, and nothing read behind them", Scalar, float, double) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (check_exact_columns<I / 16 + 1, I % 16 + 1, Scalar>(), ...);
    }(std::make_index_sequence<16 * 16>{});
}

TEST_CASE_TEMPLATE("reductions", Scalar, float, double) {
    constexpr std::size_t lanes = kernels::width<Scalar>;
    std::array<Scalar, lanes> values{};
    for (std::size_t i = 0; i < lanes; ++i)
        values[i] = static_cast<Scalar>((i * 5 + 3) % lanes);
    const Vector<Scalar> vector = kernels::load(values.data());
    CHECK(kernels::reduce_add<Scalar>(vector) == static_cast<Scalar>(lanes * (lanes - 1) / 2));
    CHECK(kernels::reduce_max<Scalar>(vector) == static_cast<Scalar>(lanes - 1));
    CHECK(kernels::first_lane<Scalar>(vector) == values[0]);
}

TEST_CASE_TEMPLATE("sweeps cover every count", Scalar, float, double) {
    for (std::size_t count = 0; count <= 6 * kernels::width<Scalar> + 17; ++count) {
        const auto a = random_numbers<Scalar>(count, 1), b = random_numbers<Scalar>(count, 2);
        std::vector<Scalar> product(count);
        kernels::map(
            count, product.data(), [](const auto& x, const auto& y) { return x * y; }, a.data(), b.data());
        double expected = 0;
        bool equal = true;
        for (std::size_t i = 0; i < count; ++i) {
            equal = equal && product[i] == a[i] * b[i];
            expected += static_cast<double>(a[i]) * static_cast<double>(b[i]);
        }
        CHECK(equal);
        const Scalar sum = kernels::sum<Scalar>(
            count, [](const auto& x, const auto& y) { return x * y; }, a.data(), b.data());
        CHECK(static_cast<double>(sum) == doctest::Approx(expected).epsilon(1e-5));

        std::vector<Scalar> copy(count);
        std::size_t seen = 0;
        kernels::for_each_vector<Scalar>(count, [&](std::size_t lanes, auto load, auto store) {
            store(copy.data(), load(a.data()));
            seen += lanes;
        });
        CHECK(seen == count);
        CHECK(copy == a);

        std::vector<Scalar> once(a), twice(count, Scalar(7));
        kernels::map_all<Scalar>(
            count, std::array<Scalar*, 2>{once.data(), twice.data()},
            [&](auto load) {
                const auto x = load(once.data());
                using AnyVector = std::remove_const_t<decltype(x)>;
                return std::array<AnyVector, 2>{x * AnyVector(Scalar(1.5)), x + x};
            },
            std::array<const Scalar*, 1>{once.data()});
        bool is_mapped = true;
        for (std::size_t i = 0; i < count; ++i)
            is_mapped = is_mapped && once[i] == Scalar(1.5) * a[i] && twice[i] == a[i] + a[i];
        CHECK(is_mapped);
    }
}
