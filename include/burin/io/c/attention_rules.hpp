#pragma once

#include "burin/io/c/normalization_rules.hpp"
#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/attention_options.hpp"
#include "burin/layers/multi_head_attention.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

/// As `kernels::detail::attention_softmax`.
inline constexpr Function attention_softmax{
    R"(/* The softmax of scale * scores in the scores' place; 0 for keys that are not seen. */
static void attention_softmax(float *scores, size_t queries, size_t keys, const float *mask, int is_causal,
                              float scale)
{
    size_t q, i;
    for (q = 0; q < queries; ++q, scores += keys) {
        const size_t seen = is_causal && q + 1 < keys ? q + 1 : keys;
        struct exponential_sum sum;
        float most = -INFINITY, factor;
        int sees_one = !mask;
        for (i = seen; i < keys; ++i)
            scores[i] = 0.0f;
        for (i = 0; i < seen; ++i) {
            const int is_seen = !mask || mask[i] != 0.0f;
            const float x = is_seen ? scores[i] : -INFINITY;
            most = most > x ? most : x;
            sees_one = sees_one || is_seen;
        }
        if (!sees_one) {
            for (i = 0; i < seen; ++i)
                scores[i] = 0.0f;
            continue;
        }
        begin_sum(&sum, seen);
        for (i = 0; i < seen; ++i) {
            const float x = (scores[i] - most) * scale;
            scores[i] =
                scaled_exponential(!mask || mask[i] != 0.0f ? x : -INFINITY, usual_rounder, -88.0f);
            add_to_sum(&sum, scores[i]);
        }
        factor = 1.0f / end_sum(&sum);
        for (i = 0; i < seen; ++i)
            scores[i] = scores[i] * factor;
    }
}
/* to[c][r] = from[r][c] */
static void transpose(const float *from, size_t row, size_t rows, size_t columns, float *to)
{
    size_t r, c;
    for (r = 0; r < rows; ++r)
        for (c = 0; c < columns; ++c)
            to[c * rows + r] = from[r * row + c];
}
)",
    {&exponentials}};

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

/// Whether an attention has none but the options that are written here.
constexpr bool is_written(const burin::detail::AttentionSettings& settings) {
    return !settings.has_additive && !settings.has_slopes && !settings.is_rotary && settings.cache == 0;
}

/// One head as C expressions: what it reads, and how far it is from row to row.
struct Head {
    std::string query{}, key{}, value{}, mask = "NULL", result{}, probabilities{}, transposed{};
    std::size_t query_row = 0, key_row = 0, value_row = 0, result_row = 0;
    kernels::AttentionSize size{};
    double scale = 0; ///< 0: 1 / √size.

    void write(Source& to) const {
        to.use(pieces::attention_softmax);
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
        to.line("attention_softmax(" + probabilities + ", " + std::to_string(size.queries) + ", " +
                std::to_string(size.keys) + ", " + mask + ", " + (size.is_causal ? "1" : "0") + ", " +
                literal(scale > 0 ? static_cast<float>(scale)
                                  : burin::detail::attention_scale<float>(size.key_size)) +
                ");");
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
    static constexpr bool is_missing = !detail::is_written(LayerType::settings);

    static kernels::AttentionSize size(const LayerStep& step) {
        return {step.input_shapes[0][0], step.input_shapes[1][0], step.input_shapes[0][1],
                step.input_shapes[2][1], LayerType::is_causal};
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
                              .scale = LayerType::settings.scale};
            if (LayerType::has_mask)
                head.mask = one.inputs[3];
            head.write(to);
        });
    }
};

template <std::size_t Heads, class... Options>
struct Rule<MultiHeadAttention<Heads, Options...>> {
    using LayerType = MultiHeadAttention<Heads, Options...>;
    static constexpr burin::detail::AttentionSettings settings =
        burin::detail::attention_settings<Options...>;
    static constexpr bool is_missing = !detail::is_written(settings);
    static constexpr bool has_bias = settings.has_bias, has_mask = settings.has_mask;
    /// Heads of keys and values, each for as many of queries.
    static constexpr std::size_t key_heads = settings.key_value_heads > 0 ? settings.key_value_heads : Heads;

    struct Extents {
        std::size_t key_input, value_input, width, key_width;
        kernels::AttentionSize head;

        explicit Extents(const LayerStep& step)
            : key_input(std::min<std::size_t>(1, step.inputs.size() - 1 - has_mask)),
              value_input(step.inputs.size() - 1 - has_mask) {
            const std::size_t size =
                settings.key_dim > 0 ? settings.key_dim : step.input_shapes[0].last() / Heads;
            width = Heads * size;
            key_width = key_heads * size;
            head = {step.input_shapes[0][0], step.input_shapes[key_input][0], size, size, settings.is_causal};
        }
    };

    static std::size_t scratch(const LayerStep& step) {
        const Extents e(step);
        return e.width * e.head.queries + 2 * e.key_width * e.head.keys + e.head.transposed() +
               e.head.scores();
    }

    static void write(Source& to, const LayerStep& step) {
        for_samples(to, step, [&](const LayerStep& one) { write_sample(to, one); });
    }

  private:
    static void write_sample(Source& to, const LayerStep& step) {
        const Extents e(step);
        to.line("{");
        to.line("    float *const transposed = " + step.scratch + ";");
        to.line("    float *const query = " + plus("transposed", e.head.transposed()) + ";");
        to.line("    float *const key = " + plus("query", e.width * e.head.queries) + ";");
        to.line("    float *const value = " + plus("key", e.key_width * e.head.keys) + ";");
        to.line("    float *const scores = " + plus("value", e.key_width * e.head.keys) + ";");
        to.line("    size_t head;");
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
        to.line("for (head = 0; head < " + std::to_string(Heads) + "; ++head) {");
        const std::string offset = " + head * " + std::to_string(e.head.key_size);
        const std::string group = key_heads == Heads ? "" : " / " + std::to_string(Heads / key_heads);
        const std::string key_offset = " + head" + group + " * " + std::to_string(e.head.key_size);
        detail::Head head{.query = "query" + offset,
                          .key = "key" + key_offset,
                          .value = "value" + key_offset,
                          .result = "query" + offset,
                          .probabilities = "scores",
                          .transposed = "transposed",
                          .query_row = e.width,
                          .key_row = e.key_width,
                          .value_row = e.key_width,
                          .result_row = e.width,
                          .size = e.head,
                          .scale = settings.scale};
        if (has_mask)
            head.mask = step.inputs.back();
        head.write(to);
        to.line("}");
        project(to, step, "output", "query", step.output, e.head.queries, e.width,
                step.input_shapes[0].last());
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
