#pragma once

#include "burin/core/text.hpp"
#include "burin/data/text/characters.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

/// Tokenizers: types that cut text into pieces of itself. They run on a device; hosted programs write
/// `text::split<text::Words<>>(sentence)`. One can be written by a user: what is here and no more.
namespace burin::data::text {

namespace detail {

/// `substr` of bounds that are right, which throws nothing.
constexpr std::string_view part(std::string_view text, std::size_t begin, std::size_t end) noexcept {
    return {text.data() + begin, end - begin};
}

} // namespace detail

/// Pieces between white space: `Don't  go.` → `Don't`, `go.`
struct WhiteSpace {
    static constexpr bool is_tokenizer = true;
    static constexpr Text<48> name() { return "WhiteSpace"; }

    /// Calls visit(std::string_view) for each piece, in order.
    template <class Visit>
    static constexpr void each(std::string_view text, Visit visit) {
        std::size_t begin = 0, at = 0;
        while (at < text.size()) {
            const Character character = first_character(detail::part(text, at, text.size()));
            if (is_space(character.code)) {
                if (at > begin)
                    visit(detail::part(text, begin, at));
                begin = at + character.bytes;
            }
            at += character.bytes;
        }
        if (at > begin)
            visit(detail::part(text, begin, text.size()));
    }
};

/// Runs of at least `Shortest` letters, digits and underscores; the rest goes: "Don't go." becomes Don, t,
/// go. `Words<2>` is what scikit-learn's vectorizers take by default.
template <std::size_t Shortest = 1>
struct Words {
    static constexpr bool is_tokenizer = true;
    static constexpr Text<48> name() { return Text<48>("Words<").append(Shortest).append(">"); }

    template <class Visit>
    static constexpr void each(std::string_view text, Visit visit) {
        std::size_t begin = 0, at = 0, characters = 0;
        while (at < text.size()) {
            const Character character = first_character(detail::part(text, at, text.size()));
            if (is_word_character(character.code)) {
                ++characters;
            } else {
                if (characters >= Shortest)
                    visit(detail::part(text, begin, at));
                begin = at + character.bytes;
                characters = 0;
            }
            at += character.bytes;
        }
        if (characters >= Shortest)
            visit(detail::part(text, begin, text.size()));
    }
    static_assert(Shortest > 0, "Words needs at least one character in a word");
};

/// Words, and each other character by itself, and each Chinese one: "Don't go." becomes Don, ', t, go and .,
/// as BERT cuts before it looks for pieces of words.
struct WordsAndPunctuation {
    static constexpr bool is_tokenizer = true;
    static constexpr Text<48> name() { return "WordsAndPunctuation"; }

    template <class Visit>
    static constexpr void each(std::string_view text, Visit visit) {
        std::size_t begin = 0, at = 0;
        while (at < text.size()) {
            const Character character = first_character(detail::part(text, at, text.size()));
            if (!is_word_character(character.code) || character.code == '_' || is_ideograph(character.code)) {
                if (at > begin)
                    visit(detail::part(text, begin, at));
                begin = at + character.bytes;
                if (!is_space(character.code))
                    visit(detail::part(text, at, at + character.bytes));
            }
            at += character.bytes;
        }
        if (at > begin)
            visit(detail::part(text, begin, text.size()));
    }
};

/// Every character, white space too.
struct Characters {
    static constexpr bool is_tokenizer = true;
    static constexpr Text<48> name() { return "Characters"; }

    template <class Visit>
    static constexpr void each(std::string_view text, Visit visit) {
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t bytes = first_character(detail::part(text, at, text.size())).bytes;
            visit(detail::part(text, at, at + bytes));
            at += bytes;
        }
    }
};

/// Most bytes of a token in a fitted encoder; of longer ones the beginning counts.
inline constexpr std::size_t longest_token = 64;

/// A token as fitted encoders know it: at most `longest_token` bytes of it, whole characters, in small
/// letters if `Lower`.
template <bool Lower>
class KnownToken {
  public:
    constexpr explicit KnownToken(std::string_view token) noexcept {
        while (!token.empty()) {
            const Character character = first_character(token);
            if (size_ + character.bytes > longest_token)
                break;
            // No small letter of those that `lower` knows has more bytes than its capital.
            if (Lower && !character.is_malformed())
                size_ += write_character(lower(character.code), characters_.data() + size_);
            else
                for (std::size_t i = 0; i < character.bytes; ++i)
                    characters_[size_++] = token[i];
            token.remove_prefix(character.bytes);
        }
    }

    constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }

  private:
    std::array<char, longest_token> characters_{};
    std::size_t size_ = 0;
};

} // namespace burin::data::text
