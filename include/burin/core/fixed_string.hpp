#pragma once

#include "burin/core/language.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace burin {

/// A string that can be a template argument: `Node<"encoder", Dense<16>, From<"image">>`.
template <std::size_t Length>
struct FixedString {
    char characters[Length + 1] = {};

    constexpr FixedString() = default;
    // Not explicit: a literal is meant to convert where a name is expected.
    constexpr FixedString(const char (&literal)[Length + 1]) { std::copy_n(literal, Length + 1, characters); }
    constexpr explicit FixedString(std::string_view text) { std::copy_n(text.begin(), Length, characters); }

    constexpr std::size_t size() const { return Length; }
    constexpr const char* data() const { return characters; }
    constexpr std::string_view view() const { return {characters, Length}; }

    template <std::size_t Other>
    friend constexpr bool operator==(const FixedString& a, const FixedString<Other>& b) {
        return a.view() == b.view();
    }
};

template <std::size_t N>
FixedString(const char (&)[N]) -> FixedString<N - 1>;

} // namespace burin
