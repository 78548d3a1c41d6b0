#include "burin/data/text/byte_pairs.hpp"
#include "burin/data/text/split.hpp"
#include "burin/data/text/word_pieces.hpp"

#include "reference/text.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace text = burin::data::text;
using namespace reference::text;
using namespace std::string_literals;
using Ids = std::vector<std::uint32_t>;

namespace {

template <class Tokenizer>
text::TokenCounts counts_of(std::span<const std::string_view> texts) {
    text::TokenCounts counts;
    for (const std::string_view each : texts)
        counts.add(text::split<Tokenizer>(each));
    return counts;
}

void check_merges(const text::BytePairs& pairs, std::span<const std::string_view> merges,
                  std::span<const std::string_view> tokens) {
    REQUIRE(pairs.merges().size() == merges.size());
    for (std::size_t i = 0; i < merges.size(); ++i)
        CHECK(pairs.token(pairs.merges()[i].first) + " " + pairs.token(pairs.merges()[i].second) ==
              merges[i]);
    REQUIRE(pairs.size() == tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i)
        CHECK(pairs.token(i) == tokens[i]);
}

Ids ids_of(std::span<const unsigned> ids, bool empty = false) {
    return empty ? Ids{} : Ids(ids.begin(), ids.end());
}

} // namespace

TEST_CASE("BytePairs: merges and numbers of Hugging Face's tokenizers, of characters") {
    const auto pairs = text::BytePairs::train(counts_of<text::WhiteSpace>(corpus), {.vocabulary_size = 110});
    check_merges(pairs, pairs_merges, pairs_tokens);
    const auto encode = [&](std::string_view of) { return pairs.encode(text::split(of)); };
    CHECK(encode(unseen[0]) == ids_of(pairs_ids_0));
    CHECK(encode(unseen[1]) == ids_of(pairs_ids_1));
    CHECK(encode(unseen[2]).empty());
    CHECK(encode(unseen[3]) == ids_of(pairs_ids_3));
    CHECK(pairs.decode(encode("The slowest")) == "Theslowest");
}

TEST_CASE("BytePairs: the same of bytes, as GPT-2 cuts words") {
    const text::BytePairOptions options{
        .units = text::Units::bytes, .vocabulary_size = 310, .special = {"<|endoftext|>"}};
    const auto pairs = text::BytePairs::train(counts_of<text::Gpt2Words>(corpus), options);
    check_merges(pairs, bytes_merges, bytes_tokens);
    const auto encode = [&](std::string_view of) { return pairs.encode(text::split<text::Gpt2Words>(of)); };
    CHECK(encode(unseen[0]) == ids_of(bytes_ids_0));
    CHECK(encode(unseen[1]) == ids_of(bytes_ids_1));
    CHECK(encode(unseen[3]) == ids_of(bytes_ids_3));
    for (const std::string_view each : unseen)
        CHECK(pairs.decode(encode(each)) == each);
    const std::string any = "\xFF\x00\x80 \xF0\x9F"s;
    CHECK(pairs.decode(encode(any)) == any);
}

TEST_CASE("Gpt2Words: cuts as the pattern of GPT-2") {
    const auto check = [](std::string_view of, std::span<const std::string_view> words) {
        const std::vector<std::string> found = text::split<text::Gpt2Words>(of);
        CHECK(found == std::vector<std::string>(words.begin(), words.end()));
    };
    check(unseen[0], gpt2_words_0);
    check(unseen[1], gpt2_words_1);
    check(unseen[3], gpt2_words_3);
    check("  two  spaces\n\nand lines \t", gpt2_words_4);
}

TEST_CASE("BytePairs: a file gives the same, and GPT-2's is one") {
    const TemporaryDirectory directory;
    const std::string path = directory / "merges.txt";
    for (const text::Units units : {text::Units::characters, text::Units::bytes}) {
        const auto pairs = text::BytePairs::train(counts_of<text::WhiteSpace>(corpus),
                                                  {.units = units, .vocabulary_size = 300});
        pairs.save(path);
        const auto again = text::BytePairs::load(path);
        REQUIRE(again.size() == pairs.size());
        for (std::size_t i = 0; i < pairs.size(); ++i)
            CHECK(again.token(i) == pairs.token(i));
        for (const std::string_view each : unseen)
            CHECK(again.encode(text::split(each)) == pairs.encode(text::split(each)));
        CHECK(again.decode(again.encode(text::split("slower"))) == "slower");
    }
    const auto gpt2 = text::BytePairs::parse("#version: 0.2\n\u0120 t\nh e\n\u0120t he\n", "gpt2");
    CHECK(gpt2.size() == 259);
    CHECK(gpt2["!"] == 0);
    CHECK(gpt2.encode_word(" the") == Ids{258});
    CHECK(gpt2.decode(Ids{258}) == " the");
}

TEST_CASE("BytePairs: long words take no more than their length") {
    const auto pairs = text::BytePairs::parse("#version: 0.2 characters\na\na a\naa aa\n", "pairs");
    CHECK(pairs.encode_word(std::string(300'001, 'a')).size() == 75'001);
}

TEST_CASE("BytePairs: files that are none are refused by line") {
    const auto refusal = [](std::string_view bytes) {
        return error_of([&] { text::BytePairs::parse(bytes, "m.txt"); });
    };
    CHECK(refusal("") == "m.txt: line 1: expected `#version: 0.2`, got nothing");
    CHECK(refusal("a b\n") == "m.txt: line 1: expected `#version: 0.2`, got 'a b'");
    CHECK(refusal("#version: 0.2\nxy z\n") ==
          "m.txt: line 2: expected two tokens that are there and were not merged yet, got 'xy z'");
    CHECK(refusal("#version: 0.2\na b\na b\n") ==
          "m.txt: line 3: expected two tokens that are there and were not merged yet, got 'a b'");
    CHECK(refusal("#version: 0.2\na b\nxy\n") ==
          "m.txt: line 3: expected two tokens with a space between, got 'xy'");
    CHECK(refusal("#version: 0.2 characters\na\n[UNK]\n") ==
          "m.txt: line 3: expected a token that is not there yet, the special ones first, got '[UNK]'");
    CHECK(refusal("#version: 0.2 characters\na\na\n") ==
          "m.txt: line 3: expected a token that is not there yet, the special ones first, got 'a'");
    CHECK(refusal("#version: 0.2\na\xFF b\n").starts_with("m.txt: offset "));
    CHECK(error_of([] { text::BytePairs::train({}, {.special = {"a b"}}); }) ==
          "BytePairs: expected special tokens of several characters that differ, got 'a b'");
    CHECK(
        error_of([] { text::BytePairs::train({}, {.units = text::Units::bytes, .vocabulary_size = 10}); }) ==
        "BytePairs: expected a vocabulary_size of at least 257, which what it begins with takes, got 10");
}

TEST_CASE("WordPieces: numbers of Hugging Face's tokenizers with the same vocabulary") {
    const std::vector<std::string> tokens(std::begin(pieces_tokens), std::end(pieces_tokens));
    const text::WordPieces pieces{text::Vocabulary(tokens)};
    const auto encode = [&](std::string_view of) {
        return pieces.encode(text::split<text::WordsAndPunctuation>(of));
    };
    CHECK(encode(unseen[0]) == ids_of(pieces_ids_0));
    CHECK(encode(unseen[1]) == ids_of(pieces_ids_1));
    CHECK(encode(unseen[2]).empty());
    CHECK(encode(unseen[3]) == ids_of(pieces_ids_3));
    CHECK(pieces.encode_word(std::string(101, 'a')) == Ids{1});
}

TEST_CASE("WordPieces: training joins what is met most often") {
    text::TokenCounts counts;
    counts.add("low", 5);
    counts.add("lower", 2);
    counts.add("newest", 6);
    counts.add("widest", 3);
    const auto pieces = text::WordPieces::train(counts, {.vocabulary_size = 100, .special = {"[UNK]"}});
    CHECK(pieces.vocabulary().contains("##est"));
    CHECK(pieces.vocabulary().contains("low"));
    CHECK(pieces.encode_word("newest").size() == 1);
    CHECK(pieces.encode_word("lowest") == Ids{pieces.vocabulary()["low"], pieces.vocabulary()["##est"]});
    CHECK(pieces.encode_word("xlow") == Ids{0});
    const std::vector<std::string> words{"lowest", "newest"};
    CHECK(pieces.decode(pieces.encode(words)) == "lowest newest");
    CHECK(error_of([&] { text::WordPieces::train(counts, {.special = {}}); }) ==
          "WordPieces: expected a vocabulary with a token for unknown words, got one without");
    CHECK(error_of([&] {
              text::WordPieces::train(counts, {.vocabulary_size = 7});
          }).starts_with("WordPieces: expected a vocabulary_size of at least "));
}

TEST_CASE("Words that are no UTF-8 are refused where characters are learnt, and taken where bytes are") {
    text::TokenCounts counts;
    counts.add("caf\xE9!");
    counts.add("\xFE\xFF");
    CHECK(error_of([&] { text::BytePairs::train(counts); }) ==
          "BytePairs: a word: offset 3: expected text of UTF-8, got the byte 0xE9 (Latin-1?)");
    CHECK(error_of([&] { text::WordPieces::train(counts); }) ==
          "WordPieces: a word: offset 3: expected text of UTF-8, got the byte 0xE9 (Latin-1?)");
    const auto pairs = text::BytePairs::train(counts, {.units = text::Units::bytes, .special = {}});
    CHECK(pairs.decode(pairs.encode_word("\xFE\xFF")) == "\xFE\xFF");
    const TemporaryDirectory directory;
    CHECK(error_of([&] { text::Vocabulary(counts).save(directory / "v"); }).find("expected text of UTF-8") !=
          std::string::npos);
    CHECK(directory.names().empty());
}
