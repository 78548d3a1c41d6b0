#pragma once

#include "burin/core/error.hpp"
#include "burin/data/text/tokens.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace burin::data::text {

namespace detail {

inline void check_ngrams(const char* who, std::size_t shortest, std::size_t longest) {
    if (shortest == 0 || longest < shortest)
        throw Error(std::string(who) +
                    ": expected at least one token in the shortest and no fewer in the longest, got " +
                    std::to_string(shortest) + " and " + std::to_string(longest));
}

} // namespace detail

/// Runs of `shortest` to `longest` tokens with a space between them, the shorter ones first, as scikit-learn
/// has them: `a b c` with 1 to 2 gives `a`, `b`, `c`, `a b`, `b c`. Throws Error for a range that is none.
inline std::vector<std::string> word_ngrams(std::span<const std::string> tokens, std::size_t shortest,
                                            std::size_t longest) {
    detail::check_ngrams("word_ngrams", shortest, longest);
    std::vector<std::string> runs;
    for (std::size_t count = shortest; count <= std::min(longest, tokens.size()); ++count)
        for (std::size_t first = 0; first + count <= tokens.size(); ++first) {
            std::string run = tokens[first];
            for (std::size_t i = 1; i < count; ++i)
                run.append(" ").append(tokens[first + i]);
            runs.push_back(std::move(run));
        }
    return runs;
}

/// Runs of `shortest` to `longest` characters of the text, the shorter ones first. Throws Error for a range
/// that is none.
inline std::vector<std::string> character_ngrams(std::string_view text, std::size_t shortest,
                                                 std::size_t longest) {
    detail::check_ngrams("character_ngrams", shortest, longest);
    std::vector<std::size_t> begins;
    Characters::each(text, [&](std::string_view character) {
        begins.push_back(static_cast<std::size_t>(character.data() - text.data()));
    });
    const std::size_t characters = begins.size();
    begins.push_back(text.size());
    std::vector<std::string> runs;
    for (std::size_t count = shortest; count <= std::min(longest, characters); ++count)
        for (std::size_t first = 0; first + count <= characters; ++first)
            runs.emplace_back(text.substr(begins[first], begins[first + count] - begins[first]));
    return runs;
}

} // namespace burin::data::text
