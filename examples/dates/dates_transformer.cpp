// Reads dates as people write them and writes them as ISO 8601 does, letter by letter: a small Transformer.
#include "translate.hpp"

using namespace burin;

using Net = Graph<
    Inputs<Node<"source", Input<dates::source_length>>, Node<"written", Input<dates::target_length>>>,
    Node<"mask", PaddingMask<dates::padding>, From<"source">>,
    Node<"letters",
         Sequential<Embedding<dates::source_tokens, 32, PaddingIndex<dates::padding>>,
                    LearnedPositionalEmbedding<dates::source_length>>,
         From<"source">>,
    Node<"memory", TransformerEncoderBlock<4, 64, KeyPaddingMask>, From<"letters", "mask">>,
    Node<"digits",
         Sequential<Embedding<dates::target_classes, 32>, LearnedPositionalEmbedding<dates::target_length>>,
         From<"written">>,
    Node<"decoder", TransformerDecoderBlock<4, 64, KeyPaddingMask>, From<"digits", "memory", "mask">>,
    Node<"scores", TimeDistributed<Dense<dates::target_classes>>, From<"decoder">>, Outputs<"scores">>;

int main(int argc, char** argv) try {
    return dates::run<Net>(argc, argv, /*steps*/ "1000", /*learning rate*/ 5e-3);
} catch (...) {
    return failure("dates_transformer");
}
