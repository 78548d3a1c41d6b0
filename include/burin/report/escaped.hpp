#pragma once

#include "burin/core/printable.hpp"

#include <string>
#include <string_view>

namespace burin::report::detail {

/// A text within SVG or HTML, also within quotes. XML has no place for control characters.
inline std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : core::printable(text)) {
        switch (c) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

} // namespace burin::report::detail
