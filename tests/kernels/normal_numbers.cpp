#include "burin/kernels/normal_numbers.hpp"
#include "burin/kernels/functions/circular.hpp"
#include "burin/kernels/sweep.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numbers>
#include <vector>

using namespace burin;

namespace {

template <class Scalar>
std::vector<Scalar> normal(std::size_t count, std::uint64_t position = 0) {
    const RandomStream stream{7, Purpose::user, 3};
    std::vector<Scalar> numbers(count);
    kernels::for_each_normal<Scalar>(stream, position, count,
                                     [&](std::size_t begin, std::size_t piece, const Scalar* from) {
                                         std::copy_n(from, piece, numbers.begin() + static_cast<long>(begin));
                                     });
    return numbers;
}

} // namespace

TEST_CASE_TEMPLATE("circular: sine and cosine of any part of a turn, to 1.5 of the last places at 1", Scalar,
                   float, double) {
    std::vector<Scalar> turns, sines, cosines;
    for (int i = -2048; i <= 2048; ++i)
        turns.push_back(static_cast<Scalar>(i / 4096.0));
    for (int i = 0; i < 5000; ++i)
        turns.push_back(static_cast<Scalar>(std::fmod(i * std::numbers::phi, 1.0) - 0.5));
    sines.resize(turns.size());
    cosines.resize(turns.size());
    kernels::map<Scalar>(
        turns.size(), sines.data(), [](auto t) { return kernels::circular<Scalar>(t).sine; }, turns.data());
    kernels::map<Scalar>(
        turns.size(), cosines.data(), [](auto t) { return kernels::circular<Scalar>(t).cosine; },
        turns.data());
    double worst = 0;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const long double angle = 2 * std::numbers::pi_v<long double> * static_cast<long double>(turns[i]);
        worst = std::max(worst,
                         std::abs(static_cast<double>(static_cast<long double>(sines[i]) - std::sin(angle))));
        worst = std::max(
            worst, std::abs(static_cast<double>(static_cast<long double>(cosines[i]) - std::cos(angle))));
    }
    INFO("largest error " << worst);
    CHECK(worst < 1.5 * static_cast<double>(std::numeric_limits<Scalar>::epsilon()));
}

TEST_CASE("Normal numbers: Box and Muller's formula on the words of the stream") {
    const RandomStream stream{7, Purpose::user, 3};
    const auto numbers = normal<double>(1000);
    for (std::size_t i = 0; i < numbers.size(); i += 2) {
        const double u = (stream.word(i) + 0.5) * 0x1p-32;
        const double angle = 2 * std::numbers::pi * stream.uniform(i + 1);
        const double radius = std::sqrt(-2 * std::log(u));
        REQUIRE(std::abs(numbers[i] - radius * std::cos(angle)) < 1e-14);
        REQUIRE(std::abs(numbers[i + 1] - radius * std::sin(angle)) < 1e-14);
    }
    const auto single = normal<float>(1000);
    for (std::size_t i = 0; i < numbers.size(); ++i)
        REQUIRE(std::abs(static_cast<double>(single[i]) - numbers[i]) < 4e-6);
}

TEST_CASE("Normal numbers: a number depends on its position alone") {
    const auto all = normal<float>(517);
    for (const std::size_t count : {1u, 3u, 4u, 5u, 127u, 128u, 129u})
        CHECK(std::equal(all.begin(), all.begin() + static_cast<long>(count), normal<float>(count).begin()));
    const auto later = normal<float>(117, 400);
    CHECK(std::equal(later.begin(), later.end(), all.begin() + 400));
}

TEST_CASE_TEMPLATE("Normal numbers: distributed as they should be, to the tails", Scalar, float, double) {
    constexpr std::size_t count = 400'000;
    auto numbers = normal<Scalar>(count);
    double mean = 0, square = 0, product = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const auto x = static_cast<double>(numbers[i]);
        mean += x / count;
        square += x * x / count;
        product += x * static_cast<double>(numbers[i ^ 1]) / count;
    }
    // Five standard errors.
    CHECK(std::abs(mean) < 5 / std::sqrt(double(count)));
    CHECK(std::abs(square - 1) < 5 * std::sqrt(2.0 / count));
    CHECK(std::abs(product) < 5 * std::sqrt(2.0 / count));
    // Kolmogorov and Smirnov: at 1.95 / √n one of a thousand right generators would fail.
    std::sort(numbers.begin(), numbers.end());
    double distance = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double share = 0.5 * std::erfc(-static_cast<double>(numbers[i]) / std::numbers::sqrt2);
        distance = std::max({distance, std::abs(share - static_cast<double>(i) / count),
                             std::abs(share - static_cast<double>(i + 1) / count)});
    }
    CHECK(distance < 1.95 / std::sqrt(double(count)));
    CHECK(std::abs(static_cast<double>(numbers.front())) > 4);
    CHECK(std::abs(static_cast<double>(numbers.back())) > 4);
}
