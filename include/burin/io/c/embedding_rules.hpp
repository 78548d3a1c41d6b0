#pragma once

#include "burin/io/c/rule.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/positional_encoding.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

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

inline constexpr Function add_table{
    R"(static void add_table(const float *x, const float *table, size_t size, float *y, size_t count)
{
    size_t i;
    for (i = 0; i < count; ++i)
        y[i] = x[i] + table[i % size];
}
)"};

} // namespace pieces

template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct Rule<Embedding<Vocabulary, Dimensions, Options...>> {
    using LayerType = Embedding<Vocabulary, Dimensions, Options...>;
    static constexpr bool is_missing = !(burin::detail::PaddingOf<Options>::is_option && ...);

    static void write(Source& to, const LayerStep& step) {
        to.use(pieces::embed);
        to.line("embed(" + step.inputs[0] + ", " + std::to_string(step.rows * step.input_shapes[0].size()) +
                ", " + step.weights(to, "weight") + ", " + std::to_string(Vocabulary) + ", " +
                std::to_string(Dimensions) + ", " +
                std::to_string(LayerType::has_padding ? LayerType::padding : Vocabulary) + ", " +
                step.output + ");");
    }
};

template <std::size_t Token>
struct Rule<PaddingMask<Token>> {
    static void write(Source& to, const LayerStep& step) {
        write_each(to, step, "a[i] == " + literal(static_cast<float>(Token)) + " ? 0.0f : 1.0f");
    }
};

namespace detail {

inline void add_positions(Source& to, const LayerStep& step, const std::string& table) {
    to.use(pieces::add_table);
    const std::size_t size = step.output_shape.size();
    to.line("add_table(" + step.inputs[0] + ", " + table + ", " + std::to_string(size) + ", " + step.output +
            ", " + std::to_string(step.rows * size) + ");");
}

} // namespace detail

template <>
struct Rule<PositionalEncoding> {
    static void write(Source& to, const LayerStep& step) {
        const std::size_t time = step.output_shape[0], dimensions = step.output_shape[1];
        std::vector<float> table(time * dimensions);
        for (std::size_t i = 0; i < (dimensions + 1) / 2; ++i) {
            using burin::detail::Rotation;
            const Rotation turn = Rotation::by(
                burin::detail::power_of_10000(static_cast<double>(2 * i) / static_cast<double>(dimensions)));
            Rotation now;
            for (std::size_t t = 0; t < time; ++t, now = now * turn) {
                table[t * dimensions + 2 * i] = static_cast<float>(now.sine);
                if (2 * i + 1 < dimensions)
                    table[t * dimensions + 2 * i + 1] = static_cast<float>(now.cosine);
            }
        }
        detail::add_positions(to, step, to.array<float>("w." + step.part("positions"), table));
    }
};

template <std::size_t Positions>
struct Rule<LearnedPositionalEmbedding<Positions>> {
    static void write(Source& to, const LayerStep& step) {
        detail::add_positions(to, step, step.weights(to, "weight"));
    }
};

} // namespace burin::io::c
