#pragma once

#include "burin/kernels/attention.hpp"
#include "burin/kernels/cached_attention.hpp"
#include "burin/kernels/transpose.hpp"
#include "burin/layers/attention_heads.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace burin::detail {

/// MultiHeadAttention with a `KeyValueCache`: query by query, whether the whole sequence is there or its next
/// piece.
template <std::size_t Heads, class... Options>
struct CachedAttention {
    using Parts = AttentionHeads<Heads, Options...>;
    using Extents = typename Parts::Extents;
    template <class Scalar>
    using Buffers = typename Parts::template Buffers<Scalar>;
    template <class Context>
    using Projections = typename Parts::template Projections<Context>;
    static constexpr AttentionSettings settings = Parts::settings;
    static constexpr std::size_t key_heads = Parts::key_heads;

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
                own_slopes = Parts::template slopes<Scalar>.data() + h * group;
            kernels::cached_attention<kernels::AttentionSize{0, 0, size, size, true, settings.has_slopes}>(
                {static_cast<const Scalar*>(own), size}, group, ring(h),
                {Size.head.first_seen(step), step + 1}, Parts::template scale<Scalar>(size), own_slopes,
                scores, kernels::Rows<Scalar>{own, size});
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
        Parts::template write_table<e>(table);
        for (std::size_t row = 0; row < run.rows; ++row) {
            Parts::project(run, row, 1, buffers, table);
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
        Parts::project(run, 0, run.rows, buffers, static_cast<const Scalar*>(nullptr));
        std::uint64_t first = ~std::uint64_t(0);
        for (std::size_t row = 0; row < run.rows; ++row) {
            Scalar* const state = run.state + row * cache.size();
            const auto before = static_cast<std::uint64_t>(state[cache.steps()]);
            // A float counts to 2^24 only. Where positions are not told, a full ring is told from its place
            // alone.
            const std::uint64_t after = before + e.head.queries;
            state[cache.steps()] = static_cast<Scalar>(settings.is_rotary || after < 2 * settings.cache
                                                           ? after
                                                           : settings.cache + after % settings.cache);
            if (settings.is_rotary && before != first)
                Parts::template write_table<e>(table, first = before);
            Parts::template turn<e, false>(buffers.query + row * e.queries(), e.head.queries, 1, Heads,
                                           table);
            Parts::template turn<e, false>(buffers.key + row * e.keys(), e.head.keys, 1, key_heads, table);
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
};

} // namespace burin::detail
