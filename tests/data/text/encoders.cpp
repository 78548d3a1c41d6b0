#include "burin/data/text/fit_encoders.hpp"
#include "burin/data/text/split.hpp"

#include "reference/text.hpp"
#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace text = burin::data::text;
using namespace std::string_literals;

namespace {

/// Texts as a pipeline gives them to a stage.
struct Texts {
    std::span<const std::string_view> all;
    std::size_t size() const { return all.size(); }
    std::string_view operator[](std::size_t i) const { return all[i]; }
    [[noreturn]] void refuse(const std::string& sentence) const { throw burin::Error("texts: " + sentence); }
};

template <class Stage, class Scalar = double>
auto fitted(std::span<const std::string_view> texts) {
    auto result = std::make_unique<typename Stage::template Fitted<Scalar>>();
    Stage::fit(*result, Texts{texts});
    return result;
}

template <class Stage, class Fitted>
auto encoded(const Fitted& fitted, std::string_view of) {
    std::array<double, Stage::output_shape().size()> out;
    out.fill(-1);
    fitted.apply(of, out.data());
    return out;
}

template <class Stage, std::size_t Words, std::size_t Values, std::size_t Unseen>
void check_against_scikit(const std::string_view (&words)[Words], const double (&corpus)[Values],
                          const double (&unseen)[Unseen]) {
    const auto encoder = fitted<Stage>(reference::text::corpus);
    REQUIRE(encoder->words[0] == Words);
    for (std::size_t i = 0; i < Words; ++i)
        CHECK(text::detail::word_at(encoder->characters, encoder->ends, i) == words[i]);
    double worst = 0;
    const auto compare = [&](std::span<const std::string_view> texts, const double* expected) {
        for (const std::string_view each : texts) {
            const auto out = encoded<Stage>(*encoder, each);
            for (std::size_t i = 0; i < Words; ++i)
                worst = std::max(worst, std::abs(out[i] - *expected++));
            for (std::size_t i = Words; i < out.size(); ++i)
                CHECK(out[i] == 0);
        }
    };
    compare(reference::text::corpus, corpus);
    compare(reference::text::unseen, unseen);
    CHECK(worst < 1e-14);
}

using List = std::vector<std::string>;

} // namespace

TEST_CASE("tokenizers cut text as they say") {
    CHECK(text::split("Don't  go.\n") == List{"Don't", "go."});
    CHECK(text::split<text::Words<>>("Don't go.") == List{"Don", "t", "go"});
    CHECK(text::split<text::Words<2>>("a Don't go_1.") == List{"Don", "go_1"});
    CHECK(text::split<text::WordsAndPunctuation>("Don't go.") == List{"Don", "'", "t", "go", "."});
    CHECK(text::split<text::WordsAndPunctuation>("看film。") == List{"看", "film", "。"});
    CHECK(text::split<text::Characters>("é a\xFF") == List{"é", " ", "a", "\xFF"});
    CHECK(text::split<text::Words<>>("naïve\u00A0\u201CÜber\u201D Ωμέγα-мир") ==
          List{"naïve", "Über", "Ωμέγα", "мир"});
    CHECK(text::split("").empty());
    CHECK(text::split<text::Words<3>>("ab").empty());
    CHECK(text::lowercase("ÄÖÜ ÉŁ ΣΊΔ ДЁЖ ẞ İ \xFF") == "äöü éł σίδ дёж ß i \xFF");
    CHECK(text::join({"a", "b"}) == "a b");
}

TEST_CASE("UTF-8 is read and written, and what is none counts as U+FFFD") {
    for (char32_t code = 0; code <= 0x10FFFF; code += code < 0x900 || code > 0xD000 ? 1 : 37) {
        if (code >= 0xD800 && code < 0xE000)
            continue;
        char bytes[4];
        const std::size_t count = text::write_character(code, bytes);
        const text::Character read = text::first_character({bytes, count});
        if (read.code != code || read.bytes != count ||
            (count > 1 && !text::first_character({bytes, count - 1}).is_malformed()))
            FAIL("U+" << static_cast<unsigned long>(code));
    }
    for (const std::string_view bad :
         {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8", "\xC3"}) {
        CAPTURE(bad.size());
        CHECK(text::first_character(bad).is_malformed());
    }
    CHECK(!text::first_character("\uFFFD").is_malformed());
}

TEST_CASE("TfIdf: the numbers of scikit-learn") {
    using namespace reference::text;
    check_against_scikit<text::TfIdf<80>>(tf_idf_words, tf_idf_corpus, tf_idf_unseen);
    check_against_scikit<text::TfIdf<40, text::NGrams<1, 2>, text::Sublinear, text::MinDocuments<2>>>(
        sublinear_runs_words, sublinear_runs_corpus, sublinear_runs_unseen);
    check_against_scikit<text::TfIdf<80, text::Words<>, text::NoIdf, text::NoNorm>>(
        counts_words, counts_corpus, counts_unseen);
    check_against_scikit<text::TfIdf<80, text::KeepCase, text::NoNorm>>(case_words, case_corpus, case_unseen);
}

TEST_CASE("TfIdf: the most frequent words where there is room for few, none of the stop words") {
    using Stage = text::TfIdf<2, text::WithoutStopWords<text::Language::english>>;
    const auto encoder = fitted<Stage>(reference::text::corpus);
    CHECK(text::detail::word_at(encoder->characters, encoder->ends, 0) == "film");
    CHECK(text::detail::word_at(encoder->characters, encoder->ends, 1) == "story");
    CHECK(encoded<Stage>(*encoder, "the acting") == std::array{0.0, 0.0});
    CHECK(encoded<Stage>(*encoder, "") == std::array{0.0, 0.0});
}

TEST_CASE("TfIdf: the logarithm of counts") {
    for (int count = 1; count < 3000; ++count) {
        CHECK(text::detail::log_of_count(double(count)) == doctest::Approx(std::log(count)).epsilon(1e-15));
        CHECK(double(text::detail::log_of_count(float(count))) ==
              doctest::Approx(std::log(count)).epsilon(3e-7));
    }
}

TEST_CASE("WordIds: the most frequent words first, padded and cut on both sides") {
    constexpr std::string_view texts[] = {"b b b a a C", "c a d"};
    using Right = text::WordIds<5, 4>;
    const auto encoder = fitted<Right>(texts);
    // a and b three times, c twice, and no room for d.
    const auto ids = [&]<class Stage>(Stage, std::string_view of) {
        return encoded<Stage>(*fitted<Stage>(texts), of);
    };
    CHECK(ids(Right{}, "A, b c d a b") == std::array{2.0, 3.0, 4.0, 1.0});
    CHECK(ids(Right{}, "b") == std::array{3.0, 0.0, 0.0, 0.0});
    CHECK(ids(text::WordIds<5, 4, text::PadLeft>{}, "b c") == std::array{0.0, 0.0, 3.0, 4.0});
    CHECK(ids(text::WordIds<5, 4, text::CutLeft>{}, "a a a b c d") == std::array{2.0, 3.0, 4.0, 1.0});
    CHECK(ids(text::WordIds<5, 4, text::CutLeft>{}, "a") == std::array{2.0, 0.0, 0.0, 0.0});
    CHECK(ids(text::WordIds<5, 4, text::PadLeft>{}, "a a b b c d") == std::array{2.0, 2.0, 3.0, 3.0});
    CHECK(ids(text::WordIds<5, 4, text::KeepCase>{}, "c C") == std::array{1.0, 4.0, 0.0, 0.0});
    CHECK(ids(text::WordIds<9, 4, text::MinCount<3>>{}, "a c") == std::array{2.0, 1.0, 0.0, 0.0});
    CHECK(ids(Right{}, "") == std::array{0.0, 0.0, 0.0, 0.0});

    const text::Vocabulary vocabulary = text::vocabulary_of(*encoder);
    CHECK(vocabulary.size() == 5);
    CHECK(vocabulary["c"] == 4);
    CHECK(vocabulary["d"] == 1);
}

TEST_CASE("CharIds: the most frequent characters, in the order of Unicode") {
    constexpr std::string_view texts[] = {"ébbaaé", "Zé b"};
    using Stage = text::CharIds<5, 6>;
    const auto encoder = fitted<Stage>(texts);
    CHECK(encoded<Stage>(*encoder, "Éab z") == std::array{4.0, 2.0, 3.0, 1.0, 1.0, 0.0});
    CHECK(encoded<Stage>(*encoder, "\xFF") == std::array{1.0, 0.0, 0.0, 0.0, 0.0, 0.0});
}

TEST_CASE("Words of any length, and what fills the room, are the same to fit and apply") {
    const std::string longer(200, 'x');
    const std::string_view texts[] = {longer};
    using Stage = text::WordIds<3, 2, text::TextBytes<64>>;
    const auto encoder = fitted<Stage>(texts);
    CHECK(encoded<Stage>(*encoder, longer) == std::array{2.0, 0.0});
    CHECK(encoded<Stage>(*encoder, longer.substr(0, 63)) == std::array{1.0, 0.0});
    CHECK(error_of([&] { fitted<text::WordIds<3, 2, text::TextBytes<63>>>(texts); }) ==
          "texts: expected words of at most 63 bytes in all, got 64: give `TextBytes<64>`");
    constexpr std::string_view nothing[] = {"", " . "};
    CHECK(error_of([&] { fitted<Stage>(nothing); }) == "texts: expected texts with words, got none");
    CHECK(error_of([&] { fitted<text::CharIds<4, 2>>({}); }) ==
          "texts: expected texts with characters, got none");
}

TEST_CASE("Encoders: names with all options, by which files are told") {
    CHECK(text::TfIdf<8, text::NGrams<1, 2>, text::Sublinear, text::MinDocuments<2>>::name() ==
          "TfIdf<8, NGrams<1, 2>, Sublinear, MinDocuments<2>>");
    CHECK(text::WordIds<5, 4, text::Words<2>, text::PadLeft,
                        text::WithoutStopWords<text::Language::german>>::name() ==
          "WordIds<5, 4, Words<2>, PadLeft, WithoutStopWords<german>>");
    CHECK(text::CharIds<5, 4>::name() == "CharIds<5, 4>");
}

TEST_CASE("Encoders say what is wrong with constants from a file") {
    using Stage = text::WordIds<6, 4>;
    const auto encoder = fitted<Stage>(reference::text::corpus);
    const auto problem = [&](auto change) {
        auto changed = *encoder;
        change(changed);
        return std::string(changed.problem().view());
    };
    CHECK(problem([](auto&) {}) == "");
    CHECK(problem([](auto& f) { f.words[0] = 5; }) == "expected at most 4 words, got 5");
    CHECK(problem([](auto& f) { f.ends[3] = 33; }) ==
          "word 3: expected an end within the characters and behind the word before, got 33");
    CHECK(problem([](auto& f) { f.ends[2] = 0; }) ==
          "word 2: expected an end within the characters and behind the word before, got 0");
    CHECK(problem([](auto& f) { f.characters[0] = 'z'; }) ==
          "word 1: expected words in the order of their bytes, got others");
    CHECK(problem([](auto& f) { f.ids[1] = 6; }) == "expected numbers of words below 6, got 6");
    auto characters = fitted<text::CharIds<6, 3>>(reference::text::corpus);
    CHECK(characters->problem().empty());
    characters->characters[0] = 5;
    CHECK(characters->problem() == "expected at most 4 characters, got 5");
    characters->characters[0] = 4;
    characters->alphabet[0] = 0x10000;
    CHECK(characters->problem() == "expected characters in the order of Unicode, got others");
}

TEST_CASE("Encoders read nothing beside their arrays, whatever these hold") {
    using Stage = text::TfIdf<8>;
    auto encoder = fitted<Stage>(reference::text::corpus);
    encoder->ends.fill(0xFFFFFFFFu);
    encoder->ends[3] = 2;
    encoder->words[0] = 0xFFFFFFFFu;
    for (const std::string_view each : reference::text::corpus)
        static_cast<void>(encoded<Stage>(*encoder, each));
    using Chars = text::CharIds<6, 3>;
    auto characters = fitted<Chars>(reference::text::corpus);
    characters->characters[0] = 0xFFFFFFFFu;
    static_cast<void>(encoded<Chars>(*characters, "abc"));
}
