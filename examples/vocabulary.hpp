#pragma once

#include <cstddef>
#include <map>
#include <sstream>
#include <string>
#include <vector>

/// The numbers of words, in the order in which they were first met. 0 is padding, 1 any word that is not
/// known.
class Vocabulary {
  public:
    static constexpr std::size_t padding = 0, unknown = 1;

    explicit Vocabulary(const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            for (const std::string& word : split(text))
                numbers_.emplace(word, numbers_.size() + 2);
    }

    std::size_t size() const { return numbers_.size() + 2; }

    std::size_t operator[](const std::string& word) const {
        const auto found = numbers_.find(word);
        return found == numbers_.end() ? unknown : found->second;
    }

    /// Appends the tokens of a text, cut or padded to `length`.
    void append_tokens(const std::string& text, std::size_t length, std::vector<float>& tokens) const {
        const std::vector<std::string> words = split(text);
        for (std::size_t i = 0; i < length; ++i)
            tokens.push_back(static_cast<float>(i < words.size() ? (*this)[words[i]] : padding));
    }

    static std::vector<std::string> split(const std::string& text) {
        std::istringstream stream(text);
        std::vector<std::string> words;
        for (std::string word; stream >> word;)
            words.push_back(word);
        return words;
    }

  private:
    std::map<std::string, std::size_t> numbers_;
};
