#include "burin/data/text/augment.hpp"
#include "burin/data/text/split.hpp"

#include "support/error_of.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <set>
#include <string>

namespace text = burin::data::text;
using text::Tokens;

namespace {

const Tokens sentence = text::split("one two three four five six seven eight nine ten");

template <class Change>
Tokens changed(const Change& change, std::uint32_t sample, Tokens tokens = sentence) {
    change(tokens, burin::RandomStream{7, burin::Purpose::augmentation, sample});
    return tokens;
}

Tokens sorted(Tokens tokens) {
    std::sort(tokens.begin(), tokens.end());
    return tokens;
}

} // namespace

TEST_CASE("SwapWords: the same words in another order") {
    std::set<Tokens> seen;
    for (std::uint32_t i = 0; i < 50; ++i) {
        const Tokens one = changed(text::SwapWords{.share = 0.1}, i);
        CHECK(sorted(one) == sorted(sentence));
        std::size_t moved = 0;
        for (std::size_t w = 0; w < one.size(); ++w)
            moved += one[w] != sentence[w];
        CHECK(moved == 2);
        seen.insert(one);
    }
    CHECK(seen.size() > 20);
    CHECK(changed(text::SwapWords{.share = 0.5}, 3) == changed(text::SwapWords{.share = 0.5}, 3));
    CHECK(changed(text::SwapWords{.share = 0}, 3) == sentence);
    CHECK(changed(text::SwapWords{.share = 1}, 3, {"a"}) == Tokens{"a"});
    CHECK(changed(text::SwapWords{.share = 1}, 3, {}).empty());
}

TEST_CASE("DropWords: so many go, and one stays") {
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < 500; ++i)
        kept += changed(text::DropWords{.probability = 0.3}, i).size();
    CHECK(kept > 3300);
    CHECK(kept < 3700);
    CHECK(changed(text::DropWords{.probability = 1}, 1).size() == 1);
    CHECK(changed(text::DropWords{.probability = 0}, 1) == sentence);
    CHECK(changed(text::DropWords{.probability = 1}, 1, {}).empty());
}

TEST_CASE("InsertWords: others come in between, in every place") {
    std::set<std::size_t> places;
    for (std::uint32_t i = 0; i < 200; ++i) {
        const Tokens one = changed(text::InsertWords{.share = 0.1, .words = {"x"}}, i);
        CHECK(one.size() == 11);
        places.insert(static_cast<std::size_t>(std::find(one.begin(), one.end(), "x") - one.begin()));
    }
    CHECK(places.size() == 11);
    CHECK(changed(text::InsertWords{}, 1) == sentence);
}

TEST_CASE("CutText: a run of at least its share") {
    std::set<std::size_t> sizes;
    for (std::uint32_t i = 0; i < 200; ++i) {
        const Tokens one = changed(text::CutText{.least = 0.5}, i);
        CHECK(std::search(sentence.begin(), sentence.end(), one.begin(), one.end()) != sentence.end());
        sizes.insert(one.size());
    }
    CHECK(*sizes.begin() == 5);
    CHECK(*sizes.rbegin() == 10);
    CHECK(changed(text::CutText{.least = 1}, 1) == sentence);
    CHECK(changed(text::CutText{}, 1, {}).empty());
}

TEST_CASE("CutText: a share that is none is refused, and one token stays") {
    for (const double least : {-1.0, 2.0, std::numeric_limits<double>::quiet_NaN()}) {
        Tokens tokens{"a", "b"};
        CHECK(error_of([&] {
                  text::CutText{least}(tokens, burin::RandomStream{1});
              }).starts_with("CutText: expected a share `least` from 0 to 1, got "));
    }
    Tokens tokens{"a", "b", "c"};
    text::CutText{0}(tokens, burin::RandomStream{4});
    CHECK(!tokens.empty());
}

TEST_CASE("ReplaceBySynonyms: words of the same group") {
    const auto synonyms = text::Synonyms::parse("# films\nfilm, movie,picture \ngood,fine\n", "s");
    CHECK(synonyms.size() == 2);
    const Tokens tokens{"a", "good", "film"};
    std::set<Tokens> seen;
    for (std::uint32_t i = 0; i < 50; ++i)
        seen.insert(changed(text::ReplaceBySynonyms{.probability = 1, .synonyms = synonyms}, i, tokens));
    CHECK(seen == std::set<Tokens>{{"a", "fine", "movie"}, {"a", "fine", "picture"}});
    CHECK(changed(text::ReplaceBySynonyms{.probability = 0, .synonyms = synonyms}, 1, tokens) == tokens);

    const auto refusal = [](std::string_view bytes) {
        return error_of([&] { text::Synonyms::parse(bytes, "s"); });
    };
    CHECK(refusal("a,b\nc\n") == "s: line 2: expected at least two words that mean the same, got one");
    CHECK(refusal("a,,b") == "s: line 1: expected words with commas between, got none");
    CHECK(refusal("a,\xFF") == "s: offset 2: expected text of UTF-8, got the byte 0xFF (Latin-1?)");
}

TEST_CASE("Compose: one after the other, the same by stream") {
    const text::Compose change{text::SwapWords{.share = 0.2}, text::DropWords{.probability = 0.2}};
    CHECK(changed(change, 4) == changed(change, 4));
    CHECK(changed(change, 4) != changed(change, 5));
}

TEST_CASE("Changes of text: shares and probabilities that are none are refused") {
    CHECK(error_of([] { changed(text::DropWords{.probability = 7}, 1); }) ==
          "DropWords: expected a probability from 0 to 1, got 7");
    CHECK(error_of([] { changed(text::SwapWords{.share = -1}, 1); }) ==
          "SwapWords: expected a share from 0 to 1, got -1");
    CHECK(error_of([] { changed(text::InsertWords{.share = 2, .words = {"x"}}, 1); }) ==
          "InsertWords: expected a share from 0 to 1, got 2");
    CHECK(error_of([] { changed(text::CutText{.least = 1.5}, 1); }) ==
          "CutText: expected a share `least` from 0 to 1, got 1.5");
    CHECK(error_of([] {
              changed(text::ReplaceBySynonyms{.probability = std::numeric_limits<double>::quiet_NaN(),
                                              .synonyms = {}},
                      1);
          }).starts_with("ReplaceBySynonyms: expected a probability from 0 to 1, got "));
}
