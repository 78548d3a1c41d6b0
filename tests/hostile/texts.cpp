// Vocabularies, merges, synonyms and vectors of words that mean harm: what they cost, and that all that comes
// of them is an Error that says where.

#include "burin/data/text/augment.hpp"
#include "burin/data/text/byte_pairs.hpp"
#include "burin/data/text/embeddings.hpp"
#include "burin/data/text/vocabulary.hpp"

#include "support/allocations.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace text = burin::data::text;

namespace {

const std::vector<std::string> few{"[PAD]", "[UNK]", "a"};

} // namespace

TEST_CASE("Vectors of words: a small file can't claim much memory") {
    const TemporaryDirectory directory;
    const std::string path = directory / "v";
    const text::Vocabulary vocabulary(few);
    const auto peak = [&](auto read) {
        return allocations::peak_of([&] {
            CHECK(error_of([&] {
                      read(path, vocabulary, text::max_embedding_bytes);
                  }).starts_with(path + ": "));
        });
    };
    write_bytes(path, "1 900000\na 1 2 3\n");
    CHECK(peak(text::read_word2vec_text) < 300'000);
    CHECK(peak(text::read_word2vec_binary) < 300'000);
    // A packed one that claims what it could have at most.
    write_gzip(path, "1 1048576\n" + std::string(1'200'000, ' '));
    CHECK(peak(text::read_word2vec_binary) < 10'000'000);
    // A line without an end.
    write_gzip(path, std::string(40'000'000, 'x'));
    CHECK(peak(text::read_glove) < 40'000'000);
    CHECK(error_of([&] { text::read_glove(path, vocabulary); }) ==
          path + ": offset 16777216: expected a line or a word of at most 16777216 bytes, got more");
    CHECK(error_of([&] { text::read_glove(path, vocabulary, 1'000'000); }) ==
          path + ": expected at most 1000000 bytes after unpacking, got more");
}

TEST_CASE("Vocabularies and merges: memory is a small multiple of the file") {
    const TemporaryDirectory directory;
    const std::string path = directory / "t";
    std::string lines, merges = "#version: 0.2\n";
    for (int i = 0; i < 40'000; ++i)
        lines += std::to_string(i) + "\n";
    for (int i = 'a'; i <= 'z'; ++i)
        for (int j = '!'; j <= '~'; ++j)
            merges.append({static_cast<char>(i), ' ', static_cast<char>(j), '\n'});
    write_bytes(path, lines);
    CHECK(allocations::peak_of([&] { CHECK(text::Vocabulary::load(path).size() == 40'000); }) <
          40 * lines.size());
    write_bytes(path, merges);
    CHECK(allocations::peak_of([&] { CHECK(text::BytePairs::load(path).size() == 256 + 26 * 94); }) <
          100 * merges.size() + 100'000);
}

TEST_CASE("Files of text that can't be read are refused by name") {
    const TemporaryDirectory directory;
    const std::string path = directory / "none";
    const text::Vocabulary vocabulary(few);
    CHECK(error_of([&] { text::Vocabulary::load(path); }).starts_with(path + ": can't be opened: "));
    CHECK(error_of([&] { text::BytePairs::load(path); }).starts_with(path + ": can't be opened: "));
    CHECK(error_of([&] { text::Synonyms::load(path); }).starts_with(path + ": can't be opened: "));
    CHECK(error_of([&] { text::read_glove(path, vocabulary); }).starts_with(path + ": can't be opened: "));
    write_bytes(path, "\x1f\x8b damaged");
    CHECK(error_of([&] { text::Vocabulary::load(path); }).find("expected gzip data to the end") !=
          std::string::npos);
    CHECK(error_of([&] {
              text::read_word2vec_text(path, vocabulary);
          }).find("expected gzip data to the end") != std::string::npos);
    write_bytes(path, std::string("\xFF\xFE", 2) + "a");
    CHECK(error_of([&] { text::Synonyms::load(path); }).find("got UTF-16 (little-endian)") !=
          std::string::npos);
}
