#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/text/token_file.hpp"
#include "burin/io/atomic_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace burin::data::text {

/// How often each token was met.
class TokenCounts {
  public:
    void add(std::string_view token, std::size_t times = 1) {
        const auto found = counts_.find(token);
        if (found == counts_.end())
            counts_.emplace(token, times);
        else
            found->second += times;
    }
    void add(std::span<const std::string> tokens) {
        for (const std::string& token : tokens)
            add(token);
    }

    std::size_t size() const noexcept { return counts_.size(); }
    std::size_t operator[](std::string_view token) const {
        const auto found = counts_.find(token);
        return found == counts_.end() ? 0 : found->second;
    }

    /// Those met at least `min_count` times, the most frequent first, and in the order of their bytes where
    /// they are as frequent; at most `most` of them.
    std::vector<std::pair<std::string_view, std::size_t>>
    ranked(std::size_t min_count = 1, std::size_t most = std::numeric_limits<std::size_t>::max()) const {
        std::vector<std::pair<std::string_view, std::size_t>> result;
        for (const auto& [token, count] : counts_)
            if (count >= min_count)
                result.emplace_back(token, count);
        std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second > b.second : a.first < b.first;
        });
        result.resize(std::min(result.size(), most));
        return result;
    }

  private:
    std::map<std::string, std::size_t, std::less<>> counts_;
};

/// The options of a vocabulary. The special tokens have the first numbers, in this order; an empty one is
/// left out.
struct VocabularyOptions {
    std::size_t min_count = 1;                                      ///< Rarer tokens are unknown.
    std::size_t max_size = std::numeric_limits<std::size_t>::max(); ///< With the special ones.
    std::string padding = "[PAD]";
    std::string unknown = "[UNK]";
    std::string begin = {};
    std::string end = {};
};

/// The numbers of tokens. After the special tokens come the others, the most frequent first.
///
/// ```cpp
/// data::text::TokenCounts counts;
/// for (const std::string& review : reviews)
///     counts.add(data::text::split(review));
/// const data::text::Vocabulary vocabulary(counts, {.min_count = 2});
/// const std::vector<std::uint32_t> ids = vocabulary.encode(data::text::split("a fine film"));
/// vocabulary.save("vocab.txt");
/// ```
///
/// The file is that of BERT: UTF-8, a token a line, the first has number 0.
class Vocabulary {
  public:
    using Id = std::uint32_t;
    static constexpr Id none = std::numeric_limits<Id>::max();

    Vocabulary() = default;

    /// Throws Error if a token is twice among the special ones, or there is no room for them.
    explicit Vocabulary(const TokenCounts& counts, const VocabularyOptions& options = {}) {
        for (const std::string* special : {&options.padding, &options.unknown, &options.begin, &options.end})
            if (!special->empty() && !add(*special))
                throw Error("Vocabulary: expected special tokens that differ, got " +
                            burin::core::quoted(*special) + " twice");
        if (tokens_.size() > options.max_size)
            throw Error("Vocabulary: expected a max_size of at least " + std::to_string(tokens_.size()) +
                        ", which the special tokens take, got " + std::to_string(options.max_size));
        set_special(options);
        for (const auto& [token, count] : counts.ranked(options.min_count)) {
            if (tokens_.size() == options.max_size)
                break;
            add(token);
        }
    }

    /// A vocabulary of these tokens, in this order; the special ones of the options are among them or not
    /// there. Throws Error for a token that is empty or twice there, naming `name` and its place.
    explicit Vocabulary(std::span<const std::string> tokens, const VocabularyOptions& options = {},
                        std::string_view name = "Vocabulary") {
        for (const std::string& token : tokens)
            if (token.empty() || !add(token))
                throw Error(std::string(name) + ": token " + std::to_string(tokens_.size()) +
                            ": expected one that is not there yet, got " + burin::core::quoted(token));
        set_special(options);
    }

    std::size_t size() const noexcept { return tokens_.size(); }
    bool contains(std::string_view token) const { return numbers_.find(token) != numbers_.end(); }

    /// The number of a token, or that of the unknown one; `none` where there is no such thing.
    Id operator[](std::string_view token) const {
        const auto found = numbers_.find(token);
        return found == numbers_.end() ? unknown_ : found->second;
    }
    /// The same, of one word; throws Error for an unknown token if there is no number for it.
    Id id(std::string_view token) const {
        const Id found = (*this)[token];
        if (found == none)
            throw Error(
                "Vocabulary: expected a token that is known, since there is none for what is not, got " +
                burin::core::quoted(token));
        return found;
    }
    /// Throws Error if there are fewer.
    const std::string& token(std::size_t id) const {
        if (id >= tokens_.size())
            throw Error("Vocabulary: expected a number below " + std::to_string(tokens_.size()) + ", got " +
                        std::to_string(id));
        return tokens_[id];
    }

    /// Of the special tokens; `none` for those that are not there.
    Id padding() const noexcept { return padding_; }
    Id unknown() const noexcept { return unknown_; }
    Id begin() const noexcept { return begin_; }
    Id end() const noexcept { return end_; }

    /// The numbers of tokens, between those of beginning and end where the vocabulary has these. Throws Error
    /// for an unknown token if there is no number for it.
    std::vector<Id> encode(std::span<const std::string> tokens) const {
        std::vector<Id> ids;
        if (begin_ != none)
            ids.push_back(begin_);
        for (const std::string& token : tokens)
            ids.push_back(id(token));
        if (end_ != none)
            ids.push_back(end_);
        return ids;
    }
    std::vector<Id> encode(std::initializer_list<std::string> tokens) const {
        return encode(std::span<const std::string>(tokens.begin(), tokens.size()));
    }
    /// The tokens of numbers, without those of padding, beginning and end. Throws Error for a number too
    /// large.
    std::vector<std::string> decode(std::span<const Id> ids) const {
        std::vector<std::string> tokens;
        for (const Id id : ids)
            if (const std::string& text = token(id); id != padding_ && id != begin_ && id != end_)
                tokens.push_back(text);
        return tokens;
    }

    /// Throws Error if the file can't be written, or for a token that has a line end or is no UTF-8.
    void save(const std::string& path) const {
        std::string text;
        for (const std::string& token : tokens_) {
            if (token.find_first_of("\r\n") != std::string::npos)
                throw Error(path + ": expected tokens without line ends, got " + burin::core::quoted(token));
            text.append(token).push_back('\n');
        }
        static_cast<void>(utf8_text(text, path));
        io::write_file(path, text);
    }

    /// Throws Error if the file can't be read, is not UTF-8 or has a line that is empty or there twice.
    /// Memory: some 40 times the file.
    static Vocabulary load(const std::string& path, const VocabularyOptions& options = {},
                           std::size_t max_bytes = max_file_bytes) {
        return detail::of_file(path, max_bytes, [&](std::string_view bytes, std::string_view name) {
            return parse(bytes, name, options);
        });
    }
    /// The same of what is in memory.
    static Vocabulary parse(std::string_view bytes, std::string_view name,
                            const VocabularyOptions& options = {}) {
        Vocabulary vocabulary;
        detail::each_line(bytes, name, [&](std::string_view line, std::size_t number) {
            if (line.empty() || !vocabulary.add(line))
                throw Error(detail::at_line(name, number) + "expected a token that is not there yet, got " +
                            burin::core::quoted(line));
        });
        vocabulary.set_special(options);
        return vocabulary;
    }

  private:
    bool add(std::string_view token) {
        if (tokens_.size() == none)
            throw Error("Vocabulary: expected fewer than " + std::to_string(none) + " tokens, got more");
        const bool is_new = numbers_.emplace(token, static_cast<Id>(tokens_.size())).second;
        if (is_new)
            tokens_.emplace_back(token);
        return is_new;
    }
    void set_special(const VocabularyOptions& options) {
        const auto number = [&](const std::string& token) {
            const auto found = numbers_.find(token);
            return found == numbers_.end() ? none : found->second;
        };
        padding_ = number(options.padding);
        unknown_ = number(options.unknown);
        begin_ = number(options.begin);
        end_ = number(options.end);
    }

    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>{}(text);
        }
    };

    std::unordered_map<std::string, Id, Hash, std::equal_to<>> numbers_;
    std::vector<std::string> tokens_;
    Id padding_ = none, unknown_ = none, begin_ = none, end_ = none;
};

} // namespace burin::data::text
