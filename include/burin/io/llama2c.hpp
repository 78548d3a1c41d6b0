#pragma once

#include "burin/core/error.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/layout.hpp"
#include "burin/graph/parameters.hpp"
#include "burin/layers/llama.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace burin::io {

namespace detail {

/// A checkpoint's numbers, one after the other. What can't be read is an Error that begins with the path.
class Llama2cFile {
  public:
    explicit Llama2cFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {
        file_.seekg(0, std::ios::end);
        const auto end = file_.tellg();
        file_.seekg(0);
        if (!file_ || end < 0)
            throw Error(path + ": can't be read");
        size_ = static_cast<std::uint64_t>(end);
    }

    std::uint64_t size() const { return size_; }
    const std::string& path() const { return path_; }

    template <class Number>
    void read(Number* numbers, std::size_t count) {
        static_assert(sizeof(Number) == 4);
        if (!file_.read(reinterpret_cast<char*>(numbers), static_cast<std::streamsize>(4 * count)))
            throw Error(path_ + ": can't be read to its end");
        if constexpr (std::endian::native == std::endian::big)
            for (std::size_t i = 0; i < count; ++i) {
                const auto word = std::bit_cast<std::uint32_t>(numbers[i]);
                numbers[i] = std::bit_cast<Number>(word << 24 | (word << 8 & 0xff0000u) |
                                                   (word >> 8 & 0xff00u) | word >> 24);
            }
    }
    void skip(std::size_t count) { file_.seekg(static_cast<std::streamoff>(4 * count), std::ios::cur); }

  private:
    std::string path_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
};

inline constexpr std::size_t llama2c_header = 7 * 4;

/// The seven sizes at the beginning. Each is positive and below 2³¹, but for a negative vocabulary, which
/// says that the scores have a weight of their own.
inline LlamaSizes read_llama2c_header(Llama2cFile& file) {
    if (file.size() < llama2c_header)
        throw Error(file.path() + ": expected a llama2.c checkpoint, whose header has 28 bytes, got " +
                    std::to_string(file.size()) + " bytes");
    std::array<std::int32_t, 7> header{};
    file.read(header.data(), header.size());
    if (header[0] == 0x616b3432)
        throw Error(file.path() + ": expected version 0 of llama2.c's checkpoints, got a later one");
    constexpr std::array<std::string_view, 7> names{"dim",        "hidden_dim", "n_layers", "n_heads",
                                                    "n_kv_heads", "vocab_size", "seq_len"};
    for (std::size_t i = 0; i < header.size(); ++i)
        if (header[i] <= 0 &&
            (i != 5 || header[i] == 0 || header[i] == std::numeric_limits<std::int32_t>::min()))
            throw Error(file.path() + ": expected a positive " + std::string(names[i]) + ", got " +
                        std::to_string(header[i]));
    const auto size = [&](std::size_t i) {
        return static_cast<std::size_t>(header[i] < 0 ? -header[i] : header[i]);
    };
    return {size(0), size(1), size(2), size(3), size(4), size(5), size(6), header[5] > 0};
}

/// Of a network type the sizes, if it is a Llama.
template <class Net>
struct LlamaNetwork {
    static constexpr LlamaSizes sizes{};
};
template <class Block>
struct LlamaBlockSizes {
    static constexpr LlamaSizes sizes{};
};
template <class Norm, std::size_t Heads, std::size_t KeyHeads, std::size_t Length, std::size_t Features,
          std::size_t Twice, class... Others>
struct LlamaBlockSizes<Block<Reading<"x">, Norm,
                             Node<"attention",
                                  MultiHeadAttention<Heads, CausalMask, RoPE<>, KeyValueHeads<KeyHeads>,
                                                     KeyValueCache<Length>, NoBias>,
                                  From<"attention_norm">>,
                             Node<"attention_sum", Add, From<"x", "attention">>,
                             Node<"feed_forward_norm", RMSNorm<>, From<"attention_sum">>,
                             Node<"feed_forward",
                                  Sequential<TimeDistributed<Dense<Twice, NoBias>>, GLU<SiLU>,
                                             TimeDistributed<Dense<Features, NoBias>>>,
                                  From<"feed_forward_norm">>,
                             Others...>> {
    static constexpr LlamaSizes sizes{.features = Features,
                                      .hidden = Twice / 2,
                                      .heads = Heads,
                                      .key_value_heads = KeyHeads,
                                      .length = Length};
};
template <std::size_t Length, std::size_t Vocabulary, std::size_t Features, class First, class... Blocks,
          class Norm, class Scores, class Weights>
struct LlamaNetwork<
    Graph<Inputs<Node<"tokens", Input<Length>>>,
          Node<"words", Embedding<Vocabulary, Features>, From<"tokens">, SharedWeights<"words">>,
          Node<"blocks", Sequential<First, Blocks...>, From<"words">>, Norm,
          Node<"scores", Scores, From<"norm">, Weights>, Outputs<"scores">>> {
    static constexpr LlamaSizes sizes = [] {
        LlamaSizes all = LlamaBlockSizes<First>::sizes;
        all.blocks = 1 + sizeof...(Blocks);
        all.vocabulary = Vocabulary;
        all.is_tied = Weights::is_shared;
        return all;
    }();
};

} // namespace detail

/// The sizes of a llama2.c checkpoint, for the type of its network. Throws Error if its header has none.
inline LlamaSizes read_llama2c_sizes(const std::string& path) {
    detail::Llama2cFile file(path);
    return detail::read_llama2c_header(file);
}

/// Puts the weights of a llama2.c checkpoint (as it exports version 0: seven sizes of 32 bits, then
/// float32 tensors) into a `Llama` of the same sizes. Its matrices are [out, in], layer behind layer; the
/// tables of cosines and sines behind them are not read. Throws Error, and changes nothing, if a size differs
/// or the file has not exactly the bytes that the sizes ask for. It takes memory for the largest tensor, and
/// a second set of parameters.
template <class Net>
void load_llama2c(const std::string& path, Parameters<Net>& parameters) {
    constexpr const LlamaSizes& own = detail::LlamaNetwork<Net>::sizes;
    static_assert(own.blocks > 0, "a llama2.c checkpoint has a network Llama<sizes>");
    detail::Llama2cFile file(path);
    const LlamaSizes found = detail::read_llama2c_header(file);
    const auto expect = [&](std::string_view name, std::size_t expected, std::size_t got) {
        if (expected != got)
            throw Error(path + ": expected " + std::string(name) + " " + std::to_string(expected) + ", got " +
                        std::to_string(got));
    };
    expect("dim", own.features, found.features);
    expect("hidden_dim", own.hidden, found.hidden);
    expect("n_layers", own.blocks, found.blocks);
    expect("n_heads", own.heads, found.heads);
    expect("n_kv_heads", own.key_value_heads, found.key_value_heads);
    expect("vocab_size", own.vocabulary, found.vocabulary);
    expect("seq_len", own.length, found.length);
    if (own.is_tied != found.is_tied)
        throw Error(path + ": expected a vocab_size that is " + (own.is_tied ? "positive" : "negative") +
                    ", as the scores' weight is " + (own.is_tied ? "the embedding's" : "their own"));

    constexpr std::size_t f = own.features, head = f / own.heads, key_width = own.key_value_heads * head;
    constexpr std::uint64_t matrices = f * (2 * f + 2 * key_width + 3 * own.hidden);
    constexpr std::uint64_t floats = std::uint64_t(own.vocabulary) * f * (own.is_tied ? 1 : 2) +
                                     own.blocks * (matrices + 2 * f) + f + own.length * head;
    if (file.size() != detail::llama2c_header + 4 * floats)
        throw Error(path + ": expected " + std::to_string(detail::llama2c_header + 4 * floats) +
                    " bytes, got " + std::to_string(file.size()));

    core::within_memory(path, [&] {
        std::vector<float> stored(stored_count<Net>), numbers;
        // A tensor of the file, [rows, columns], whose element (r, c) goes to `place(r, c)` of the network's.
        const auto take = [&](const std::string& name, std::size_t rows, std::size_t columns,
                              const auto& place) {
            const ParameterTensor* const tensor = engine::find_tensor<Net>(name);
            const engine::TensorView<float> view(stored.data() + tensor->offset, tensor->spec);
            numbers.resize(rows * columns);
            file.read(numbers.data(), numbers.size());
            for (std::size_t r = 0; r < rows; ++r)
                for (std::size_t c = 0; c < columns; ++c)
                    view[place(r, c)] = numbers[r * columns + c];
        };
        const auto take_all = [&](std::string_view name, std::size_t rows, std::size_t columns,
                                  const auto& place) {
            for (std::size_t block = 0; block < own.blocks; ++block)
                take("blocks." + std::to_string(block) + "." + std::string(name) + ".weight", rows, columns,
                     place);
        };
        const auto as_it_is = [](std::size_t columns) {
            return [columns](std::size_t r, std::size_t c) { return r * columns + c; };
        };
        // In columns of a wider matrix, from one on.
        const auto transposed = [](std::size_t width, std::size_t first = 0) {
            return [width, first](std::size_t r, std::size_t c) { return c * width + first + r; };
        };
        take("words.weight", own.vocabulary, f, as_it_is(f));
        take_all("attention_norm", 1, f, as_it_is(f));
        take_all("attention.query", f, f, transposed(f));
        take_all("attention.key", key_width, f, transposed(key_width));
        take_all("attention.value", key_width, f, transposed(key_width));
        take_all("attention.output", f, f, transposed(f));
        take_all("feed_forward_norm", 1, f, as_it_is(f));
        take_all("feed_forward.0", own.hidden, f, transposed(2 * own.hidden, own.hidden));
        take_all("feed_forward.2", f, own.hidden, transposed(f));
        take_all("feed_forward.0", own.hidden, f, transposed(2 * own.hidden));
        take("norm.weight", 1, f, as_it_is(f));
        file.skip(own.length * head);
        if constexpr (!own.is_tied)
            take("scores.weight", own.vocabulary, f, transposed(own.vocabulary));
        std::copy(stored.begin(), stored.end(), parameters.data());
    });
}

} // namespace burin::io
