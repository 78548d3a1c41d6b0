// What ICU, libstemmer and SentencePiece do for us.

#include "burin/data/text/characters.hpp"
#include "burin/data/text/segment.hpp"
#include "burin/data/text/sentence_piece.hpp"
#include "burin/data/text/stem.hpp"
#include "burin/data/text/unicode.hpp"

#include "reference/text.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>
#include <unicode/uchar.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace text = burin::data::text;
using namespace reference::text;
using List = std::vector<std::string>;

TEST_CASE("clean: the forms of Unicode, as Python has them") {
    const text::Cleaning as_it_is{.form = text::Form::as_it_is, .squeeze_space = false};
    const auto check = [](std::string_view from, std::string_view to, text::Cleaning cleaning) {
        cleaning.squeeze_space = false;
        CHECK(text::clean(from, cleaning) == to);
    };
    for (std::size_t i = 0; i < std::size(samples); ++i) {
        CAPTURE(i);
        check(samples[i], samples[i], as_it_is);
        check(samples[i], nfc[i], {});
        check(samples[i], nfd[i], {.form = text::Form::nfd});
        check(samples[i], nfkc[i], {.form = text::Form::nfkc});
        check(samples[i], nfkd[i], {.form = text::Form::nfkd});
        check(samples[i], folded[i], {.fold_case = true});
        check(samples[i], bare[i], {.strip_accents = true});
    }
}

TEST_CASE("clean: controls go, white space is squeezed, and what is no UTF-8 is refused or not") {
    CHECK(text::clean("\uFEFF a\t\r\nb\u00A0\u3000c\u200B\x01 ") == "a b c");
    CHECK(text::clean("a\u200Bb\n", {.drop_controls = false, .squeeze_space = false}) == "a\u200Bb\n");
    CHECK(text::clean("").empty());
    CHECK(text::clean(" \n ").empty());
    CHECK(error_of([] { text::clean("caf\xE9 au lait", {}, "menu"); }) ==
          "menu: offset 3: expected text of UTF-8, got the byte 0xE9 (Latin-1?)");
    CHECK(text::clean("caf\xE9 \xF0\x9F", {.malformed = text::Malformed::replaced}) ==
          "caf\uFFFD \uFFFD\uFFFD");
    CHECK(text::clean("caf\xE9 \xF0\x9F", {.malformed = text::Malformed::dropped}) == "caf");
}

TEST_CASE("What tokenizers know of Unicode is what ICU knows, in the scripts that they know") {
    const auto within = [](char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; };
    for (char32_t c = 0; c < 0x110000; c += c < 0x20000 ? 1 : 61) {
        const auto icu = static_cast<UChar32>(c);
        if (within(c, 0xD800, 0xDFFF) || !u_isdefined(icu))
            continue;
        CAPTURE(static_cast<unsigned long>(c));
        if (text::is_space(c) != (u_isUWhiteSpace(icu) || within(c, 0x1C, 0x1F)))
            FAIL_CHECK("space");
        const bool known = c < 0x250 || within(c, 0x370, 0x58F) || within(c, 0x1E00, 0x1EFF);
        const bool has_small = c < 0x180 || within(c, 0x1CD, 0x1EF) || within(c, 0x1F8, 0x21F) ||
                               within(c, 0x386, 0x3CE) || c >= 0x400;
        if (known && has_small && text::lower(c) != static_cast<char32_t>(u_tolower(icu)))
            FAIL_CHECK("small letter");
        const bool ideographs =
            text::is_ideograph(c) || within(c, 0x3040, 0x30FF) || within(c, 0xAC00, 0xD7A3);
        const bool mark = (U_GET_GC_MASK(icu) & U_GC_M_MASK) != 0 || c == '_';
        if ((known || ideographs || within(c, 0x2000, 0x206F) || within(c, 0x3000, 0x3003)) && !mark) {
            const bool word = u_isalnum(icu) || (U_GET_GC_MASK(icu) & (U_GC_N_MASK | U_GC_L_MASK)) != 0;
            if (text::is_word_character(c) != word)
                FAIL_CHECK("word");
        }
    }
}

TEST_CASE("Stemmer: the stems of Snowball") {
    const auto check = [](const char* language, std::span<const std::string_view> words,
                          std::span<const std::string_view> stems) {
        const text::Stemmer stem(language);
        for (std::size_t i = 0; i < words.size(); ++i)
            CHECK(stem(words[i]) == stems[i]);
    };
    check("english", english_words, english_stems);
    check("german", german_words, german_stems);
    check("french", french_words, french_stems);
    check("es", spanish_words, spanish_stems);
    const text::Stemmer stem("english");
    CHECK(stem("").empty());
    List words{"films", "acting"};
    stem(words);
    CHECK(words == List{"film", "act"});
    CHECK(error_of([] { text::Stemmer("klingon"); }).starts_with("Stemmer: expected one of "));
}

TEST_CASE("Segmenter: Chinese by a dictionary, other scripts by rules") {
    const text::Segmenter words("zh");
    CHECK(words("我喜欢这部电影。") == List{"我", "喜欢", "这", "部", "电影"});
    CHECK(words("中国人民 don't 3.5%") == List{"中国", "人民", "don't", "3.5"});
    CHECK(words("").empty());
    CHECK(words("。，").empty());
    CHECK(error_of([&] { words("\xE6\x88", "t"); }) ==
          "t: offset 0: expected text of UTF-8, got the end of the text within a character");
}

TEST_CASE("SentencePieceModel: what SentencePiece's own program gives") {
    const std::string path = BURIN_REFERENCES "/sentence_piece.model";
    const auto model = text::SentencePieceModel::load(path);
    CHECK(model.size() == 70);
    const auto check = [&](std::size_t i, std::span<const unsigned> ids,
                           std::span<const std::string_view> pieces) {
        CHECK(model.encode(unseen[i]) == std::vector<std::uint32_t>(ids.begin(), ids.end()));
        CHECK(model.pieces(unseen[i]) == List(pieces.begin(), pieces.end()));
        CHECK(model.decode(model.encode(unseen[i])) == sentence_piece_decoded[i]);
    };
    check(0, sentence_piece_ids_0, sentence_piece_pieces_0);
    check(1, sentence_piece_ids_1, sentence_piece_pieces_1);
    check(3, sentence_piece_ids_3, sentence_piece_pieces_3);
    CHECK(model.encode("").empty());
    CHECK(model[model.piece(20)] == 20);
    CHECK(model["no such piece"] == 0);
    CHECK(error_of([&] { model.piece(70); }) == "SentencePieceModel: expected a number below 70, got 70");
    CHECK(error_of([&] { model.decode({70}); }) == "SentencePieceModel: expected a number below 70, got 70");
}

TEST_CASE("SentencePieceModel: damaged files are refused in one sentence") {
    const std::string bytes = bytes_of(BURIN_REFERENCES "/sentence_piece.model");
    const auto refused = [](std::string_view of) {
        return error_of([&] { text::SentencePieceModel(of, "m"); });
    };
    CHECK(refused("") == "m: offset 0: expected a model of SentencePiece, got nothing");
    CHECK(refused("no model").starts_with("m: offset 0: expected a model of SentencePiece, got 'no model'"));
    std::size_t taken = 0;
    // Cut between two fields, it may still be a model.
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        const std::string error = refused(std::string_view(bytes).substr(0, size));
        taken += error == "(nothing was thrown)";
        CHECK((error.starts_with("m: offset 0: ") || error == "(nothing was thrown)"));
    }
    CHECK(taken < 100);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        try {
            static_cast<void>(text::SentencePieceModel(damaged, "m").encode("the film"));
        } catch (const burin::Error&) {
        }
    }
}
