#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

/// Checks that two runs of numbers agree, each to `tolerance` relative to the larger of its size and 1.
template <class Found, class Expected>
void check_close(const Found& found, const Expected& expected, double tolerance) {
    REQUIRE(std::size(found) == std::size(expected));
    for (std::size_t i = 0; i < std::size(found); ++i) {
        const auto have = static_cast<double>(found[i]), want = static_cast<double>(expected[i]);
        if (!(std::abs(have - want) <= tolerance * std::max(1.0, std::abs(want)))) {
            INFO("element " << i << ": expected " << doctest::toString(want) << ", got "
                            << doctest::toString(have) << ", difference " << have - want);
            CHECK(false);
        }
    }
    CHECK(true);
}
