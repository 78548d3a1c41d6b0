#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

/// The distance of two numbers in units of the last place of `expected`.
template <class Scalar, class Exact>
double ulps(Scalar found, Exact expected) {
    const auto nearest = static_cast<Scalar>(expected);
    if (nearest == found || (std::isnan(nearest) && std::isnan(found)))
        return 0;
    if (!std::isfinite(nearest) || !std::isfinite(found))
        return std::numeric_limits<double>::infinity();
    const Scalar size = std::max(std::abs(nearest), std::numeric_limits<Scalar>::min());
    const Scalar unit = std::nextafter(size, std::numeric_limits<Scalar>::infinity()) - size;
    using std::abs;
    return static_cast<double>(abs(static_cast<Exact>(found) - expected) / static_cast<Exact>(unit));
}
