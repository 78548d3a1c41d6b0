#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace burin::core {

/// Whether a decimal number beyond a type's range is too small for it, not too large.
inline bool vanishes(std::string_view number) noexcept {
    const std::size_t mark = std::min(number.find_first_of("eE"), number.size());
    // The place of its first digit: 1 before the point, 0 behind it.
    std::ptrdiff_t place = 0;
    bool point = false, begun = false;
    for (const char character : number.substr(0, mark)) {
        begun |= character >= '1' && character <= '9';
        place += begun && !point ? 1 : 0;
        place -= point && !begun ? 1 : 0;
        point |= character == '.';
    }
    std::string_view exponent = number.substr(std::min(mark + 1, number.size()));
    if (exponent.starts_with('+'))
        exponent.remove_prefix(1);
    std::ptrdiff_t power = 0;
    if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), power).ec ==
        std::errc::result_out_of_range)
        return exponent.starts_with('-');
    return place + power < 0;
}

} // namespace burin::core
