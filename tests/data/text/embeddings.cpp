#include "burin/data/text/embeddings.hpp"

#include "burin/graph/forms.hpp"
#include "burin/initializers/ones.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/training/model.hpp"

#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace text = burin::data::text;
using namespace std::string_literals;

namespace {

std::string floats(std::initializer_list<float> values) {
    std::string bytes;
    for (const float value : values)
        for (int byte = 0; byte < 4; ++byte)
            bytes.push_back(static_cast<char>(std::bit_cast<std::uint32_t>(value) >> (8 * byte)));
    return bytes;
}

const std::vector<std::string> words{"[PAD]", "[UNK]", "film", "größe", "absent"};
const text::Vocabulary vocabulary(words);

template <class Read>
std::string refusal(Read read, std::string_view bytes) {
    return error_of([&] {
        burin::data::ByteStream stream(bytes, "v");
        read(stream, vocabulary);
    });
}

void check_two(const text::Embeddings& vectors) {
    CHECK(vectors.dimensions() == 3);
    CHECK(vectors.found() == 2);
    CHECK(vectors[0].empty());
    CHECK(vectors[4].empty());
    CHECK(vectors[99].empty());
    CHECK(std::vector<float>(vectors[2].begin(), vectors[2].end()) == std::vector{0.5f, -1.25f, 3e-3f});
    CHECK(std::vector<float>(vectors[3].begin(), vectors[3].end()) == std::vector{1.0f, 2.0f, 3.0f});
}

} // namespace

TEST_CASE("Embeddings: the three forms give the same vectors, also packed") {
    const TemporaryDirectory directory;
    const std::string rows = "the 9 9 9\nfilm 0.5 -1.25 3e-3\r\ngröße 1 2 3\n. . . 4 5 6\nfilm 7 7 7\n";
    const std::string path = directory / "v.txt";
    write_bytes(path, rows);
    check_two(text::read_glove(path, vocabulary));
    write_gzip(path, rows);
    check_two(text::read_glove(path, vocabulary));
    write_bytes(path, "4 3\nthe 9 9 9 \nfilm 0.5 -1.25 3e-3 \ngröße 1 2 3 \nx 1 1 1");
    check_two(text::read_word2vec_text(path, vocabulary));
    for (const char* end : {"", "\n"}) {
        std::string binary = "3 3\nthe " + floats({9, 9, 9}) + end;
        binary += "film " + floats({0.5f, -1.25f, 3e-3f}) + end + "größe " + floats({1, 2, 3}) + end;
        write_bytes(path, binary);
        check_two(text::read_word2vec_binary(path, vocabulary));
    }
    CHECK(error_of([&] { text::read_glove(path, vocabulary, 10); }) ==
          path + ": expected at most 10 bytes after unpacking, got more");
}

TEST_CASE("Embeddings: into the weights of an Embedding") {
    using namespace burin;
    Model<Sequential<Input<2>, Embedding<5, 3>, Flatten>> model(
        ModelOptions{.initializer = initializers::Ones{}});
    text::Embeddings vectors(5, 3);
    vectors.add(2, std::vector{4.0f, 5.0f, 6.0f});
    vectors.add(2, std::vector{7.0f, 7.0f, 7.0f});
    CHECK(vectors.write_to(model["0.weight"], "0.weight") == 1);
    const auto weight = model["0.weight"];
    CHECK(weight[5] == 1);
    CHECK(weight[6] == 4);
    CHECK(weight[8] == 6);
    CHECK(weight[9] == 1);
    // A vocabulary that is not full.
    text::Embeddings few(3, 3);
    few.add(1, std::vector{7.0f, 8.0f, 9.0f});
    CHECK(few.write_to(model["0.weight"], "0.weight") == 1);
    CHECK(weight[3] == 7);
    CHECK(weight[6] == 4);
    CHECK(weight[14] == 1);
    CHECK(error_of([&] { text::Embeddings(6, 3).write_to(model["0.weight"], "0.weight"); }) ==
          "Embeddings: 0.weight: expected a tensor of at least 6 words times 3 numbers, got one of 15 "
          "elements");
    CHECK(error_of([&] { text::Embeddings(3, 4).write_to(model["0.weight"], "0.weight"); }) ==
          "Embeddings: 0.weight: expected a tensor of at least 3 words times 4 numbers, got one of 15 "
          "elements");
}

TEST_CASE("Embeddings: text that is cut short, of another width or not finite is refused by line") {
    using text::detail::glove;
    using text::detail::word2vec_text;
    CHECK(refusal(glove, "") == "v: line 1: expected a word and its numbers, got nothing");
    CHECK(refusal(glove, "word\n") == "v: line 1: expected a word and its numbers, got 'word'");
    CHECK(refusal(glove, "a 1 2\nb 1\n") == "v: line 2: expected a word and 2 numbers, got 1 numbers");
    CHECK(refusal(glove, "a 1 2\nb 1 2 3\n") == "v: line 2: expected a word and 2 numbers, got more numbers");
    CHECK(refusal(glove, "a 1e-42 2e-300\n") == "(nothing was thrown)");
    CHECK(refusal(glove, "a 1 2\n\nb 1 2\n") == "v: line 2: expected a word and 2 numbers, got 0 numbers");
    CHECK(refusal(glove, "a 1 2\nb 1 nan\n") == "v: line 2: expected a finite number, got 'nan'");
    CHECK(refusal(glove, "a 1 2\nb 1e99 2\n") == "v: line 2: expected a finite number, got '1e99'");
    CHECK(refusal(glove, "a 1 2\nb 1 2x\n") == "v: line 2: expected a finite number, got '2x'");
    CHECK(refusal(word2vec_text, "")
              .starts_with("v: line 1: expected the number of words and of dimensions, got ''"));
    CHECK(refusal(word2vec_text, "a 1 2\n") ==
          "v: line 1: expected the number of words and of dimensions, got 'a 1 2'");
    CHECK(refusal(word2vec_text, "1 0\n") ==
          "v: line 1: expected the number of words and of dimensions, got '1 0'");
    CHECK(refusal(word2vec_text, "99999999999 300\na 1 2\n") ==
          "v: line 1: expected no more words and dimensions than the file can have, got '99999999999 300'");
    CHECK(refusal(word2vec_text, "1 18446744073709551615\na 1\n") ==
          "v: line 1: expected no more words and dimensions than the file can have, got '1 "
          "18446744073709551615'");
    CHECK(refusal(word2vec_text, "2 2\nabcdef 1 2 \n") == "v: line 3: expected 2 words, got 1");
    CHECK(refusal(word2vec_text, "1 2\na 1 2\nb 1 2\n") ==
          "v: line 3: expected the end of the file behind 1 words, got more");
    CHECK(refusal(word2vec_text, "1 2\na 1 2 3\n") ==
          "v: line 2: expected a word and 2 numbers, got more numbers");
}

TEST_CASE("Embeddings: binary files that are cut short, claim too much or are not finite are refused") {
    using text::detail::word2vec_binary;
    const std::string one = "film " + floats({1, 2});
    CHECK(refusal(word2vec_binary, "2 2\n" + one + "b" + std::string(8, '\1')) ==
          "v: word 2: expected 2 numbers, got the end of the file");
    CHECK(refusal(word2vec_binary, "1 2\n" + one.substr(0, 12)) ==
          "v: word 1: expected 2 numbers, got the end of the file");
    CHECK(refusal(word2vec_binary, "2 2\nx " + floats({1, 2})) ==
          "v: line 1: expected no more words and dimensions than the file can have, got '2 2'");
    CHECK(refusal(word2vec_binary, "1 2\n" + one + "rest") ==
          "v: offset 17: expected the end of the file behind 1 words, got more");
    CHECK(refusal(word2vec_binary, "1 2\nfilm " + floats({1, std::numeric_limits<float>::infinity()})) ==
          "v: word 1: expected finite numbers, got inf");
    CHECK(refusal(word2vec_binary, "1 1048577\n"s + std::string(1048577 * 4 + 2, ' ')) ==
          "v: line 1: expected no more words and dimensions than the file can have, got '1 1048577'");
}
