#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace burin::report {

/// Places on an axis that are round numbers: multiples of 1, 2 or 5 times a power of ten.
struct Ticks {
    std::vector<double> places;
    int decimals = 0; ///< How many the labels need to tell the places apart.

    std::string label(std::size_t index) const { return number(places[index], decimals); }

    /// A number as the C locale writes it; without an exponent, unless it is very large or very small.
    static std::string number(double value, int decimals) {
        std::array<char, 64> buffer;
        const bool plain = std::abs(value) < 1e7 && decimals <= 6;
        const auto [end, error] = plain ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                        std::chars_format::fixed, decimals)
                                        : std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                        std::chars_format::general, 4);
        return error == std::errc() ? std::string(buffer.data(), end) : std::string("?");
    }
};

/// The ticks from `low` to `high` (finite, low < high), at most `most` + 1 of them; none where their distance
/// is no normal number. `whole` asks for whole numbers, as epochs are.
inline Ticks ticks(double low, double high, std::size_t most, bool whole = false) {
    const std::size_t count = std::max<std::size_t>(most, 1); // Of each, since the difference may overflow.
    const double rough = high / static_cast<double>(count) - low / static_cast<double>(count);
    if (!std::isnormal(rough))
        return {};
    double exponent = std::floor(std::log10(rough));
    double step = std::pow(10.0, exponent);
    for (const double factor : {2.0, 5.0, 10.0})
        if (step < rough * (1 - 1e-9))
            step = factor * std::pow(10.0, exponent);
    if (whole)
        step = std::max(step, 1.0);

    Ticks result;
    result.decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step * (1 + 1e-9)))));
    // Counted by an index, so that no rounding adds up; what lies beside the ends by rounding alone belongs
    // to them.
    const double last = std::min(high + 1e-9 * step, std::numeric_limits<double>::max());
    for (double index = std::ceil(low / step - 1e-9); index * step <= last; ++index)
        result.places.push_back(index == 0 ? 0.0 : index * step);
    return result;
}

} // namespace burin::report
