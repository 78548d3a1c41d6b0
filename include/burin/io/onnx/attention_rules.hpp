#pragma once

#include "burin/io/onnx/dense_rules.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/attention_weights.hpp"
#include "burin/layers/multi_head_attention.hpp"
#include "burin/layers/rope.hpp"
#include "burin/layers/tied_scores.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace burin::io::onnx {

/// Queries, keys and values, `[…, time, size]`; keys transposed.
struct Attended {
    std::string query{};
    std::string transposed_key{};
    std::string value{};
    std::size_t queries = 0;
    std::size_t keys = 0;
    std::size_t key_size = 0;
    std::size_t heads = 1;
    std::string additive{}; ///< What is added to the scaled scores, with as many axes; or none.
};

/// What an attention gives.
struct AttentionResult {
    std::string weights{};
    std::string mixed{};
};

/// What ALiBi adds, `[heads, queries, keys]`.
inline std::string linear_biases(GraphWriter& to, const LayerStep& step, const Attended& of) {
    std::vector<double> biases;
    for (std::size_t h = 0; h < of.heads; ++h)
        for (std::size_t query = 0; query < of.queries; ++query)
            for (std::size_t key = 0; key < of.keys; ++key)
                biases.push_back(-burin::detail::alibi_slope(h, of.heads) *
                                 static_cast<double>(query > key ? query - key : key - query));
    return to.tensor(step.part("slopes"),
                     {static_cast<std::int64_t>(of.heads), static_cast<std::int64_t>(of.queries),
                      static_cast<std::int64_t>(of.keys)},
                     biases);
}

/// softmax(query · keyᵀ · scale) · value. A mask is 0 where a key is not to be seen, `[batch, keys]`; `axes`
/// are those that it lacks. A query that sees no key gets zeros.
inline AttentionResult attention(GraphWriter& to, const LayerStep& step, const Attended& of,
                                 const burin::detail::AttentionSettings& settings, const std::string& mask,
                                 const Extents& axes) {
    const bool is_causal = settings.is_causal;
    const std::string scale =
        to.number(settings.scale > 0 ? settings.scale : 1 / std::sqrt(static_cast<double>(of.key_size)),
                  step.part("scale"));
    const std::string products = to.node("MatMul", {of.query, of.transposed_key}, {}, step.part("products"));
    std::string scores = to.node("Mul", {products, scale}, {}, step.part("scores"));
    if (settings.has_slopes)
        scores = to.node("Add", {scores, linear_biases(to, step, of)}, {}, step.part("sloped_scores"));
    if (!of.additive.empty())
        scores = to.node("Add", {scores, of.additive}, {}, step.part("biased_scores"));
    std::string visible, value = of.value;
    if (is_causal) {
        std::vector<std::uint8_t> triangle(of.queries * of.keys);
        for (std::size_t query = 0; query < of.queries; ++query)
            for (std::size_t key = 0; key < of.keys; ++key)
                triangle[query * of.keys + key] =
                    key <= query && (settings.cache == 0 || query - key < settings.cache);
        visible = to.tensor_of<std::uint8_t>(
            step.part("past"), Element::boolean,
            {static_cast<std::int64_t>(of.queries), static_cast<std::int64_t>(of.keys)}, triangle);
    }
    if (!mask.empty()) {
        const std::string seen =
            to.node("Cast", {mask}, Attributes().integer("to", static_cast<std::int64_t>(Element::boolean)),
                    step.part("seen"));
        const std::string keys =
            to.node("Unsqueeze", {seen, to.integers(step.part("axes"), axes)}, {}, step.part("seen_keys"));
        visible = visible.empty() ? keys : to.node("And", {visible, keys}, {}, step.part("visible"));
        // What is not seen may be no number.
        Extents value_axes = axes;
        value_axes.back() = -1;
        const std::string rows =
            to.node("Unsqueeze", {seen, to.integers(step.part("value_axes"), value_axes)}, {},
                    step.part("seen_values"));
        value = to.node("Where", {rows, value, to.number(0, "zero")}, {}, step.part("values"));
    }
    if (!visible.empty())
        scores = to.node(
            "Where", {visible, scores, to.number(-std::numeric_limits<double>::infinity(), "minus_infinity")},
            {}, step.part("seen_scores"));
    std::string probabilities =
        to.node("Softmax", {scores}, Attributes().integer("axis", -1), step.part("probabilities"));
    if (!mask.empty())
        probabilities =
            to.node("Where", {visible, probabilities, to.number(0, "zero")}, {}, step.part("weights"));
    // No number where all scores are −∞.
    if (!of.additive.empty())
        probabilities = to.node("Where",
                                {to.node("IsNaN", {probabilities}, {}, step.part("sees_none")),
                                 to.number(0, "zero"), probabilities},
                                {}, step.part("numbers"));
    return {probabilities, to.node("MatMul", {probabilities, value}, {}, step.part("mixed"))};
}

/// Vectors `[…, steps, size]` turned by their positions, as RoPE does.
template <class Rotary>
std::string turned(GraphWriter& to, const std::string& vectors, std::size_t steps, std::size_t size,
                   const std::string& name, std::size_t heads_between = 0) {
    const std::size_t pairs = size / 2;
    std::vector<double> table(steps * size), cosines, sines;
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t i = 0; i < pairs; ++i) {
            const double angle = static_cast<double>(t) *
                                 std::pow(Rotary::base, -static_cast<double>(i) / static_cast<double>(pairs));
            table[t * size + i] = std::cos(angle);
            table[t * size + pairs + i] = std::sin(angle);
        }
    Extents partners;
    for (std::size_t i = 0; i < size; ++i)
        partners.push_back(static_cast<std::int64_t>(Rotary::is_split ? (i + pairs) % size : i ^ 1));
    for (std::size_t t = 0; t < steps; ++t)
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t pair = Rotary::is_split ? i % pairs : i / 2;
            const bool is_first = Rotary::is_split ? i < pairs : i % 2 == 0;
            const double sine = table[t * size + pairs + pair];
            cosines.push_back(table[t * size + pair]);
            sines.push_back(is_first ? -sine : sine);
        }
    Extents extents{static_cast<std::int64_t>(steps), static_cast<std::int64_t>(size)};
    if (heads_between > 0)
        extents.insert(extents.begin() + 1, 1);
    const std::string straight =
        to.node("Mul", {vectors, to.tensor(name + ".cosines", extents, cosines)}, {}, name + ".straight");
    const std::string swapped = to.node("Gather", {vectors, to.integers(name + ".partners", partners)},
                                        Attributes().integer("axis", -1), name + ".swapped");
    const std::string across =
        to.node("Mul", {swapped, to.tensor(name + ".sines", extents, sines)}, {}, name + ".across");
    return to.node("Add", {straight, across}, {}, name);
}

template <class... Options>
struct Rule<RoPE<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const Shape& shape = step.output_shape;
        return to.value(turned<RoPE<Options...>>(to, to.channels_last(step.inputs[0]), shape[0], shape.last(),
                                                 step.name, shape.rank == 3 ? shape[1] : 0),
                        shape);
    }
};

template <std::size_t Vocabulary, std::size_t Dimensions>
struct Rule<TiedScores<Vocabulary, Dimensions>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string columns = to.node("Transpose", {put(to, step.weights("weight"))},
                                            Attributes().integers("perm", {1, 0}), step.part("columns"));
        return to.value(to.node("MatMul", {to.channels_last(step.inputs[0]), columns}, {}, step.name),
                        step.output_shape);
    }
};

template <class... Options>
struct Rule<ScaledDotProductAttention<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        using LayerType = ScaledDotProductAttention<Options...>;
        const Attended of{to.channels_last(step.inputs[0]),
                          to.node("Transpose", {to.channels_last(step.inputs[1])},
                                  Attributes().integers("perm", {0, 2, 1}), step.part("transposed_key")),
                          to.channels_last(step.inputs[2]),
                          step.input_shapes[0][0],
                          step.input_shapes[1][0],
                          step.input_shapes[0][1],
                          1,
                          LayerType::has_additive ? to.channels_last(step.inputs[3]) : ""};
        return to.value(attention(to, step, of, LayerType::settings,
                                  LayerType::has_mask ? to.channels_last(step.inputs.back()) : "", {1})
                            .mixed,
                        step.output_shape);
    }
};

template <std::size_t Heads, class... Options>
struct Rule<MultiHeadAttention<Heads, Options...>> {
    using LayerType = MultiHeadAttention<Heads, Options...>;
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::size_t size = step.weights("query.weight").shape[1] / Heads;
        const AttentionResult result = attend(to, step);
        const std::string by_time = to.node(
            "Transpose", {result.mixed}, Attributes().integers("perm", {0, 2, 1, 3}), step.part("by_time"));
        const std::string joined =
            to.reshape(by_time, Shape(step.input_shapes[0][0], Heads * size), step.part("joined"));
        return to.value(
            affine(to, step, joined, "output.weight", LayerType::has_bias ? "output.bias" : "", step.name),
            step.output_shape);
    }

    /// The heads' weights and what they mix, `[batch, heads, queries, …]`.
    static AttentionResult attend(GraphWriter& to, const LayerStep& step) {
        constexpr auto& settings = LayerType::settings;
        const std::size_t last = step.inputs.size() - 1 - settings.masks(), key = last > 0 ? 1 : 0;
        const std::size_t size = step.weights("query.weight").shape[1] / Heads;
        Attended of{heads(to, step, 0, "query", size, false),
                    heads(to, step, key, "key", size, true),
                    heads(to, step, last, "value", size, false),
                    step.input_shapes[0][0],
                    step.input_shapes[key][0],
                    size,
                    Heads};
        if (settings.has_additive) {
            of.additive = to.channels_last(step.inputs[last + 1]);
            if (step.input_shapes[last + 1].rank == 2)
                of.additive = to.node("Unsqueeze", {of.additive, to.integers(step.part("head_axis"), {1})},
                                      {}, step.part("of_all_heads"));
        }
        return attention(to, step, of, settings,
                         LayerType::has_mask ? to.channels_last(step.inputs.back()) : "", {1, 2});
    }

  private:
    using Rotary = typename burin::detail::RotaryOf<Options...>::type;

    /// A projection parted into heads, `[batch, heads, steps, size]`, or the last two transposed.
    static std::string heads(GraphWriter& to, const LayerStep& step, std::size_t input,
                             const std::string& which, std::size_t size, bool is_transposed) {
        constexpr bool is_rotary = LayerType::settings.is_rotary;
        const std::size_t count = which == "query" ? Heads : LayerType::key_heads;
        const std::size_t steps = step.input_shapes[input][0];
        const std::string projected =
            affine(to, step, to.channels_last(step.inputs[input]), which + ".weight",
                   LayerType::has_bias ? which + ".bias" : "", step.part(which));
        std::string parted = to.reshape(projected, Shape(steps, count, size), step.part(which + ".heads"));
        if constexpr (is_rotary)
            if (which != "value")
                parted = turned<Rotary>(to, parted, steps, size, step.part(which + ".turned"), count);
        if (count < Heads) {
            Extents serving;
            for (std::size_t h = 0; h < Heads; ++h)
                serving.push_back(static_cast<std::int64_t>(h / (Heads / count)));
            parted = to.node("Gather", {parted, to.integers(step.part("serving"), serving)},
                             Attributes().integer("axis", 2), step.part(which + ".serving"));
        }
        return to.node(
            "Transpose", {parted},
            Attributes().integers("perm", is_transposed ? Extents{0, 2, 3, 1} : Extents{0, 2, 1, 3}),
            step.part(which + ".by_head"));
    }
};

template <std::size_t Heads, class... Options>
struct Rule<AttentionWeights<Heads, Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return to.value(Rule<MultiHeadAttention<Heads, Options...>>::attend(to, step).weights,
                        step.output_shape);
    }
};

} // namespace burin::io::onnx
