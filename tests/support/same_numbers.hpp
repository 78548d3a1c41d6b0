#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <span>

/// Checks that numbers are the same but for rounding, and missing (NaN) in the same places.
inline void check_same(std::span<const double> numbers, std::span<const double> expected) {
    REQUIRE(numbers.size() == expected.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        CAPTURE(i);
        if (std::isnan(expected[i]))
            CHECK(std::isnan(numbers[i]));
        else
            CHECK(std::abs(numbers[i] - expected[i]) <= 1e-12 * (1 + std::abs(expected[i])));
    }
}
