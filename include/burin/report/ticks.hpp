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

/// A number to so many significant digits, with an exponent where it is very large or very small: `%.4g` of
/// the C locale.
inline std::string significant(double value, int digits) {
    std::array<char, 64> buffer;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                            std::chars_format::general, digits);
    return error == std::errc() ? std::string(buffer.data(), end) : std::string("?");
}

/// Places on an axis that are round numbers: multiples of 1, 2 or 5 times a power of ten.
struct Ticks {
    std::vector<double> places;
    int decimals = 0;         ///< How many the labels need to tell the places apart.
    bool logarithmic = false; ///< Whether the places are the decimal logarithms of what the labels say.

    std::string label(std::size_t index) const {
        return logarithmic ? power_of_ten(places[index]) : number(places[index], decimals);
    }

    /// As short as four digits allow.
    static std::string power_of_ten(double exponent) {
        std::string text = significant(std::pow(10.0, exponent), 4);
        if (const std::size_t zero = text.find("e-0"); zero != std::string::npos)
            text.erase(zero + 2, 1);
        return text;
    }

    /// A number as the C locale writes it; without an exponent, unless it is very large or very small.
    static std::string number(double value, int decimals) {
        if (!(std::abs(value) < 1e7 && decimals <= 6))
            return significant(value, 4);
        std::array<char, 64> buffer;
        const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                                std::chars_format::fixed, decimals);
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

/// The ticks of a logarithmic axis, from 10^low to 10^high: powers of ten, in less than two decades also 2
/// and 5 times these, and in less than half of one whatever there is.
inline Ticks log_ticks(double low, double high, std::size_t most) {
    Ticks result = ticks(low, high, most, high - low >= 2);
    result.logarithmic = true;
    if (high - low < 2 && high - low >= 0.5) {
        result.places.clear();
        for (double exponent = std::floor(low); exponent <= high; ++exponent)
            for (const double factor : {1.0, 2.0, 5.0})
                if (const double place = exponent + std::log10(factor);
                    place >= low - 1e-9 && place <= high + 1e-9)
                    result.places.push_back(place);
    }
    return result;
}

} // namespace burin::report
