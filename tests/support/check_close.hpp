#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

template <class Numbers>
std::vector<double> in_double(const Numbers& numbers) {
    std::vector<double> result;
    for (std::size_t i = 0; i < std::size(numbers); ++i)
        result.push_back(static_cast<double>(numbers[i]));
    return result;
}

inline void check_close(const std::vector<double>& found, const std::vector<double>& expected,
                        double tolerance) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double have = found[i], want = expected[i];
        if (!(std::abs(have - want) <= tolerance * std::max(1.0, std::abs(want)))) {
            INFO("element " << i << ": expected " << doctest::toString(want) << ", got "
                            << doctest::toString(have) << ", difference " << have - want);
            CHECK(false);
        }
    }
    CHECK(true);
}

/// Checks that two runs of numbers agree, each to `tolerance` relative to the larger of its size and 1.
template <class Found, class Expected>
void check_close(const Found& found, const Expected& expected, double tolerance) {
    check_close(in_double(found), in_double(expected), tolerance);
}
