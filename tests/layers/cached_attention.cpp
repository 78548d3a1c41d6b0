#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/positional_encoding.hpp"
#include "burin/layers/tied_scores.hpp"
#include "burin/layers/transformer.hpp"
#include "support/check_close.hpp"
#include "support/graph_run.hpp"
#include "support/on_heap.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

using namespace burin;

namespace {

template <std::size_t Time, std::size_t Features, std::size_t Heads, std::size_t Length, class... Options>
using Cached = Sequential<Input<Time, Features>,
                          MultiHeadAttention<Heads, CausalMask, KeyValueCache<Length>, Options...>>;

template <class Net, class Scalar = float>
OnHeap<Parameters<Net, Scalar>> some_parameters() {
    auto parameters = OnHeap<Parameters<Net, Scalar>>();
    const auto numbers = random_numbers<Scalar>(parameter_count<Net>, 1, -0.8, 0.8);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    return parameters;
}

/// Whether the pieces of a sequence give the bits of the whole one.
template <class Net, std::size_t Steps, class Scalar = float>
bool streams_as_whole() {
    const auto parameters = some_parameters<Net, Scalar>();
    const auto x = random_numbers<Scalar>(engine::Network<Net>::input_shapes[0].size(), 2, -2, 2);
    const auto predictor = OnHeap<Predictor<Net, 1, Scalar>>();
    const auto streamer = OnHeap<Streamer<Net, Steps, 1, Scalar>>();
    const auto expected = (*predictor)(*parameters, std::span<const Scalar>(x));
    std::vector<Scalar> found(expected.size());
    bool is_same = true;
    for (int turn = 0; turn < 2; ++turn, streamer->reset()) {
        (*streamer)(*parameters, std::span<const Scalar>(x), std::span<Scalar>(found));
        is_same = is_same && std::equal(found.begin(), found.end(), expected.begin());
    }
    return is_same;
}

} // namespace

// Heads that fill a vector and that do not; several queries a head of keys; a token or a block at a time.
TEST_CASE("streamed attention has the bits of the whole sequence") {
    CHECK(streams_as_whole<Cached<40, 32, 2, 64, RoPE<>>, 1>());
    CHECK(streams_as_whole<Cached<40, 20, 4, 40, RoPE<HalfSplit>, KeyDim<6>, KeyValueHeads<2>>, 8>());
    CHECK(streams_as_whole<Cached<12, 7, 7, 16, KeyValueHeads<1>, NoBias>, 3>());
}

TEST_CASE("beyond the length of the cache the eldest step is forgotten, as in a whole sequence") {
    CHECK(streams_as_whole<Cached<50, 40, 2, 19, RoPE<>, KeyValueHeads<1>>, 1>());
    CHECK(streams_as_whole<Cached<60, 24, 6, 17, ALiBi>, 5>());
    CHECK(streams_as_whole<Cached<30, 8, 1, 3>, 10, double>());
}

TEST_CASE("Transformer blocks with a cache, and learned positions, stream") {
    CHECK(streams_as_whole<Sequential<Input<7, 6>, LearnedPositionalEmbedding<9>,
                                      TransformerEncoderBlock<2, 8, PreNorm, CausalMask, KeyValueCache<7>>>,
                           1>());
    using Net = Sequential<Input<3, 2>, LearnedPositionalEmbedding<3>>;
    const auto parameters = some_parameters<Net>();
    Streamer<Net, 2> streamer;
    const std::vector<float> zeros(4);
    streamer(*parameters, zeros);
    const auto last = streamer(*parameters, zeros);
    // The fourth step is beyond the last position.
    for (std::size_t i = 0; i < 4; ++i)
        CHECK(last[i] == parameters->data()[4 + i % 2]);
}

TEST_CASE("training with a cache's length computes what inference does") {
    using Net = Cached<23, 12, 3, 9, RoPE<>, KeyValueHeads<1>, KeyDim<6>, ALiBi>;
    LayerRun<Net, double> run;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(23 * 12, 2);
    check_close(run.train(x, std::vector<double>(x.size(), 1)), run.infer(x), 1e-13);
}

TEST_CASE("sequences of a batch have caches of their own, and begin anew by themselves") {
    using Net = Cached<6, 8, 2, 4, RoPE<>>;
    const auto parameters = some_parameters<Net>();
    const auto x = random_numbers<float>(2 * 6 * 8, 2, -2, 2);
    const auto both = OnHeap<Streamer<Net, 1, 2>>();
    const auto alone = OnHeap<Streamer<Net>>();
    for (std::size_t t = 0; t < 12; ++t) {
        std::vector<float> piece(16);
        for (std::size_t row = 0; row < 2; ++row)
            std::copy_n(x.begin() + static_cast<std::ptrdiff_t>((row * 6 + t % 6) * 8), 8,
                        piece.begin() + static_cast<std::ptrdiff_t>(row * 8));
        if (t == 5) {
            both->reset(1);
            alone->reset();
        }
        const auto found = (*both)(*parameters, piece);
        const auto expected = (*alone)(*parameters, std::span<const float>(piece).last(8));
        CHECK(std::equal(expected.begin(), expected.end(), found.begin() + 8));
    }
}

TEST_CASE("a network streams with a cache alone, and has a state of keys, values and a count") {
    static_assert(!can_stream<Sequential<Input<8, 4>, MultiHeadAttention<2, CausalMask>>>);
    static_assert(can_stream<Cached<8, 4, 2, 8>, 2>);
    static_assert(engine::Network<Cached<8, 64, 4, 256>>::state_count == 2 * 256 * 64 + 32);
}

namespace {

template <std::size_t Time>
using Tied =
    Graph<Inputs<Node<"tokens", Input<Time>>>,
          Node<"words", Embedding<70, 5>, From<"tokens">, SharedWeights<"words">>,
          Node<"read", MultiHeadAttention<1, CausalMask, KeyValueCache<9>>, From<"words">>,
          Node<"scores", TiedScores<70, 5>, From<"read">, SharedWeights<"words">>, Outputs<"scores">>;

} // namespace

TEST_CASE("TiedScores: scores are products with the embedding's vectors; gradients of both are summed") {
    static_assert(parameter_count<Tied<4>> == 70 * 5 + 4 * 30);
    std::vector<double> tokens{3, 69, 0, 3, 17, 64, 63, 1};
    check_graph_gradient<Tied<4>>({tokens});
    LayerRun<Sequential<Input<1, 5>, TiedScores<70, 5>>, double> run;
    const auto start = random_numbers(350, 1), x = random_numbers(5, 2);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto y = run.infer(x);
    for (const std::size_t word : {0u, 63u, 64u, 69u}) {
        double sum = 0;
        for (std::size_t i = 0; i < 5; ++i)
            sum += x[i] * start[word * 5 + i];
        CHECK(y[word] == doctest::Approx(sum).epsilon(1e-14));
    }
}

TEST_CASE("TiedScores: streamed scores have the bits of the whole sequence") {
    using Net = Tied<12>;
    const auto parameters = some_parameters<Net>();
    const std::vector<float> tokens{3, 69, 0, 3, 17, 64, 63, 1, 2, 40, 41, 42};
    const auto predictor = OnHeap<Predictor<Net>>();
    const auto streamer = OnHeap<Streamer<Net>>();
    const auto expected = (*predictor)(*parameters, std::span<const float>(tokens));
    std::vector<float> found(expected.size());
    (*streamer)(*parameters, std::span<const float>(tokens), std::span<float>(found));
    CHECK(std::equal(found.begin(), found.end(), expected.begin()));
}
