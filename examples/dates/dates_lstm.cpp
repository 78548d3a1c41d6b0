// Reads dates as people write them and writes them as ISO 8601 does, letter by letter: an encoder of two
// LSTMs, a decoder that is one, and attention between them (Luong, Pham and Manning, arXiv:1508.04025).
#include "translate.hpp"

using namespace burin;

using Net = Graph<
    Inputs<Node<"source", Input<dates::source_length>>, Node<"written", Input<dates::target_length>>>,
    Node<"mask", PaddingMask<dates::padding>, From<"source">>,
    Node<"memory",
         Sequential<Embedding<dates::source_tokens, 16, PaddingIndex<dates::padding>>,
                    Bidirectional<LSTM<32, ReturnSequences>>>,
         From<"source">>,
    Node<"decoder", Sequential<Embedding<dates::target_classes, 16>, LSTM<64, ReturnSequences>>,
         From<"written">>,
    Node<"context", ScaledDotProductAttention<KeyPaddingMask>, From<"decoder", "memory", "memory", "mask">>,
    Node<"both", Concat, From<"decoder", "context">>,
    Node<"scores", TimeDistributed<Sequential<Dense<64>, Tanh, Dense<dates::target_classes>>>, From<"both">>,
    Outputs<"scores">>;

int main(int argc, char** argv) try {
    return dates::run<Net>(argc, argv, /*steps*/ "1200", /*learning rate*/ 1e-2);
} catch (...) {
    return failure("dates_lstm");
}
