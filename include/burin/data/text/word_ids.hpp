#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/text/encoder_options.hpp"
#include "burin/data/text/word_table.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace burin::data::text {

/// The numbers of encoders: padding, and what is not known.
inline constexpr std::size_t padding_id = 0, unknown_id = 1;

namespace detail {

/// Puts what `each(visit)` visits, ids, into `out`, cut and padded.
template <class Options, std::size_t Length, class Scalar, class Each>
constexpr void write_ids(Scalar* out, Each each) noexcept {
    std::size_t skipped = 0, first = 0;
    if constexpr (Options::pad == Side::left || Options::cut == Side::left) {
        std::size_t count = 0;
        each([&](std::size_t) { ++count; });
        skipped = Options::cut == Side::left && count > Length ? count - Length : 0;
        first = Options::pad == Side::left && count < Length ? Length - count : 0;
    }
    std::fill_n(out, Length, static_cast<Scalar>(padding_id));
    std::size_t seen = 0;
    each([&](std::size_t id) {
        if (seen >= skipped && first < Length)
            out[first++] = static_cast<Scalar>(id);
        ++seen;
    });
}

} // namespace detail

/// Text → the numbers of its words, `[Length]`: the first stage of a `data::Pipeline` before an
/// `Embedding<VocabularySize, …>`. 0 is padding, 1 a word that is not known; then come the words of the
/// training texts, the most frequent first (and in the order of their bytes where they are as frequent), as
/// many as there is room for.
///
///     using Preparation = data::Pipeline<data::text::WordIds<2'000, 40>>;
///
/// Options, in any order: a tokenizer (`Words<>` if none is given), `KeepCase`, `PadLeft`, `CutLeft`,
/// `MinCount<2>`, `NGrams<1, 2>`, `WithoutStopWords<Language::english>`, `TextBytes<20'000>`. Of words longer
/// than 64 bytes the beginning counts. It runs on a device; the vocabulary takes 8 bytes a word and the room
/// for its characters.
template <std::size_t VocabularySize, std::size_t Length, class... Options>
struct WordIds {
    static_assert(VocabularySize > 2 && Length > 0,
                  "WordIds needs a vocabulary of more than padding and unknown");
    static_assert(VocabularySize <= (std::size_t{1} << 24), "a float counts words exactly up to 2^24 only");
    using Chosen = detail::EncoderOptions<Words<>, Options...>;
    static_assert(Chosen::known && !Chosen::counts, "WordIds takes a tokenizer, KeepCase, PadLeft, CutLeft, "
                                                    "MinCount, NGrams, WithoutStopWords, TextBytes");

    static constexpr bool takes_text = true;
    static constexpr std::size_t vocabulary_size = VocabularySize;
    /// Of the words, without padding and unknown.
    static constexpr std::size_t capacity = VocabularySize - 2;

    static constexpr Text<128> name() {
        return detail::encoder_name<Options...>("WordIds", {VocabularySize, Length});
    }
    static constexpr Shape output_shape() { return Shape(Length); }

    template <std::floating_point Scalar>
    struct Fitted {
        std::array<char, Chosen::text_bytes(capacity)> characters{};
        std::array<std::uint32_t, capacity> ends{}, ids{};
        std::array<std::uint32_t, 1> words{};

        /// What is wrong with constants that come from a file.
        constexpr Sentence problem() const noexcept {
            Sentence found = detail::table_problem(characters, ends, words[0]);
            for (const std::uint32_t each : ids)
                if (found.empty() && each >= VocabularySize)
                    found.append("expected numbers of words below ")
                        .append(VocabularySize)
                        .append(", got ")
                        .append(std::size_t{each});
            return found;
        }
        constexpr std::size_t id(std::string_view token) const noexcept {
            const std::size_t place = detail::find_word(characters, ends, words[0], token);
            return place == capacity ? unknown_id : ids[place];
        }
        constexpr void apply(std::string_view text, Scalar* out) const noexcept {
            detail::write_ids<Chosen, Length>(out, [&](auto visit) {
                detail::each_term<Chosen>(text, [&](std::string_view token) { visit(id(token)); });
            });
        }
    };

    /// Hosted: `burin/data/text/fit_encoders.hpp`.
    template <class F, class Texts>
    static void fit(F& fitted, const Texts& texts);
};

/// Text → the numbers of its characters, `[Length]`: 0 is padding, 1 a character that is not known; then come
/// the `AlphabetSize − 2` most frequent ones of the training texts, in the order of Unicode. Options:
/// `KeepCase`, `PadLeft`, `CutLeft`, `MinCount<2>`.
///
///     using Preparation = data::Pipeline<data::text::CharIds<64, 200>>;
template <std::size_t AlphabetSize, std::size_t Length, class... Options>
struct CharIds {
    static_assert(AlphabetSize > 2 && Length > 0,
                  "CharIds needs an alphabet of more than padding and unknown");
    using Chosen = detail::EncoderOptions<Characters, Options...>;
    static_assert(Chosen::known && !Chosen::counts && !Chosen::knows_words,
                  "CharIds takes KeepCase, PadLeft, CutLeft, MinCount");

    static constexpr bool takes_text = true;
    static constexpr std::size_t vocabulary_size = AlphabetSize;
    static constexpr std::size_t capacity = AlphabetSize - 2;

    static constexpr Text<128> name() {
        return detail::encoder_name<Options...>("CharIds", {AlphabetSize, Length});
    }
    static constexpr Shape output_shape() { return Shape(Length); }

    template <std::floating_point Scalar>
    struct Fitted {
        std::array<std::uint32_t, capacity> alphabet{};
        std::array<std::uint32_t, 1> characters{};

        /// What is wrong with constants that come from a file.
        constexpr Sentence problem() const noexcept {
            Sentence found;
            if (characters[0] > capacity)
                found.append("expected at most ")
                    .append(capacity)
                    .append(" characters, got ")
                    .append(std::size_t{characters[0]});
            else if (!std::is_sorted(alphabet.begin(),
                                     alphabet.begin() + static_cast<std::ptrdiff_t>(characters[0])))
                found.append("expected characters in the order of Unicode, got others");
            return found;
        }
        constexpr std::size_t id(char32_t character) const noexcept {
            const auto end = alphabet.begin() +
                             static_cast<std::ptrdiff_t>(std::min<std::size_t>(characters[0], capacity));
            const auto found = std::lower_bound(alphabet.begin(), end, static_cast<std::uint32_t>(character));
            return found == end || *found != character
                       ? unknown_id
                       : static_cast<std::size_t>(found - alphabet.begin()) + 2;
        }
        constexpr void apply(std::string_view text, Scalar* out) const noexcept {
            detail::write_ids<Chosen, Length>(out, [&](auto visit) {
                detail::each_term<Chosen>(
                    text, [&](std::string_view token) { visit(id(first_character(token).code)); });
            });
        }
    };

    /// Hosted: `burin/data/text/fit_encoders.hpp`.
    template <class F, class Texts>
    static void fit(F& fitted, const Texts& texts);
};

} // namespace burin::data::text
