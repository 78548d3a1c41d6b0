#pragma once

#include "burin/core/error.hpp"
#include "burin/core/random.hpp"
#include "burin/data/number_text.hpp"
#include "burin/data/text/token_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

/// Changed copies of texts, to train on more than there is (Wei and Zou, "EDA", EMNLP 2019). Each change is a
/// value that is called as `(Tokens& tokens, const RandomStream& stream)`; `data::Augmentations` puts several
/// in a row:
///
/// ```cpp
/// const text::Compose change{text::SwapWords{.share = 0.1}, text::DropWords{.probability = 0.1}};
/// for (std::uint32_t sample = 0; sample < 100; ++sample)
///     change(tokens[sample], RandomStream{seed, Purpose::augmentation, sample});
/// ```
///
/// The same stream changes the same tokens in the same way, whatever was changed before. A share or a
/// probability that is not from 0 to 1 is an Error that names the change.
namespace burin::data::text {

using Tokens = std::vector<std::string>;

namespace detail {

/// The numbers of a stream, one after the other.
class Draws {
  public:
    explicit Draws(const RandomStream& stream) : stream_(stream) {}
    /// Uniform in [0, 1).
    double uniform() { return stream_.uniform(next_++); }
    /// Uniform in {0, …, bound − 1}.
    std::size_t below(std::size_t bound) { return stream_.below(static_cast<std::uint32_t>(bound), next_++); }

  private:
    RandomStream stream_;
    std::uint64_t next_ = 0;
};

/// Throws Error for a share or a probability that is none.
inline void require_share(const char* name, double value) {
    if (!(value >= 0 && value <= 1))
        throw Error(std::string(name) + " from 0 to 1, got " + number_text(value));
}

/// How many tokens a share of them is: at least one where there are any and the share is not 0.
inline std::size_t share_of(std::size_t tokens, double share) {
    if (!(share > 0) || tokens == 0)
        return 0;
    return std::max<std::size_t>(
        1, static_cast<std::size_t>(std::min(share, 1.0) * static_cast<double>(tokens) + 0.5));
}

} // namespace detail

/// Two tokens change places, as often as `share` of the tokens are (at least once).
struct SwapWords {
    double share = 0.1;
    void operator()(Tokens& tokens, const RandomStream& stream) const {
        detail::require_share("SwapWords: expected a share", share);
        detail::Draws draws(stream);
        if (tokens.size() < 2)
            return;
        for (std::size_t i = detail::share_of(tokens.size(), share); i > 0; --i) {
            const std::size_t first = draws.below(tokens.size());
            const std::size_t other = draws.below(tokens.size() - 1);
            std::swap(tokens[first], tokens[other + (other >= first ? 1 : 0)]);
        }
    }
};

/// Each token goes with `probability`; one always stays.
struct DropWords {
    double probability = 0.1;
    void operator()(Tokens& tokens, const RandomStream& stream) const {
        detail::require_share("DropWords: expected a probability", probability);
        detail::Draws draws(stream);
        if (tokens.empty())
            return;
        Tokens kept;
        for (const std::string& token : tokens)
            if (draws.uniform() >= probability)
                kept.push_back(token);
        if (kept.empty())
            kept.push_back(tokens[draws.below(tokens.size())]);
        tokens = std::move(kept);
    }
};

/// Tokens of `words` come in between, as often as `share` of the tokens are (at least once).
struct InsertWords {
    double share = 0.1;
    Tokens words;
    void operator()(Tokens& tokens, const RandomStream& stream) const {
        detail::require_share("InsertWords: expected a share", share);
        detail::Draws draws(stream);
        if (words.empty())
            return;
        for (std::size_t i = detail::share_of(tokens.size(), share); i > 0; --i) {
            const std::string& word = words[draws.below(words.size())];
            tokens.insert(tokens.begin() + static_cast<std::ptrdiff_t>(draws.below(tokens.size() + 1)), word);
        }
    }
};

/// A run of at least `least` of the tokens, a share drawn between that and 1, at a place that is drawn.
struct CutText {
    double least = 0.5;
    void operator()(Tokens& tokens, const RandomStream& stream) const {
        detail::require_share("CutText: expected a share `least`", least);
        detail::Draws draws(stream);
        if (tokens.empty())
            return;
        const double share = least + (1 - least) * draws.uniform();
        const std::size_t count = std::max<std::size_t>(detail::share_of(tokens.size(), share), 1);
        const std::size_t first = draws.below(tokens.size() - count + 1);
        tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(first + count), tokens.end());
        tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(first));
    }
};

/// Words that mean the same, from a file of UTF-8: a group of them a line, with commas between; lines that
/// begin with `#` are left out. Throws Error if the file can't be read, and for a group of one word or a word
/// of nothing, naming the line.
class Synonyms {
  public:
    static Synonyms load(const std::string& path, std::size_t max_bytes = max_file_bytes) {
        return detail::of_file(path, max_bytes, [](std::string_view bytes, std::string_view name) {
            return parse(bytes, name);
        });
    }
    static Synonyms parse(std::string_view bytes, std::string_view name) {
        Synonyms result;
        detail::each_line(bytes, name, [&](std::string_view line, std::size_t number) {
            if (line.empty() || line.starts_with('#'))
                return;
            Tokens group;
            for (bool more = true; more;) {
                const std::size_t comma = line.find(',');
                std::string_view word = line.substr(0, comma);
                more = comma != std::string_view::npos;
                line.remove_prefix(more ? comma + 1 : line.size());
                while (word.starts_with(' '))
                    word.remove_prefix(1);
                while (word.ends_with(' '))
                    word.remove_suffix(1);
                if (word.empty())
                    throw Error(detail::at_line(name, number) +
                                "expected words with commas between, got none");
                group.emplace_back(word);
            }
            if (group.size() < 2)
                throw Error(detail::at_line(name, number) +
                            "expected at least two words that mean the same, got one");
            for (const std::string& word : group)
                result.groups_.emplace(word, result.all_.size());
            result.all_.push_back(std::move(group));
        });
        return result;
    }

    /// The group of a word, itself among it; none if it has none. A word of several groups has the first.
    std::span<const std::string> operator[](std::string_view word) const {
        const auto found = groups_.find(word);
        return found == groups_.end() ? std::span<const std::string>() : std::span(all_[found->second]);
    }
    std::size_t size() const noexcept { return all_.size(); }

  private:
    std::map<std::string, std::size_t, std::less<>> groups_;
    std::vector<Tokens> all_;
};

/// Each word that has synonyms becomes another one of them with `probability`.
struct ReplaceBySynonyms {
    double probability = 0.1;
    Synonyms synonyms;
    void operator()(Tokens& tokens, const RandomStream& stream) const {
        detail::require_share("ReplaceBySynonyms: expected a probability", probability);
        detail::Draws draws(stream);
        for (std::string& token : tokens) {
            const std::span<const std::string> group = synonyms[token];
            if (group.empty() || draws.uniform() >= probability)
                continue;
            const auto self =
                static_cast<std::size_t>(std::find(group.begin(), group.end(), token) - group.begin());
            const std::size_t other = draws.below(group.size() - 1);
            token = group[other + (other >= self ? 1 : 0)];
        }
    }
};

/// Changes one after the other, each with a stream of its own, so that one that is put between others leaves
/// theirs as they were.
template <class... Changes>
struct Compose {
    std::tuple<Changes...> changes;
    static constexpr std::size_t field_count = 1;

    explicit Compose(Changes... each) : changes(std::move(each)...) {}

    void operator()(Tokens& tokens, const RandomStream& stream) const {
        std::apply(
            [&](const auto&... each) {
                std::uint64_t number = 0;
                (each(tokens, stream_of(stream, number++)), ...);
            },
            changes);
    }
};

} // namespace burin::data::text
