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

/// Ends the program unless a message says where, has an end and nothing that a terminal obeys.
inline void expect_message(std::string_view message) {
    expect(message.starts_with("input:"));
    expect(message.size() <= 4096);
    for (const char character : message)
        expect(static_cast<unsigned char>(character) >= 0x20 && character != 0x7F);
}

/// What `parse` makes of the input, or nothing where it refuses it. An exception that is no Error ends the
/// program, and so does an Error whose message is not fit to be shown.
template <class Parse>
auto parsed(Parse parse) -> std::optional<decltype(parse())> {
    try {
        return parse();
    } catch (const burin::Error& error) {
        expect_message(error.what());
        return std::nullopt;
    }
}
