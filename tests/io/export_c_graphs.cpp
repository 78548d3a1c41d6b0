#include "burin/io/export_c.hpp"

#include "burin/embedded.hpp"
#include "burin/layers/broadcast.hpp"
#include "burin/layers/comparisons.hpp"
#include "burin/layers/gather.hpp"
#include "burin/layers/mat_mul.hpp"
#include "burin/layers/reductions.hpp"
#include "burin/layers/rope.hpp"
#include "burin/layers/svdf.hpp"
#include "c_case.hpp"

#include <doctest/doctest.h>

using namespace burin;

// Many layers in one network: what takes time is to compile it.

TEST_CASE("export_c: layers of imported graphs") {
    test::write_c_case<Graph<
        Inputs<Node<"x", Input<3, 4, 5>>, Node<"numbers", Input<2>>>,
        Node<"some", Gather<Indices<3, 0, 3, 1>, Axis<1>>, From<"x">>,
        Node<"line", ReduceMean<Axis<1>, KeepAxes>, From<"x">>, Node<"most", ReduceMax<Axis<0>>, From<"x">>,
        Node<"least", ReduceMin<Axis<0>, Axis<2>>, From<"x">>, Node<"all", ReduceSum<>, From<"x">>,
        Node<"shifted", Broadcast<Subtract>, From<"some", "line">>,
        Node<"active", Greater<0.5>, From<"shifted">>, Node<"equal", LessEqual<>, From<"most", "shifted">>,
        Node<"chosen", Where<>, From<"active", "shifted", "most">>,
        Node<"masked", Where<-2>, From<"equal", "chosen">>,
        Node<"products", MatMul<TransposeSecond>, From<"masked", "most">>,
        Node<"mixed", MatMul<>, From<"products", "x">>,
        Node<"scaled", Broadcast<Multiply>, From<"mixed", "all">>,
        Node<"numbered", GatherByInput<Axis<1>>, From<"scaled", "numbers">>,
        Outputs<"scaled", "numbered", "least">>>("graph");
}

TEST_CASE("export_c: attention that is told positions, and masks that are added") {
    test::write_c_case<Graph<
        Inputs<Node<"x", Input<5, 8>>, Node<"mask", Input<2, 5, 5>>, Node<"of_keys", Input<5>>,
               Node<"flat", Input<5, 5>>>,
        Node<"turned", RoPE<HalfSplit>, From<"x">>,
        Node<"a", MultiHeadAttention<2, AdditiveMask, KeyPaddingMask, ALiBi>,
             From<"turned", "mask", "of_keys">>,
        Node<"b", MultiHeadAttention<4, CausalMask, RoPE<RotaryBase<500>>, KeyValueHeads<2>, NoBias>,
             From<"a">>,
        Node<"c", ScaledDotProductAttention<AdditiveMask>, From<"a", "b", "x", "flat">>, Outputs<"b", "c">>>(
        "told");
    test::write_c_pieces<
        3, Sequential<Input<6, 10>, PositionalEncoding, LearnedPositionalEmbedding<7>, RoPE<>,
                      MultiHeadAttention<5, CausalMask, ALiBi, KeyValueCache<4>, KeyValueHeads<1>, KeyDim<7>>,
                      SVDF<5, 3, FilterRank<2>>, Softsign>>("told_pieces");
}

TEST_CASE("export_c: other cells") {
    test::write_c_case<
        Sequential<Input<5, 4>, SimpleRNN<6, ReLUCell, ReturnSequences>, GRU<5, ResetBefore, ReturnSequences>,
                   LSTM<7, Projected<3>, ReturnSequences>, SVDF<4, 2, NoBias>,
                   LSTM<3, Projected<2>, NoBias, ReturnState>>>("cells");
    test::write_c_case<
        Sequential<Input<7>, Parallel<Concat, EmbeddingBag<9, 4, Maximum>,
                                      EmbeddingBag<9, 3, PaddingIndex<2>>, EmbeddingBag<9, 2, Add>,
                                      Sequential<Embedding<9, 7, MaxNorm<1>>, GlobalMaxPool1D>>>>("bags", 9);
}
