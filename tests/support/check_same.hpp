#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>

/// As check_close, for numbers of which some are missing, NaN: those must be NaN in both.
template <class Found, class Expected>
void check_same(const Found& found, const Expected& expected, double tolerance) {
    REQUIRE(std::size(found) == std::size(expected));
    for (std::size_t i = 0; i < std::size(found); ++i) {
        const double have = found[i], want = expected[i];
        const bool same = std::isnan(want) ? std::isnan(have)
                                           : have == want || std::abs(have - want) <=
                                                                 tolerance * std::max(1.0, std::abs(want));
        if (!same) {
            INFO("element " << i << ": expected " << doctest::toString(want) << ", got "
                            << doctest::toString(have));
            CHECK(false);
        }
    }
    CHECK(true);
}
