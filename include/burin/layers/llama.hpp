#pragma once

#include "burin/graph/block.hpp"
#include "burin/graph/forms.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/glu.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/rope.hpp"
#include "burin/layers/tied_scores.hpp"
#include "burin/layers/time_distributed.hpp"

#include <cstddef>
#include <type_traits>
#include <utility>

namespace burin {

/// The sizes of a `Llama`.
struct LlamaSizes {
    std::size_t features = 0;
    std::size_t hidden = 0; ///< Of each block's feed-forward layer.
    std::size_t blocks = 0;
    std::size_t heads = 0;
    std::size_t key_value_heads = 0;
    std::size_t vocabulary = 0;
    std::size_t length = 0; ///< Of the whole sequence, and of the cache in a Streamer.
    bool is_tied = true;    ///< Whether the scores' weight is that of the embedding.

    friend constexpr bool operator==(const LlamaSizes&, const LlamaSizes&) = default;
};

/// A block of Llama: h = x + attention(norm(x)), y = h + down(up(norm(h)) · SiLU(gate(norm(h)))), where up
/// and gate are the halves of `feed_forward.0.weight`, in this order, and down is `feed_forward.2.weight`.
template <std::size_t Features, std::size_t Hidden, std::size_t Heads, std::size_t KeyHeads,
          std::size_t Length>
using LlamaBlock = Block<Reading<"x">, Node<"attention_norm", RMSNorm<>, From<"x">>,
                         Node<"attention",
                              MultiHeadAttention<Heads, CausalMask, RoPE<>, KeyValueHeads<KeyHeads>,
                                                 KeyValueCache<Length>, NoBias>,
                              From<"attention_norm">>,
                         Node<"attention_sum", Add, From<"x", "attention">>,
                         Node<"feed_forward_norm", RMSNorm<>, From<"attention_sum">>,
                         Node<"feed_forward",
                              Sequential<TimeDistributed<Dense<2 * Hidden, NoBias>>, GLU<SiLU>,
                                         TimeDistributed<Dense<Features, NoBias>>>,
                              From<"feed_forward_norm">>,
                         Node<"feed_forward_sum", Add, From<"attention_sum", "feed_forward">>>;

namespace detail {

template <class Block, std::size_t>
using NthOf = Block;

template <LlamaSizes S, class Indices>
struct LlamaOf;
template <LlamaSizes S, std::size_t... Indices>
struct LlamaOf<S, std::index_sequence<Indices...>> {
    using OneBlock = LlamaBlock<S.features, S.hidden, S.heads, S.key_value_heads, S.length>;
    using Words = Embedding<S.vocabulary, S.features>;
    using Scores = std::conditional_t<
        S.is_tied, Node<"scores", TiedScores<S.vocabulary, S.features>, From<"norm">, SharedWeights<"words">>,
        Node<"scores", TimeDistributed<Dense<S.vocabulary, NoBias>>, From<"norm">>>;
    using Type = Graph<Inputs<Node<"tokens", Input<S.length>>>,
                       Node<"words", Words, From<"tokens">, SharedWeights<"words">>,
                       Node<"blocks", Sequential<NthOf<OneBlock, Indices>...>, From<"words">>,
                       Node<"norm", RMSNorm<>, From<"blocks">>, Scores, Outputs<"scores">>;
};

} // namespace detail

/// The network of Llama and of what is built as it is: tokens `[length]` to scores of the next,
/// `[length, vocabulary]`. In a `Streamer` it reads a token at a time, or some.
///
///     constexpr LlamaSizes sizes{.features = 64, .hidden = 172, .blocks = 5, .heads = 8,
///                                .key_value_heads = 4, .vocabulary = 512, .length = 512};
///     using Net = Llama<sizes>;
///
/// Parameters are `words.weight`, `blocks.0.attention_norm.weight`, `blocks.0.attention.query.weight`, …
/// Where the scores are tied, a table of vocabulary × features floats is there once. Positions are told by
/// `RoPE<>`. Touvron et al., arXiv:2302.13971.
template <LlamaSizes Sizes>
using Llama = typename detail::LlamaOf<Sizes, std::make_index_sequence<Sizes.blocks>>::Type;

} // namespace burin
