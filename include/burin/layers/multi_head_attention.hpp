#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/attention.hpp"
#include "burin/kernels/cached_attention.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/attention_options.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/projection.hpp"
#include "burin/layers/rope.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
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
/// | `query.weight`, `output.weight` | `[features, Heads · size]`, head beside head; `[Heads · size,
/// features]` | | `key.weight`, `value.weight` | `[features, Heads · size]`, or so many heads as
/// `KeyValueHeads` says | | `query.bias`, … | as many as the weight has columns; not with `NoBias` |
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
/// order.
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

    static constexpr detail::AttentionSettings settings = detail::attention_settings<Options...>;
    static constexpr bool is_causal = settings.is_causal;
    static constexpr bool has_mask = settings.has_mask;
    static constexpr bool has_bias = settings.has_bias;
    static constexpr std::size_t key_dim = settings.key_dim;
    static constexpr std::size_t key_heads = settings.key_value_heads > 0 ? settings.key_value_heads : Heads;
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
        if (settings.is_rotary && head_size(inputs) % 2 != 0)
            return {.expected = "query `[time, features]` that gives heads of an even size, for RoPE"};
        const std::size_t keys = inputs[key_input(inputs.size())][0];
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
        return settings.cache == 0 ? 0 : Cache(head_size(inputs)).size();
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
            return {e.queries() + 2 * e.keys(), table + cached_scores(settings.cache)};
        if (settings.cache > 0)
            return {0, e.queries() + 2 * e.keys() + table + cached_scores(e.head.keys) +
                           transposed_keys(e.head)};
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
                go_on(run);
            else
                attend_in_turn(run);
        } else if constexpr (Context::saves) {
            Buffers<Scalar> buffers = saved_buffers<e>(run.saved, run.rows);
            write_table<e>(table);
            attend(run, 0, run.rows, buffers, table);
        } else {
            Buffers<Scalar> buffers;
            buffers.query = buffers.mixed = table + e.table() + e.head.transposed();
            buffers.key = buffers.query + e.queries();
            buffers.value = buffers.key + e.keys();
            buffers.probabilities = buffers.value + e.keys();
            write_table<e>(table);
            for (std::size_t row = 0; row < run.rows; ++row)
                attend(run, row, 1, buffers, table);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        const Buffers<const Scalar> kept = saved_buffers<e>(run.saved, run.rows);
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
        zero_mask_gradients(run);
        const Buffers<Scalar> gradients{query_gradient, key_gradient, value_gradient, query_gradient, scores};
        for (std::size_t row = 0; row < run.rows; ++row)
            for (std::size_t h = 0; h < Heads; ++h) {
                if (h % (Heads / key_heads) == 0)
                    head_backward<false>(run, row, h, kept, gradients, transposed);
                else if constexpr (key_heads < Heads)
                    head_backward<true>(run, row, h, kept, gradients, transposed);
            }
        if constexpr (settings.is_rotary) {
            write_table<e>(table);
            turn<e, true>(query_gradient, e.head.queries, run.rows, Heads, table);
            turn<e, true>(key_gradient, e.head.keys, run.rows, key_heads, table);
        }

        constexpr std::size_t inputs = Context::Shapes::inputs.size();
        constexpr std::size_t key = key_input(inputs), value = value_input(inputs);
        if constexpr (Context::trains) {
            const auto input = [&]<std::size_t Which>(std::integral_constant<std::size_t, Which>) {
                constexpr std::size_t features = Context::Shapes::inputs[Which].last();
                const kernels::Rows<const Scalar> rows{run.inputs[Which], features};
                if constexpr (has_mask && Which >= key)
                    return kernels::with_finite_padding<features>(rows, mask(run, 0), keys, room).data;
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

  protected:
    using Rotary = typename detail::RotaryOf<Options...>::type;

    // Which input is the key and which the value.
    static constexpr std::size_t key_input(std::size_t inputs) {
        return std::min<std::size_t>(1, inputs - 1 - settings.masks());
    }
    static constexpr std::size_t value_input(std::size_t inputs) { return inputs - 1 - settings.masks(); }

    static constexpr std::size_t head_size(std::span<const Shape> inputs) {
        return key_dim > 0 ? key_dim : inputs[0].last() / Heads;
    }

    struct Extents {
        std::size_t query_features = 0;
        std::size_t key_features = 0;
        std::size_t value_features = 0;
        std::size_t width = 0;     ///< Of all heads of queries together,
        std::size_t key_width = 0; ///< and of those of keys, or of values.
        kernels::AttentionSize head{};

        constexpr explicit Extents(std::span<const Shape> inputs)
            : query_features(inputs[0].last()), key_features(inputs[key_input(inputs.size())].last()),
              value_features(inputs[value_input(inputs.size())].last()) {
            const std::size_t size = head_size(inputs);
            width = Heads * size;
            key_width = key_heads * size;
            head = {inputs[0][0], inputs[key_input(inputs.size())][0],          size,          size,
                    is_causal,    settings.has_additive || settings.has_slopes, settings.cache};
        }

        /// Elements of one sample's queries and of its keys, of all heads.
        constexpr std::size_t queries() const { return head.queries * width; }
        constexpr std::size_t widest_input() const {
            return head.keys * std::max(key_features, value_features);
        }
        constexpr std::size_t keys() const { return head.keys * key_width; }
        /// Cosines and sines of the positions.
        constexpr std::size_t table() const { return settings.is_rotary ? positions() * head.key_size : 0; }
        constexpr std::size_t positions() const { return std::max(head.queries, head.keys); }
        constexpr std::size_t drawn_of_head() const { return (head.scores() + 3) / 4 * 4; }
    };

    static constexpr ParameterSpec weight(std::string_view name, std::size_t in, std::size_t out) {
        return {name, ParameterRole::weight, Shape(in, out), Fans{in, out}, core::Layout::panels};
    }
    static constexpr ParameterSpec bias(std::string_view name, const ParameterSpec& weight) {
        return {name, ParameterRole::bias, Shape(weight.shape[1]), weight.fans};
    }

    template <class Context>
    struct Projections {
        static constexpr Extents e = Extents(Context::Shapes::inputs);
        using Query = detail::Projection<e.query_features, e.width, has_bias>;
        using Key = detail::Projection<e.key_features, e.key_width, has_bias>;
        using Value = detail::Projection<e.value_features, e.key_width, has_bias>;
        using Output = detail::Projection<e.width, e.query_features, has_bias>;
        static constexpr std::size_t key_offset = Query::parameter_count;
        static constexpr std::size_t value_offset = key_offset + Key::parameter_count;
        static constexpr std::size_t output_offset = value_offset + Value::parameter_count;
    };

    /// All samples' projections [time, width], the heads' results side by side [queries, width], and the
    /// probabilities [Heads, queries, keys].
    template <class Scalar>
    struct Buffers {
        Scalar* query = nullptr;
        Scalar* key = nullptr;
        Scalar* value = nullptr;
        Scalar* mixed = nullptr;
        Scalar* probabilities = nullptr;
    };

    template <Extents Size, class Scalar>
    static Buffers<Scalar> saved_buffers(Scalar* saved, std::size_t rows) noexcept {
        Buffers<Scalar> buffers;
        buffers.query = saved;
        buffers.key = buffers.query + rows * Size.queries();
        buffers.value = buffers.key + rows * Size.keys();
        buffers.mixed = buffers.value + rows * Size.keys();
        buffers.probabilities = buffers.mixed + rows * Size.queries();
        return buffers;
    }

    /// The part of head h of a matrix [rows, width], from row `first` on.
    template <Extents Size, class Scalar>
    static kernels::Rows<Scalar> of_head(Scalar* matrix, std::size_t first, std::size_t h) noexcept {
        return {matrix + first * Size.width + h * Size.head.key_size, Size.width};
    }
    /// The same of keys or values, that of the head which serves head h.
    template <Extents Size, class Scalar>
    static kernels::Rows<Scalar> of_key_head(Scalar* matrix, std::size_t first, std::size_t h) noexcept {
        return {matrix + first * Size.key_width + h / (Heads / key_heads) * Size.head.key_size,
                Size.key_width};
    }

    template <Extents Size, class Scalar>
    static auto head(const Buffers<Scalar>& buffers, std::size_t row, std::size_t h,
                     const std::remove_const_t<Scalar>* mask,
                     const std::remove_const_t<Scalar>* bias) noexcept {
        using Number = std::remove_const_t<Scalar>;
        kernels::AttentionHead<Number> result{
            .query = of_head<Size, const Number>(buffers.query, row * Size.head.queries, h),
            .key = of_key_head<Size, const Number>(buffers.key, row * Size.head.keys, h),
            .value = of_key_head<Size, const Number>(buffers.value, row * Size.head.keys, h),
            .mask = mask,
            .scale = scale<Number>(Size.head.key_size),
            .bias = bias};
        if constexpr (settings.has_slopes)
            result.slope = slopes<Number>[h];
        return result;
    }

    template <class Scalar>
    static Scalar scale(std::size_t size) noexcept {
        return settings.scale > 0 ? static_cast<Scalar>(settings.scale)
                                  : detail::attention_scale<Scalar>(size);
    }

    template <class Scalar>
    static constexpr auto slopes = [] {
        std::array<Scalar, Heads> result{};
        for (std::size_t h = 0; h < Heads; ++h)
            result[h] = static_cast<Scalar>(detail::alibi_slope(h, Heads));
        return result;
    }();

    template <class Context>
    static const typename Context::Scalar* mask(const Context& run, std::size_t row) noexcept {
        constexpr std::size_t last = Context::Shapes::inputs.size() - 1;
        return has_mask ? run.inputs[last] + row * Context::Shapes::inputs[last].size() : nullptr;
    }

    /// Where head h's part of what `AdditiveMask` adds begins in an array of it.
    template <class Context>
    static std::size_t additive_place(std::size_t row, std::size_t h) noexcept {
        constexpr Shape shape = Context::Shapes::inputs[value_input(Context::Shapes::inputs.size()) + 1];
        return row * shape.size() + (shape.rank == 3 ? h * (shape.size() / Heads) : 0);
    }
    template <class Context>
    static const typename Context::Scalar* additive(const Context& run, std::size_t row,
                                                    std::size_t h) noexcept {
        if constexpr (settings.has_additive)
            return run.inputs[value_input(Context::Shapes::inputs.size()) + 1] +
                   additive_place<Context>(row, h);
        else
            return nullptr;
    }
    template <class Context>
    static typename Context::Scalar* additive_gradient(const Context& run, std::size_t row,
                                                       std::size_t h) noexcept {
        if constexpr (settings.has_additive) {
            constexpr std::size_t which = value_input(Context::Shapes::inputs.size()) + 1;
            if constexpr (Context::wanted[which])
                return run.input_gradients[which] + additive_place<Context>(row, h);
        }
        return nullptr;
    }
    template <class Context>
    static void zero_mask_gradients(const Context& run) noexcept {
        if constexpr (settings.has_additive) {
            constexpr std::size_t which = value_input(Context::Shapes::inputs.size()) + 1;
            if constexpr (Context::wanted[which])
                std::fill_n(run.input_gradients[which], run.rows * Context::Shapes::inputs[which].size(),
                            typename Context::Scalar(0));
        }
    }

    /// How head h of a sample has its weights dropped.
    template <Extents Size, class Context>
    static auto drop(const Context& run, std::size_t row, std::size_t h,
                     typename Context::Scalar* room) noexcept {
        if constexpr (settings.dropout > 0 && Context::mode == Mode::training)
            return kernels::DropWeights<typename Context::Scalar>{
                .random = run.random,
                .position = run.position + (row * Heads + h) * Size.drawn_of_head(),
                .threshold = static_cast<std::uint32_t>(settings.dropout * 0x1p32),
                .scale = static_cast<typename Context::Scalar>(1 / (1 - settings.dropout)),
                .room = room};
        else
            return kernels::KeepWeights{};
    }

    template <Extents Size, class Scalar>
    static void write_table(Scalar* table, std::uint64_t first = 0) noexcept {
        if constexpr (settings.is_rotary)
            Rotary::template write_table<Size.positions(), Size.head.key_size>(first, table);
    }
    /// Turns so many steps of each of `samples` samples by their positions, or back.
    template <Extents Size, bool Back, class Scalar>
    static void turn(Scalar* vectors, std::size_t steps, std::size_t samples, std::size_t heads,
                     const Scalar* table) noexcept {
        if constexpr (settings.is_rotary)
            for (std::size_t sample = 0; sample < samples; ++sample)
                for (std::size_t t = 0; t < steps; ++t, vectors += heads * Size.head.key_size)
                    Rotary::template turn<Size.head.key_size, Back>(
                        static_cast<const Scalar*>(vectors), vectors, heads, table + t * Size.head.key_size);
    }

    /// Queries, keys and values of `samples` samples from `first` on, turned by their positions.
    template <class Context>
    static void project(const Context& run, std::size_t first, std::size_t samples,
                        const Buffers<typename Context::Scalar>& buffers,
                        const typename Context::Scalar* table) noexcept {
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        constexpr std::size_t inputs = Context::Shapes::inputs.size();
        const auto input = [&](std::size_t which) {
            return run.inputs[which] + first * Context::Shapes::inputs[which].size();
        };
        const std::size_t queries = samples * e.head.queries, keys = samples * e.head.keys;
        P::Query::forward(input(0), run.parameters, buffers.query, queries);
        // Where the keys are the queries, padding asks as well; what it asks would reach gradients through
        // probabilities that are no numbers.
        if constexpr (has_mask && key_input(inputs) == 0)
            for (std::size_t query = 0; query < queries; ++query) {
                auto* const asked = buffers.query + query * e.width;
                if (mask(run, first)[query] == 0 && !kernels::are_finite(asked, e.width))
                    std::fill_n(asked, e.width, typename Context::Scalar(0));
            }
        P::Key::forward(input(key_input(inputs)), run.parameters + P::key_offset, buffers.key, keys);
        P::Value::forward(input(value_input(inputs)), run.parameters + P::value_offset, buffers.value, keys);
        if (table != nullptr) {
            turn<e, false>(buffers.query, e.head.queries, samples, Heads, table);
            turn<e, false>(buffers.key, e.head.keys, samples, key_heads, table);
        }
    }

    /// `samples` samples from `first` on.
    template <class Context>
    static void attend(const Context& run, std::size_t first, std::size_t samples,
                       const Buffers<typename Context::Scalar>& buffers,
                       typename Context::Scalar* table) noexcept {
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        auto* const transposed = table + e.table();
        project(run, first, samples, buffers, table);
        for (std::size_t row = 0; row < samples; ++row)
            for (std::size_t h = 0; h < Heads; ++h) {
                auto* probabilities = buffers.probabilities;
                if constexpr (Context::saves)
                    probabilities += (row * Heads + h) * e.head.scores();
                kernels::attention_forward<e.head>(
                    head<e>(buffers, row, h, mask(run, first + row), additive(run, first + row, h)),
                    probabilities, of_head<e>(buffers.mixed, row * e.head.queries, h), transposed,
                    drop<e>(run, first + row, h, transposed + e.head.transposed()));
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
        const kernels::Rows<Scalar> query = of_head<e>(gradients.query, row * e.head.queries, h);
        kernels::attention_backward<e.head, Adds>(
            head<e>(kept, row, h, mask(run, row), additive(run, row, h)),
            kept.probabilities + (row * Heads + h) * e.head.scores(), query,
            {query, of_key_head<e>(gradients.key, row * e.head.keys, h),
             of_key_head<e>(gradients.value, row * e.head.keys, h)},
            gradients.probabilities, transposed, drop<e>(run, row, h, static_cast<Scalar*>(nullptr)),
            additive_gradient(run, row, h));
    }

    // With a cache, query by query.

    /// A sequence's state: keys, then values, of all heads, then the number of steps.
    struct Cache {
        std::size_t key_size = 0; ///< Of the keys of a head.
        std::size_t value_size = 0;

        constexpr explicit Cache(std::size_t size)
            : key_size(size * kernels::whole_vectors(settings.cache)), value_size(size * settings.cache) {}

        constexpr std::size_t values() const { return key_heads * key_size; }
        constexpr std::size_t steps() const { return values() + key_heads * value_size; }
        constexpr std::size_t size() const {
            return kernels::whole_vectors(steps() + 1 + kernels::most_lanes);
        }
    };

    static constexpr std::size_t cached_scores(std::size_t capacity) {
        return 4 * (kernels::whole_vectors(capacity) + kernels::most_lanes);
    }
    static constexpr std::size_t transposed_keys(const kernels::AttentionSize& head) {
        return head.key_size * kernels::whole_vectors(head.keys) + kernels::most_lanes;
    }

    /// The queries of one step to the heads of keys and values that `ring(h)` gives.
    template <Extents Size, class Scalar, class Ring>
    static void attend_from(std::size_t step, Scalar* queries, const Ring& ring, Scalar* scores,
                            std::size_t first_head, std::size_t heads) noexcept {
        constexpr std::size_t group = Heads / key_heads, size = Size.head.key_size;
        for (std::size_t h = first_head; h < first_head + heads; ++h) {
            Scalar* const own = queries + h * group * size;
            const Scalar* own_slopes = nullptr;
            if constexpr (settings.has_slopes)
                own_slopes = slopes<Scalar>.data() + h * group;
            kernels::cached_attention<kernels::AttentionSize{0, 0, size, size, true, settings.has_slopes}>(
                {static_cast<const Scalar*>(own), size}, group, ring(h),
                {Size.head.first_seen(step), step + 1}, scale<Scalar>(size), own_slopes, scores,
                kernels::Rows<Scalar>{own, size});
        }
    }

    /// A whole sequence, head by head.
    template <class Context>
    static void attend_in_turn(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        constexpr std::size_t size = e.head.key_size, stride = kernels::whole_vectors(e.head.keys);
        Scalar* const table = run.scratch;
        Buffers<Scalar> buffers;
        buffers.query = table + e.table();
        buffers.key = buffers.query + e.queries();
        buffers.value = buffers.key + e.keys();
        Scalar* const transposed = buffers.value + e.keys();
        Scalar* const scores = transposed + transposed_keys(e.head);
        write_table<e>(table);
        for (std::size_t row = 0; row < run.rows; ++row) {
            project(run, row, 1, buffers, table);
            for (std::size_t h = 0; h < key_heads; ++h) {
                kernels::transpose(e.head.keys, size, buffers.key + h * size, e.key_width, transposed,
                                   stride);
                const auto ring = [&](std::size_t) {
                    return kernels::KeyValueRing<const Scalar>{
                        transposed, stride, {buffers.value + h * size, e.key_width}, e.head.keys};
                };
                for (std::size_t t = 0; t < e.head.queries; ++t)
                    attend_from<e>(t, buffers.query + t * e.width, ring, scores, h, 1);
            }
            P::Output::forward(static_cast<const Scalar*>(buffers.query), run.parameters + P::output_offset,
                               run.output + row * Context::Shapes::output.size(), e.head.queries);
        }
    }

    /// The next piece of each sequence.
    template <class Context>
    static void go_on(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        constexpr std::size_t size = e.head.key_size, stride = kernels::whole_vectors(settings.cache);
        constexpr Cache cache(size);
        Scalar* const table = run.scratch;
        Scalar* const scores = table + e.table();
        Buffers<Scalar> buffers;
        buffers.query = scores + cached_scores(settings.cache);
        buffers.key = buffers.query + run.rows * e.queries();
        buffers.value = buffers.key + run.rows * e.keys();
        project(run, 0, run.rows, buffers, static_cast<const Scalar*>(nullptr));
        std::uint64_t first = ~std::uint64_t(0);
        for (std::size_t row = 0; row < run.rows; ++row) {
            Scalar* const state = run.state + row * cache.size();
            const auto before = static_cast<std::uint64_t>(state[cache.steps()]);
            state[cache.steps()] += static_cast<Scalar>(e.head.queries);
            if (settings.is_rotary && before != first)
                write_table<e>(table, first = before);
            turn<e, false>(buffers.query + row * e.queries(), e.head.queries, 1, Heads, table);
            turn<e, false>(buffers.key + row * e.keys(), e.head.keys, 1, key_heads, table);
            const auto ring = [&](std::size_t h) {
                return kernels::KeyValueRing<const Scalar>{
                    state + h * cache.key_size,
                    stride,
                    {state + cache.values() + h * cache.value_size, size},
                    settings.cache};
            };
            for (std::size_t t = 0; t < e.head.queries; ++t) {
                const std::size_t step = static_cast<std::size_t>(before) + t, place = step % settings.cache;
                const Scalar* const key = buffers.key + (row * e.head.keys + t) * e.key_width;
                const Scalar* const value = buffers.value + (row * e.head.keys + t) * e.key_width;
                for (std::size_t h = 0; h < key_heads; ++h) {
                    for (std::size_t i = 0; i < size; ++i)
                        state[h * cache.key_size + i * stride + place] = key[h * size + i];
                    std::copy_n(value + h * size, size,
                                state + cache.values() + h * cache.value_size + place * size);
                }
                attend_from<e>(step, buffers.query + (row * e.head.queries + t) * e.width, ring, scores, 0,
                               key_heads);
            }
        }
        P::Output::forward(static_cast<const Scalar*>(buffers.query), run.parameters + P::output_offset,
                           run.output, run.rows * e.head.queries);
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
