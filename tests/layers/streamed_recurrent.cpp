#include "burin/graph/predictor.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/layers/gru.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/simple_rnn.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

using namespace burin;

namespace {

/// Whether the pieces of a sequence give the bits of the whole one.
template <class Layer, std::size_t Features, std::size_t Steps>
bool streams_as_whole() {
    constexpr std::size_t time = 12;
    using Net = Sequential<Input<time, Features>, Layer>;
    const auto parameters = std::make_unique<Parameters<Net>>();
    const auto numbers = random_numbers<float>(parameter_count<Net>, 1, -0.8, 0.8);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    const auto x = random_numbers<float>(time * Features, 2, -2, 2);
    const auto predictor = std::make_unique<Predictor<Net>>();
    const auto streamer = std::make_unique<Streamer<Net, Steps>>();
    const auto expected = (*predictor)(*parameters, std::span<const float>(x));
    std::vector<float> found(expected.size());
    (*streamer)(*parameters, std::span<const float>(x), std::span<float>(found));
    return std::equal(found.begin(), found.end(), expected.begin());
}

} // namespace

// Units that fill vectors and that do not; gates that begin within a vector, and in the middle of a panel.
TEST_CASE("streamed recurrent cells have the bits of whole sequences") {
    CHECK(streams_as_whole<LSTM<8, ReturnSequences>, 1, 4>());
    CHECK(streams_as_whole<LSTM<10, ReturnSequences>, 3, 1>());
    CHECK(streams_as_whole<LSTM<12, ReturnSequences, NoBias>, 1, 3>());
    CHECK(streams_as_whole<LSTM<20, ReturnSequences>, 2, 1>());
    CHECK(streams_as_whole<GRU<5, ReturnSequences>, 1, 2>());
    CHECK(streams_as_whole<GRU<12, ReturnSequences, NoBias>, 1, 1>());
    CHECK(streams_as_whole<GRU<24, ReturnSequences>, 1, 4>());
    CHECK(streams_as_whole<SimpleRNN<12, ReturnSequences>, 2, 1>());
}

// An even and an odd number of steps in a piece; groups of units of two sizes.
TEST_CASE("streamed recurrent cells that go through their weights to and fro have the same bits") {
    CHECK(streams_as_whole<LSTM<80, ReturnSequences>, 1, 3>());
    CHECK(streams_as_whole<GRU<64, ReturnSequences>, 2, 1>());
}

TEST_CASE("recurrent layers: a sequence of a batch has the bits that it has alone") {
    using Net = Sequential<Input<12, 3>, LSTM<10, ReturnSequences>>;
    constexpr std::size_t batch = 18, outputs = output_shape<Net>.size();
    const auto parameters = std::make_unique<Parameters<Net>>();
    const auto numbers = random_numbers<float>(parameter_count<Net>, 1, -0.8, 0.8);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    const auto x = random_numbers<float>(batch * input_shape<Net>.size(), 2, -2, 2);
    const auto one = std::make_unique<Predictor<Net>>();
    const auto all = std::make_unique<Predictor<Net, batch>>();
    for (const std::size_t rows : {3u, 18u}) {
        const std::span<const float> inputs = std::span(x).first(rows * input_shape<Net>.size());
        const auto found = (*all)(*parameters, inputs);
        for (std::size_t row = 0; row < rows; ++row) {
            const auto expected =
                (*one)(*parameters, inputs.subspan(row * input_shape<Net>.size(), input_shape<Net>.size()));
            CHECK(std::equal(expected.begin(), expected.end(),
                             found.begin() + static_cast<std::ptrdiff_t>(row * outputs)));
        }
    }
}
