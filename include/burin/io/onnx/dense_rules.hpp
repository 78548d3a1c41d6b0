#pragma once

#include "burin/io/onnx/activation_rules.hpp"
#include "burin/io/onnx/rule.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/dot.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/feed_forward.hpp"
#include "burin/layers/positional_encoding.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::onnx {

/// input · weight + bias over the last axis.
inline std::string affine(GraphWriter& to, const LayerStep& step, const std::string& input,
                          const std::string& weight, const std::string& bias, const std::string& name) {
    const std::string matrix = put(to, step.weights(weight));
    if (bias.empty())
        return to.node("MatMul", {input, matrix}, {}, name);
    return to.node("Add",
                   {to.node("MatMul", {input, matrix}, {}, name + ".product"), put(to, step.weights(bias))},
                   {}, name);
}

template <std::size_t Units, class... Options>
struct Rule<Dense<Units, Options...>> {
    /// Whether it does at each step of a sequence what it does once.
    static constexpr bool takes_steps = true;

    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string input = to.channels_last(step.inputs[0]);
        const Affine affine =
            put_affine(to, step, step.weights("weight"), 1, Dense<Units, Options...>::has_bias);
        std::string name;
        if (step.input_shapes[0].rank == 1) {
            std::vector<std::string> operands{input, affine.weight};
            if (!affine.bias.empty())
                operands.push_back(affine.bias);
            name = to.node("Gemm", operands, {}, step.name);
        } else if (affine.bias.empty()) {
            name = to.node("MatMul", {input, affine.weight}, {}, step.name);
        } else {
            name = to.node("Add",
                           {to.node("MatMul", {input, affine.weight}, {}, step.part("product")), affine.bias},
                           {}, step.name);
        }
        return to.value(name, step.output_shape);
    }
};

template <std::size_t Units, class ActivationType>
struct Rule<FeedForward<Units, ActivationType>> {
    static constexpr bool is_missing = !Activation<ActivationType>::is_known;
    static constexpr bool takes_steps = true;

    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string input = to.channels_last(step.inputs[0]);
        const std::string hidden =
            affine(to, step, input, "hidden.weight", "hidden.bias", step.part("hidden"));
        const std::string activated = Activation<ActivationType>::write(to, hidden, step.part("activation"));
        return to.value(affine(to, step, activated, "output.weight", "output.bias", step.name),
                        step.output_shape);
    }
};

/// The rows of tokens, which are scalars; what is none of the vocabulary reads a row of zeros behind all
/// others. With `counts` a row of ones stands for each that is read, and zeros for padding and the others.
template <class Rows, std::size_t Vocabulary, std::size_t Dimensions>
std::string gather_rows(GraphWriter& to, const LayerStep& step, std::string_view name,
                        std::string* counts = nullptr) {
    const std::string input = to.channels_last(step.inputs[0]);
    const std::string limit = to.number(static_cast<double>(Vocabulary), step.part("vocabulary"));
    const std::string is_known =
        to.node("And",
                {to.node("GreaterOrEqual", {input, to.number(0, "zero")}, {}, step.part("is_not_negative")),
                 to.node("Less", {input, limit}, {}, step.part("is_below"))},
                {}, step.part("is_known"));
    const std::string rows =
        to.node("Cast", {to.node("Where", {is_known, input, limit}, {}, step.part("token"))},
                Attributes().integer("to", static_cast<std::int64_t>(Element::int64)), step.part("row"));
    Weights table = step.weights("weight");
    for (std::size_t row = 0; row < Vocabulary; ++row) {
        double* const first = table.values.data() + row * Dimensions;
        const double factor =
            Rows::has_padding && row == Rows::padding ? 0 : Rows::factor(static_cast<const double*>(first));
        for (std::size_t i = 0; i < Dimensions && factor != 1; ++i)
            first[i] *= factor;
    }
    table.values.resize((Vocabulary + 1) * Dimensions, 0);
    table.shape.extents[0] = Vocabulary + 1;
    if (counts != nullptr) {
        Weights ones{step.part("is_read"), Shape(Vocabulary + 1, 1), std::vector<double>(Vocabulary + 1, 1)};
        ones.values[Vocabulary] = 0;
        if (Rows::has_padding)
            ones.values[Rows::padding] = 0;
        *counts = to.node("Gather", {put(to, ones), rows}, {}, step.part("read"));
    }
    return to.node("Gather", {put(to, table), rows}, {}, name);
}

template <std::size_t Vocabulary, std::size_t Dimensions, class... Options>
struct Rule<Embedding<Vocabulary, Dimensions, Options...>> {
    using LayerType = Embedding<Vocabulary, Dimensions, Options...>;
    static Value write(GraphWriter& to, const LayerStep& step) {
        return to.value(gather_rows<typename LayerType::Rows, Vocabulary, Dimensions>(to, step, step.name),
                        step.output_shape);
    }
};

template <std::size_t Token>
struct Rule<PaddingMask<Token>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string is_padding = to.node(
            "Equal",
            {to.channels_last(step.inputs[0]), to.number(static_cast<double>(Token), step.part("padding"))},
            {}, step.part("is_padding"));
        return to.value(to.node("Cast", {to.node("Not", {is_padding}, {}, step.part("is_token"))},
                                Attributes().integer("to", static_cast<std::int64_t>(to.scalar())),
                                step.name),
                        step.output_shape);
    }
};

template <>
struct Rule<PositionalEncoding> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::size_t time = step.output_shape[0], dimensions = step.output_shape[1];
        std::vector<double> table(time * dimensions);
        for (std::size_t t = 0; t < time; ++t)
            for (std::size_t i = 0; i < dimensions; ++i) {
                const double angle =
                    static_cast<double>(t) /
                    std::pow(10000.0, static_cast<double>(i / 2 * 2) / static_cast<double>(dimensions));
                table[t * dimensions + i] = i % 2 == 0 ? std::sin(angle) : std::cos(angle);
            }
        const std::string positions = to.tensor(step.part("positions"), extents_of(step.output_shape), table);
        return to.value(to.node("Add", {to.channels_last(step.inputs[0]), positions}, {}, step.name),
                        step.output_shape);
    }
};

template <std::size_t Positions>
struct Rule<LearnedPositionalEmbedding<Positions>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        Weights table = step.weights("weight");
        table.shape = step.output_shape;
        table.values.resize(table.shape.size());
        return to.value(to.node("Add", {to.channels_last(step.inputs[0]), put(to, table)}, {}, step.name),
                        step.output_shape);
    }
};

template <>
struct Rule<Dot> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::size_t n = step.input_shapes[0].last();
        const Shape first(step.input_shapes[0].size() / n, n), second(step.input_shapes[1].size() / n, n);
        const std::string rows = to.reshape(to.channels_last(step.inputs[0]), first, step.part("rows"));
        const std::string columns =
            to.node("Transpose", {to.reshape(to.channels_last(step.inputs[1]), second, step.part("columns"))},
                    Attributes().integers("perm", {0, 2, 1}), step.part("transposed"));
        const std::string products = to.node("MatMul", {rows, columns}, {}, step.part("products"));
        return to.value(to.reshape(products, step.output_shape, step.name), step.output_shape);
    }
};

} // namespace burin::io::onnx
