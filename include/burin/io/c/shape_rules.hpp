#pragma once

#include "burin/io/c/activation_rules.hpp"
#include "burin/io/c/functions.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/layers/axis.hpp"
#include "burin/layers/elementwise_merge.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/padding.hpp"
#include "burin/layers/past.hpp"
#include "burin/layers/permute.hpp"
#include "burin/layers/pixel_shuffle.hpp"
#include "burin/layers/repeat_vector.hpp"
#include "burin/layers/reverse.hpp"
#include "burin/layers/slice.hpp"
#include "burin/layers/time_distributed.hpp"
#include "burin/layers/upsampling.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace burin::io::c {

// Merges, element by element.

namespace detail {

/// With an operator between them, from the last one on or from the first.
inline std::string joined(const std::vector<std::string>& elements, const char* op, bool from_the_last) {
    const std::size_t count = elements.size();
    std::string text = from_the_last ? elements.back() : elements.front();
    for (std::size_t k = 1; k < count; ++k) {
        const std::string rest = k > 1 ? "(" + text + ")" : text;
        text = from_the_last ? elements[count - 1 - k] + op + rest : rest + op + elements[k];
    }
    return text;
}

inline constexpr Function max_or_nan{R"(static float max_or_nan(float x, float running)
{
    return x != x ? x : x > running ? x : running;
}
)"};
inline constexpr Function min_or_nan{R"(static float min_or_nan(float x, float running)
{
    return x != x ? x : x < running ? x : running;
}
)"};

inline std::string nested(const std::vector<std::string>& elements, const std::string& function) {
    std::string text = elements[0];
    for (std::size_t k = 1; k < elements.size(); ++k)
        text = function + "(" + elements[k] + ", " + text + ")";
    return text;
}

/// A merge as an expression of an element of each input.
template <class Merge>
struct MergeValue;
template <>
struct MergeValue<Add> {
    static std::string value(Source&, const std::vector<std::string>& x) { return joined(x, " + ", true); }
};
template <>
struct MergeValue<Subtract> {
    static std::string value(Source&, const std::vector<std::string>& x) { return x[0] + " - " + x[1]; }
};
template <>
struct MergeValue<Multiply> {
    static std::string value(Source&, const std::vector<std::string>& x) { return joined(x, " * ", true); }
};
template <>
struct MergeValue<Average> {
    static std::string value(Source&, const std::vector<std::string>& x) {
        return "(" + joined(x, " + ", false) + ") * " + literal(1.0F / static_cast<float>(x.size()));
    }
};
template <>
struct MergeValue<Maximum> {
    static std::string value(Source& to, const std::vector<std::string>& x) {
        to.use(max_or_nan);
        return nested(x, "max_or_nan");
    }
};
template <>
struct MergeValue<Minimum> {
    static std::string value(Source& to, const std::vector<std::string>& x) {
        to.use(min_or_nan);
        return nested(x, "min_or_nan");
    }
};

} // namespace detail

template <class LayerType>
concept MergesElements = requires(Source& to, const std::vector<std::string>& elements) {
    detail::MergeValue<LayerType>::value(to, elements);
};

template <MergesElements LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        std::vector<std::string> elements;
        for (std::size_t k = 0; k < step.inputs.size(); ++k)
            elements.push_back(std::string(1, static_cast<char>('a' + k)) + "[i]");
        write_each(to, step, detail::MergeValue<LayerType>::value(to, elements));
    }
};

// Layers that move elements.

/// What goes where: `extents` of the elements that move, and how far it is along each axis from one to the
/// next, in the input and in the output.
struct Movement {
    std::vector<std::size_t> extents{};
    std::vector<std::ptrdiff_t> from{}, target{};
    std::ptrdiff_t first_from = 0, first_to = 0;
    bool fills = false; ///< The rest of the output is filled.

    static std::vector<std::ptrdiff_t> pitches(const Shape& shape) {
        std::vector<std::ptrdiff_t> result(shape.rank, 1);
        for (std::size_t axis = shape.rank; axis-- > 1;)
            result[axis - 1] = result[axis] * static_cast<std::ptrdiff_t>(shape[axis]);
        return result;
    }
    /// All elements of a shape, between images that have these pitches.
    static Movement of(const Shape& shape, const Shape& input, const Shape& output) {
        return {{shape.extents.begin(), shape.extents.begin() + shape.rank}, pitches(input), pitches(output)};
    }

    /// As loops; `filling` is an element.
    void write(Source& to, const LayerStep& step, const std::string& type, const std::string& filling) const {
        static constexpr const char* names[] = {"i", "j", "k", "l", "m", "n", "o", "p"};
        const std::size_t inputs = step.input_shapes[0].size(), outputs = step.output_shape.size();
        std::string x = "x", y = "y";
        std::string variables, fill;
        if (step.rows > 1) {
            variables = "row, ";
            x += " + row * " + std::to_string(inputs);
            y += " + row * " + std::to_string(outputs);
        }
        for (std::size_t axis = 0; axis < extents.size(); ++axis)
            variables.append(axis > 0 ? ", " : "").append(names[axis]);
        to.line("{");
        to.line("    const " + type + " *const x = " + step.inputs[0] + ";");
        to.line("    " + type + " *const y = " + step.output + ";");
        to.line("    ptrdiff_t " + variables + ";");
        if (fills) {
            to.line("    for (i = 0; i < " + std::to_string(step.rows * outputs) + "; ++i)");
            to.line("        y[i] = " + filling + ";");
        }
        std::string indent = "    ";
        const auto loop = [&](const std::string& name, std::size_t extent) {
            to.line(indent + "for (" + name + " = 0; " + name + " < " + std::to_string(extent) + "; ++" +
                    name + ")");
            indent += "    ";
        };
        if (step.rows > 1)
            loop("row", step.rows);
        std::string from_index = std::to_string(first_from), to_index = std::to_string(first_to);
        for (std::size_t axis = 0; axis < extents.size(); ++axis) {
            loop(names[axis], extents[axis]);
            const auto add = [&](std::string& index, std::ptrdiff_t pitch) {
                index.append(" + ").append(names[axis]).append(" * ").append(std::to_string(pitch));
            };
            add(from_index, from[axis]);
            add(to_index, target[axis]);
        }
        to.line(indent + "(" + y + ")[" + to_index + "] = (" + x + ")[" + from_index + "];");
        to.line("}");
    }
};

/// The movement of a layer: `movement_of(layer, input, output)`.
template <std::size_t First, std::size_t Count, class... Options>
Movement movement_of(const Slice<First, Count, Options...>*, const Shape& input, const Shape& output) {
    using Layer = Slice<First, Count, Options...>;
    Movement movement = Movement::of(output, input, output);
    std::ptrdiff_t& pitch = movement.from[Layer::axis];
    movement.first_from = pitch * static_cast<std::ptrdiff_t>(First);
    pitch *= static_cast<std::ptrdiff_t>(Layer::step);
    return movement;
}
template <std::size_t... Axes>
Movement movement_of(const Permute<Axes...>*, const Shape& input, const Shape& output) {
    Movement movement = Movement::of(output, output, output);
    const std::vector<std::ptrdiff_t> pitches = Movement::pitches(input);
    movement.from = {pitches[Axes]...};
    return movement;
}
inline Movement movement_of(const Reverse*, const Shape& input, const Shape& output) {
    Movement movement = Movement::of(output, input, output);
    movement.first_from = movement.from[0] * static_cast<std::ptrdiff_t>(input[0] - 1);
    movement.from[0] = -movement.from[0];
    return movement;
}
template <std::size_t Times>
Movement movement_of(const RepeatVector<Times>*, const Shape& input, const Shape& output) {
    Movement movement = Movement::of(output, output, output);
    movement.from = Movement::pitches(input);
    movement.from.insert(movement.from.begin(), 0);
    return movement;
}
template <bool Pads, std::size_t Rank, std::size_t... Counts>
Movement movement_of(const burin::detail::Bordered<Pads, Rank, Counts...>*, const Shape& input,
                     const Shape& output) {
    constexpr auto border = burin::detail::Bordered<Pads, Rank, Counts...>::border;
    Movement movement = Movement::of(Pads ? input : output, input, output);
    for (std::size_t axis = 0; axis < Rank; ++axis)
        (Pads ? movement.first_to : movement.first_from) +=
            (Pads ? movement.target : movement.from)[axis] * static_cast<std::ptrdiff_t>(border.before[axis]);
    movement.fills = Pads;
    return movement;
}
/// Each pixel as often as the factors say.
template <std::size_t Rank, auto Factor>
Movement movement_of(const burin::detail::Upsampler<Rank, Factor>*, const Shape& input, const Shape& output) {
    const std::vector<std::ptrdiff_t> from = Movement::pitches(input), to = Movement::pitches(output);
    Movement movement;
    for (std::size_t axis = 0; axis < input.rank; ++axis) {
        const std::size_t factor = output[axis] / input[axis];
        movement.extents.push_back(input[axis]);
        movement.from.push_back(from[axis]);
        movement.target.push_back(to[axis] * static_cast<std::ptrdiff_t>(factor));
        if (factor == 1)
            continue;
        movement.extents.push_back(factor);
        movement.from.push_back(0);
        movement.target.push_back(to[axis]);
    }
    return movement;
}

/// Between an image and one whose pixels are its blocks.
template <std::size_t Block, bool ToSpace, bool ByChannel>
Movement movement_of(const burin::detail::PixelBlocks<Block, ToSpace, ByChannel>*, const Shape& input,
                     const Shape& output) {
    const Shape &image = ToSpace ? output : input, &deep = ToSpace ? input : output;
    const std::vector<std::ptrdiff_t> wide = Movement::pitches(image), of_deep = Movement::pitches(deep);
    const auto block = static_cast<std::ptrdiff_t>(Block), channels = static_cast<std::ptrdiff_t>(image[2]);
    const std::ptrdiff_t pixel = ByChannel ? 1 : channels, channel = ByChannel ? block * block : 1;
    Movement movement{.extents = {deep[0], Block, deep[1], Block, image[2]},
                      .from = {block * wide[0], wide[0], block * wide[1], wide[1], 1},
                      .target = {of_deep[0], block * pixel, of_deep[1], pixel, channel}};
    if (ToSpace)
        std::swap(movement.from, movement.target);
    return movement;
}

template <class LayerType>
concept MovesElements = !LayerType::traits.is_view && requires(const LayerType* layer, const Shape& shape) {
    movement_of(layer, shape, shape);
};

template <class LayerType>
Movement movement_of_layer(const LayerStep& step) {
    return movement_of(static_cast<const LayerType*>(nullptr), step.input_shapes[0], step.output_shape);
}

template <MovesElements LayerType>
struct Rule<LayerType> {
    static void write(Source& to, const LayerStep& step) {
        movement_of_layer<LayerType>(step).write(to, step, "float", "0.0f");
    }
};

/// Steps before a sequence or, of a piece, those of earlier ones.
template <std::size_t Steps>
struct Rule<Past<Steps>> {
    static std::size_t state(const LayerStep& step) {
        return step.output_shape.size() - step.input_shapes[0].size();
    }
    static void write(Source& to, const LayerStep& step) { write_past(to, step, "float", "0.0f"); }

    /// Also of 8 bits; `filling` is an element.
    static void write_past(Source& to, const LayerStep& step, const std::string& type,
                           const std::string& filling) {
        const std::string before = std::to_string(state(step)),
                          piece = std::to_string(step.input_shapes[0].size());
        for_samples(to, step, [&](const LayerStep& one) {
            to.line("{");
            to.line(type + " *const y = " + one.output + ";");
            if (one.state.empty()) {
                to.line("size_t i;");
                to.line("for (i = 0; i < " + before + "; ++i)");
                to.line("y[i] = " + filling + ";");
            } else {
                to.line("memcpy(y, " + one.state + ", " + before + " * sizeof *y);");
            }
            to.line("memcpy(y + " + before + ", " + one.inputs[0] + ", " + piece + " * sizeof *y);");
            if (!one.state.empty())
                to.line("memcpy(" + one.state + ", y + " + piece + ", " + before + " * sizeof *y);");
            to.line("}");
        });
    }
};

/// Of inputs side by side along the last axis, this one.
inline Movement part_of_concat(const LayerStep& step, std::size_t input) {
    const Shape& part = step.input_shapes[input];
    const std::size_t runs = part.size() / part.last();
    std::size_t before = 0;
    for (std::size_t i = 0; i < input; ++i)
        before += step.input_shapes[i].last();
    return {.extents = {step.rows * runs, part.last()},
            .from = {static_cast<std::ptrdiff_t>(part.last()), 1},
            .target = {static_cast<std::ptrdiff_t>(step.output_shape.last()), 1},
            .first_to = static_cast<std::ptrdiff_t>(before)};
}

template <>
struct Rule<Concat> {
    static void write(Source& to, const LayerStep& step) {
        for (std::size_t i = 0; i < step.inputs.size(); ++i) {
            LayerStep part = step;
            part.inputs = {step.inputs[i]};
            part.rows = 1;
            part_of_concat(step, i).write(to, part, "float", "0.0f");
        }
    }
};

/// A layer at each step: steps are samples of a larger batch.
inline LayerStep each_step(const LayerStep& step) {
    LayerStep inner = step;
    inner.rows *= step.input_shapes[0][0];
    inner.output_shape = burin::detail::step_shape(step.output_shape);
    for (Shape& input : inner.input_shapes)
        input = burin::detail::step_shape(input);
    return inner;
}

template <class LayerType>
struct Activation<TimeDistributed<LayerType>> : Activation<LayerType> {};

template <class LayerType>
struct Rule<TimeDistributed<LayerType>> {
    static constexpr bool is_missing = !has_rule<LayerType>;

    static std::size_t scratch(const LayerStep& step) {
        return scratch_of<io::c::Rule, LayerType>(each_step(step));
    }
    static void write(Source& to, const LayerStep& step) { Rule<LayerType>::write(to, each_step(step)); }
};

} // namespace burin::io::c
