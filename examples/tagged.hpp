#pragma once

#include "vocabulary.hpp"

#include <burin/burin.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Texts with a tag for each word: spans of words of several kinds, as begin and inside (BIO).
namespace tagged {

using burin::Label;

/// A span of kind k begins with the tag 2k + 2 and goes on with 2k + 3.
inline constexpr Label padding = 0, outside = 1;
constexpr Label begin(std::size_t kind) {
    return static_cast<Label>(2 * kind + 2);
}
constexpr std::size_t tag_count(std::size_t kinds) {
    return 2 * kinds + 2;
}

struct Text {
    std::vector<std::string> words;
    std::vector<Label> tags;

    /// A phrase of one word or several.
    void add(std::string_view phrase, Label first = outside) {
        for (std::string& word : Vocabulary::split(std::string(phrase))) {
            words.push_back(std::move(word));
            tags.push_back(first);
            first = first == outside ? outside : first | 1;
        }
    }
};

/// A sequence of draws, which its seed alone decides.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : random_{seed, burin::Purpose::user, 0} {}

    std::size_t draw(std::size_t bound) { return random_.below(static_cast<std::uint32_t>(bound), next_++); }
    /// One of a list; of all but its last third unless `all`.
    template <std::size_t Size>
    std::string_view any(const std::array<std::string_view, Size>& list, bool all = true) {
        return list[draw(all ? Size : Size - Size / 3)];
    }

  private:
    burin::RandomStream random_;
    std::uint64_t next_ = 0;
};

inline Vocabulary vocabulary_of(const std::vector<Text>& texts, std::size_t most) {
    std::vector<std::string> words;
    for (const Text& text : texts)
        words.insert(words.end(), text.words.begin(), text.words.end());
    Vocabulary vocabulary(words);
    if (vocabulary.size() > most)
        throw burin::Error("expected a vocabulary of at most " + std::to_string(most) + ", got " +
                           std::to_string(vocabulary.size()));
    return vocabulary;
}

/// Tokens and tags of texts, padded to `length`. One in `hidden` words is made unknown, so that a network
/// learns what to do about those; 0: none.
class Samples {
  public:
    Samples(std::size_t length, std::uint32_t hidden) : length_(length), hidden_(hidden) {}

    void add(const Text& text, const Vocabulary& vocabulary) {
        if (text.words.size() > length_)
            throw burin::Error("expected at most " + std::to_string(length_) + " words, got " +
                               std::to_string(text.words.size()));
        for (std::size_t i = 0; i < length_; ++i) {
            const bool is_word = i < text.words.size();
            const bool hides = hidden_ > 0 && random_.below(hidden_, tokens.size()) == 0;
            tokens.push_back(static_cast<float>(!is_word ? Vocabulary::padding
                                                : hides  ? Vocabulary::unknown
                                                         : vocabulary[text.words[i]]));
            labels.push_back(is_word ? text.tags[i] : padding);
        }
    }

    burin::data::Dataset<> dataset() && {
        return {burin::Shape(length_), std::move(tokens), std::move(labels)};
    }

    std::vector<float> tokens;
    std::vector<Label> labels;

  private:
    std::size_t length_;
    std::uint32_t hidden_;
    burin::RandomStream random_{3, burin::Purpose::augmentation, 0};
};

inline burin::data::Dataset<> dataset(const std::vector<Text>& texts, const Vocabulary& vocabulary,
                                      std::size_t length, std::uint32_t hidden) {
    Samples samples(length, hidden);
    for (const Text& text : texts)
        samples.add(text, vocabulary);
    return std::move(samples).dataset();
}

/// How many spans there are, how many were found, and how many of these are right: kind, beginning and end.
/// And how many words have the right tag.
struct Counts {
    std::size_t actual = 0, found = 0, right = 0, words = 0, right_words = 0;

    double precision() const { return ratio(right, found); }
    double recall() const { return ratio(right, actual); }
    double f1() const { return ratio(2 * right, actual + found); }
    double accuracy() const { return ratio(right_words, words); }

    void add(std::span<const Label> truth, std::span<const Label> guess) {
        const auto true_spans = spans(truth), guessed = spans(guess);
        actual += true_spans.size();
        found += guessed.size();
        for (const Span& span : guessed)
            right += static_cast<std::size_t>(std::count(true_spans.begin(), true_spans.end(), span));
        words += truth.size();
        for (std::size_t i = 0; i < truth.size(); ++i)
            right_words += truth[i] == guess[i];
    }

    /// The best tags by their scores, `[length, tags]`, beside the true ones, as far as these are no padding.
    void add_scores(std::span<const Label> truth, std::span<const float> scores) {
        const std::size_t tags = scores.size() / truth.size();
        truth = truth.first(
            static_cast<std::size_t>(std::find(truth.begin(), truth.end(), padding) - truth.begin()));
        std::vector<Label> guess;
        for (std::size_t i = 0; i < truth.size(); ++i)
            guess.push_back(static_cast<Label>(burin::metrics::argmax(scores.data() + i * tags, tags)));
        add(truth, guess);
    }

    std::string text() const {
        char line[128];
        std::snprintf(line, sizeof line, "words %.1f %%, spans: precision %.3f, recall %.3f, F1 %.3f",
                      100 * accuracy(), precision(), recall(), f1());
        return line;
    }

  private:
    struct Span {
        std::size_t first, last;
        Label kind;
        bool operator==(const Span&) const = default;
    };

    static double ratio(std::size_t part, std::size_t whole) {
        return static_cast<double>(part) / static_cast<double>(whole > 0 ? whole : 1);
    }

    /// A span begins with B, or with an I that goes on from none of its kind.
    static std::vector<Span> spans(std::span<const Label> tags) {
        std::vector<Span> result;
        Label open = 0; // The I that would go on.
        for (std::size_t i = 0; i < tags.size(); ++i) {
            const Label tag = tags[i];
            if (tag <= outside) {
                open = 0;
                continue;
            }
            const Label inside = tag | 1;
            if (tag != inside || inside != open)
                result.push_back({i, i, inside});
            else
                result.back().last = i;
            open = inside;
        }
        return result;
    }
};

/// What the tagger `Net` makes of `test`: its only output is `[length, tags]`.
template <class Net>
Counts count(const burin::Model<Net>& model, const burin::data::Dataset<>& test) {
    Counts counts;
    const auto predictor = std::make_unique<burin::Predictor<Net, 1>>();
    for (std::size_t i = 0; i < test.size(); ++i)
        counts.add_scores(test.target(i), (*predictor)(model.parameters(), test.input(i)));
    return counts;
}

} // namespace tagged
