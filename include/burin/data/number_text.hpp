#pragma once

#include "burin/core/language.hpp"

#include <charconv>
#include <concepts>
#include <string>

namespace burin::data {

/// A number as messages show it, as short as tells it from its neighbours: `-1e+30`, `0.1`, `nan`.
template <class Number>
    requires std::integral<Number> || std::floating_point<Number>
std::string number_text(Number number) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, number).ptr);
}

/// `float` or `double`.
template <std::floating_point Scalar>
constexpr const char* scalar_name() noexcept {
    return sizeof(Scalar) == sizeof(float) ? "float" : "double";
}

} // namespace burin::data
