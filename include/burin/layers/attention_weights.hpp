#pragma once

#include "burin/layers/multi_head_attention.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace burin {

/// The weights that a `MultiHeadAttention` with the same arguments gives the values, `[heads, queries,
/// keys]`, to be looked at: PyTorch's `need_weights=True, average_attn_weights=False`. It shares the
/// parameters:
///
///     Node<"attention", MultiHeadAttention<4>, From<"x">, SharedWeights<"attention">>,
///     Node<"weights", AttentionWeights<4>, From<"x">, SharedWeights<"attention">>, …
///
/// They are those of inference, no weight is dropped. No gradient goes through.
template <std::size_t Heads, class... Options>
struct AttentionWeights : MultiHeadAttention<Heads, Options...> {
    using Attention = MultiHeadAttention<Heads, Options...>;
    using Parts = detail::AttentionHeads<Heads, Options...>;

    static constexpr OpTraits traits{.stops_gradient = true};

    static constexpr Text<64> name() {
        Text<64> text("AttentionWeights<");
        text.append(Heads);
        detail::append_settings(text, Attention::settings);
        return text.append(">");
    }

    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        InferredShape result = Attention::infer_shape(inputs);
        if (result.fits())
            result.shape = Shape(Heads, inputs[0][0], inputs[Parts::key_input(inputs.size())][0]);
        return result;
    }

    static constexpr Elements saved(std::span<const Shape>) { return {}; }
    static constexpr std::size_t state(std::span<const Shape>) { return 0; }

    static constexpr Elements scratch(std::span<const Shape> inputs, StepKind kind, Mode) {
        const typename Parts::Extents e(inputs);
        return {0, kind == StepKind::forward
                       ? 2 * e.queries() + 2 * e.keys() + e.table() + e.head.transposed()
                       : 0};
    }

    template <class Context>
    static void forward(const Context& run) noexcept {
        using Scalar = typename Context::Scalar;
        constexpr typename Parts::Extents e(Context::Shapes::inputs);
        Scalar* const table = run.scratch;
        typename Parts::template Buffers<Scalar> buffers;
        Scalar* const transposed = table + e.table();
        buffers.query = transposed + e.head.transposed();
        buffers.key = buffers.query + e.queries();
        buffers.value = buffers.key + e.keys();
        buffers.mixed = buffers.value + e.keys();
        Parts::template write_table<e>(table);
        for (std::size_t row = 0; row < run.rows; ++row) {
            Parts::project(run, row, 1, buffers, table);
            for (std::size_t h = 0; h < Heads; ++h)
                kernels::attention_forward<e.head>(
                    Parts::template head<e>(buffers, 0, h, Parts::mask(run, row),
                                            Parts::additive(run, row, h)),
                    run.output + (row * Heads + h) * e.head.scores(),
                    Parts::template of_head<e>(buffers.mixed, 0, h), transposed);
        }
    }
};

} // namespace burin
