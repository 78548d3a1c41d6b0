#include "burin/layers/transformer.hpp"
#include "burin/graph/network.hpp"
#include "burin/layers/feed_forward.hpp"
#include "reference/transformer.hpp"
#include "support/check_close.hpp"
#include "support/graph_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>
#include <vector>

using namespace burin;
namespace r = reference::transformer;

namespace {

using Encoder =
    Graph<Inputs<Node<"x", Input<5, 6>>, Node<"mask", Input<5>>>, Node<"x2", Probe, From<"x">>,
          Node<"y", TransformerEncoderBlock<2, 7, KeyPaddingMask>, From<"x2", "mask">>, Outputs<"y">>;
using PreNormEncoder = Sequential<Input<5, 6>, Probe,
                                  TransformerEncoderBlock<2, 7, CausalMask, PreNorm, HiddenActivation<GELU>>>;
using Decoder = Graph<Inputs<Node<"x", Input<5, 6>>, Node<"memory", Input<3, 6>>>,
                      Node<"x2", Probe, From<"x">>, Node<"memory2", Probe, From<"memory">>,
                      Node<"y", TransformerDecoderBlock<2, 7>, From<"x2", "memory2">>, Outputs<"y">>;
using PreNormDecoder =
    Graph<Inputs<Node<"x", Input<5, 6>>, Node<"memory", Input<3, 6>>, Node<"mask", Input<3>>>,
          Node<"x2", Probe, From<"x">>, Node<"memory2", Probe, From<"memory">>,
          Node<"y", TransformerDecoderBlock<2, 7, KeyPaddingMask, PreNorm, HiddenActivation<GELU>>,
               From<"x2", "memory2", "mask">>,
          Outputs<"y">>;

} // namespace

TEST_CASE("Transformer blocks agree with PyTorch") {
    const auto x = numbers<double>(r::x), memory = numbers<double>(r::memory);
    check_behind_probes<Encoder, double>({x, numbers<double>(r::mask)}, r::dy, r::encoder_parameters,
                                         r::encoder_y, r::encoder_gradients, r::encoder_input_gradients,
                                         1e-11);
    check_behind_probes<PreNormEncoder, double>({x}, r::dy, r::encoder_pre_parameters, r::encoder_pre_y,
                                                r::encoder_pre_gradients, r::encoder_pre_input_gradients,
                                                1e-11);
    check_behind_probes<Decoder, double>({x, memory}, r::dy, r::decoder_parameters, r::decoder_y,
                                         r::decoder_gradients, r::decoder_input_gradients, 1e-11);
    check_behind_probes<PreNormDecoder, double>(
        {x, memory, numbers<double>(r::memory_mask)}, r::dy, r::decoder_pre_parameters, r::decoder_pre_y,
        r::decoder_pre_gradients, r::decoder_pre_input_gradients, 1e-11);
}

TEST_CASE("Transformer blocks: gradients match central differences, with dropout too") {
    using Net = Sequential<Input<3, 4>, Probe, TransformerEncoderBlock<2, 5, DropoutRate<0.3>>>;
    GraphRun<Net> run;
    const auto start = random_numbers(parameter_count<Net>, 1);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const GraphRun<Net>::Inputs x{random_numbers(2 * 12, 2)};
    const auto dy = random_numbers(2 * 12, 3);
    const auto y = run.train(x, dy);
    CHECK(y != run.infer(x));
    const Gradients<Net, double> analytic = *run.gradients;
    check_gradient(
        [&] {
            // What training computes: it draws the same numbers each time.
            const auto changed = run.train(x, dy);
            double sum = 0;
            for (std::size_t i = 0; i < changed.size(); ++i)
                sum += dy[i] * changed[i];
            return sum;
        },
        run.parameters->all(), analytic.all());
}

TEST_CASE("Transformer blocks: parameters are called by place and purpose") {
    using Net = Sequential<Input<5, 6>, Identity, TransformerEncoderBlock<2, 7>>;
    std::vector<std::string> names;
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        names.emplace_back(tensor.name().view());
    CHECK(names == std::vector<std::string>{
                       "1.attention.query.weight", "1.attention.query.bias", "1.attention.key.weight",
                       "1.attention.key.bias", "1.attention.value.weight", "1.attention.value.bias",
                       "1.attention.output.weight", "1.attention.output.bias", "1.attention_norm.weight",
                       "1.attention_norm.bias", "1.feed_forward.hidden.weight", "1.feed_forward.hidden.bias",
                       "1.feed_forward.output.weight", "1.feed_forward.output.bias",
                       "1.feed_forward_norm.weight", "1.feed_forward_norm.bias"});
}

TEST_CASE("FeedForward: gradients match central differences; many positions are the same as few") {
    check_graph_gradient<Sequential<Input<7>, Probe, FeedForward<3, GELU>>>({random_numbers(2 * 7, 1)});
    check_graph_gradient<Sequential<Input<1, 1>, Probe, FeedForward<1>>>({random_numbers(3, 1)});
    using Long = Sequential<Input<71, 3>, FeedForward<5, Tanh>>;
    using Short = Sequential<Input<3>, FeedForward<5, Tanh>>;
    GraphRun<Long> whole;
    GraphRun<Short> one;
    const auto start = random_numbers(parameter_count<Long>, 1), x = random_numbers(2 * 71 * 3, 2);
    std::copy(start.begin(), start.end(), whole.parameters->data());
    std::copy(start.begin(), start.end(), one.parameters->data());
    const auto y = whole.infer({x});
    for (std::size_t t = 0; t < 2 * 71; ++t)
        CHECK(one.infer({std::vector<double>(x.begin() + 3 * long(t), x.begin() + 3 * long(t) + 3)}) ==
              std::vector<double>(y.begin() + 3 * long(t), y.begin() + 3 * long(t) + 3));
}
