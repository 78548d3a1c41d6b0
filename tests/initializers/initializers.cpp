#include "burin/embedded.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

using namespace burin;
namespace init = burin::initializers;

namespace {

constexpr Shape shape{300, 200};
constexpr Fans fans{300, 200};
constexpr double fan_in = 300, fan_average = 250;

struct Moments {
    double mean = 0, deviation = 0, lowest = 0, highest = 0;
};

template <class Initializer>
Moments moments(const Initializer& initializer) {
    std::vector<double> values(shape.size());
    initializer.fill(values.data(), shape, fans, RandomStream{5, Purpose::initialisation, 0});
    Moments result;
    const auto count = static_cast<double>(values.size());
    for (double value : values)
        result.mean += value / count;
    for (double value : values)
        result.deviation += (value - result.mean) * (value - result.mean) / count;
    result.deviation = std::sqrt(result.deviation);
    result.lowest = *std::min_element(values.begin(), values.end());
    result.highest = *std::max_element(values.begin(), values.end());
    return result;
}

// 60,000 values: the mean is off by 0.0041 deviations (one standard error), the deviation by at most 0.3 %.
void check_moments(const Moments& found, double mean, double deviation) {
    CHECK(std::abs(found.mean - mean) < 0.02 * deviation);
    CHECK(found.deviation == doctest::Approx(deviation).epsilon(0.015));
}

void check_uniform(const Moments& found, double low, double high) {
    check_moments(found, (low + high) / 2, (high - low) / std::sqrt(12.0));
    CHECK(found.lowest >= low);
    CHECK(found.lowest < low + 0.001 * (high - low));
    CHECK(found.highest < high);
    CHECK(found.highest > high - 0.001 * (high - low));
}

void check_truncated(const Moments& found, double variance) {
    check_moments(found, 0, std::sqrt(variance));
    const double limit = 2 * std::sqrt(variance) / 0.87962566103423978;
    CHECK(found.highest <= limit);
    CHECK(found.highest > 0.98 * limit);
    CHECK(found.lowest >= -limit);
}

/// The largest deviation of the shorter side's Gram matrix from gain² · I.
template <class Scalar>
double distance_from_orthogonal(std::size_t rows, std::size_t columns, double gain) {
    std::vector<Scalar> q(rows * columns);
    init::Orthogonal{gain}.fill(q.data(), Shape{rows, columns}, Fans{rows, columns},
                                RandomStream{9, Purpose::initialisation, 0});
    const bool by_rows = rows < columns;
    const std::size_t count = std::min(rows, columns), length = std::max(rows, columns);
    const auto at = [&](std::size_t vector, std::size_t i) {
        return static_cast<double>(by_rows ? q[vector * columns + i] : q[i * columns + vector]);
    };
    double worst = 0;
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b < count; ++b) {
            double sum = 0;
            for (std::size_t i = 0; i < length; ++i)
                sum += at(a, i) * at(b, i);
            worst = std::max(worst, std::abs(sum - (a == b ? gain * gain : 0.0)));
        }
    return worst;
}

} // namespace

TEST_CASE("constants") {
    for (const Moments& found : {moments(init::Zeros{}), moments(init::Ones{}), moments(init::Constant{0.3})})
        CHECK(found.lowest == found.highest);
    CHECK(moments(init::Zeros{}).lowest == 0);
    CHECK(moments(init::Ones{}).lowest == 1);
    CHECK(moments(init::Constant{0.3}).lowest == 0.3);
}

TEST_CASE("uniform: bounds and moments") {
    check_uniform(moments(init::Uniform{-2, 3}), -2, 3);
    const double glorot = std::sqrt(3 / fan_average), he = std::sqrt(6 / fan_in),
                 lecun = std::sqrt(3 / fan_in);
    check_uniform(moments(init::GlorotUniform{}), -glorot, glorot);
    check_uniform(moments(init::HeUniform{}), -he, he);
    check_uniform(moments(init::LeCunUniform{}), -lecun, lecun);
    check_uniform(moments(init::PyTorch{}), -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
}

TEST_CASE("normal: moments and tails") {
    const Moments found = moments(init::Normal{1, 0.5});
    check_moments(found, 1, 0.5);
    CHECK(found.highest > 1 + 3.5 * 0.5);
    CHECK(found.lowest < 1 - 3.5 * 0.5);
    const Moments truncated = moments(init::TruncatedNormal{1, 0.5});
    check_moments(truncated, 1, 0.5 * 0.87962566103423978);
    CHECK(truncated.highest <= 2);
    CHECK(truncated.lowest >= 0);
}

TEST_CASE("truncated normal with a variance by the fans") {
    check_truncated(moments(init::GlorotNormal{}), 1 / fan_average);
    check_truncated(moments(init::HeNormal{}), 2 / fan_in);
    check_truncated(moments(init::LeCunNormal{}), 1 / fan_in);
}

TEST_CASE("Orthogonal: the shorter side is orthonormal, times the gain") {
    CHECK(distance_from_orthogonal<double>(1, 1, 1) < 1e-14);
    CHECK(distance_from_orthogonal<double>(64, 64, 1) < 1e-13);
    CHECK(distance_from_orthogonal<double>(7, 40, 2) < 1e-13);
    CHECK(distance_from_orthogonal<double>(40, 7, 0.5) < 1e-13);
    CHECK(distance_from_orthogonal<float>(33, 31, 1) < 1e-6);
}

TEST_CASE("initialize: by role, the same for the same seed, each tensor by itself") {
    using Net = Sequential<Input<6>, Dense<5>, ReLU, Dense<5>, Dense<5>>;
    Parameters<Net> a, b, c;
    initialize<Net>(a, init::Default{}, 1);
    initialize<Net>(b, init::Default{}, 1);
    initialize<Net>(c, init::Default{}, 2);
    const auto values = [](const Parameters<Net>& p) {
        return std::vector(p.data(), p.data() + parameter_count<Net>);
    };
    CHECK(values(a) == values(b));
    CHECK(values(a) != values(c));

    const auto tensor = [&](const Parameters<Net>& p, std::size_t number) {
        const ParameterTensor& t = parameter_tensors<Net>[number];
        return std::vector(p.data() + t.offset, p.data() + t.offset + t.spec.shape.size());
    };
    CHECK(parameter_tensors<Net>[1].spec.role == ParameterRole::bias);
    CHECK(tensor(a, 1) == std::vector<float>(5, 0.0f));
    CHECK(tensor(a, 2) != tensor(a, 4)); // two weights of one shape
    initialize<Net>(a, init::PyTorch{}, 1);
    CHECK(tensor(a, 1) != std::vector<float>(5, 0.0f));

    // A layer more does not change those before it.
    using Longer = Sequential<Input<6>, Dense<5>, ReLU, Dense<5>, Dense<5>, Dense<9>>;
    Parameters<Longer> longer;
    initialize<Longer>(longer, init::Default{}, 1);
    CHECK(std::equal(b.data(), b.data() + parameter_count<Net>, longer.data()));
}

TEST_CASE("initialize: how a weight is stored changes nothing") {
    using Net = Sequential<Input<7>, Dense<43>>;
    Parameters<Net> parameters;
    initialize<Net>(parameters, init::Default{}, 1);
    std::vector<float> row_major(7 * 43);
    init::Default{}.fill(row_major.data(), Shape(7, 43), Fans{7, 43},
                         RandomStream{1, Purpose::initialisation, 0});
    for (std::size_t i = 0; i < row_major.size(); ++i)
        CHECK(parameters["0.weight"][i] == row_major[i]);
}
