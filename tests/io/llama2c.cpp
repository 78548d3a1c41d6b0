#include "burin/io/llama2c.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "reference/llama2c.hpp"
#include "support/check_close.hpp"
#include "support/error_of.hpp"
#include "support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace burin;
namespace r = reference::llama2c;

namespace {

constexpr LlamaSizes tied{.features = 8,
                          .hidden = 12,
                          .blocks = 2,
                          .heads = 4,
                          .key_value_heads = 2,
                          .vocabulary = 11,
                          .length = 6};
constexpr LlamaSizes untied{.features = 12,
                            .hidden = 10,
                            .blocks = 1,
                            .heads = 2,
                            .key_value_heads = 2,
                            .vocabulary = 9,
                            .length = 5,
                            .is_tied = false};

const std::string tied_file = BURIN_REFERENCE_DATA "/llama2c_tied.bin",
                  untied_file = BURIN_REFERENCE_DATA "/llama2c_untied.bin";

template <class Net, std::size_t Tokens, std::size_t Scores>
void check_scores(const std::string& path, const double (&tokens)[Tokens], const double (&scores)[Scores]) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    io::load_llama2c(path, *parameters);
    const std::vector<float> read(std::begin(tokens), std::end(tokens));
    const auto predictor = std::make_unique<Predictor<Net>>();
    const auto whole = (*predictor)(*parameters, std::span<const float>(read));
    check_close(std::vector<float>(whole.begin(), whole.end()), scores, 2e-5);
    const auto streamer = std::make_unique<Streamer<Net>>();
    std::vector<float> one_by_one(Scores);
    (*streamer)(*parameters, std::span<const float>(read), std::span<float>(one_by_one));
    CHECK(std::equal(one_by_one.begin(), one_by_one.end(), whole.begin()));
}

/// What is said of the bytes of the first checkpoint, changed.
std::string said_of(const std::function<void(std::string&)>& change) {
    std::string bytes = bytes_of(tied_file);
    change(bytes);
    const TemporaryDirectory directory;
    const std::string path = directory / "llama2c.bin";
    write_bytes(path, bytes);
    Parameters<Llama<tied>> parameters{};
    parameters.data()[0] = 42;
    const std::string error = error_of([&] { io::load_llama2c(path, parameters); });
    CHECK(parameters.data()[0] == 42);
    return error.substr(error.find(": ") + 2);
}

std::string said_of_size(std::size_t which, std::int32_t value) {
    return said_of([&](std::string& bytes) { std::memcpy(bytes.data() + 4 * which, &value, 4); });
}

} // namespace

TEST_CASE("load_llama2c: checkpoints give the reference's scores, whole and token by token") {
    check_scores<Llama<tied>>(tied_file, r::tied_tokens, r::tied_scores);
    check_scores<Llama<untied>>(untied_file, r::untied_tokens, r::untied_scores);
    CHECK(io::read_llama2c_sizes(tied_file) == tied);
    CHECK(io::read_llama2c_sizes(untied_file) == untied);
    // The table of words is there once.
    static_assert(parameter_count<Llama<tied>> == 11 * 8 + 2 * (8 * (2 * 8 + 2 * 4 + 3 * 12) + 16) + 8);
}

TEST_CASE("load_llama2c: what is no such checkpoint is refused in a sentence, and changes nothing") {
    CHECK(said_of([](std::string& bytes) { bytes.pop_back(); }) == "expected 4428 bytes, got 4427");
    CHECK(said_of([](std::string& bytes) { bytes += '\0'; }) == "expected 4428 bytes, got 4429");
    CHECK(said_of([](std::string& bytes) { bytes.resize(27); }) ==
          "expected a llama2.c checkpoint, whose header has 28 bytes, got 27 bytes");
    CHECK(said_of([](std::string& bytes) { bytes.clear(); }) ==
          "expected a llama2.c checkpoint, whose header has 28 bytes, got 0 bytes");
    CHECK(said_of_size(0, 16) == "expected dim 8, got 16");
    CHECK(said_of_size(1, 0) == "expected a positive hidden_dim, got 0");
    CHECK(said_of_size(2, 2147483647) == "expected n_layers 2, got 2147483647");
    CHECK(said_of_size(3, -4) == "expected a positive n_heads, got -4");
    CHECK(said_of_size(4, 4) == "expected n_kv_heads 2, got 4");
    CHECK(said_of_size(5, -11) ==
          "expected a vocab_size that is positive, as the scores' weight is the embedding's");
    CHECK(said_of_size(5, -2147483647 - 1) == "expected a positive vocab_size, got -2147483648");
    CHECK(said_of_size(6, 2147483647) == "expected seq_len 6, got 2147483647");
    CHECK(said_of_size(0, 0x616b3432) == "expected version 0 of llama2.c's checkpoints, got a later one");
    CHECK(error_of([] { io::read_llama2c_sizes("/nowhere/llama.bin"); }) ==
          "/nowhere/llama.bin: can't be read");
}
