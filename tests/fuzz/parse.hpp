#pragma once

#include "burin/core/error.hpp"

#include <cstdlib>
#include <optional>
#include <string_view>

/// Ends the program, in every kind of build, which is how libFuzzer is told.
inline void expect(bool holds) {
    if (!holds)
        std::abort();
}

/// What `parse` makes of the input, or nothing where it refuses it. An exception that is no Error ends the
/// program, and so does an Error that does not say where.
template <class Parse>
auto parsed(Parse parse) -> std::optional<decltype(parse())> {
    try {
        return parse();
    } catch (const burin::Error& error) {
        expect(std::string_view(error.what()).starts_with("input:"));
        return std::nullopt;
    }
}
