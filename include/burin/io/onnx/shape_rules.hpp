#pragma once

#include "burin/io/onnx/rule.hpp"
#include "burin/layers/elementwise_merge.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/permute.hpp"
#include "burin/layers/reparameterize.hpp"
#include "burin/layers/repeat_vector.hpp"
#include "burin/layers/reverse.hpp"
#include "burin/layers/slice.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace burin::io::onnx {

/// An operator of any number of inputs, or of two.
template <class Settings>
struct MergeRule {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return for_all_inputs(to, step, [&](const std::vector<std::string>& names) {
            std::string name = names[0];
            if (Settings::is_for_two) {
                for (std::size_t i = 1; i < names.size(); ++i)
                    name = to.node(Settings::op, {name, names[i]}, {},
                                   i + 1 == names.size() ? step.name : step.part(std::to_string(i)));
                return names.size() == 1 ? to.node("Identity", names, {}, step.name) : name;
            }
            return to.node(Settings::op, names, {}, step.name);
        });
    }
};

template <>
struct Rule<Add> : MergeRule<Rule<Add>> {
    static constexpr const char* op = "Add";
    static constexpr bool is_for_two = true;
};
template <>
struct Rule<Subtract> : MergeRule<Rule<Subtract>> {
    static constexpr const char* op = "Sub";
    static constexpr bool is_for_two = true;
};
template <>
struct Rule<Multiply> : MergeRule<Rule<Multiply>> {
    static constexpr const char* op = "Mul";
    static constexpr bool is_for_two = true;
};
template <>
struct Rule<Average> : MergeRule<Rule<Average>> {
    static constexpr const char* op = "Mean";
    static constexpr bool is_for_two = false;
};
template <>
struct Rule<Maximum> : MergeRule<Rule<Maximum>> {
    static constexpr const char* op = "Max";
    static constexpr bool is_for_two = false;
};
template <>
struct Rule<Minimum> : MergeRule<Rule<Minimum>> {
    static constexpr const char* op = "Min";
    static constexpr bool is_for_two = false;
};

template <>
struct Rule<Concat> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::int64_t axis = to.is_channels_first(step.inputs[0]) ? 1 : -1;
        return for_all_inputs(to, step, [&](const std::vector<std::string>& names) {
            return to.node("Concat", names, Attributes().integer("axis", axis), step.name);
        });
    }
};

template <std::size_t... Axes>
struct Rule<Permute<Axes...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return to.value(to.node("Transpose", {to.channels_last(step.inputs[0])},
                                Attributes().integers("perm", {0, static_cast<std::int64_t>(Axes) + 1 ...}),
                                step.name),
                        step.output_shape);
    }
};

/// The elements from `begin` to `end` of one axis of the samples.
inline std::string slice(GraphWriter& to, const std::string& input, std::size_t axis, std::size_t begin,
                         std::size_t end, const std::string& name, std::size_t step = 1) {
    std::vector<std::string> inputs{
        input, to.integers(name + ".begin", {static_cast<std::int64_t>(begin)}),
        to.integers(name + ".end", {static_cast<std::int64_t>(end)}),
        to.integers("axis." + std::to_string(axis + 1), {static_cast<std::int64_t>(axis) + 1})};
    if (step > 1)
        inputs.push_back(to.integers(name + ".step", {static_cast<std::int64_t>(step)}));
    return to.node("Slice", inputs, {}, name);
}

/// The steps of the first axis from the last to the first.
inline std::string reversed(GraphWriter& to, const std::string& input, const std::string& name) {
    return to.node("Slice",
                   {input, to.integers("last", {-1}),
                    to.integers("beyond_the_first", {std::numeric_limits<std::int64_t>::min() + 1}),
                    to.integers("axis.1", {1}), to.integers("backwards", {-1})},
                   {}, name);
}

template <std::size_t First, std::size_t Count, class... Options>
struct Rule<Slice<First, Count, Options...>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        using Layer = Slice<First, Count, Options...>;
        return to.value(slice(to, to.channels_last(step.inputs[0]), Layer::axis, First,
                              First + (Count - 1) * Layer::step + 1, step.name, Layer::step),
                        step.output_shape);
    }
};

template <>
struct Rule<Reverse> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        return to.value(reversed(to, to.channels_last(step.inputs[0]), step.name), step.output_shape);
    }
};

template <std::size_t Times>
struct Rule<RepeatVector<Times>> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        const std::string one =
            to.node("Unsqueeze", {to.channels_last(step.inputs[0]), to.integers("axis.1", {1})}, {},
                    step.part("one"));
        Extents extents(step.output_shape.rank + 1, 1);
        extents[1] = static_cast<std::int64_t>(Times);
        return to.value(to.node("Expand", {one, to.integers(step.part("times"), extents)}, {}, step.name),
                        step.output_shape);
    }
};

/// In inference the mean.
template <>
struct Rule<Reparameterize> {
    static Value write(GraphWriter& to, const LayerStep& step) {
        if (step.inputs.size() == 2)
            return step.inputs[0];
        const bool is_row = step.input_shapes[0].rank == 1;
        const std::string mean = slice(to, to.channels_last(step.inputs[0]), 0, 0,
                                       is_row ? step.output_shape[0] : 1, step.part("mean"));
        return to.value(is_row ? mean : to.reshape(mean, step.output_shape, step.name), step.output_shape);
    }
};

} // namespace burin::io::onnx
