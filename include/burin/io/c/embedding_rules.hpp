#pragma once

#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/embedding_bag.hpp"

#include <cstddef>
#include <string>

namespace burin::io::c {

namespace pieces {

inline constexpr Function embed{
    R"(/* The row of each token; zeros for what is none of the vocabulary, and for the token `padding`. */
static void embed(const float *tokens, size_t count, const float *table, size_t vocabulary, size_t dimensions,
                  size_t padding, float *y)
{
    size_t at, i;
    for (at = 0; at < count; ++at, y += dimensions) {
        const int is_token = tokens[at] >= 0.0f && tokens[at] < (float)vocabulary;
        const size_t token = is_token ? (size_t)tokens[at] : vocabulary;
        for (i = 0; i < dimensions; ++i)
            y[i] = is_token && token != padding ? table[token * dimensions + i] : 0.0f;
    }
}
)"};

/// As `detail::TokenRows::factor`.
inline constexpr Function limit_norms{
    R"(/* Rows with a larger norm get that norm. */
static void limit_norms(float *y, size_t rows, size_t size, float most)
{
    size_t row, i;
    for (row = 0; row < rows; ++row, y += size) {
        const float norm = sqrtf(sum_of_products(y, y, size));
        for (i = 0; norm > most && i < size; ++i)
            y[i] = y[i] * (most / (norm + 1e-7f));
    }
}
)",
    {&sum_of_products}};

inline constexpr Function embed_bag{
    R"(/* The sum of the tokens' rows, or of multiples of them, their mean, or their largest elements. */
enum bag { BAG_SUM, BAG_MEAN, BAG_LARGEST };
static void embed_bag(enum bag kind, const float *tokens, const float *factors, size_t count, const float *table,
                      size_t vocabulary, size_t dimensions, size_t padding, float *y)
{
    size_t at, i, found = 0;
    for (i = 0; i < dimensions; ++i)
        y[i] = 0.0f;
    for (at = 0; at < count; ++at) {
        const int is_token = tokens[at] >= 0.0f && tokens[at] < (float)vocabulary;
        const size_t token = is_token ? (size_t)tokens[at] : padding;
        const float *const row = table + token * dimensions;
        if (!is_token || token == padding)
            continue;
        for (i = 0; i < dimensions; ++i)
            if (kind == BAG_LARGEST && found > 0)
                y[i] = row[i] > y[i] || row[i] != row[i] ? row[i] : y[i];
            else
                y[i] = y[i] + (factors ? row[i] * factors[at] : row[i]);
        ++found;
    }
    if (kind == BAG_MEAN && found > 1)
        for (i = 0; i < dimensions; ++i)
            y[i] = y[i] * (1.0f / (float)found);
}
)"};

} // namespace pieces

template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct Rule<Embedding<Vocabulary, Dimensions, Options...>> {
    using LayerType = Embedding<Vocabulary, Dimensions, Options...>;

    static void write(Source& to, const LayerStep& step) {
        const std::size_t tokens = step.rows * step.input_shapes[0].size();
        to.use(pieces::embed);
        to.line("embed(" + step.inputs[0] + ", " + std::to_string(tokens) + ", " +
                step.weights(to, "weight") + ", " + std::to_string(Vocabulary) + ", " +
                std::to_string(Dimensions) + ", " +
                std::to_string(LayerType::has_padding ? LayerType::padding : Vocabulary) + ", " +
                step.output + ");");
        if (LayerType::Rows::most_norm > 0) {
            to.use(pieces::limit_norms);
            to.call("limit_norms", {step.output, std::to_string(tokens), std::to_string(Dimensions),
                                    literal(static_cast<float>(LayerType::Rows::most_norm))});
        }
    }
};

template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct Rule<EmbeddingBag<Vocabulary, Dimensions, Options...>> {
    using LayerType = EmbeddingBag<Vocabulary, Dimensions, Options...>;
    static constexpr bool is_missing = LayerType::Rows::most_norm > 0;

    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::embed_bag);
        for_samples(to, step, [&](const LayerStep& one) {
            to.call("embed_bag",
                    {LayerType::adds_up      ? "BAG_SUM"
                     : LayerType::is_maximum ? "BAG_LARGEST"
                                             : "BAG_MEAN",
                     one.inputs[0], LayerType::is_weighted ? one.inputs[1] : "NULL",
                     std::to_string(one.input_shapes[0].size()), one.weights(to, "weight"),
                     std::to_string(Vocabulary), std::to_string(Dimensions),
                     std::to_string(LayerType::Rows::has_padding ? LayerType::Rows::padding : Vocabulary),
                     one.output});
        });
    }
};

template <std::size_t Token>
struct Rule<PaddingMask<Token>> {
    static void write(Source& to, const LayerStep& step) {
        write_each(to, step, "a[i] == " + literal(static_cast<float>(Token)) + " ? 0.0f : 1.0f");
    }
};

} // namespace burin::io::c
