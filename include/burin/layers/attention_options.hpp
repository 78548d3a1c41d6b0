#pragma once

#include "burin/core/number.hpp"
#include "burin/core/text.hpp"
#include "burin/layers/no_bias.hpp"
#include "burin/layers/rotation.hpp"

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of attention: query t sees keys 0 to t alone.
struct CausalMask {};

/// Option of attention: one more input, the last, `[keys]`, says which keys are to be seen: 0 for those that
/// are not, as `PaddingMask` makes it. (PyTorch's key_padding_mask says the opposite.)
struct KeyPaddingMask {};

/// Option of attention: one more input, `[queries, keys]` or, of several heads, `[heads, queries, keys]`,
/// before a `KeyPaddingMask`, is added to the scaled scores. −∞ hides a key from a query; else it may be
/// trained, as a bias by relative position. It is PyTorch's `attn_mask` of floats.
struct AdditiveMask {};

/// Option of attention: scores are multiplied by this, not by 1 / √size.
template <core::Number auto Factor>
struct ScoreScale {
    static_assert(Factor > 0, "ScoreScale must be positive");
};

/// Option of attention: in training each weight of a value is dropped as by `Dropout<Rate>`.
template <core::Number auto Rate>
struct WeightDropout {
    static_assert(Rate >= 0 && Rate < 1, "WeightDropout takes a rate of at least 0 and below 1");
};

/// Option of MultiHeadAttention: elements of each head's queries, keys and values, if not an equal share of
/// the query's features.
template <std::size_t Size>
struct KeyDim {
    static_assert(Size > 0, "KeyDim must be at least 1");
    static constexpr std::size_t size = Size;
};

/// Option of MultiHeadAttention: so many heads of keys and values, each of which serves as many heads of
/// queries, one beside the other: grouped queries (Ainslie et al., arXiv:2305.13245). With one it is
/// multi-query attention.
template <std::size_t Heads>
struct KeyValueHeads {
    static_assert(Heads > 0, "KeyValueHeads must be at least 1");
};

/// Option of MultiHeadAttention with `CausalMask`: a query sees the last `Length` keys, itself among them. So
/// it can run in a `Streamer`, which keeps the keys and values of so many steps in a ring: of longer
/// sequences the eldest is forgotten with each step, in a whole sequence as in pieces. In training a sequence
/// begins with nothing before it, also with a `CarriedState`.
template <std::size_t Length>
struct KeyValueCache {
    static_assert(Length > 0, "KeyValueCache must be at least 1 step long");
};

/// Option of MultiHeadAttention: from the scaled score of query t and key s head h of H, from 1 on, subtracts
/// 2^(−8h / H) · |t − s|, so that positions need not be told otherwise. Where H is no power of 2 the slopes
/// are those of the next smaller one, and then every other one of twice as many. Press et al.,
/// arXiv:2108.12409.
struct ALiBi {};

template <class... Options>
struct RoPE;

namespace detail {

template <class Option, class... Options>
inline constexpr bool has_option = (std::is_same_v<Option, Options> || ...);

/// What one option sets; `is_option` where it is one.
template <class Option>
struct AttentionOption {
    static constexpr bool is_option =
        has_option<Option, CausalMask, KeyPaddingMask, AdditiveMask, ALiBi, NoBias>;
};
template <core::Number auto Factor>
struct AttentionOption<ScoreScale<Factor>> {
    static constexpr bool is_option = true;
    static constexpr double scale = double(Factor);
};
template <core::Number auto Rate>
struct AttentionOption<WeightDropout<Rate>> {
    static constexpr bool is_option = true;
    static constexpr double dropout = double(Rate);
};
template <std::size_t Size>
struct AttentionOption<KeyDim<Size>> {
    static constexpr bool is_option = true;
    static constexpr std::size_t key_dim = Size;
};
template <std::size_t Heads>
struct AttentionOption<KeyValueHeads<Heads>> {
    static constexpr bool is_option = true;
    static constexpr std::size_t key_value_heads = Heads;
};
template <std::size_t Length>
struct AttentionOption<KeyValueCache<Length>> {
    static constexpr bool is_option = true;
    static constexpr std::size_t cache = Length;
};
template <class... Options>
struct AttentionOption<RoPE<Options...>> {
    static constexpr bool is_option = true;
    using Rotary = RoPE<Options...>;
};

/// The options of an attention, read.
struct AttentionSettings {
    bool is_causal = false;
    bool has_mask = false;
    bool has_bias = true;
    bool has_additive = false;
    bool has_slopes = false;
    bool is_rotary = false;
    std::size_t key_dim = 0;         ///< 0: an equal share.
    std::size_t key_value_heads = 0; ///< 0: as many as there are of queries.
    std::size_t cache = 0;           ///< 0: none.
    double scale = 0;                ///< 0: 1 / √size.
    double dropout = 0;

    /// Inputs behind query, key and value.
    constexpr std::size_t masks() const { return std::size_t(has_mask) + has_additive; }
};

template <class... Options>
inline constexpr AttentionSettings attention_settings = [] {
    AttentionSettings s{.is_causal = has_option<CausalMask, Options...>,
                        .has_mask = has_option<KeyPaddingMask, Options...>,
                        .has_bias = !has_option<NoBias, Options...>,
                        .has_additive = has_option<AdditiveMask, Options...>,
                        .has_slopes = has_option<ALiBi, Options...>};
    [[maybe_unused]] const auto read = [&s]<class Option>(std::type_identity<Option>) {
        using Read = AttentionOption<Option>;
        if constexpr (requires { Read::scale; })
            s.scale = Read::scale;
        if constexpr (requires { Read::dropout; })
            s.dropout = Read::dropout;
        if constexpr (requires { Read::key_dim; })
            s.key_dim = Read::key_dim;
        if constexpr (requires { Read::key_value_heads; })
            s.key_value_heads = Read::key_value_heads;
        if constexpr (requires { Read::cache; })
            s.cache = Read::cache;
        if constexpr (requires { typename Read::Rotary; })
            s.is_rotary = true;
    };
    (read(std::type_identity<Options>{}), ...);
    return s;
}();

/// The RoPE among the options; void if there is none.
template <class... Options>
struct RotaryOf : std::type_identity<void> {};
template <class First, class... Others>
struct RotaryOf<First, Others...> : RotaryOf<Others...> {};
template <class... Own, class... Others>
struct RotaryOf<RoPE<Own...>, Others...> : std::type_identity<RoPE<Own...>> {};

/// 2^(−8 (h + 1) / heads), and so on: see ALiBi.
constexpr double alibi_slope(std::size_t h, std::size_t heads) {
    std::size_t whole = 1;
    while (2 * whole <= heads)
        whole *= 2;
    const double exponent = h < whole
                                ? 8 * static_cast<double>(h + 1) / static_cast<double>(whole)
                                : 4 * static_cast<double>(2 * (h - whole) + 1) / static_cast<double>(whole);
    constexpr double log_2 = 0.69314718055994530942;
    return exponential(-exponent * log_2);
}

/// `Text` with `, CausalMask` and so on behind it.
constexpr void append_settings(Text<64>& text, const AttentionSettings& s) {
    text.append(s.is_causal ? ", CausalMask" : "").append(s.has_mask ? ", KeyPaddingMask" : "");
    text.append(s.has_additive ? ", AdditiveMask" : "").append(s.has_slopes ? ", ALiBi" : "");
    if (s.key_dim > 0)
        text.append(", KeyDim<").append(s.key_dim).append(">");
    if (s.key_value_heads > 0)
        text.append(", KeyValueHeads<").append(s.key_value_heads).append(">");
    if (s.cache > 0)
        text.append(", KeyValueCache<").append(s.cache).append(">");
    if (s.scale > 0)
        text.append(", ScoreScale<").append(s.scale).append(">");
    if (s.dropout > 0)
        text.append(", WeightDropout<").append(s.dropout).append(">");
    text.append(s.is_rotary ? ", RoPE" : "").append(s.has_bias ? "" : ", NoBias");
}

} // namespace detail
} // namespace burin
