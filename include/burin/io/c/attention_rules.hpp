#pragma once

#include "burin/io/c/matrix_rules.hpp"
#include "burin/io/c/normalization_rules.hpp"
#include "burin/io/c/position_rules.hpp"
#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/attention_options.hpp"
#include "burin/layers/multi_head_attention.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::io::c {

namespace pieces {

/// As `kernels::detail::attention_softmax_row`.
inline constexpr Function attention_softmax_row{
    R"(/* The softmax of scale * scores in the scores' place; 0 for keys that are not seen. What is biased hides keys, too. */
static void attention_softmax_row(float *scores, size_t seen, const float *mask, float scale, int is_biased)
{
    struct exponential_sum sum;
    float most = -INFINITY, factor;
    int sees_one = !mask;
    size_t i;
    for (i = 0; i < seen; ++i) {
        const int is_seen = !mask || mask[i] != 0.0f;
        const float x = is_seen ? scores[i] : -INFINITY;
        most = most > x ? most : x;
        sees_one = sees_one || is_seen;
    }
    if (!sees_one || (is_biased && most == -INFINITY)) {
        for (i = 0; i < seen; ++i)
            scores[i] = 0.0f;
        return;
    }
    begin_sum(&sum, seen);
    for (i = 0; i < seen; ++i) {
        const float x = (scores[i] - most) * scale;
        scores[i] = scaled_exponential(!mask || mask[i] != 0.0f ? x : -INFINITY, usual_rounder, -88.0f);
        add_to_sum(&sum, scores[i]);
    }
    factor = 1.0f / end_sum(&sum);
    for (i = 0; i < seen; ++i)
        scores[i] = scores[i] * factor;
}
)",
    {&exponentials}};

/// As `kernels::detail::bias_scores`.
inline constexpr Function bias_scores{
    R"(/* scores = scale * scores + bias - slope * the distance of query and key, from key `first` on. */
static void bias_scores(float *scores, size_t count, size_t query, size_t first, const float *bias, float scale,
                        float slope)
{
    size_t k;
    for (k = 0; k < count; ++k) {
        const size_t key = first + k;
        const float apart = (float)(key < query ? query - key : key - query);
        scores[k] = scores[k] * scale - apart * slope + (bias ? bias[k] : 0.0f);
    }
}
)"};

/// As `kernels::detail::attention_softmax`.
inline constexpr Function attention_softmax{
    R"(static void attention_softmax(float *scores, size_t queries, size_t keys, const float *mask, int is_causal,
                              float scale, int is_biased)
{
    size_t q, i;
    for (q = 0; q < queries; ++q, scores += keys) {
        const size_t seen = is_causal && q + 1 < keys ? q + 1 : keys;
        for (i = seen; i < keys; ++i)
            scores[i] = 0.0f;
        attention_softmax_row(scores, seen, mask, scale, is_biased);
    }
}
)",
    {&attention_softmax_row}};

/// As `kernels::cached_attention`, but with keys row by row.
inline constexpr Function attend_cached{
    R"(/* The keys and values of a head in rings: step t is at t % capacity. */
struct cached_head {
    const float *keys, *values, *slopes;
    size_t row, size, capacity;
    float scale;
};
/* The results of some queries in their place. They see the steps from `first` to before `end`. */
static void attend_cached(const struct cached_head *h, size_t first, size_t end, float *query, size_t queries,
                          float *scores)
{
    const size_t count = end - first;
    size_t q, i, k, c, place;
    for (q = 0; q < queries; ++q, query += h->size) {
        /* Burin computes so many columns at a time, which decides in how many sums each is made. */
        const size_t most = q < queries / 4 * 4 ? 2 : 4;
        for (k = 0, place = first % h->capacity; k < count; ++k, place = place + 1 < h->capacity ? place + 1 : 0) {
            const float *const key = h->keys + place * h->row;
            float sum = 0.0f;
            for (i = 0; i < h->size; ++i)
                sum = multiply_add(query[i], key[i], sum);
            scores[k] = sum;
        }
        if (h->slopes)
            bias_scores(scores, count, end - 1, first, NULL, h->scale, h->slopes[q]);
        attention_softmax_row(scores, count, NULL, h->slopes ? 1.0f : h->scale, h->slopes != NULL);
        for (c = 0; c < h->size; ++c) {
            const size_t columns = c < h->size / most * most ? most : h->size % most;
            const size_t splits = columns >= 4 ? 1 : columns >= 2 ? 2 : 4;
            float sums[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            for (k = 0, place = first % h->capacity; k < count;
                 ++k, place = place + 1 < h->capacity ? place + 1 : 0)
                sums[k % splits] = multiply_add(scores[k], h->values[place * h->row + c], sums[k % splits]);
            query[c] = splits == 4 ? (sums[0] + sums[1]) + (sums[2] + sums[3])
                                   : splits == 2 ? sums[0] + sums[1] : sums[0];
        }
    }
}
)",
    {&attention_softmax_row, &bias_scores, &multiply_add}};

inline constexpr Function are_finite{R"(static int are_finite(const float *x, size_t count)
{
    size_t i;
    for (i = 0; i < count; ++i)
        if (!(x[i] - x[i] == 0.0f))
            return 0;
    return 1;
}
)"};

/// As `kernels::with_finite_padding`, but always a copy.
inline constexpr Function copy_finite{
    R"(/* Rows without those that are not to be seen and hold no numbers: 0 times such is not 0. */
static void copy_finite(const float *from, size_t row, size_t rows, size_t columns, const float *mask, float *to)
{
    size_t r, c;
    for (r = 0; r < rows; ++r) {
        const int is_good = mask[r] != 0.0f || are_finite(from + r * row, columns);
        for (c = 0; c < columns; ++c)
            to[r * columns + c] = is_good ? from[r * row + c] : 0.0f;
    }
}
)",
    {&are_finite}};

inline constexpr Function clear_asked{
    R"(static void clear_not_finite(float *rows, size_t count, size_t columns, const float *mask)
{
    size_t r, c;
    for (r = 0; r < count; ++r)
        if (mask[r] == 0.0f && !are_finite(rows + r * columns, columns))
            for (c = 0; c < columns; ++c)
                rows[r * columns + c] = 0.0f;
}
)",
    {&are_finite}};

} // namespace pieces

namespace detail {

/// Whether inference with an option of attention is written here.
template <class Option>
inline constexpr bool is_written_attention =
    burin::detail::has_option<Option, CausalMask, KeyPaddingMask, AdditiveMask, ALiBi, NoBias>;
template <auto Factor>
inline constexpr bool is_written_attention<ScoreScale<Factor>> = true;
template <auto Rate>
inline constexpr bool is_written_attention<WeightDropout<Rate>> = true;
template <std::size_t Size>
inline constexpr bool is_written_attention<KeyDim<Size>> = true;
template <std::size_t Heads>
inline constexpr bool is_written_attention<KeyValueHeads<Heads>> = true;
template <std::size_t Length>
inline constexpr bool is_written_attention<KeyValueCache<Length>> = true;
template <class... Options>
inline constexpr bool is_written_attention<RoPE<Options...>> = true;

inline float attention_scale(const burin::detail::AttentionSettings& settings, std::size_t key_size) {
    return settings.scale > 0 ? static_cast<float>(settings.scale)
                              : burin::detail::attention_scale<float>(key_size);
}

/// One head as C expressions: what it reads, and how far it is from row to row.
struct Head {
    std::string query{}, key{}, value{}, mask = "NULL", result{}, probabilities{}, transposed{};
    std::size_t query_row = 0, key_row = 0, value_row = 0, result_row = 0;
    kernels::AttentionSize size{};
    float scale = 1;
    std::string bias = "NULL", slope = "0.0f"; ///< Where scores are biased.

    void write(Source& to) const {
        to.use(pieces::attention_softmax);
        to.use(pieces::transpose);
        const kernels::Hints hints{.shares_code = true};
        const bool has_mask = mask != "NULL";
        to.line("transpose(" + key + ", " + std::to_string(key_row) + ", " + std::to_string(size.keys) +
                ", " + std::to_string(size.key_size) + ", " + transposed + ");");
        Product scores{.x = query,
                       .w = transposed,
                       .y = probabilities,
                       .rows = std::to_string(size.queries),
                       .depth = size.key_size,
                       .columns = size.keys,
                       .x_row = query_row,
                       .hints = hints};
        scores.write(to);
        if (size.is_biased) {
            to.use(pieces::bias_scores);
            to.line("{");
            to.line("size_t asked;");
            to.line("for (asked = 0; asked < " + std::to_string(size.queries) + "; ++asked)");
            to.call("bias_scores",
                    {probabilities + " + asked * " + std::to_string(size.keys), std::to_string(size.keys),
                     "asked", "0", bias == "NULL" ? bias : bias + " + asked * " + std::to_string(size.keys),
                     literal(scale), slope});
            to.line("}");
        }
        to.call("attention_softmax", {probabilities, std::to_string(size.queries), std::to_string(size.keys),
                                      mask, size.is_causal ? "1" : "0",
                                      literal(size.is_biased ? 1.0F : scale), size.is_biased ? "1" : "0"});
        if (has_mask) {
            to.use(pieces::copy_finite);
            to.line("copy_finite(" + value + ", " + std::to_string(value_row) + ", " +
                    std::to_string(size.keys) + ", " + std::to_string(size.value_size) + ", " + mask + ", " +
                    transposed + ");");
        }
        Product mixed{.x = probabilities,
                      .w = has_mask ? transposed : value,
                      .y = result,
                      .rows = std::to_string(size.queries),
                      .depth = size.keys,
                      .columns = size.value_size,
                      .w_row = has_mask ? 0 : value_row,
                      .y_row = result_row,
                      .hints = hints};
        mixed.write(to);
    }
};

} // namespace detail

template <class... Options>
struct Rule<ScaledDotProductAttention<Options...>> {
    using LayerType = ScaledDotProductAttention<Options...>;
    static constexpr bool is_missing = !(detail::is_written_attention<Options> && ...);

    static kernels::AttentionSize size(const LayerStep& step) {
        return {step.input_shapes[0][0], step.input_shapes[1][0], step.input_shapes[0][1],
                step.input_shapes[2][1], LayerType::is_causal,    LayerType::has_additive};
    }
    static std::size_t scratch(const LayerStep& step) {
        return size(step).transposed() + size(step).scores();
    }

    static void write(Source& to, const LayerStep& step) {
        const kernels::AttentionSize extents = size(step);
        for_samples(to, step, [&](const LayerStep& one) {
            detail::Head head{.query = one.inputs[0],
                              .key = one.inputs[1],
                              .value = one.inputs[2],
                              .result = one.output,
                              .probabilities = plus(one.scratch, extents.transposed()),
                              .transposed = one.scratch,
                              .query_row = extents.key_size,
                              .key_row = extents.key_size,
                              .value_row = extents.value_size,
                              .result_row = extents.value_size,
                              .size = extents,
                              .scale = detail::attention_scale(LayerType::settings, extents.key_size)};
            if (LayerType::has_additive)
                head.bias = one.inputs[3];
            if (LayerType::has_mask)
                head.mask = one.inputs.back();
            head.write(to);
        });
    }
};

template <std::size_t Heads, class... Options>
struct Rule<MultiHeadAttention<Heads, Options...>> {
    using LayerType = MultiHeadAttention<Heads, Options...>;
    static constexpr bool is_missing = !(detail::is_written_attention<Options> && ...);
    static constexpr burin::detail::AttentionSettings settings = LayerType::settings;
    static constexpr bool has_bias = settings.has_bias, has_mask = settings.has_mask;
    static constexpr std::size_t key_heads = LayerType::key_heads, group = Heads / key_heads;

    struct Extents {
        std::size_t key_input, value_input, width, key_width;
        kernels::AttentionSize head;

        explicit Extents(const LayerStep& step)
            : key_input(std::min<std::size_t>(1, step.inputs.size() - 1 - settings.masks())),
              value_input(step.inputs.size() - 1 - settings.masks()) {
            const std::size_t size =
                settings.key_dim > 0 ? settings.key_dim : step.input_shapes[0].last() / Heads;
            width = Heads * size;
            key_width = key_heads * size;
            head = {step.input_shapes[0][0],
                    step.input_shapes[key_input][0],
                    size,
                    size,
                    settings.is_causal,
                    settings.has_additive || settings.has_slopes};
        }
        /// Of queries, keys and values.
        std::size_t projected() const { return width * head.queries + 2 * key_width * head.keys; }
        std::size_t cached() const { return settings.cache * key_width; }
    };

    /// With a cache: its keys, its values, and how many steps were before.
    static std::size_t state(const LayerStep& step) {
        return settings.cache == 0 ? 0 : 2 * Extents(step).cached() + 1;
    }
    static std::size_t scratch(const LayerStep& step) {
        const Extents e(step);
        if (settings.cache == 0)
            return e.projected() + e.head.transposed() + e.head.scores();
        if (step.state.empty())
            return e.projected() + e.head.keys;
        return e.projected() + settings.cache + (settings.is_rotary ? e.head.keys * e.head.key_size : 0);
    }

    static void write(Source& to, const LayerStep& step) {
        for_samples(to, step, [&](const LayerStep& one) { write_sample(to, one); });
    }

  private:
    using Rotary = typename burin::detail::RotaryOf<Options...>::type;

    static void write_sample(Source& to, const LayerStep& step) {
        const Extents e(step);
        to.line("{");
        to.line("    float *const query = " + step.scratch + ";");
        to.line("    float *const key = " + plus("query", e.width * e.head.queries) + ";");
        to.line("    float *const value = " + plus("key", e.key_width * e.head.keys) + ";");
        to.line("    float *const scores = " + plus("value", e.key_width * e.head.keys) + ";");
        project(to, step, "query", step.inputs[0], "query", e.head.queries, step.input_shapes[0].last(),
                e.width);
        if (has_mask && e.key_input == 0) {
            to.use(pieces::clear_asked);
            to.line("clear_not_finite(query, " + std::to_string(e.head.queries) + ", " +
                    std::to_string(e.width) + ", " + step.inputs.back() + ");");
        }
        project(to, step, "key", step.inputs[e.key_input], "key", e.head.keys,
                step.input_shapes[e.key_input].last(), e.key_width);
        project(to, step, "value", step.inputs[e.value_input], "value", e.head.keys,
                step.input_shapes[e.value_input].last(), e.key_width);
        turn(to, step, e);
        if (settings.cache == 0)
            write_heads(to, step, e);
        else
            write_cached(to, step, e);
        project(to, step, "output", "query", step.output, e.head.queries, e.width,
                step.input_shapes[0].last());
        to.line("}");
    }

    /// Queries and keys by their positions.
    static void turn([[maybe_unused]] Source& to, [[maybe_unused]] const LayerStep& step,
                     [[maybe_unused]] const Extents& e) {
        if constexpr (settings.is_rotary) {
            const detail::RotaryWriter<Rotary> rotary{e.head.key_size, "w." + step.part("rotary")};
            const std::size_t steps = std::max(e.head.queries, e.head.keys);
            std::string table = "scores + " + std::to_string(settings.cache);
            if (step.state.empty())
                table = rotary.whole(to, steps);
            else
                rotary.write_table(to, detail::positions_before(steps_before(step, e)), steps, table);
            rotary.turn(to, "query", table, e.head.queries, Heads, "query");
            rotary.turn(to, "key", table, e.head.keys, key_heads, "key");
        }
    }

    static std::string steps_before(const LayerStep& step, const Extents& e) {
        return step.state + " + " + std::to_string(2 * e.cached());
    }

    /// The slopes of all heads, and where that of `head` is.
    static std::string slopes(Source& to, const LayerStep& step) {
        std::vector<float> slopes;
        for (std::size_t h = 0; h < Heads; ++h)
            slopes.push_back(static_cast<float>(burin::detail::alibi_slope(h, Heads)));
        return to.array<float>("w." + step.part("slopes"), slopes);
    }

    static void write_heads(Source& to, const LayerStep& step, const Extents& e) {
        const std::string size = " * " + std::to_string(e.head.key_size), offset = " + head" + size,
                          key_offset = " + head" + (group == 1 ? "" : " / " + std::to_string(group)) + size;
        detail::Head head{.query = "query" + offset,
                          .key = "key" + key_offset,
                          .value = "value" + key_offset,
                          .result = "query" + offset,
                          .probabilities = "scores",
                          .transposed = plus("scores", e.head.scores()),
                          .query_row = e.width,
                          .key_row = e.key_width,
                          .value_row = e.key_width,
                          .result_row = e.width,
                          .size = e.head,
                          .scale = detail::attention_scale(settings, e.head.key_size)};
        if (has_mask)
            head.mask = step.inputs.back();
        if (settings.has_additive) {
            const std::size_t added = e.value_input + 1;
            const bool is_of_heads = step.input_shapes[added].rank == 3;
            head.bias = step.inputs[added] +
                        (is_of_heads ? " + head * " + std::to_string(e.head.scores()) : std::string());
        }
        if (settings.has_slopes)
            head.slope = slopes(to, step) + "[head]";
        to.line("{");
        to.line("size_t head;");
        to.line("for (head = 0; head < " + std::to_string(Heads) + "; ++head) {");
        head.write(to);
        to.line("}");
        to.line("}");
    }

    /// Step by step.
    static void write_cached(Source& to, const LayerStep& step, const Extents& e) {
        const bool is_whole = step.state.empty();
        const std::string steps = std::to_string(e.head.queries), key_row = std::to_string(e.key_width),
                          cache = std::to_string(settings.cache);
        to.use(pieces::attend_cached);
        to.line("{");
        to.line("size_t step, head;");
        if (!is_whole)
            to.line("const size_t before = (size_t)*(" + steps_before(step, e) + ");");
        to.line("for (step = 0; step < " + steps + "; ++step) {");
        to.line(std::string("const size_t now = ") + (is_whole ? "step;" : "before + step;"));
        to.line("const size_t first = now + 1 > " + cache + " ? now + 1 - " + cache + " : 0;");
        std::string keys = "key", values = "value";
        if (!is_whole) {
            keys = step.state;
            values = step.state + " + " + std::to_string(e.cached());
            for (const auto& [kept, made] : {std::pair(keys, "key"), std::pair(values, "value")})
                to.line("memcpy(" + kept + " + now % " + cache + " * " + key_row + ", " + made +
                        " + step * " + key_row + ", " + key_row + " * sizeof(float));");
        }
        to.line("for (head = 0; head < " + std::to_string(key_heads) + "; ++head) {");
        const std::string size = std::to_string(e.head.key_size);
        Members call("cached_head");
        call.with("keys", keys + " + head * " + size)
            .with("values", values + " + head * " + size)
            .with_if(settings.has_slopes, "slopes",
                     settings.has_slopes ? slopes(to, step) + " + head * " + std::to_string(group) : "")
            .with("row", e.key_width)
            .with("size", e.head.key_size)
            .with("capacity", is_whole ? e.head.keys : settings.cache)
            .with("scale", literal(detail::attention_scale(settings, e.head.key_size)));
        to.call("attend_cached", {call.address(), "first", "now + 1",
                                  "query + step * " + std::to_string(e.width) + " + head * " +
                                      std::to_string(group * e.head.key_size),
                                  std::to_string(group), "scores"});
        to.line("}");
        to.line("}");
        if (!is_whole)
            detail::count_positions(to, steps_before(step, e), e.head.queries);
        to.line("}");
    }

    static void project(Source& to, const LayerStep& step, const std::string& name, const std::string& x,
                        const std::string& y, std::size_t rows, std::size_t depth, std::size_t columns) {
        Product product{.x = x,
                        .w = step.weights(to, name + ".weight"),
                        .y = y,
                        .start = step.weights_if(to, has_bias, name + ".bias"),
                        .rows = std::to_string(rows),
                        .depth = depth,
                        .columns = columns};
        product.write(to);
    }
};

} // namespace burin::io::c
