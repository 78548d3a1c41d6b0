#pragma once

#include "burin/core/error.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/text/pair_merging.hpp"
#include "burin/data/text/tokens.hpp"
#include "burin/data/text/vocabulary.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace burin::data::text {

struct WordPieceOptions {
    std::size_t vocabulary_size = 30'000;
    std::size_t min_count = 2; ///< Pieces that are met less often are not joined.
    std::vector<std::string> special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
};

/// WordPiece, as BERT has it (Schuster and Nakajima, ICASSP 2012; Devlin et al., 2019): a word is its longest
/// beginning that is in the vocabulary, the longest beginning of the rest with `##` before it, and so on; a
/// word whose rest begins with nothing that is there is unknown as a whole.
///
/// ```cpp
/// // Of a TokenCounts of words.
/// const auto pieces = data::text::WordPieces::train(counts, {.vocabulary_size = 1000});
/// const data::text::WordPieces bert(data::text::Vocabulary::load("vocab.txt"));
/// const std::vector<std::uint32_t> ids =
///     bert.encode(data::text::split<data::text::WordsAndPunctuation>("unaffable"));
/// ```
class WordPieces {
  public:
    using Id = Vocabulary::Id;

    /// Words of more characters are unknown.
    static constexpr std::size_t longest_word = 100;

    /// Throws Error if the vocabulary has no unknown token.
    explicit WordPieces(Vocabulary vocabulary) : vocabulary_(std::move(vocabulary)) {
        if (vocabulary_.unknown() == Vocabulary::none)
            throw Error("WordPieces: expected a vocabulary with a token for unknown words, got one without");
    }

    /// Learns pieces as Hugging Face's `tokenizers` does: characters, and then the pairs of neighbouring
    /// pieces that are met most often, as byte-pair encoding merges them. Throws Error if there is no room
    /// for the characters, or `special` has no `[UNK]`.
    static WordPieces train(const TokenCounts& words, const WordPieceOptions& options = {}) {
        std::vector<std::string> tokens = options.special;
        std::map<std::string, Id, std::less<>> numbers;
        for (const std::string& token : tokens)
            numbers.emplace(token, static_cast<Id>(numbers.size()));
        const auto add = [&](const std::string& token) {
            const auto [place, is_new] = numbers.emplace(token, static_cast<Id>(tokens.size()));
            if (is_new)
                tokens.push_back(token);
            return place->second;
        };
        const auto ranked = words.ranked();
        // By code point; those that only go on behind the others.
        std::map<char32_t, std::pair<std::string, bool>> alphabet;
        for (const auto& [word, count] : ranked) {
            static_cast<void>(utf8_text(word, "WordPieces: a word"));
            Characters::each(word, [&, begin = word.data()](std::string_view piece) {
                auto& [text, goes_on] = alphabet[first_character(piece).code];
                text = piece;
                goes_on |= piece.data() != begin;
            });
        }
        for (const auto& [code, character] : alphabet)
            add(character.first);
        for (const auto& [code, character] : alphabet)
            if (character.second)
                add(continuing + character.first);
        if (tokens.size() > options.vocabulary_size)
            throw Error("WordPieces: expected a vocabulary_size of at least " +
                        std::to_string(tokens.size()) + ", which what it begins with takes, got " +
                        std::to_string(options.vocabulary_size));
        std::vector<detail::CountedWord> counted;
        for (const auto& [word, count] : ranked) {
            std::vector<Id> ids;
            Characters::each(word, [&](std::string_view piece) {
                ids.push_back(numbers.at((ids.empty() ? "" : continuing) + std::string(piece)));
            });
            counted.push_back({std::move(ids), count});
        }
        detail::merge_pairs(std::move(counted), options.min_count, [&](detail::Pair pair) {
            if (tokens.size() >= options.vocabulary_size)
                return Vocabulary::none;
            return add(tokens[pair.first] + tokens[pair.second].substr(continuing.size()));
        });
        return WordPieces(Vocabulary(tokens, {}, "WordPieces"));
    }

    const Vocabulary& vocabulary() const noexcept { return vocabulary_; }

    std::vector<Id> encode_word(std::string_view word) const {
        std::vector<std::size_t> ends; // Of characters.
        Characters::each(word, [&](std::string_view piece) {
            ends.push_back(static_cast<std::size_t>(piece.data() - word.data()) + piece.size());
        });
        const std::vector<Id> unknown{vocabulary_.unknown()};
        if (ends.size() > longest_word)
            return unknown;
        std::vector<Id> ids;
        for (std::size_t first = 0; first < ends.size();) {
            const std::size_t begin = first == 0 ? 0 : ends[first - 1];
            std::size_t last = ends.size();
            for (; last > first; --last) {
                std::string piece = first == 0 ? "" : continuing;
                piece += word.substr(begin, ends[last - 1] - begin);
                if (vocabulary_.contains(piece)) {
                    ids.push_back(vocabulary_[piece]);
                    break;
                }
            }
            if (last == first)
                return unknown;
            first = last;
        }
        return ids;
    }
    std::vector<Id> encode(std::span<const std::string> words) const {
        std::vector<Id> ids;
        for (const std::string& word : words) {
            const std::vector<Id> pieces = encode_word(word);
            ids.insert(ids.end(), pieces.begin(), pieces.end());
        }
        return ids;
    }
    /// Words with spaces between. Throws Error for a number too large.
    std::string decode(std::span<const Id> ids) const {
        std::string text;
        for (const std::string& token : vocabulary_.decode(ids)) {
            const bool goes_on = token.starts_with(continuing);
            if (!text.empty() && !goes_on)
                text += " ";
            text += goes_on ? token.substr(continuing.size()) : token;
        }
        return text;
    }

  private:
    inline static const std::string continuing = "##";

    Vocabulary vocabulary_;
};

} // namespace burin::data::text
