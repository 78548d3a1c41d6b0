#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/io/onnx/shape_rules.hpp"
#include "burin/layers/broadcast.hpp"
#include "burin/layers/comparisons.hpp"
#include "burin/layers/gather.hpp"
#include "burin/layers/mat_mul.hpp"
#include "burin/layers/reductions.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace burin::io::onnx {

template <class LayerType>
concept ReducingLayer = requires { LayerType::reduced; };

template <ReducingLayer LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        using burin::detail::Reduced;
        constexpr Reduced kind = LayerType::reduced;
        const std::string input = to.channels_last(step.inputs[0]);
        Extents axes;
        for (std::size_t axis = 0; axis < step.input_shapes[0].rank; ++axis)
            if (LayerType::goes(axis))
                axes.push_back(static_cast<std::int64_t>(axis) + 1);
        const bool keeps = LayerType::keeps_axes || axes.size() == step.input_shapes[0].rank;
        const Attributes kept = Attributes().integer("keepdims", keeps ? 1 : 0);
        const bool is_shaped = keeps && !LayerType::keeps_axes;
        const std::string name = is_shaped ? step.part("reduced") : step.name;
        const std::string reduced = to.node(kind == Reduced::sum    ? "ReduceSum"
                                            : kind == Reduced::mean ? "ReduceMean"
                                            : kind == Reduced::max  ? "ReduceMax"
                                                                    : "ReduceMin",
                                            {input, to.integers(step.part("axes"), axes)}, kept, name);
        return to.value(is_shaped ? to.reshape(reduced, step.output_shape, step.name) : reduced,
                        step.output_shape);
    }
};

/// Inputs with as many axes as the output: what repeats is told from the last axis, and the batch is first.
inline std::vector<std::string> of_equal_rank(GraphWriter& to, const LayerStep& step, std::size_t rank) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
        std::string name = to.channels_last(step.inputs[i]);
        if (step.input_shapes[i].rank < rank) {
            Shape shape;
            while (shape.rank < rank - step.input_shapes[i].rank)
                shape.push_back(1);
            for (std::size_t axis = 0; axis < step.input_shapes[i].rank; ++axis)
                shape.push_back(step.input_shapes[i][axis]);
            name = to.reshape(name, shape, step.part("input_" + std::to_string(i)));
        }
        names.push_back(std::move(name));
    }
    return names;
}

template <class Merge>
struct Rule<Broadcast<Merge>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::vector<std::string> names = of_equal_rank(to, step, step.output_shape.rank);
        if constexpr (!Rule<Merge>::is_for_two) {
            return to.value(to.node(Rule<Merge>::op, names, {}, step.name), step.output_shape);
        } else {
            std::string name = names[0];
            for (std::size_t i = 1; i < names.size(); ++i)
                name = to.node(Rule<Merge>::op, {name, names[i]}, {},
                               i + 1 == names.size() ? step.name : step.part(std::to_string(i)));
            return to.value(name, step.output_shape);
        }
    }
};

template <class LayerType>
concept ComparingLayer = requires { LayerType::negated; };

/// A mask of the network's scalars.
inline std::string as_numbers(GraphWriter& to, const std::string& mask, const std::string& name) {
    return to.node("Cast", {mask}, Attributes().integer("to", static_cast<std::int64_t>(to.scalar())), name);
}

template <ComparingLayer LayerType>
struct Rule<LayerType> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        std::vector<std::string> names = of_equal_rank(to, step, step.output_shape.rank);
        if (LayerType::has_number)
            names.push_back(to.number(LayerType::number, step.part("number")));
        constexpr std::string_view kind = LayerType::negated ? "Equal" : LayerType::kind;
        const std::string op(kind == "GreaterEqual" ? "GreaterOrEqual"
                             : kind == "LessEqual"  ? "LessOrEqual"
                                                    : kind);
        std::string mask = to.node(op, names, {}, step.part("mask"));
        if (LayerType::negated)
            mask = to.node("Not", {mask}, {}, step.part("not"));
        return to.value(as_numbers(to, mask, step.name), step.output_shape);
    }
};

template <core::Number auto... Otherwise>
struct Rule<Where<Otherwise...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        std::vector<std::string> names = of_equal_rank(to, step, step.output_shape.rank);
        // What is no number is not 0 either.
        const std::string is_zero =
            to.node("Equal", {names[0], to.number(0, "zero")}, {}, step.part("is_zero"));
        if (names.size() == 2)
            names.push_back(to.number(Where<Otherwise...>::otherwise, step.part("otherwise")));
        return to.value(to.node("Where", {is_zero, names[2], names[1]}, {}, step.name), step.output_shape);
    }
};

template <class Which, class AlongWhich>
struct Rule<Gather<Which, AlongWhich>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        Extents numbers;
        for (const std::size_t number : Which::numbers)
            numbers.push_back(static_cast<std::int64_t>(number));
        return to.value(
            to.node("Gather", {to.channels_last(step.inputs[0]), to.integers(step.part("numbers"), numbers)},
                    Attributes().integer("axis", static_cast<std::int64_t>(AlongWhich::index) + 1),
                    step.name),
            step.output_shape);
    }
};

/// Along the first axis of the samples: ONNX has no operator for another, of a batch.
template <>
struct Rule<GatherByInput<>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        Shape one = step.input_shapes[1];
        one.push_back(1);
        const std::string numbers = to.node(
            "Cast", {to.channels_last(step.inputs[1])},
            Attributes().integer("to", static_cast<std::int64_t>(Element::int64)), step.part("numbers"));
        return to.value(
            to.node("GatherND",
                    {to.channels_last(step.inputs[0]), to.reshape(numbers, one, step.part("number_of_each"))},
                    Attributes().integer("batch_dims", 1), step.name),
            step.output_shape);
    }
};

template <class... Options>
struct Rule<MatMul<Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        std::vector<std::string> names = of_equal_rank(to, step, step.output_shape.rank);
        const auto turn = [&](std::size_t i, const char* part) {
            Extents order;
            for (std::size_t axis = 0; axis <= step.output_shape.rank; ++axis)
                order.push_back(static_cast<std::int64_t>(axis));
            std::swap(order[order.size() - 1], order[order.size() - 2]);
            names[i] =
                to.node("Transpose", {names[i]}, Attributes().integers("perm", order), step.part(part));
        };
        if (MatMul<Options...>::first_transposed)
            turn(0, "first");
        if (MatMul<Options...>::second_transposed)
            turn(1, "second");
        return to.value(to.node("MatMul", names, {}, step.name), step.output_shape);
    }
};

} // namespace burin::io::onnx
