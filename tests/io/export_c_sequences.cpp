#include "burin/io/export_c.hpp"

#include "burin/burin.hpp"
#include "c_case.hpp"

#include <doctest/doctest.h>

using namespace burin;

TEST_CASE("export_c: LSTM, GRU and SimpleRNN, both ways, with states") {
    test::write_c_case<
        Sequential<Input<7, 5>, Bidirectional<LSTM<6, ReturnSequences>>, GRU<4, ReturnSequences, ReturnState>,
                   TimeDistributed<Dense<2>>, TimeDistributed<Tanh>, SimpleRNN<1>, Dense<150>, Softmax>>(
        "recurrent");
}

TEST_CASE("export_c: a Transformer") {
    test::write_c_case<
        Sequential<Input<6>, Embedding<9, 8, PaddingIndex<1>>, PositionalEncoding,
                   TransformerEncoderBlock<2, 16, PreNorm, CausalMask, HiddenActivation<GELU>>,
                   TransformerEncoderBlock<1, 20>, LayerNorm<>, GlobalAveragePool1D, Dense<2>, Softmax>>(
        "transformer", 9);
}

TEST_CASE("export_c: masks, several outputs, names that C has words for") {
    test::write_c_case<Graph<
        Inputs<Node<"float", Input<6>>>, Node<"mask", PaddingMask<0>, From<"float">>,
        Node<"e", Embedding<9, 8>, From<"float">>,
        Node<"x", MultiHeadAttention<2, KeyPaddingMask, KeyValueHeads<1>, ScoreScale<0.5>>,
             From<"e", "mask">>,
        Node<"n", RMSNorm<>, From<"x">>, Node<"y", LSTM<4, Masked>, From<"n", "mask">>, Outputs<"y", "x">>>(
        "masked", 4);
}

TEST_CASE("export_c: piece by piece, as a Streamer") {
    test::write_c_pieces<
        2, Sequential<Input<8, 3>, Conv1D<6, 3, Causal, Dilation<2>>, Tanh, Past<2>, Conv1D<4, 3>,
                      LSTM<5, ReturnSequences>, GRU<3, ReturnSequences>, TimeDistributed<Dense<2>>>>(
        "pieces");
}
