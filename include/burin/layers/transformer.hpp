#pragma once

#include "burin/core/number.hpp"
#include "burin/graph/block.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/feed_forward.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/reshape.hpp"

#include <cstddef>
#include <type_traits>

namespace burin {

/// Option of Transformer blocks: normalisation stands before attention and feed-forward layers, inside of the
/// residual branches, and not behind their sums. Deep stacks train better so, but want a `LayerNorm<>` behind
/// the last one. Xiong et al., arXiv:2002.04745.
struct PreNorm {};

/// Option of Transformer blocks: dropout of what each residual branch adds.
template <core::Number auto Rate>
struct DropoutRate {};

/// Option of Transformer blocks: the feed-forward layer's activation, if not ReLU.
template <class Activation>
struct HiddenActivation {};

namespace detail {

/// The dropout layer that the options ask for.
template <class... Options>
struct DropoutOf : std::type_identity<Identity> {};
template <class First, class... Others>
struct DropoutOf<First, Others...> : DropoutOf<Others...> {};
template <core::Number auto Rate, class... Others>
struct DropoutOf<DropoutRate<Rate>, Others...>
    : std::type_identity<std::conditional_t<Rate == 0, Identity, Dropout<Rate>>> {};

/// The activation that they ask for.
template <class... Options>
struct ActivationOf : std::type_identity<ReLU> {};
template <class First, class... Others>
struct ActivationOf<First, Others...> : ActivationOf<Others...> {};
template <class Activation, class... Others>
struct ActivationOf<HiddenActivation<Activation>, Others...> : std::type_identity<Activation> {};

template <class Option>
inline constexpr bool is_transformer_option =
    std::is_same_v<Option, PreNorm> ||
    (AttentionOption<Option>::is_option && !std::is_same_v<Option, AdditiveMask>);
template <core::Number auto Rate>
inline constexpr bool is_transformer_option<DropoutRate<Rate>> = true;
template <class Activation>
inline constexpr bool is_transformer_option<HiddenActivation<Activation>> = true;

/// What a block's attention to a sequence called `Name` reads besides the queries.
template <FixedString Query, FixedString Name, bool HasMask>
using KeysOf = std::conditional_t<HasMask, From<Query, Name, "mask">, From<Query, Name>>;
template <FixedString Name, bool HasMask>
using SelfOf = std::conditional_t<HasMask, From<Name, "mask">, From<Name>>;

template <class Attention, class Hidden, class Drop, bool HasMask, bool IsPreNorm>
struct EncoderBlock {
    using Inputs = std::conditional_t<HasMask, Reading<"x", "mask">, Reading<"x">>;
    using Type = Block<Inputs,                                                     //
                       Node<"attention", Attention, SelfOf<"x", HasMask>>,         //
                       Node<"attention_dropout", Drop, From<"attention">>,         //
                       Node<"attention_sum", Add, From<"x", "attention_dropout">>, //
                       Node<"attention_norm", LayerNorm<>, From<"attention_sum">>, //
                       Node<"feed_forward", Hidden, From<"attention_norm">>,       //
                       Node<"feed_forward_dropout", Drop, From<"feed_forward">>,   //
                       Node<"feed_forward_sum", Add, From<"attention_norm", "feed_forward_dropout">>,
                       Node<"feed_forward_norm", LayerNorm<>, From<"feed_forward_sum">>>;
};

template <class Attention, class Hidden, class Drop, bool HasMask>
struct EncoderBlock<Attention, Hidden, Drop, HasMask, true> {
    using Inputs = std::conditional_t<HasMask, Reading<"x", "mask">, Reading<"x">>;
    using Type = Block<Inputs,                                                          //
                       Node<"attention_norm", LayerNorm<>, From<"x">>,                  //
                       Node<"attention", Attention, SelfOf<"attention_norm", HasMask>>, //
                       Node<"attention_dropout", Drop, From<"attention">>,              //
                       Node<"attention_sum", Add, From<"x", "attention_dropout">>,      //
                       Node<"feed_forward_norm", LayerNorm<>, From<"attention_sum">>,   //
                       Node<"feed_forward", Hidden, From<"feed_forward_norm">>,         //
                       Node<"feed_forward_dropout", Drop, From<"feed_forward">>,        //
                       Node<"feed_forward_sum", Add, From<"attention_sum", "feed_forward_dropout">>>;
};

template <class Attention, class Cross, class Hidden, class Drop, bool HasMask, bool IsPreNorm>
struct DecoderBlock {
    using Inputs = std::conditional_t<HasMask, Reading<"x", "memory", "mask">, Reading<"x", "memory">>;
    using Type = Block<Inputs,                                                     //
                       Node<"attention", Attention, From<"x">>,                    //
                       Node<"attention_dropout", Drop, From<"attention">>,         //
                       Node<"attention_sum", Add, From<"x", "attention_dropout">>, //
                       Node<"attention_norm", LayerNorm<>, From<"attention_sum">>, //
                       Node<"cross_attention", Cross, KeysOf<"attention_norm", "memory", HasMask>>,
                       Node<"cross_attention_dropout", Drop, From<"cross_attention">>, //
                       Node<"cross_attention_sum", Add, From<"attention_norm", "cross_attention_dropout">>,
                       Node<"cross_attention_norm", LayerNorm<>, From<"cross_attention_sum">>,
                       Node<"feed_forward", Hidden, From<"cross_attention_norm">>, //
                       Node<"feed_forward_dropout", Drop, From<"feed_forward">>,   //
                       Node<"feed_forward_sum", Add, From<"cross_attention_norm", "feed_forward_dropout">>,
                       Node<"feed_forward_norm", LayerNorm<>, From<"feed_forward_sum">>>;
};

template <class Attention, class Cross, class Hidden, class Drop, bool HasMask>
struct DecoderBlock<Attention, Cross, Hidden, Drop, HasMask, true> {
    using Inputs = std::conditional_t<HasMask, Reading<"x", "memory", "mask">, Reading<"x", "memory">>;
    using Type = Block<Inputs,                                                           //
                       Node<"attention_norm", LayerNorm<>, From<"x">>,                   //
                       Node<"attention", Attention, From<"attention_norm">>,             //
                       Node<"attention_dropout", Drop, From<"attention">>,               //
                       Node<"attention_sum", Add, From<"x", "attention_dropout">>,       //
                       Node<"cross_attention_norm", LayerNorm<>, From<"attention_sum">>, //
                       Node<"cross_attention", Cross, KeysOf<"cross_attention_norm", "memory", HasMask>>,
                       Node<"cross_attention_dropout", Drop, From<"cross_attention">>, //
                       Node<"cross_attention_sum", Add, From<"attention_sum", "cross_attention_dropout">>,
                       Node<"feed_forward_norm", LayerNorm<>, From<"cross_attention_sum">>,
                       Node<"feed_forward", Hidden, From<"feed_forward_norm">>,  //
                       Node<"feed_forward_dropout", Drop, From<"feed_forward">>, //
                       Node<"feed_forward_sum", Add, From<"cross_attention_sum", "feed_forward_dropout">>>;
};

/// An attention with those of the options that are its own.
template <class Attention, class... Options>
struct WithOwn : std::type_identity<Attention> {};
template <std::size_t Heads, class... Own, class First, class... Others>
struct WithOwn<MultiHeadAttention<Heads, Own...>, First, Others...>
    : WithOwn<std::conditional_t<AttentionOption<First>::is_option, MultiHeadAttention<Heads, Own..., First>,
                                 MultiHeadAttention<Heads, Own...>>,
              Others...> {};

template <std::size_t Heads, std::size_t Units, class... Options>
struct TransformerEncoder {
    static_assert((is_transformer_option<Options> && ...),
                  "TransformerEncoderBlock takes no options but PreNorm, DropoutRate, HiddenActivation and "
                  "those of MultiHeadAttention, AdditiveMask excepted");
    static constexpr bool has_mask = has_option<KeyPaddingMask, Options...>;
    using Attention = typename WithOwn<MultiHeadAttention<Heads>, Options...>::type;
    using Hidden = FeedForward<Units, typename ActivationOf<Options...>::type>;
    using Type = typename EncoderBlock<Attention, Hidden, typename DropoutOf<Options...>::type, has_mask,
                                       has_option<PreNorm, Options...>>::Type;
};

template <std::size_t Heads, std::size_t Units, class... Options>
struct TransformerDecoder {
    static_assert(((is_transformer_option<Options> &&
                    (!AttentionOption<Options>::is_option || std::is_same_v<Options, KeyPaddingMask>)) &&
                   ...),
                  "TransformerDecoderBlock takes no options but PreNorm, KeyPaddingMask, DropoutRate and "
                  "HiddenActivation");
    static constexpr bool has_mask = has_option<KeyPaddingMask, Options...>;
    using Attention = MultiHeadAttention<Heads, CausalMask>;
    using Cross =
        std::conditional_t<has_mask, MultiHeadAttention<Heads, KeyPaddingMask>, MultiHeadAttention<Heads>>;
    using Hidden = FeedForward<Units, typename ActivationOf<Options...>::type>;
    using Type = typename DecoderBlock<Attention, Cross, Hidden, typename DropoutOf<Options...>::type,
                                       has_mask, has_option<PreNorm, Options...>>::Type;
};

} // namespace detail

/// Self-attention and a feed-forward layer of `Units` hidden units, each added to what it reads and then
/// normalised:
///
///     h = norm(x + attention(x));   y = norm(h + feed_forward(h))
///
/// Input and output are `[time, features]`. Options: `PreNorm`, `CausalMask` (then it is the block of a
/// language model), `KeyPaddingMask` (a second input, `[time]`), `DropoutRate<0.1>` (the default is none),
/// `HiddenActivation<GELU>`, and those of `MultiHeadAttention`: `RoPE<>`, `KeyValueCache<256>`,
/// `WeightDropout<0.1>` (PyTorch's dropout of probabilities) and so on. The defaults are those of Keras and
/// PyTorch; PyTorch's dropout of hidden values has no counterpart.
///
/// Parameters are `attention.query.weight` and so on, `attention_norm.weight`, `feed_forward.hidden.weight`,
/// …: PyTorch's `self_attn`, `norm1`, `linear1`, `linear2`, `norm2`, with matrices transposed. Vaswani et
/// al., "Attention Is All You Need", arXiv:1706.03762.
template <std::size_t Heads, std::size_t Units, class... Options>
using TransformerEncoderBlock = typename detail::TransformerEncoder<Heads, Units, Options...>::Type;

/// As TransformerEncoderBlock, with causal self-attention, and between it and the feed-forward layer
/// attention to `memory`, the output of an encoder:
///
///     h = norm(x + attention(x));   g = norm(h + cross_attention(h, memory));
///     y = norm(g + feed_forward(g))
///
/// It reads x `[time, features]` and memory `[other time, other features]`, with `KeyPaddingMask` also a mask
/// of the memory, `[other time]`: `Node<"y", TransformerDecoderBlock<4, 128>, From<"x", "memory">>`. Options:
/// `PreNorm`, `KeyPaddingMask`, `DropoutRate`, `HiddenActivation`. Parameters are PyTorch's `self_attn`,
/// `norm1`, `multihead_attn` (`cross_attention`), `norm2`, `linear1`, `linear2`, `norm3`.
template <std::size_t Heads, std::size_t Units, class... Options>
using TransformerDecoderBlock = typename detail::TransformerDecoder<Heads, Units, Options...>::Type;

} // namespace burin
