#pragma once

#include "burin/core/error.hpp"
#include "burin/core/label.hpp"
#include "burin/metrics/edit_distance.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// How near texts are to those that they should be. A text is a string, whose words stand between white space;
// or the symbols of a model, as labels. None takes weights, nor do the programs that they are compared with.

namespace burin::metrics {

/// A text as symbols.
using Symbols = std::vector<Label>;

namespace detail {

/// Gives each word a number, the same to the same.
class Vocabulary {
  public:
    Symbols words(std::string_view text) {
        Symbols result;
        constexpr std::string_view space = " \t\n\v\f\r";
        for (std::size_t at = text.find_first_not_of(space); at != std::string_view::npos;) {
            const std::size_t end = std::min(text.find_first_of(space, at), text.size());
            const auto next = static_cast<Label>(numbers_.size());
            result.push_back(numbers_.emplace(text.substr(at, end - at), next).first->second);
            at = text.find_first_not_of(space, end);
        }
        return result;
    }
    std::vector<Symbols> words(const std::vector<std::string>& texts) {
        std::vector<Symbols> result;
        for (const std::string& text : texts)
            result.push_back(words(text));
        return result;
    }

  private:
    std::map<std::string, Label, std::less<>> numbers_;
};

/// The characters of UTF-8. Bytes that are none count one each.
inline Symbols characters(std::string_view text) {
    Symbols result;
    for (std::size_t at = 0; at < text.size();) {
        const auto first = static_cast<unsigned char>(text[at]);
        std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        Label symbol = 0;
        for (std::size_t i = 0; i < length; ++i) {
            const unsigned char byte = at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
            if (i > 0 && (byte & 0xC0) != 0x80) {
                length = 1;
                symbol = first;
                break;
            }
            symbol = symbol << 8 | byte;
        }
        result.push_back(symbol);
        at += length;
    }
    return result;
}

inline void check_pairs(std::size_t references, std::size_t answers, const char* who) {
    if (references == 0 || references != answers)
        throw Error(std::string(who) + ": expected an answer for each reference, and at least one, got " +
                    std::to_string(answers) + " answers for " + std::to_string(references) + " references");
}

} // namespace detail

/// Levenshtein's distance of two sequences, or of the characters of two texts in UTF-8.
inline std::size_t edit_distance(const Symbols& a, const Symbols& b) {
    std::vector<std::size_t> scratch(b.size() + 1);
    return edit_distance(std::span<const Label>(a), std::span<const Label>(b), scratch);
}
inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    return edit_distance(detail::characters(a), detail::characters(b));
}

/// The edits that make the references of the answers, a symbol of the references. It may be above 1. Throws
/// Error unless there is an answer for each reference, and a symbol in these.
inline double error_rate(const std::vector<Symbols>& references, const std::vector<Symbols>& answers) {
    detail::check_pairs(references.size(), answers.size(), "error_rate");
    double edits = 0, length = 0;
    for (std::size_t i = 0; i < references.size(); ++i) {
        edits += static_cast<double>(edit_distance(references[i], answers[i]));
        length += static_cast<double>(references[i].size());
    }
    if (length == 0)
        throw Error("error_rate: expected a symbol in the references, got none");
    return edits / length;
}

/// The error rate of words (WER), and of characters, spaces among them (CER). Errors as for `error_rate`.
inline double word_error_rate(const std::vector<std::string>& references,
                              const std::vector<std::string>& answers) {
    detail::Vocabulary vocabulary;
    return error_rate(vocabulary.words(references), vocabulary.words(answers));
}
inline double character_error_rate(const std::vector<std::string>& references,
                                   const std::vector<std::string>& answers) {
    const auto split = [](const std::vector<std::string>& texts) {
        std::vector<Symbols> result;
        for (const std::string& text : texts)
            result.push_back(detail::characters(text));
        return result;
    };
    return error_rate(split(references), split(answers));
}

/// What BLEU takes for a precision of 0. Names are sacrebleu's.
enum class Smoothing {
    none,        ///< 0, and so the score.
    exponential, ///< 1/2, 1/4, … match, for the first, second, … length of which there is none. The usual
                 ///< one.
    floor,       ///< A tenth of a match.
    add_one,     ///< A match more for all lengths but the first.
};

struct BleuOptions {
    std::size_t longest = 4; ///< Words in a row that are compared.
    Smoothing smoothing = Smoothing::exponential;
};

/// The BLEU of a corpus: the geometric mean of the shares of 1, 2, … `longest` words in a row of the answers
/// that are in a reference too, times e^(1 − r / a) if the answers are shorter (a words) than the references
/// that are nearest to them in length (r words). From 0 to 1. Each answer has one reference or more. Texts
/// are compared as they are: split off punctuation, and make letters small, before (sacrebleu's
/// `tokenize="none"`). Throws Error unless there are references for each answer, and at least one answer. K.
/// Papineni et al., "BLEU: a method for automatic evaluation of machine translation", 2002.
inline double bleu(const std::vector<std::vector<Symbols>>& references, const std::vector<Symbols>& answers,
                   const BleuOptions& options = {}) {
    detail::check_pairs(references.size(), answers.size(), "bleu");
    using Counts = std::map<Symbols, std::size_t>;
    const auto count = [](const Symbols& text, std::size_t length) {
        Counts counts;
        for (std::size_t at = 0; at + length <= text.size(); ++at)
            ++counts[Symbols(text.begin() + static_cast<std::ptrdiff_t>(at),
                             text.begin() + static_cast<std::ptrdiff_t>(at + length))];
        return counts;
    };
    std::vector<double> matches(options.longest), all(options.longest);
    double words = 0, reference_words = 0;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        const std::size_t size = answers[i].size();
        if (references[i].empty())
            throw Error("bleu: answer " + std::to_string(i) + ": expected a reference, got none");
        const auto distance = [&](const Symbols& text) {
            return text.size() < size ? size - text.size() : text.size() - size;
        };
        const auto& nearest =
            *std::min_element(references[i].begin(), references[i].end(), [&](const auto& a, const auto& b) {
                return distance(a) != distance(b) ? distance(a) < distance(b) : a.size() < b.size();
            });
        words += static_cast<double>(size);
        reference_words += static_cast<double>(nearest.size());
        for (std::size_t n = 1; n <= options.longest; ++n) {
            Counts most;
            for (const Symbols& reference : references[i])
                for (const auto& [row, times] : count(reference, n))
                    most[row] = std::max(most[row], times);
            for (const auto& [row, times] : count(answers[i], n)) {
                const auto found = most.find(row);
                matches[n - 1] +=
                    static_cast<double>(found == most.end() ? 0 : std::min(times, found->second));
                all[n - 1] += static_cast<double>(times);
            }
        }
    }
    double sum_of_logarithms = 0, halves = 1;
    if (std::all_of(matches.begin(), matches.end(), [](double each) { return each == 0; }))
        return 0;
    for (std::size_t n = 0; n < options.longest; ++n) {
        const double more = options.smoothing == Smoothing::add_one && n > 0 ? 1 : 0;
        double match = matches[n] + more;
        if (match == 0 && options.smoothing == Smoothing::exponential)
            match = halves /= 2;
        else if (match == 0 && options.smoothing == Smoothing::floor)
            match = 0.1;
        if (match == 0 || all[n] + more == 0)
            return 0;
        sum_of_logarithms += std::log(match / (all[n] + more));
    }
    const double shortness = words < reference_words ? 1 - reference_words / words : 0;
    return std::exp(shortness + sum_of_logarithms / static_cast<double>(options.longest));
}

/// The same of texts, whose words stand between white space; with one reference each, or several.
inline double bleu(const std::vector<std::vector<std::string>>& references,
                   const std::vector<std::string>& answers, const BleuOptions& options = {}) {
    detail::Vocabulary vocabulary;
    std::vector<std::vector<Symbols>> symbols;
    for (const auto& each : references)
        symbols.push_back(vocabulary.words(each));
    return bleu(symbols, vocabulary.words(answers), options);
}
inline double bleu(const std::vector<std::string>& references, const std::vector<std::string>& answers,
                   const BleuOptions& options = {}) {
    std::vector<std::vector<std::string>> each;
    for (const std::string& reference : references)
        each.push_back({reference});
    return bleu(each, answers, options);
}

} // namespace burin::metrics
