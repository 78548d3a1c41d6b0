#pragma once

#include "burin/core/error.hpp"
#include "burin/core/printable.hpp"
#include "burin/data/byte_stream.hpp"
#include "burin/data/encoding.hpp"
#include "burin/data/text/pair_merging.hpp"
#include "burin/data/text/token_file.hpp"
#include "burin/data/text/tokens.hpp"
#include "burin/data/text/vocabulary.hpp"
#include "burin/io/atomic_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <queue>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace burin::data::text {

/// What byte-pair encoding begins with.
enum class Units {
    characters, ///< Those that were met; others are unknown.
    bytes,      ///< All 256, so nothing is unknown: as GPT-2 does.
};

struct BytePairOptions {
    Units units = Units::characters;
    std::size_t vocabulary_size = 30'000; ///< With the special tokens.
    std::size_t min_count = 2;            ///< Pairs that are rarer are not merged.
    /// These have the first numbers. The first of them is for unknown characters.
    std::vector<std::string> special = {"[UNK]"};
};

namespace detail {

/// GPT-2 writes each byte as a character that can be seen: itself where it can, else U+0100 and on.
constexpr char32_t visible(unsigned byte) noexcept {
    const auto shows = [](unsigned b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
    if (shows(byte))
        return byte;
    char32_t character = 256;
    for (unsigned b = 0; b < byte; ++b)
        character += shows(b) ? 0u : 1u;
    return character;
}
inline constexpr std::array<char32_t, 256> visible_bytes = [] {
    std::array<char32_t, 256> all{};
    for (unsigned byte = 0; byte < 256; ++byte)
        all[byte] = visible(byte);
    return all;
}();

inline std::string to_visible(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        char character[4];
        text.append(character, write_character(visible_bytes[static_cast<unsigned char>(byte)], character));
    }
    return text;
}
/// The bytes of such characters; of others, their own.
inline std::string from_visible(std::string_view text) {
    std::string bytes;
    Characters::each(text, [&](std::string_view piece) {
        const char32_t code = first_character(piece).code;
        const auto found = std::find(visible_bytes.begin(), visible_bytes.end(), code);
        if (found == visible_bytes.end())
            bytes += piece;
        else
            bytes.push_back(static_cast<char>(static_cast<unsigned char>(found - visible_bytes.begin())));
    });
    return bytes;
}

} // namespace detail

/// Byte-pair encoding (Sennrich, Haddow and Birch, ACL 2016), trained here: the pair of neighbours that is
/// met most often within words becomes a token, again and again. Where pairs are as frequent, that of the
/// lower numbers is first; so the merges are those of Hugging Face's `tokenizers`.
///
/// ```cpp
/// // Of a TokenCounts of words.
/// const auto pairs = data::text::BytePairs::train(counts, {.vocabulary_size = 1000});
/// const std::vector<std::uint32_t> ids = pairs.encode(data::text::split("lowest"));
/// pairs.save("merges.txt");
/// ```
///
/// Words come from any tokenizer; with `Units::bytes` as well, a word may begin with a space, as GPT-2's do.
///
/// The file is UTF-8: `#version: 0.2 characters` or `… bytes`, a line for each token that is no merge, and
/// then a line for each merge: two tokens with a space between. GPT-2's `merges.txt` is such a file, too:
/// without the word it means bytes, which need no lines.
class BytePairs {
  public:
    using Id = std::uint32_t;
    static constexpr Id none = std::numeric_limits<Id>::max();

    /// Throws Error for words with spaces in them or that are no UTF-8 (of `Units::characters`), and if the
    /// vocabulary has no room for what it begins with.
    static BytePairs train(const TokenCounts& words, const BytePairOptions& options = {}) {
        BytePairs pairs(options.units);
        for (const std::string& token : options.special)
            if (!can_be_special(token) || !pairs.add(token))
                throw Error("BytePairs: expected special tokens of several characters that differ, got " +
                            burin::core::quoted(token));
        pairs.special_ = pairs.tokens_.size();
        const auto ranked = words.ranked();
        if (options.units == Units::characters)
            pairs.add_characters(ranked);
        pairs.end_alphabet();
        if (pairs.tokens_.size() > options.vocabulary_size)
            throw Error("BytePairs: expected a vocabulary_size of at least " +
                        std::to_string(pairs.tokens_.size()) + ", which what it begins with takes, got " +
                        std::to_string(options.vocabulary_size));
        std::vector<detail::CountedWord> counted;
        for (const auto& [word, count] : ranked)
            counted.push_back({pairs.units_of(word), count});
        detail::merge_pairs(std::move(counted), options.min_count, [&](detail::Pair pair) {
            if (pairs.tokens_.size() >= options.vocabulary_size)
                return none;
            return pairs.add_merge(pair);
        });
        return pairs;
    }

    std::size_t size() const noexcept { return tokens_.size(); }
    /// The number of a token as it is written in the file, or `none`.
    Id operator[](std::string_view token) const {
        const auto found = numbers_.find(std::string(token));
        return found == numbers_.end() ? none : found->second;
    }
    /// As it is written in the file. Throws Error if there are fewer.
    const std::string& token(std::size_t id) const {
        if (id >= tokens_.size())
            throw Error("BytePairs: expected a number below " + std::to_string(tokens_.size()) + ", got " +
                        std::to_string(id));
        return tokens_[id];
    }
    /// In the order in which they were learnt.
    const std::vector<detail::Pair>& merges() const noexcept { return merges_; }

    /// The tokens of a word: of all pairs in it the one that was learnt first is merged, until there is none.
    /// A character that is unknown becomes the first special token, or nothing if there is none.
    std::vector<Id> encode_word(std::string_view word) const {
        std::vector<Id> ids = units_of(word);
        // Tokens that were merged with what is before them are none, and left out when the next one is looked
        // for.
        std::vector<std::size_t> before(ids.size()), behind(ids.size());
        struct Candidate {
            std::size_t rank, place;
            Id left, right;
            bool operator<(const Candidate& other) const noexcept {
                return rank != other.rank ? rank > other.rank : place > other.place;
            }
        };
        std::priority_queue<Candidate> candidates;
        const auto look = [&](std::size_t place) {
            if (behind[place] == ids.size())
                return;
            const detail::Pair pair{ids[place], ids[behind[place]]};
            if (const auto found = ranks_.find(pair); found != ranks_.end())
                candidates.push({found->second.rank, place, pair.first, pair.second});
        };
        for (std::size_t i = 0; i < ids.size(); ++i) {
            before[i] = i - std::min<std::size_t>(i, 1);
            behind[i] = i + 1;
        }
        for (std::size_t i = 0; i < ids.size(); ++i)
            look(i);
        while (!candidates.empty()) {
            const Candidate best = candidates.top();
            candidates.pop();
            const std::size_t place = best.place;
            const std::size_t next = ids[place] == none ? ids.size() : behind[place];
            if (next == ids.size() || ids[place] != best.left || ids[next] != best.right)
                continue;
            ids[place] = ranks_.at({best.left, best.right}).merged;
            ids[next] = none;
            behind[place] = behind[next];
            if (behind[place] < ids.size())
                before[behind[place]] = place;
            look(place);
            if (place > 0)
                look(before[place]);
        }
        std::erase(ids, none);
        return ids;
    }
    std::vector<Id> encode(std::span<const std::string> words) const {
        std::vector<Id> ids;
        for (const std::string& word : words) {
            const std::vector<Id> word_ids = encode_word(word);
            ids.insert(ids.end(), word_ids.begin(), word_ids.end());
        }
        return ids;
    }
    /// The text of tokens, one after the other, without the special ones. Throws Error for a number too
    /// large.
    std::string decode(std::span<const Id> ids) const {
        std::string text;
        for (const Id id : ids)
            if (const std::string& written = token(id); id >= special_)
                text += units_ == Units::bytes ? detail::from_visible(written) : written;
        return text;
    }

    void save(const std::string& path) const {
        std::string text = "#version: 0.2 ";
        text += units_ == Units::bytes ? "bytes\n" : "characters\n";
        const std::size_t alone = units_ == Units::bytes ? special_ : first_merge_;
        for (std::size_t id = 0; id < alone; ++id)
            text.append(tokens_[id]).append("\n");
        for (const auto& [left, right] : merges_)
            text.append(tokens_[left]).append(" ").append(tokens_[right]).append("\n");
        io::write_file(path, text);
    }
    /// Throws Error, naming the line, if the file can't be read, is not UTF-8 or does not merge what is
    /// there. Memory: some 100 times the file.
    static BytePairs load(const std::string& path, std::size_t max_bytes = std::size_t{1} << 26) {
        return detail::of_file(path, max_bytes, [](std::string_view bytes, std::string_view name) {
            return parse(bytes, name);
        });
    }
    static BytePairs parse(std::string_view bytes, std::string_view name) {
        BytePairs pairs(Units::bytes);
        bool begun = false, merges = false;
        detail::each_line(bytes, name, [&](std::string_view line, std::size_t number) {
            const auto refuse = [&](const char* expected) {
                throw Error(detail::at_line(name, number) + "expected " + expected + ", got " +
                            burin::core::quoted(line));
            };
            if (!begun) {
                begun = true;
                pairs.units_ = line.ends_with(" characters") ? Units::characters : Units::bytes;
                if (!line.starts_with("#version:"))
                    refuse("`#version: 0.2`");
                return;
            }
            const std::size_t space = line.find(' ');
            if (space == std::string_view::npos) {
                if (merges)
                    refuse("two tokens with a space between");
                // What has several characters and is no merge is a special token; these are the first.
                const bool special = can_be_special(line);
                const bool fits =
                    special ? pairs.tokens_.size() == pairs.special_ : pairs.units_ == Units::characters;
                if (line.empty() || !fits || !pairs.add(line))
                    refuse("a token that is not there yet, the special ones first");
                pairs.special_ += special ? 1 : 0;
                return;
            }
            if (!merges)
                pairs.end_alphabet();
            merges = true;
            const Id left = pairs[line.substr(0, space)], right = pairs[line.substr(space + 1)];
            if (left == none || right == none || left < pairs.special_ || right < pairs.special_ ||
                pairs.ranks_.contains({left, right}))
                refuse("two tokens that are there and were not merged yet");
            pairs.add_merge({left, right});
        });
        if (!begun)
            throw Error(std::string(name) + ": line 1: expected `#version: 0.2`, got nothing");
        if (!merges)
            pairs.end_alphabet();
        return pairs;
    }

  private:
    struct Merge {
        std::size_t rank;
        Id merged;
    };

    explicit BytePairs(Units units) : units_(units) {}

    bool add(std::string_view token) {
        const bool is_new = numbers_.emplace(token, static_cast<Id>(tokens_.size())).second;
        if (is_new)
            tokens_.emplace_back(token);
        return is_new;
    }
    void add_bytes() {
        // In the order of the characters that stand for them.
        std::vector<char32_t> visible(detail::visible_bytes.begin(), detail::visible_bytes.end());
        std::sort(visible.begin(), visible.end());
        for (const char32_t code : visible) {
            char character[4];
            add({character, write_character(code, character)});
        }
    }
    void add_characters(const std::vector<std::pair<std::string_view, std::size_t>>& words) {
        std::map<char32_t, std::string> alphabet;
        for (const auto& [word, count] : words) {
            static_cast<void>(utf8_text(word, "BytePairs: a word"));
            Characters::each(word, [&, whole = std::string_view(word)](std::string_view piece) {
                const char32_t code = first_character(piece).code;
                if (is_space(code))
                    throw Error("BytePairs: expected words without spaces, got " +
                                burin::core::quoted(whole));
                alphabet.emplace(code, piece);
            });
        }
        for (const auto& [code, character] : alphabet)
            add(character);
    }
    /// What comes behind are merges.
    void end_alphabet() {
        if (units_ == Units::bytes)
            add_bytes();
        first_merge_ = tokens_.size();
    }
    static bool can_be_special(std::string_view token) {
        bool spaces = false;
        Characters::each(token,
                         [&](std::string_view piece) { spaces |= is_space(first_character(piece).code); });
        return !spaces && !token.empty() && first_character(token).bytes < token.size();
    }
    Id add_merge(detail::Pair pair) {
        const std::string merged = tokens_[pair.first] + tokens_[pair.second];
        add(merged);
        const Id id = numbers_.at(merged);
        ranks_.emplace(pair, Merge{merges_.size(), id});
        merges_.push_back(pair);
        return id;
    }
    std::vector<Id> units_of(std::string_view word) const {
        std::vector<Id> ids;
        const std::string written = units_ == Units::bytes ? detail::to_visible(word) : std::string(word);
        Characters::each(written, [&](std::string_view piece) {
            const Id id = (*this)[piece];
            if (id != none)
                ids.push_back(id);
            else if (special_ > 0)
                ids.push_back(0);
        });
        return ids;
    }

    Units units_;
    std::size_t special_ = 0;     ///< So many tokens have the first numbers.
    std::size_t first_merge_ = 0; ///< The first number of a token that came of a merge.
    std::vector<std::string> tokens_;
    std::unordered_map<std::string, Id> numbers_;
    std::vector<detail::Pair> merges_;
    std::unordered_map<detail::Pair, Merge, detail::PairHash> ranks_;
};

/// Words as GPT-2 cuts them, for `Units::bytes`: the space before a word belongs to it, `Don't go` → `Don`,
/// `'t`, ` go`. (What is a letter or a digit outside of ASCII is as in `burin/data/text/characters.hpp`.)
struct Gpt2Words {
    static constexpr bool is_tokenizer = true;
    static constexpr Text<48> name() { return "Gpt2Words"; }

    template <class Visit>
    static constexpr void each(std::string_view text, Visit visit) {
        enum class Kind { letter, digit, space, other };
        const auto kind = [](char32_t c) {
            return is_space(c)                        ? Kind::space
                   : c >= '0' && c <= '9'             ? Kind::digit
                   : c != '_' && is_word_character(c) ? Kind::letter
                                                      : Kind::other;
        };
        const auto kind_at = [&](std::size_t at) { return kind(first_character(text.substr(at)).code); };
        const auto end_of_run = [&](std::size_t at, Kind of) {
            while (at < text.size() && kind_at(at) == of)
                at += first_character(text.substr(at)).bytes;
            return at;
        };
        for (std::size_t at = 0; at < text.size();) {
            std::size_t end = at;
            for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
                if (end == at && text.substr(at).starts_with(ending))
                    end = at + ending.size();
            if (end == at) {
                const std::size_t begin = at + (text[at] == ' ' && at + 1 < text.size() ? 1 : 0);
                const Kind of = kind_at(begin);
                if (of != Kind::space) {
                    end = end_of_run(begin, of);
                } else {
                    // The last white space before something belongs to that.
                    end = end_of_run(at, Kind::space);
                    std::size_t last = at;
                    for (std::size_t i = at; i < end; i += first_character(text.substr(i)).bytes)
                        last = i;
                    if (end < text.size() && last > at)
                        end = last;
                }
            }
            visit(text.substr(at, end - at));
            at = end;
        }
    }
};

} // namespace burin::data::text
