#include "burin/layers/embedding.hpp"
#include "burin/graph/network.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/positional_encoding.hpp"
#include "reference/attention.hpp"
#include "support/central_differences.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>
#include <span>
#include <vector>

using namespace burin;
namespace r = reference::attention;

TEST_CASE_TEMPLATE("Embedding with PaddingIndex agrees with PyTorch", Scalar, float, double) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-15 : 1e-6;
    LayerRun<Sequential<Input<5>, Embedding<7, 3, PaddingIndex<0>>>, Scalar> run;
    std::copy(std::begin(r::embedding_w), std::end(r::embedding_w), run.parameters->data());
    const std::vector<Scalar> tokens(std::begin(r::tokens), std::end(r::tokens));
    const std::vector<Scalar> dy(std::begin(r::embedding_dy), std::end(r::embedding_dy));
    check_close(run.infer(tokens), r::embedding_y, tolerance);
    run.gradients->values.fill(7); // What was there before does not matter.
    check_close(run.train(tokens, dy), r::embedding_y, tolerance);
    check_close(run.gradients->all(), r::embedding_dw, tolerance);
}

TEST_CASE("Embedding: padding and what is no token read as zeros and train nothing") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    LayerRun<Sequential<Input<8>, Embedding<3, 2, PaddingIndex<1>>>> run;
    std::fill_n(run.parameters->data(), 6, 5.0);
    const std::vector<double> tokens{
        1, -1, 3, 1e300, infinity, -infinity, std::numeric_limits<double>::quiet_NaN(), -0.5};
    const std::vector<double> dy(16, 1.0);
    CHECK(run.train(tokens, dy) == std::vector<double>(16, 0.0));
    for (double gradient : run.gradients->all())
        CHECK(gradient == 0);
    LayerRun<Sequential<Input<1>, Embedding<3, 2>>> without;
    std::fill_n(without.parameters->data(), 6, 5.0);
    CHECK(without.infer(std::vector<double>{1}) == std::vector<double>{5, 5});
    CHECK(without.infer(std::vector<double>{3}) == std::vector<double>{0, 0});
}

namespace {

template <std::size_t Tokens, std::size_t Vocabulary, std::size_t Dimensions, class... Options>
void check_embedding() {
    using Net = Sequential<Input<Tokens>, Embedding<Vocabulary, Dimensions, Options...>,
                           LearnedPositionalEmbedding<Tokens + 2>>;
    static_assert(output_shape<Net> == Shape(Tokens, Dimensions));
    LayerRun<Net> run;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    auto tokens = random_numbers(3 * Tokens, 2, 0, double(Vocabulary));
    for (double& token : tokens)
        token = double(std::size_t(token));
    const auto dy = random_numbers(3 * Tokens * Dimensions, 3);
    const auto loss = [&](const std::vector<double>& y) {
        double sum = 0;
        for (std::size_t i = 0; i < y.size(); ++i)
            sum += dy[i] * y[i] * y[i] / 2;
        return sum;
    };
    auto slope = run.infer(tokens);
    for (std::size_t i = 0; i < slope.size(); ++i)
        slope[i] *= dy[i];
    run.train(tokens, slope);
    INFO("Embedding<" << Vocabulary << ", " << Dimensions << "> of " << Tokens << " tokens");
    check_gradient([&] { return loss(run.infer(tokens)); }, run.parameters->all(), run.gradients->all());
}

} // namespace

TEST_CASE("Embedding and LearnedPositionalEmbedding: gradients match central differences") {
    check_embedding<1, 1, 1>();
    check_embedding<3, 5, 4>();
    check_embedding<7, 2, 9, PaddingIndex<1>>();
    check_embedding<5, 11, 7, PaddingIndex<0>>();
}

TEST_CASE("Embedding: tables that are shared gather both gradients; tokens that are computed get none") {
    using Table = Embedding<4, 3>;
    using Net = Graph<Inputs<Node<"a", Input<2>>>, Node<"b", Probe, From<"a">>,
                      Node<"left", Table, From<"a">, SharedWeights<"table">>,
                      Node<"right", Table, From<"b">, SharedWeights<"table">>,
                      Node<"sum", Add, From<"left", "right">>, Outputs<"sum">>;
    LayerRun<Net> run;
    auto start = random_numbers(parameter_count<Net>, 1);
    start[0] = start[1] = 1;
    std::copy(start.begin(), start.end(), run.parameters->data());
    const std::vector<double> x{2, 3}, dy{1, 2, 3, 4, 5, 6};
    run.train(x, dy);
    CHECK(std::vector<double>(run.gradients->data(), run.gradients->data() + 14) ==
          std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, 2, 4, 6, 8, 10, 12});
}

TEST_CASE("PaddingMask: 0 at the padding token, else 1") {
    using Net = Sequential<Input<4>, PaddingMask<2>>;
    CHECK(LayerRun<Net>{}.infer(std::vector<double>{2, 0, 1, 2}) == std::vector<double>{0, 1, 1, 0});
}

TEST_CASE_TEMPLATE("PositionalEncoding adds what its formula says", Scalar, float, double) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-14 : 1e-6;
    const std::vector<Scalar> zeros(2 * 41 * 8);
    const auto table = LayerRun<Sequential<Input<41, 8>, PositionalEncoding>, Scalar>{}.infer(zeros);
    check_close(std::span(table).first(41 * 8), r::positions_41_8, tolerance);
    check_close(std::span(table).last(41 * 8), r::positions_41_8, tolerance);
    const std::vector<Scalar> odd(6 * 5);
    check_close(LayerRun<Sequential<Input<6, 5>, PositionalEncoding>, Scalar>{}.infer(odd), r::positions_6_5,
                tolerance);
    const auto x = random_numbers<Scalar>(6 * 5, 1), dy = random_numbers<Scalar>(6 * 5, 2);
    CHECK(input_gradient<Scalar, Input<6, 5>, PositionalEncoding>(x, dy) == dy);
}

TEST_CASE("PositionalEncoding, streamed in pieces, gives what it gives for the whole") {
    using Piece = Sequential<Input<3, 8>, PositionalEncoding>;
    using Streaming = engine::Plan<Piece, recipes::streaming>;
    const std::vector<double> zeros(2 * 3 * 8);
    std::vector<double> state(2 * 4), arena(engine::Arena<Streaming, 2, double>::count);
    for (std::size_t t = 0; t + 3 <= 41; t += 3) {
        engine::Frame<Piece, double> frame;
        frame.inputs = {zeros.data()};
        frame.arena = arena.data();
        frame.state = state.data();
        frame.rows = 2;
        engine::execute<Streaming, 2, double>(frame);
        const double* const y = engine::output_of<Streaming, 2, double>(frame);
        const std::span<const double> expected(r::positions_41_8 + t * 8, 3 * 8);
        check_close(std::span(y, 24), expected, 1e-14);
        check_close(std::span(y + 24, 24), expected, 1e-14);
    }
}
