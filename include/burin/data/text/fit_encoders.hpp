#pragma once

#include "burin/data/text/tf_idf.hpp"
#include "burin/data/text/vocabulary.hpp"
#include "burin/data/text/word_ids.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// How the encoders learn a vocabulary, and how it is read.
namespace burin::data::text {

namespace detail {

/// Writes words into the arrays of an encoder, in the order of their bytes. `texts.refuse` says if there is
/// no room.
template <class F, class Texts>
void write_words(F& fitted, std::vector<std::string_view> words, const Texts& texts) {
    std::sort(words.begin(), words.end());
    std::size_t bytes = 0;
    for (const std::string_view word : words)
        bytes += word.size();
    if (words.empty())
        texts.refuse("expected texts with words, got none");
    if (bytes > fitted.characters.size())
        texts.refuse("expected words of at most " + std::to_string(fitted.characters.size()) +
                     " bytes in all, got " + std::to_string(bytes) + ": give `TextBytes<" +
                     std::to_string(bytes) + ">`");
    fitted.characters.fill('\0');
    std::size_t end = 0;
    for (std::size_t i = 0; i < fitted.ends.size(); ++i) {
        if (i < words.size()) {
            std::copy(words[i].begin(), words[i].end(),
                      fitted.characters.begin() + static_cast<std::ptrdiff_t>(end));
            end += words[i].size();
        }
        fitted.ends[i] = static_cast<std::uint32_t>(end);
    }
    fitted.words[0] = static_cast<std::uint32_t>(words.size());
}

} // namespace detail

template <std::size_t VocabularySize, std::size_t Length, class... Options>
template <class F, class Texts>
void WordIds<VocabularySize, Length, Options...>::fit(F& fitted, const Texts& texts) {
    TokenCounts counts;
    for (std::size_t i = 0; i < texts.size(); ++i)
        detail::each_term<Chosen>(texts[i], [&](std::string_view token) { counts.add(token); });
    const auto ranked = counts.ranked(Chosen::min_count, capacity);
    std::vector<std::string_view> words;
    std::map<std::string_view, std::uint32_t> ids;
    for (const auto& [word, count] : ranked) {
        words.push_back(word);
        ids.emplace(word, static_cast<std::uint32_t>(ids.size() + 2));
    }
    detail::write_words(fitted, std::move(words), texts);
    fitted.ids.fill(unknown_id);
    for (std::size_t i = 0; i < ranked.size(); ++i)
        fitted.ids[i] = ids.at(detail::word_at(fitted.characters, fitted.ends, i));
}

template <std::size_t AlphabetSize, std::size_t Length, class... Options>
template <class F, class Texts>
void CharIds<AlphabetSize, Length, Options...>::fit(F& fitted, const Texts& texts) {
    std::map<std::uint32_t, std::size_t> counts;
    for (std::size_t i = 0; i < texts.size(); ++i)
        detail::each_term<Chosen>(texts[i],
                                  [&](std::string_view token) { ++counts[first_character(token).code]; });
    std::vector<std::pair<std::uint32_t, std::size_t>> ranked;
    for (const auto& [code, count] : counts)
        if (count >= Chosen::min_count)
            ranked.emplace_back(code, count);
    std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
        return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    ranked.resize(std::min(ranked.size(), capacity));
    if (ranked.empty())
        texts.refuse("expected texts with characters, got none");
    std::sort(ranked.begin(), ranked.end());
    fitted.alphabet.fill(0);
    for (std::size_t i = 0; i < ranked.size(); ++i)
        fitted.alphabet[i] = ranked[i].first;
    fitted.characters[0] = static_cast<std::uint32_t>(ranked.size());
}

template <std::size_t VocabularySize, class... Options>
template <class F, class Texts>
void TfIdf<VocabularySize, Options...>::fit(F& fitted, const Texts& texts) {
    TokenCounts counts, with;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        std::set<std::string, std::less<>> seen;
        detail::each_term<Chosen>(texts[i], [&](std::string_view term) {
            counts.add(term);
            if (seen.find(term) == seen.end())
                seen.emplace(term);
        });
        for (const std::string& term : seen)
            with.add(term);
    }
    std::vector<std::string_view> words;
    for (const auto& [word, count] : counts.ranked())
        if (words.size() < VocabularySize && with[word] >= Chosen::min_documents)
            words.push_back(word);
    detail::write_words(fitted, words, texts);
    using Scalar = typename decltype(fitted.idf)::value_type;
    fitted.idf.fill(Scalar(0));
    for (std::size_t i = 0; i < fitted.words[0]; ++i) {
        const auto documents = static_cast<double>(with[detail::word_at(fitted.characters, fitted.ends, i)]);
        fitted.idf[i] =
            static_cast<Scalar>(std::log((1.0 + static_cast<double>(texts.size())) / (1.0 + documents)) + 1);
    }
}

/// The vocabulary of a fitted WordIds, with the same numbers: what `Embeddings` are read for.
template <class Fitted>
Vocabulary vocabulary_of(const Fitted& fitted) {
    std::vector<std::string> tokens{"[PAD]", "[UNK]"};
    const std::size_t count = std::min<std::size_t>(fitted.words[0], fitted.ends.size());
    tokens.resize(count + 2);
    for (std::size_t i = 0; i < count; ++i)
        if (fitted.ids[i] >= 2 && fitted.ids[i] < tokens.size())
            tokens[fitted.ids[i]] = detail::word_at(fitted.characters, fitted.ends, i);
    return Vocabulary(tokens, {}, "vocabulary_of");
}

} // namespace burin::data::text
