#pragma once

#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/data/text/encoder_options.hpp"
#include "burin/data/text/word_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace burin::data::text {

namespace detail {

/// ln(count) for counts from 1: 2 atanh((m − 1) / (m + 1)) + k ln 2 with count = m · 2ᵏ, by its series. The
/// same bits on every machine.
template <std::floating_point Scalar>
constexpr Scalar log_of_count(Scalar count) noexcept {
    Scalar powers = 0;
    for (; count > Scalar(1.5); count /= 2)
        powers += 1;
    const Scalar s = (count - 1) / (count + 1), square = s * s;
    Scalar sum = 0;
    for (int term = 25; term > 0; term -= 2)
        sum = sum * square + Scalar(1) / static_cast<Scalar>(term);
    return 2 * s * sum + powers * Scalar(0.69314718055994530942);
}

} // namespace detail

/// Text → how often each word of the vocabulary is in it, weighed by how rare it is, `[VocabularySize]`: the
/// first stage of a `data::Pipeline` before a `Dense`. The same numbers as scikit-learn's TfidfVectorizer:
///
///     x[w] = count(w) · idf(w) / √(Σ (count · idf)²),   idf(w) = ln((1 + texts) / (1 + texts with w)) + 1
///
/// The words are the `VocabularySize` most frequent ones of the training texts, in the order of their bytes;
/// where there are fewer, the rest stays 0.
///
///     using Preparation = data::Pipeline<data::text::TfIdf<500, data::text::NGrams<1, 2>>>;
///
/// Options, in any order: a tokenizer (`Words<2>` if none is given), `NGrams<1, 2>`, `Sublinear`, `NoIdf`,
/// `NoNorm` (both: plain counts), `MinDocuments<2>`, `WithoutStopWords<Language::english>`, `KeepCase`,
/// `TextBytes<20'000>`. It runs on a device. (Of words longer than 64 bytes the beginning counts;
/// scikit-learn knows more of other scripts' capitals.)
template <std::size_t VocabularySize, class... Options>
struct TfIdf {
    static_assert(VocabularySize > 0, "TfIdf needs a vocabulary");
    using Chosen = detail::EncoderOptions<Words<2>, Options...>;
    static_assert(Chosen::known && !Chosen::orders,
                  "TfIdf takes a tokenizer, NGrams, Sublinear, NoIdf, NoNorm, MinDocuments, "
                  "WithoutStopWords, KeepCase, TextBytes");

    static constexpr bool takes_text = true;
    static constexpr std::size_t vocabulary_size = VocabularySize;

    static constexpr Text<128> name() { return detail::encoder_name<Options...>("TfIdf", {VocabularySize}); }
    static constexpr Shape output_shape() { return Shape(VocabularySize); }

    template <std::floating_point Scalar>
    struct Fitted {
        std::array<char, Chosen::text_bytes(VocabularySize)> characters{};
        std::array<std::uint32_t, VocabularySize> ends{};
        std::array<std::uint32_t, 1> words{};
        std::array<Scalar, VocabularySize> idf{};

        /// What is wrong with constants that come from a file.
        constexpr Sentence problem() const noexcept {
            return detail::table_problem(characters, ends, words[0]);
        }
        constexpr void apply(std::string_view text, Scalar* out) const noexcept {
            std::fill_n(out, VocabularySize, Scalar(0));
            detail::each_term<Chosen>(text, [&](std::string_view term) {
                const std::size_t place = detail::find_word(characters, ends, words[0], term);
                if (place < VocabularySize)
                    out[place] += 1;
            });
            Scalar squares = 0;
            for (std::size_t i = 0; i < VocabularySize; ++i) {
                if (Chosen::sublinear && out[i] > 0)
                    out[i] = 1 + detail::log_of_count(out[i]);
                if (Chosen::idf)
                    out[i] *= idf[i];
                squares += out[i] * out[i];
            }
            if (Chosen::norm && squares > 0) {
                const Scalar length = std::sqrt(squares);
                for (std::size_t i = 0; i < VocabularySize; ++i)
                    out[i] /= length;
            }
        }
    };

    /// Hosted: `burin/data/text/fit_encoders.hpp`.
    template <class F, class Texts>
    static void fit(F& fitted, const Texts& texts);
};

} // namespace burin::data::text
