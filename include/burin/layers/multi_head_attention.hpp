#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/attention.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/projection.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>
#include <type_traits>

namespace burin {

/// Option of MultiHeadAttention: elements of each head's queries, keys and values, if not an equal share of
/// the query's features.
template <std::size_t Size>
struct KeyDim {
    static_assert(Size > 0, "KeyDim must be at least 1");
    static constexpr std::size_t size = Size;
};

namespace detail {

template <class Option>
inline constexpr std::size_t key_dim_of = 0;
template <std::size_t Size>
inline constexpr std::size_t key_dim_of<KeyDim<Size>> = Size;

} // namespace detail

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
/// | one more, with `KeyPaddingMask` | mask `[keys]`, 0 where a key is not to be seen |
/// | output | that of the query |
/// | `query.weight`, `key.weight`, `value.weight` | `[features, Heads · size]`, head beside head |
/// | `output.weight` | `[Heads · size, features]` |
/// | `query.bias`, … | `[Heads · size]` and `[features]`; not with `NoBias` |
///
/// What a mask hides may hold anything, infinities too: it reaches neither another output nor a gradient.
///
/// Options: `CausalMask`, `KeyPaddingMask`, `NoBias`, `KeyDim<size>`; the usual size is features / Heads. A
/// query that sees no key gets the output's bias. Default initialisation: Glorot uniform for each matrix,
/// zero biases.
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
    static_assert(((std::is_same_v<Options, CausalMask> || std::is_same_v<Options, KeyPaddingMask> ||
                    std::is_same_v<Options, NoBias> || detail::key_dim_of<Options> > 0) &&
                   ...),
                  "MultiHeadAttention takes no options but CausalMask, KeyPaddingMask, NoBias and KeyDim");

    static constexpr bool is_causal = detail::has_option<CausalMask, Options...>;
    static constexpr bool has_mask = detail::has_option<KeyPaddingMask, Options...>;
    static constexpr bool has_bias = !detail::has_option<NoBias, Options...>;
    static constexpr std::size_t key_dim = (detail::key_dim_of<Options> + ... + 0);
    static constexpr OpTraits traits{.joint_backward = true, .parameter_gradient = {.input = true}};

    static constexpr Text<64> name() {
        Text<64> text("MultiHeadAttention<");
        text.append(Heads).append(is_causal ? ", CausalMask" : "").append(has_mask ? ", KeyPaddingMask" : "");
        if (key_dim > 0)
            text.append(", KeyDim<").append(key_dim).append(">");
        return text.append(has_bias ? ">" : ", NoBias>");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        if (inputs.size() < 1 + has_mask || inputs.size() > 3 + has_mask)
            return {.expected = has_mask ? "two to four inputs: query, perhaps key and value, and the mask"
                                         : "one to three inputs: query, perhaps key, perhaps value"};
        const std::size_t last = inputs.size() - 1 - has_mask;
        for (std::size_t i = 0; i <= last; ++i)
            if (inputs[i].rank != 2)
                return {.expected = "input `[time, features]`", .culprit = i};
        if (key_dim == 0 && inputs[0][1] % Heads != 0)
            return {.expected = "query `[time, features]` with a multiple of the heads as features",
                    .hint = "or give the option `KeyDim<...>`"};
        const std::size_t keys = inputs[key_input(inputs.size())][0];
        if (inputs[last][0] != keys && last == 2)
            return {.expected = "value `[time, features]` with as many steps as the key", .culprit = 2};
        if (has_mask && !detail::is_mask_of(inputs.back(), keys))
            return {.expected = "mask `[time]` with as many steps as the key", .culprit = inputs.size() - 1};
        return {.shape = inputs[0]};
    }

    static constexpr ParameterList parameters(std::span<const Shape> inputs) {
        const Extents e(inputs);
        const ParameterSpec query = weight("query.weight", e.query_features, e.width);
        const ParameterSpec key = weight("key.weight", e.key_features, e.width);
        const ParameterSpec value = weight("value.weight", e.value_features, e.width);
        const ParameterSpec output = weight("output.weight", e.width, e.query_features);
        if (!has_bias)
            return ParameterList(query, key, value, output);
        return ParameterList(query, bias("query.bias", query), key, bias("key.bias", key), value,
                             bias("value.bias", value), output, bias("output.bias", output));
    }

    /// The projections, the heads' results and the probabilities.
    static constexpr Elements saved(std::span<const Shape> inputs) {
        const Extents e(inputs);
        return 2 * e.queries() + 2 * e.keys() + Heads * e.head.scores();
    }

    /// Inference goes sample by sample, so that it needs the memory of one, whatever the batch.
    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode mode) {
        const Extents e(inputs);
        if (kind != StepKind::forward)
            return {e.queries() + 2 * e.keys() + (has_mask ? e.widest_input() : 0),
                    e.head.transposed() + e.head.scores()};
        if (passes::saves(mode))
            return {0, e.head.transposed()};
        return {0, e.queries() + 2 * e.keys() + e.head.transposed() + e.head.scores()};
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
        if constexpr (Context::saves) {
            Buffers<Scalar> buffers = saved_buffers<e>(run.saved, run.rows);
            attend(run, 0, run.rows, buffers, run.scratch);
        } else {
            Buffers<Scalar> buffers;
            buffers.query = buffers.mixed = run.scratch + e.head.transposed();
            buffers.key = buffers.query + e.queries();
            buffers.value = buffers.key + e.keys();
            buffers.probabilities = buffers.value + e.keys();
            for (std::size_t row = 0; row < run.rows; ++row)
                attend(run, row, 1, buffers, run.scratch);
        }
    }

    template <class Context>
    static void backward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr Extents e(Context::Shapes::inputs);
        using P = Projections<Context>;
        const Buffers<const Scalar> kept = saved_buffers<e>(run.saved, run.rows);
        Scalar* const transposed = run.scratch;
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
        for (std::size_t row = 0; row < run.rows; ++row)
            for (std::size_t h = 0; h < Heads; ++h)
                kernels::attention_backward<e.head>(head<e>(kept, row, h, mask(run, row)),
                                                    kept.probabilities + (row * Heads + h) * e.head.scores(),
                                                    of_head<e>(query_gradient, row * e.head.queries, h),
                                                    {of_head<e>(query_gradient, row * e.head.queries, h),
                                                     of_head<e>(key_gradient, row * e.head.keys, h),
                                                     of_head<e>(value_gradient, row * e.head.keys, h)},
                                                    scores, transposed);

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

  private:
    // Which input is the key and which the value.
    static constexpr std::size_t key_input(std::size_t inputs) {
        return std::min<std::size_t>(1, inputs - 1 - has_mask);
    }
    static constexpr std::size_t value_input(std::size_t inputs) { return inputs - 1 - has_mask; }

    struct Extents {
        std::size_t query_features = 0;
        std::size_t key_features = 0;
        std::size_t value_features = 0;
        std::size_t width = 0; ///< Of all heads together.
        kernels::AttentionSize head{};

        constexpr explicit Extents(std::span<const Shape> inputs)
            : query_features(inputs[0].last()), key_features(inputs[key_input(inputs.size())].last()),
              value_features(inputs[value_input(inputs.size())].last()) {
            const std::size_t size = key_dim > 0 ? key_dim : query_features / Heads;
            width = Heads * size;
            head = {inputs[0][0], inputs[key_input(inputs.size())][0], size, size, is_causal};
        }

        /// Elements of one sample's queries and of its keys, of all heads.
        constexpr std::size_t queries() const { return head.queries * width; }
        constexpr std::size_t widest_input() const {
            return head.keys * std::max(key_features, value_features);
        }
        constexpr std::size_t keys() const { return head.keys * width; }
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
        using Key = detail::Projection<e.key_features, e.width, has_bias>;
        using Value = detail::Projection<e.value_features, e.width, has_bias>;
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

    template <Extents Size, class Scalar>
    static auto head(const Buffers<Scalar>& buffers, std::size_t row, std::size_t h,
                     const std::remove_const_t<Scalar>* mask) noexcept {
        using Number = std::remove_const_t<Scalar>;
        return kernels::AttentionHead<Number>{
            .query = of_head<Size, const Number>(buffers.query, row * Size.head.queries, h),
            .key = of_head<Size, const Number>(buffers.key, row * Size.head.keys, h),
            .value = of_head<Size, const Number>(buffers.value, row * Size.head.keys, h),
            .mask = mask,
            .scale = detail::attention_scale<Number>(Size.head.key_size)};
    }

    template <class Context>
    static const typename Context::Scalar* mask(const Context& run, std::size_t row) noexcept {
        constexpr std::size_t last = Context::Shapes::inputs.size() - 1;
        return has_mask ? run.inputs[last] + row * Context::Shapes::inputs[last].size() : nullptr;
    }

    /// `samples` samples from `first` on.
    template <class Context>
    static void attend(const Context& run, std::size_t first, std::size_t samples,
                       const Buffers<typename Context::Scalar>& buffers,
                       typename Context::Scalar* transposed) noexcept {
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
        for (std::size_t row = 0; row < samples; ++row)
            for (std::size_t h = 0; h < Heads; ++h) {
                auto* probabilities = buffers.probabilities;
                if constexpr (Context::saves)
                    probabilities += (row * Heads + h) * e.head.scores();
                kernels::attention_forward<e.head>(
                    head<e>(buffers, row, h, mask(run, first + row)), probabilities,
                    of_head<e>(buffers.mixed, row * e.head.queries, h), transposed);
            }
        P::Output::forward(static_cast<const typename Context::Scalar*>(buffers.mixed),
                           run.parameters + P::output_offset,
                           run.output + first * Context::Shapes::output.size(), queries);
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
