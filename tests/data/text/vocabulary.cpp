#include "burin/data/text/vocabulary.hpp"
#include "burin/data/text/buckets.hpp"
#include "burin/data/text/ngrams.hpp"
#include "burin/data/text/padding.hpp"
#include "burin/data/text/split.hpp"
#include "burin/data/text/stop_words.hpp"

#include "reference/text.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace text = burin::data::text;
using List = std::vector<std::string>;
using Ids = std::vector<std::uint32_t>;

namespace {

text::TokenCounts counts_of(std::string_view tokens) {
    text::TokenCounts counts;
    counts.add(text::split(tokens));
    return counts;
}

} // namespace

TEST_CASE("Vocabulary: special tokens, then the most frequent first") {
    const text::Vocabulary plain(counts_of("b a b c a d b"));
    CHECK(plain.size() == 6);
    CHECK(plain.padding() == 0);
    CHECK(plain.unknown() == 1);
    CHECK(plain.begin() == text::Vocabulary::none);
    CHECK(plain.encode(List{"b", "a", "c", "d", "x"}) == Ids{2, 3, 4, 5, 1});
    CHECK(plain.token(2) == "b");
    CHECK(plain.encode({"b", "x"}) == Ids{2, 1});
    CHECK(plain.encode({"b"}) == Ids{2});
    CHECK(plain.id("a") == 3);
    CHECK(plain.id("x") == plain.unknown());

    const text::Vocabulary cut(counts_of("b a b c a d b"),
                               {.min_count = 2, .max_size = 5, .begin = "<s>", .end = "</s>"});
    CHECK(cut.size() == 5);
    CHECK(cut.encode(List{"b", "a"}) == Ids{2, 4, 1, 3});
    CHECK(cut.decode(Ids{2, 4, 1, 3, 0}) == List{"b", "[UNK]"});
    CHECK(!cut.contains("a"));

    const text::Vocabulary bare(counts_of("a"), {.padding = "", .unknown = ""});
    CHECK(error_of([&] { bare.encode(List{"x"}); }) ==
          "Vocabulary: expected a token that is known, since there is none for what is not, got 'x'");
    CHECK(error_of([&] { bare.id("x"); }) ==
          "Vocabulary: expected a token that is known, since there is none for what is not, got 'x'");
    CHECK(error_of([&] { bare.token(1); }) == "Vocabulary: expected a number below 1, got 1");
    CHECK(error_of([] { text::Vocabulary(text::TokenCounts(), {.max_size = 1}); }) ==
          "Vocabulary: expected a max_size of at least 2, which the special tokens take, got 1");
    CHECK(error_of([] { text::Vocabulary(text::TokenCounts(), {.unknown = "[PAD]"}); }) ==
          "Vocabulary: expected special tokens that differ, got '[PAD]' twice");
}

TEST_CASE("Vocabulary: a file gives the same, also to a copy") {
    const TemporaryDirectory directory;
    const std::string path = directory / "vocab.txt";
    const text::Vocabulary vocabulary(counts_of("größe a a 电影"), {.begin = "<s>"});
    vocabulary.save(path);
    CHECK(bytes_of(path) == "[PAD]\n[UNK]\n<s>\na\ngröße\n电影\n");
    text::Vocabulary again;
    {
        const text::Vocabulary loaded = text::Vocabulary::load(path, {.begin = "<s>"});
        again = loaded;
    }
    CHECK(again.size() == vocabulary.size());
    CHECK(again.encode(List{"电影", "x"}) == vocabulary.encode(List{"电影", "x"}));
    CHECK(again.token(4) == "größe");

    const auto refusal = [](std::string_view bytes) {
        return error_of([&] { text::Vocabulary::parse(bytes, "v"); });
    };
    CHECK(refusal("a\nb\r\na\n") == "v: line 3: expected a token that is not there yet, got 'a'");
    CHECK(refusal("a\n\nb") == "v: line 2: expected a token that is not there yet, got ''");
    CHECK(refusal("a\n\xE9!") == "v: offset 2: expected text of UTF-8, got the byte 0xE9 (Latin-1?)");
    CHECK(error_of([&] { text::Vocabulary::load(path, {}, 10); }) ==
          path + ": expected at most 10 bytes after unpacking, got more");
}

TEST_CASE("n-grams: those of scikit-learn") {
    const List words = text::split<text::Words<2>>(text::lowercase("a fine, fine Café for two"));
    CHECK(text::word_ngrams(words, 1, 3) ==
          List(std::begin(reference::text::word_runs), std::end(reference::text::word_runs)));
    CHECK(text::character_ngrams(text::lowercase("a fine, fine Café for two"), 2, 3) ==
          List(std::begin(reference::text::char_runs), std::end(reference::text::char_runs)));
    CHECK(text::word_ngrams(List{"a"}, 2, 3).empty());
    CHECK(text::character_ngrams("", 1, 3).empty());
    CHECK(
        error_of([] { text::word_ngrams(List{"a"}, 0, 1); }) ==
        "word_ngrams: expected at least one token in the shortest and no fewer in the longest, got 0 and 1");
}

TEST_CASE("fit_length: pads and cuts on both sides") {
    const std::array<std::uint32_t, 3> ids{1, 2, 3};
    const auto fitted = [&]<std::size_t Length>(std::array<float, Length> to, text::Side pad,
                                                text::Side cut) {
        text::fit_length<std::uint32_t, float>(ids, to, 9.0f, pad, cut);
        return to;
    };
    using text::Side;
    CHECK(fitted(std::array<float, 5>{}, Side::right, Side::right) ==
          std::array{1.0f, 2.0f, 3.0f, 9.0f, 9.0f});
    CHECK(fitted(std::array<float, 5>{}, Side::left, Side::right) ==
          std::array{9.0f, 9.0f, 1.0f, 2.0f, 3.0f});
    CHECK(fitted(std::array<float, 2>{}, Side::left, Side::right) == std::array{1.0f, 2.0f});
    CHECK(fitted(std::array<float, 2>{}, Side::right, Side::left) == std::array{2.0f, 3.0f});
    CHECK(fitted(std::array<float, 3>{}, Side::left, Side::left) == std::array{1.0f, 2.0f, 3.0f});
}

TEST_CASE("length_buckets: each sample once, little padding, the same by seed and epoch") {
    std::vector<std::size_t> lengths(1003);
    for (std::size_t i = 0; i < lengths.size(); ++i)
        lengths[i] = 1 + i * 7919 % 97;
    const auto batches = text::length_buckets(lengths, {.batch_size = 16, .seed = 5});
    std::vector<std::size_t> all;
    for (const auto& batch : batches)
        all.insert(all.end(), batch.begin(), batch.end());
    CHECK(batches.size() == 63);
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < lengths.size(); ++i)
        REQUIRE(all[i] == i);
    const auto unsorted = text::length_buckets(lengths, {.batch_size = 16, .batches_sorted = 1, .seed = 5});
    CHECK(text::padding_share(lengths, batches) < 0.03);
    CHECK(text::padding_share(lengths, unsorted) > 0.4);
    CHECK(text::length_buckets(lengths, {.batch_size = 16, .seed = 5}) == batches);
    CHECK(text::length_buckets(lengths, {.batch_size = 16, .seed = 6}) != batches);
    CHECK(text::length_buckets(lengths, {.batch_size = 16, .seed = 5, .epoch = 1}) != batches);
    // Not from the shortest to the longest.
    CHECK(!std::is_sorted(batches.begin(), batches.end(),
                          [&](const auto& a, const auto& b) { return lengths[a[0]] < lengths[b[0]]; }));
    CHECK(text::length_buckets({}, {}).empty());
    CHECK(error_of([&] { text::length_buckets(lengths, {.batch_size = 0}); }) ==
          "length_buckets: expected at least one sample in a batch and one batch to sort, got 0 and 100");
}

TEST_CASE("length_buckets: one batch of all, however large it may be") {
    const std::vector<std::size_t> lengths{3, 1, 2};
    CHECK(text::length_buckets(lengths, {.batch_size = std::numeric_limits<std::size_t>::max()}).size() == 1);
}

TEST_CASE("stop words: five languages, sorted, and none that denies") {
    using text::Language;
    CHECK(text::is_stop_word(Language::english, "the"));
    CHECK(text::is_stop_word(Language::german, "über"));
    CHECK(text::is_stop_word(Language::french, "été"));
    CHECK(text::is_stop_word(Language::spanish, "también"));
    CHECK(text::is_stop_word(Language::chinese, "我们"));
    CHECK(!text::is_stop_word(Language::english, "film"));
    CHECK(!text::is_stop_word(Language::english, "not"));
    CHECK(!text::is_stop_word(Language::german, "nicht"));
    CHECK(!text::is_stop_word(Language::french, "pas"));
    CHECK(!text::is_stop_word(Language::spanish, "no"));
    CHECK(!text::is_stop_word(Language::chinese, "不"));
    const auto sorted = [](const auto& words) {
        return std::is_sorted(words.begin(), words.end()) &&
               std::set(words.begin(), words.end()).size() == words.size();
    };
    CHECK(sorted(text::detail::english_stop_words));
    CHECK(sorted(text::detail::german_stop_words));
    CHECK(sorted(text::detail::french_stop_words));
    CHECK(sorted(text::detail::spanish_stop_words));
    CHECK(sorted(text::detail::chinese_stop_words));
    List tokens{"the", "film", "is", "not", "for", "us"};
    text::remove_stop_words(tokens, Language::english);
    CHECK(tokens == List{"film", "not", "us"});
}
