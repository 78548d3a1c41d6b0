#pragma once

#include "support/check_close.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

inline void check_same(const std::vector<double>& found, const std::vector<double>& expected,
                       double tolerance) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
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

/// As check_close, for numbers of which some are missing, NaN: those must be NaN in both.
template <class Found, class Expected>
void check_same(const Found& found, const Expected& expected, double tolerance) {
    check_same(in_double(found), in_double(expected), tolerance);
}
