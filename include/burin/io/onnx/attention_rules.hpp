#pragma once

#include "burin/io/onnx/dense_rules.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/layers/attention.hpp"
#include "burin/layers/multi_head_attention.hpp"

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
};

/// softmax(query · keyᵀ / √size) · value. A mask is 0 where a key is not to be seen, `[batch, keys]`; `axes`
/// are those that it lacks. A query that sees no key gets zeros.
inline std::string attention(GraphWriter& to, const LayerStep& step, const Attended& of, bool is_causal,
                             const std::string& mask, const Extents& axes) {
    const std::string scale = to.number(1 / std::sqrt(static_cast<double>(of.key_size)), step.part("scale"));
    const std::string products = to.node("MatMul", {of.query, of.transposed_key}, {}, step.part("products"));
    std::string scores = to.node("Mul", {products, scale}, {}, step.part("scores"));
    std::string visible, value = of.value;
    if (is_causal) {
        std::vector<std::uint8_t> triangle(of.queries * of.keys);
        for (std::size_t query = 0; query < of.queries; ++query)
            for (std::size_t key = 0; key < of.keys; ++key)
                triangle[query * of.keys + key] = key <= query;
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
    return to.node("MatMul", {probabilities, value}, {}, step.part("mixed"));
}

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
                          step.input_shapes[0][1]};
        return to.value(attention(to, step, of, LayerType::is_causal,
                                  LayerType::has_mask ? to.channels_last(step.inputs[3]) : "", {1}),
                        step.output_shape);
    }
};

template <std::size_t Heads, class... Options>
struct Rule<MultiHeadAttention<Heads, Options...>> {
    using LayerType = MultiHeadAttention<Heads, Options...>;
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::size_t last = step.inputs.size() - 1 - LayerType::has_mask, key = last > 0 ? 1 : 0;
        const std::size_t size = step.weights("query.weight").shape[1] / Heads;
        const Attended of{heads(to, step, 0, "query", size, {0, 2, 1, 3}),
                          heads(to, step, key, "key", size, {0, 2, 3, 1}),
                          heads(to, step, last, "value", size, {0, 2, 1, 3}),
                          step.input_shapes[0][0],
                          step.input_shapes[key][0],
                          size};
        const std::string mixed =
            attention(to, step, of, LayerType::is_causal,
                      LayerType::has_mask ? to.channels_last(step.inputs.back()) : "", {1, 2});
        const std::string by_time =
            to.node("Transpose", {mixed}, Attributes().integers("perm", {0, 2, 1, 3}), step.part("by_time"));
        const std::string joined = to.reshape(by_time, Shape(of.queries, Heads * size), step.part("joined"));
        return to.value(
            affine(to, step, joined, "output.weight", LayerType::has_bias ? "output.bias" : "", step.name),
            step.output_shape);
    }

  private:
    /// A projection parted into heads, its axes in the order that `perm` says.
    static std::string heads(GraphWriter& to, const LayerStep& step, std::size_t input,
                             const std::string& which, std::size_t size, const Extents& perm) {
        const std::string projected =
            affine(to, step, to.channels_last(step.inputs[input]), which + ".weight",
                   LayerType::has_bias ? which + ".bias" : "", step.part(which));
        const std::string parted = to.reshape(projected, Shape(step.input_shapes[input][0], Heads, size),
                                              step.part(which + ".heads"));
        return to.node("Transpose", {parted}, Attributes().integers("perm", perm),
                       step.part(which + ".by_head"));
    }
};

} // namespace burin::io::onnx
