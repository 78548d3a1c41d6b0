#pragma once

#include <burin/data/text/padding.hpp>
#include <burin/data/text/split.hpp>
#include <burin/data/text/vocabulary.hpp>

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// The numbers of words, in the order in which they were first met. 0 is padding, 1 any word that is not
/// known.
class Vocabulary {
  public:
    static constexpr std::size_t padding = 0, unknown = 1;

    explicit Vocabulary(const std::vector<std::string>& texts) : words_(first_met(texts)) {}

    std::size_t size() const { return words_.size(); }

    std::size_t operator[](const std::string& word) const { return words_[word]; }

    /// Appends the tokens of a text, cut or padded to `length`.
    void append_tokens(const std::string& text, std::size_t length, std::vector<float>& tokens) const {
        const std::vector<std::uint32_t> ids = words_.encode(split(text));
        tokens.resize(tokens.size() + length);
        burin::data::text::fit_length<std::uint32_t, float>(ids, std::span(tokens).last(length));
    }

    static std::vector<std::string> split(const std::string& text) { return burin::data::text::split(text); }

  private:
    static std::vector<std::string> first_met(const std::vector<std::string>& texts) {
        std::vector<std::string> words{"[PAD]", "[UNK]"};
        std::set<std::string> met;
        for (const std::string& text : texts)
            for (std::string& word : split(text))
                if (met.insert(word).second)
                    words.push_back(std::move(word));
        return words;
    }

    burin::data::text::Vocabulary words_;
};
