#pragma once

#include "burin/data/text/tokens.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace burin::data::text {

/// The tokens of text: `text::split<text::Words<>>("The end.")` is `{"The", "end"}`.
template <class Tokenizer = WhiteSpace>
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> tokens;
    Tokenizer::each(text, [&](std::string_view token) { tokens.emplace_back(token); });
    return tokens;
}

/// Text in small letters, as the fitted encoders see it: Latin, Greek, Cyrillic and Armenian ones.
inline std::string lowercase(std::string_view text) {
    std::string small;
    small.reserve(text.size());
    Characters::each(text, [&](std::string_view piece) {
        const Character character = first_character(piece);
        char bytes[4];
        if (character.is_malformed())
            small += piece;
        else
            small.append(bytes, write_character(lower(character.code), bytes));
    });
    return small;
}

/// Tokens with `between` in between.
inline std::string join(const std::vector<std::string>& tokens, std::string_view between = " ") {
    std::string text;
    for (const std::string& token : tokens) {
        if (&token != &tokens.front())
            text += between;
        text += token;
    }
    return text;
}

} // namespace burin::data::text
