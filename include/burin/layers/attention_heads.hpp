#pragma once

#include "burin/graph/op.hpp"
#include "burin/kernels/attention.hpp"
#include "burin/kernels/padded_rows.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/attention_options.hpp"
#include "burin/layers/projection.hpp"
#include "burin/layers/rope.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace burin::detail {

/// What MultiHeadAttention is made of: its sizes, its projections, and how its heads lie in memory.
template <std::size_t Heads, class... Options>
struct AttentionHeads {
    static constexpr AttentionSettings settings = attention_settings<Options...>;
    static constexpr bool has_mask = settings.has_mask;
    static constexpr std::size_t key_heads = settings.key_value_heads > 0 ? settings.key_value_heads : Heads;

    using Rotary = typename RotaryOf<Options...>::type;

    // Which input is the key and which the value.
    static constexpr std::size_t key_input(std::size_t inputs) {
        return std::min<std::size_t>(1, inputs - 1 - settings.masks());
    }
    static constexpr std::size_t value_input(std::size_t inputs) { return inputs - 1 - settings.masks(); }

    static constexpr std::size_t head_size(std::span<const Shape> inputs) {
        return settings.key_dim > 0 ? settings.key_dim : inputs[0].last() / Heads;
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
            head = {inputs[0][0],       inputs[key_input(inputs.size())][0],          size,          size,
                    settings.is_causal, settings.has_additive || settings.has_slopes, settings.cache};
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

    template <class Context>
    struct Projections {
        static constexpr Extents e = Extents(Context::Shapes::inputs);
        using Query = Projection<e.query_features, e.width, settings.has_bias>;
        using Key = Projection<e.key_features, e.key_width, settings.has_bias>;
        using Value = Projection<e.value_features, e.key_width, settings.has_bias>;
        using Output = Projection<e.width, e.query_features, settings.has_bias>;
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
        return settings.scale > 0 ? static_cast<Scalar>(settings.scale) : attention_scale<Scalar>(size);
    }

    template <class Scalar>
    static constexpr auto slopes = [] {
        std::array<Scalar, Heads> result{};
        for (std::size_t h = 0; h < Heads; ++h)
            result[h] = static_cast<Scalar>(alibi_slope(h, Heads));
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
};

} // namespace burin::detail
