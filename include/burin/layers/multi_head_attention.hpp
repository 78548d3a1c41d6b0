#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/attention.hpp"
#include "burin/kernels/padded_rows.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/attention_heads.hpp"
#include "burin/layers/attention_options.hpp"
#include "burin/layers/cached_attention.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/projection.hpp"
#include "burin/layers/rope.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Several attentions side by side, each on projections of its own, and a projection of all their results:
///
///     head_h = softmax((q·Wq_h + bq_h) · (k·Wk_h + bk_h)ᵀ / √size) · (v·Wv_h + bv_h)
///     y = [head_1, …, head_Heads] · Wo + bo
///
/// | | shape |
/// |---|---|
/// | one input | self-attention: query, key and value are all `[time, features]` |
/// | two inputs | cross-attention: query `[queries, features]`, key and value `[keys, other features]` |
/// | three inputs | query, key and value, in this order |
/// | one more, with `AdditiveMask` | `[queries, keys]` or `[Heads, queries, keys]`, added to the scores |
/// | one more, with `KeyPaddingMask` | mask `[keys]`, 0 where a key is not to be seen |
/// | output | that of the query |
/// | `query.weight` | `[features, Heads · size]`, head beside head |
/// | `key.weight`, `value.weight` | the same, or so many heads as `KeyValueHeads` says |
/// | `output.weight` | `[Heads · size, features]` |
/// | `query.bias`, … | as many as the weight has columns; not with `NoBias` |
///
/// What a mask hides may hold anything, infinities too: it reaches neither another output nor a gradient. A
/// query that sees no key gets the output's bias.
///
/// Options: `CausalMask`, `KeyPaddingMask`, `AdditiveMask`, `ALiBi`, `RoPE<…>`, `KeyDim<size>` (else features
/// / Heads), `KeyValueHeads<n>` (else Heads), `ScoreScale<factor>`, `WeightDropout<rate>`, `NoBias`, and
/// `KeyValueCache<length>`, with which causal self-attention runs in a `Streamer`. Default initialisation:
/// Glorot uniform for each matrix, zero biases.
///
/// In a `Streamer` its state is keys and values of the cache's length. Outputs have the bits of inference
/// with the whole sequence, which goes query by query through the same kernel; training sums in another
/// order. With `RoPE` positions are exact up to 2²⁴ steps in float; without it sequences have no end.
///
/// PyTorch's `MultiheadAttention` has these matrices transposed, the first three stacked: `query.weight` is
/// `in_proj_weight[:features].T`, `output.weight` is `out_proj.weight.T`. Keras's kernels are these with
/// heads as an axis: `query.weight` is `query/kernel.reshape(features, Heads * size)`, `output.weight` is
/// `attention_output/kernel.reshape(Heads * size, features)`.
///
/// Vaswani et al., "Attention Is All You Need", arXiv:1706.03762.
template <std::size_t Heads, class... Options>
struct MultiHeadAttention : Op {
    static_assert(Heads > 0, "MultiHeadAttention needs at least one head");
    static_assert((detail::AttentionOption<Options>::is_option && ...),
                  "MultiHeadAttention takes no options but CausalMask, KeyPaddingMask, AdditiveMask, ALiBi, "
                  "RoPE, KeyDim, KeyValueHeads, KeyValueCache, ScoreScale, WeightDropout and NoBias");
    static_assert(((sizeof(Options) > 0) && ...)); // So that each option's own assertions are looked at.

    static constexpr detail::AttentionSettings settings = detail::attention_settings<Options...>;
    static constexpr bool is_causal = settings.is_causal;
    static constexpr bool has_mask = settings.has_mask;
    static constexpr bool has_bias = settings.has_bias;
    static constexpr std::size_t key_dim = settings.key_dim;
    static constexpr std::size_t key_heads = detail::AttentionHeads<Heads, Options...>::key_heads;
    static constexpr OpTraits traits{
        .joint_backward = true, .streams = settings.cache > 0, .parameter_gradient = {.input = true}};
    static constexpr std::string_view
        misuse = Heads % key_heads != 0 ? "expected as many heads of queries as KeyValueHeads divides"
                 : settings.cache > 0 && (!is_causal || settings.masks() > 0)
                     ? "expected CausalMask and no other mask with KeyValueCache"
                     : "";

    static constexpr Text<64> name() {
        Text<64> text("MultiHeadAttention<");
        text.append(Heads);
        detail::append_settings(text, settings);
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        constexpr std::size_t masks = settings.masks();
        if (settings.cache > 0 && inputs.size() != 1)
            return {.expected = "one input with a KeyValueCache"};
        if (inputs.size() < 1 + masks || inputs.size() > 3 + masks)
            return {.expected =
                        masks == 2   ? "three to five inputs: query, perhaps key and value, and both masks"
                        : masks == 1 ? "two to four inputs: query, perhaps key and value, and the mask"
                                     : "one to three inputs: query, perhaps key, perhaps value"};
        const std::size_t last = inputs.size() - 1 - masks;
        for (std::size_t i = 0; i <= last; ++i)
            if (inputs[i].rank != 2)
                return {.expected = "input `[time, features]`", .culprit = i};
        if (key_dim == 0 && inputs[0][1] % Heads != 0)
            return {.expected = "query `[time, features]` with a multiple of the heads as features",
                    .hint = "or give the option `KeyDim<...>`"};
        if (settings.is_rotary && Parts::head_size(inputs) % 2 != 0)
            return {.expected = "query `[time, features]` that gives heads of an even size, for RoPE"};
        const std::size_t keys = inputs[Parts::key_input(inputs.size())][0];
        if (inputs[last][0] != keys && last == 2)
            return {.expected = "value `[time, features]` with as many steps as the key", .culprit = 2};
        if (settings.has_additive && inputs[last + 1] != Shape(inputs[0][0], keys) &&
            inputs[last + 1] != Shape(Heads, inputs[0][0], keys))
            return {.expected = "mask `[queries, keys]` or `[heads, queries, keys]`", .culprit = last + 1};
        if (has_mask && !detail::is_mask_of(inputs.back(), keys))
            return {.expected = "mask `[time]` with as many steps as the key", .culprit = inputs.size() - 1};
        return {.shape = inputs[0]};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const Extents e(inputs);
        const ParameterSpec query = weight("query.weight", e.query_features, e.width);
        const ParameterSpec key = weight("key.weight", e.key_features, e.key_width);
        const ParameterSpec value = weight("value.weight", e.value_features, e.key_width);
        const ParameterSpec output = weight("output.weight", e.width, e.query_features);
        if (!has_bias)
            return ParameterList(query, key, value, output);
        return ParameterList(query, bias("query.bias", query), key, bias("key.bias", key), value,
                             bias("value.bias", value), output, bias("output.bias", output));
    }

    /// In a Streamer: the cache, and how many steps were before.
    static constexpr std::size_t state(std::span<const Shape> inputs) {
        return settings.cache == 0 ? 0 : typename Cached::Cache(Parts::head_size(inputs)).size();
    }

    /// Of the weights that are dropped.
    static constexpr std::size_t drawn(std::span<const Shape> inputs) {
        return Heads * Extents(inputs).drawn_of_head();
    }

    /// The projections, the heads' results and the probabilities.
    static constexpr Elements saved(std::span<const Shape> inputs) {
        const Extents e(inputs);
        return 2 * e.queries() + 2 * e.keys() + Heads * e.head.scores();
    }

    /// Inference goes sample by sample, so that it needs the memory of one, whatever the batch.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        const Extents e(inputs);
        const std::size_t table = e.table(), dropped = settings.dropout > 0 ? e.head.scores() : 0;
        if (kind != StepKind::forward)
            return {e.queries() + 2 * e.keys() + (has_mask ? e.widest_input() : 0),
                    table + e.head.transposed() + e.head.scores()};
        if (passes::saves(mode))
            return {0, table + e.head.transposed() + dropped};
        if (settings.cache > 0 && mode == Mode::streaming)
            return {e.queries() + 2 * e.keys(), table + Cached::cached_scores(settings.cache)};
        if (settings.cache > 0)
            return {0, e.queries() + 2 * e.keys() + table + Cached::cached_scores(e.head.keys) +
                           Cached::transposed_keys(e.head)};
        return {0, e.queries() + 2 * e.keys() + table + e.head.transposed() + e.head.scores()};
    }

    static constexpr std::size_t macs(std::span<const Shape> inputs) {
        const Extents e(inputs);
        return 2 * e.query_features * e.queries() + (e.key_features + e.value_features) * e.keys() +
               2 * Heads * e.head.scores() * e.head.key_size;
    }

    static constexpr std::size_t flops(std::span<const Shape> inputs) {
        const Extents e(inputs);
        return 2 * (2 * e.query_features * e.queries() + (e.key_features + e.value_features) * e.keys()) +
               2 * Heads * e.head.scores() * (2 * e.head.key_size + 3);
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        Scalar* const table = run.scratch;
        if constexpr (settings.cache > 0 && !Context::saves) {
            if constexpr (Context::mode == Mode::streaming)
                Cached::go_on(run);
            else
                Cached::attend_in_turn(run);
        } else if constexpr (Context::saves) {
            Buffers<Scalar> buffers = Parts::template saved_buffers<e>(run.saved, run.rows);
            Parts::template write_table<e>(table);
            attend(run, 0, run.rows, buffers, table);
        } else {
            Buffers<Scalar> buffers;
            buffers.query = buffers.mixed = table + e.table() + e.head.transposed();
            buffers.key = buffers.query + e.queries();
            buffers.value = buffers.key + e.keys();
            buffers.probabilities = buffers.value + e.keys();
            Parts::template write_table<e>(table);
            for (std::size_t row = 0; row < run.rows; ++row)
                attend(run, row, 1, buffers, table);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        const Buffers<const Scalar> kept = Parts::template saved_buffers<e>(run.saved, run.rows);
        Scalar* const table = run.scratch;
        Scalar* const transposed = table + e.table();
        Scalar* const scores = transposed + e.head.transposed();
        // The gradient of the heads' results, over which that of the queries is written.
        Scalar* const query_gradient = scores + e.head.scores();
        Scalar* const key_gradient = query_gradient + run.rows * e.queries();
        Scalar* const value_gradient = key_gradient + run.rows * e.keys();
        [[maybe_unused]] Scalar* const room = value_gradient + run.rows * e.keys();

        const std::size_t queries = run.rows * e.head.queries, keys = run.rows * e.head.keys;
        if constexpr (Context::trains)
            P::Output::template parameter_gradient<Context::adds, counts<Context, e.head.queries>>(
                kept.mixed, run.output_gradient, run.gradients + P::output_offset, queries);
        P::Output::template input_gradient<engine::NoActivation, counts<Context, e.head.queries>>(
            run.output_gradient, run.parameters + P::output_offset, static_cast<const Scalar*>(nullptr),
            query_gradient, queries);
        Parts::zero_mask_gradients(run);
        const Buffers<Scalar> gradients{query_gradient, key_gradient, value_gradient, query_gradient, scores};
        for (std::size_t row = 0; row < run.rows; ++row)
            for (std::size_t h = 0; h < Heads; ++h) {
                if (h % (Heads / key_heads) == 0)
                    head_backward<false>(run, row, h, kept, gradients, transposed);
                else if constexpr (key_heads < Heads)
                    head_backward<true>(run, row, h, kept, gradients, transposed);
            }
        if constexpr (settings.is_rotary) {
            Parts::template write_table<e>(table);
            Parts::template turn<e, true>(query_gradient, e.head.queries, run.rows, Heads, table);
            Parts::template turn<e, true>(key_gradient, e.head.keys, run.rows, key_heads, table);
        }

        constexpr std::size_t inputs = Context::Shapes::inputs.size();
        constexpr std::size_t key = Parts::key_input(inputs), value = Parts::value_input(inputs);
        if constexpr (Context::trains) {
            const auto input = [&]<std::size_t Which>(std::integral_constant<std::size_t, Which>) {
                constexpr std::size_t features = Context::Shapes::inputs[Which].last();
                const kernels::Rows<const Scalar> rows{run.inputs[Which], features};
                if constexpr (has_mask && Which >= key)
                    return kernels::with_finite_padding<features>(rows, Parts::mask(run, 0), keys, room).data;
                else
                    return rows.data;
            };
            P::Query::template parameter_gradient<Context::adds, counts<Context, e.head.queries>>(
                input(std::integral_constant<std::size_t, 0>{}), static_cast<const Scalar*>(query_gradient),
                run.gradients, queries);
            P::Key::template parameter_gradient<Context::adds, counts<Context, e.head.keys>>(
                input(std::integral_constant<std::size_t, key>{}), static_cast<const Scalar*>(key_gradient),
                run.gradients + P::key_offset, keys);
            P::Value::template parameter_gradient<Context::adds, counts<Context, e.head.keys>>(
                input(std::integral_constant<std::size_t, value>{}),
                static_cast<const Scalar*>(value_gradient), run.gradients + P::value_offset, keys);
        }
        write_input_gradient<0, typename P::Query, engine::NoActivation>(run, query_gradient, 0, queries);
        write_input_gradient<key, typename P::Key, AddsIf<key == 0>>(run, key_gradient, P::key_offset, keys);
        write_input_gradient<value, typename P::Value, AddsIf<value == key>>(run, value_gradient,
                                                                             P::value_offset, keys);
        if constexpr (has_mask)
            detail::write_no_mask_gradient(run);
    }

  private:
    using Parts = detail::AttentionHeads<Heads, Options...>;
    using Cached = detail::CachedAttention<Heads, Options...>;
    using Extents = typename Parts::Extents;
    template <class Scalar>
    using Buffers = typename Parts::template Buffers<Scalar>;
    template <class Context>
    using Projections = typename Parts::template Projections<Context>;

    static constexpr ParameterSpec weight(std::string_view name, std::size_t in, std::size_t out) {
        return {name, ParameterRole::weight, Shape(in, out), Fans{in, out}, core::Layout::panels};
    }
    static constexpr ParameterSpec bias(std::string_view name, const ParameterSpec& weight) {
        return {name, ParameterRole::bias, Shape(weight.shape[1]), weight.fans};
    }

    /// `samples` samples from `first` on.
    template <class Context>
    static void attend(const Context& run, std::size_t first, std::size_t samples,
                       const Buffers<typename Context::Scalar>& buffers,
                       typename Context::Scalar* table) noexcept {
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        auto* const transposed = table + e.table();
        Parts::project(run, first, samples, buffers, table);
        for (std::size_t row = 0; row < samples; ++row)
            for (std::size_t h = 0; h < Heads; ++h) {
                auto* probabilities = buffers.probabilities;
                if constexpr (Context::saves)
                    probabilities += (row * Heads + h) * e.head.scores();
                kernels::attention_forward<e.head>(
                    Parts::template head<e>(buffers, row, h, Parts::mask(run, first + row),
                                            Parts::additive(run, first + row, h)),
                    probabilities, Parts::template of_head<e>(buffers.mixed, row * e.head.queries, h),
                    transposed,
                    Parts::template drop<e>(run, first + row, h, transposed + e.head.transposed()));
            }
        P::Output::forward(static_cast<const typename Context::Scalar*>(buffers.mixed),
                           run.parameters + P::output_offset,
                           run.output + first * Context::Shapes::output.size(), samples * e.head.queries);
    }

    /// The gradients of head h; `Adds` where another head has those of keys and values.
    template <bool Adds, class Context>
    static void head_backward(const Context& run, std::size_t row, std::size_t h,
                              const Buffers<const typename Context::Scalar>& kept,
                              const Buffers<typename Context::Scalar>& gradients,
                              typename Context::Scalar* transposed) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        const kernels::Rows<Scalar> query =
            Parts::template of_head<e>(gradients.query, row * e.head.queries, h);
        kernels::attention_backward<e.head, Adds>(
            Parts::template head<e>(kept, row, h, Parts::mask(run, row), Parts::additive(run, row, h)),
            kept.probabilities + (row * Heads + h) * e.head.scores(), query,
            {query, Parts::template of_key_head<e>(gradients.key, row * e.head.keys, h),
             Parts::template of_key_head<e>(gradients.value, row * e.head.keys, h)},
            gradients.probabilities, transposed,
            Parts::template drop<e>(run, row, h, static_cast<Scalar*>(nullptr)),
            Parts::additive_gradient(run, row, h));
    }

    /// Whether an input's gradient is added to what an earlier projection of the same input wrote.
    template <bool Adds>
    using AddsIf = std::conditional_t<Adds, engine::AddToGradient, engine::NoActivation>;

    /// How many steps of all samples there are, where each has so many.
    template <class Context, std::size_t Steps>
    static constexpr kernels::RowCounts counts{Context::most_rows * Steps, Steps};

    template <std::size_t Which, class Projection, class Derivative, class Context>
    static void write_input_gradient(const Context& run, const typename Context::Scalar* gradient,
                                     std::size_t offset, std::size_t rows) noexcept {
        if constexpr (Context::wanted[Which])
            Projection::template input_gradient<Derivative,
                                                counts<Context, Context::Shapes::inputs[Which][0]>>(
                gradient, run.parameters + offset,
                static_cast<const typename Context::Scalar*>(run.input_gradients[Which]),
                run.input_gradients[Which], rows);
    }
};

} // namespace burin
