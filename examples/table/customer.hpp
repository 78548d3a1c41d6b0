#pragma once

#include <limits>
#include <string_view>

namespace customers {

inline constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// As a form would give it.
struct Customer {
    float numbers[5]; ///< Age, fee, calls, satisfaction, years.
    std::string_view contract, city;
};

} // namespace customers
