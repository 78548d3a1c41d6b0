#pragma once

#include "burin/core/error.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/core/within_memory.hpp"
#include "burin/graph/network.hpp"
#include "burin/graph/plan.hpp"
#include "burin/graph/recipe.hpp"
#include "burin/graph/streamer.hpp"
#include "burin/io/atomic_file.hpp"
#include "burin/io/c/activation_rules.hpp"
#include "burin/io/c/attention_rules.hpp"
#include "burin/io/c/convolution_rules.hpp"
#include "burin/io/c/elementary_rules.hpp"
#include "burin/io/c/embedding_rules.hpp"
#include "burin/io/c/file_text.hpp"
#include "burin/io/c/gather_rules.hpp"
#include "burin/io/c/group_norm_rules.hpp"
#include "burin/io/c/halves_rules.hpp"
#include "burin/io/c/image_rules.hpp"
#include "burin/io/c/matrix_rules.hpp"
#include "burin/io/c/normalization_rules.hpp"
#include "burin/io/c/planned_memory.hpp"
#include "burin/io/c/pooling_rules.hpp"
#include "burin/io/c/position_rules.hpp"
#include "burin/io/c/product_rules.hpp"
#include "burin/io/c/recurrent_rules.hpp"
#include "burin/io/c/repeated_rules.hpp"
#include "burin/io/c/resize_rules.hpp"
#include "burin/io/c/rule.hpp"
#include "burin/io/c/shape_rules.hpp"
#include "burin/io/c/svdf_rules.hpp"
#include "burin/io/c/transposed_convolution_rules.hpp"
#include "burin/training/model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace burin::io {

namespace c {

/// A network's layers that can't be written, in one sentence; empty if there is none.
template <class Net, class HasRule>
std::string describe_missing(const HasRule& has, const std::string& what) {
    std::string names;
    core::for_each_index<engine::Network<Net>::size>(
        [&]<std::size_t I>(std::integral_constant<std::size_t, I> index) {
            constexpr auto& node = engine::Network<Net>::graph.nodes[I];
            if (!has(index))
                names.append(names.empty() ? "" : ", ")
                    .append("layer `")
                    .append(node.place.text().view())
                    .append("` `")
                    .append(Text<64>(engine::OpAt<Net, I>::name()).view())
                    .append("`");
        });
    return names.empty() ? names
                         : "C has no " + std::string(what) + " for " + names +
                               "; give one by a specialisation of burin::io::c::" + what;
}

/// The name of an input or output: that of its node in a `Graph`, else `fallback` and, of several, its
/// number.
template <class Net>
std::string tensor_name(std::size_t node, std::string_view fallback, std::size_t index, std::size_t count) {
    const auto place = engine::Network<Net>::graph.nodes[node].place.text();
    const std::string_view text = place.view();
    if (!text.empty() && (text[0] < '0' || text[0] > '9'))
        return free_name(text);
    return std::string(fallback) + (count > 1 ? std::to_string(index) : "");
}

/// The function's arguments, and a line for each layer.
template <class Net>
Contents contents_of(const std::string& name) {
    using N = engine::Network<Net>;
    Contents contents{.name = function_name(name)};
    for (std::size_t node = 0, input = 0; node < N::size; ++node)
        if (N::graph.nodes[node].rules->traits.is_input)
            contents.inputs.push_back(
                {tensor_name<Net>(node, "input", input++, N::input_count), N::graph.nodes[node].shape});
        else
            contents.layers.push_back(std::string(N::graph.nodes[node].place.text().view()) + ": " +
                                      std::string(N::graph.nodes[node].rules->name().view()) + " gives " +
                                      shape_text(N::graph.nodes[node].shape));
    for (std::size_t i = 0; i < N::output_count; ++i) {
        std::string of = tensor_name<Net>(N::graph.outputs[i], "output", i, N::output_count);
        for (const Argument& input : contents.inputs)
            if (input.name == of)
                of += "_output";
        contents.outputs.push_back({of, N::graph.nodes[N::graph.outputs[i]].shape});
    }
    return contents;
}

/// Copies results that are in the arena, or are inputs, to where the caller wants them.
template <class PlanType>
void write_outputs(Source& to, const PlannedMemory<PlanType>& memory, const Contents& contents) {
    for (std::size_t i = 0; i < contents.outputs.size(); ++i)
        to.line("memcpy(" + inner_name("output", i) + ", " + memory.at(PlanType::program.outputs[i]) + ", " +
                std::to_string(contents.outputs[i].shape.size()) + " * sizeof(" + contents.number + "));");
}

/// Writes a network of real numbers, in one of its forms: itself, or that of a piece of a sequence.
template <class Net, class Form, engine::Recipe<engine::Network<Form>::output_count> FormRecipe>
class NetworkWriter {
    using N = engine::Network<Form>;
    using PlanType = engine::Plan<typename N::Type, FormRecipe>;
    using Role = passes::Role;
    template <std::size_t Node>
    using LayerAt = engine::OpAt<Form, Node>;
    static constexpr bool is_streaming = FormRecipe.mode == Mode::streaming;

  public:
    explicit NetworkWriter(const Model<Net>& model) : model_(model) {}

    CText write(const std::string& name) {
        Contents contents = contents_of<Form>(name);
        std::vector<std::size_t> scratch(PlanType::program.step_count);
        for_each_step([&]<std::size_t S>(std::integral_constant<std::size_t, S>) {
            constexpr std::size_t node = PlanType::program.steps[S].node;
            const LayerStep told = layer_step<node>();
            scratch[S] = scratch_of<Rule, LayerAt<node>>(told);
            states_[node] = contents.state;
            contents.state += is_streaming ? state_of<Rule, LayerAt<node>>(told) : 0;
        });
        const PlannedMemory<PlanType> memory(scratch);
        for_each_step([&]<std::size_t S>(std::integral_constant<std::size_t, S>) { write_step<S>(memory); });
        contents.number = "float";
        contents.unit = "floats";
        contents.arena = std::max<std::size_t>(memory.size(), 1);
        write_outputs(to_, memory, contents);
        if (memory.size() == 0)
            to_.line("(void)arena;");
        contents.is_streaming = is_streaming;
        if (is_streaming && contents.state == 0)
            to_.line("(void)state;");
        contents.state = std::max<std::size_t>(contents.state, 1);
        const std::string zeros =
            "size_t i;\nfor (i = 0; i < " + std::to_string(contents.state) + "; ++i)\nstate[i] = 0.0f;\n";
        return {source_text(contents, contents.name + ".h", to_, zeros), header_text(contents)};
    }

  private:
    template <class Function>
    static void for_each_step(const Function& f) {
        core::for_each_index<PlanType::program.step_count>(f);
    }

    /// What a rule is told of a node whatever the plan is.
    template <std::size_t Node>
    LayerStep layer_step() const {
        constexpr auto& node = PlanType::graph.nodes[Node];
        LayerStep step{.name = std::string(node.weights_place.text().view()), .output_shape = node.shape};
        for (std::size_t i = 0; i < node.input_count; ++i) {
            step.input_shapes.push_back(PlanType::graph.nodes[node.inputs[i]].shape);
            step.inputs.emplace_back();
        }
        if (is_streaming)
            step.state = plus("state", states_[Node]);
        step.tensor = [this](std::string_view name) { return tensor(node.weights_place, name); };
        return step;
    }

    /// What the nodes behind `Node` up to `Tail` make of an expression.
    template <std::size_t Node, std::size_t Tail>
    static std::string chain(Source& to, const std::string& x) {
        if constexpr (Tail == passes::none || Tail == Node)
            return x;
        else if constexpr (passes::is_view(*PlanType::graph.nodes[Tail].rules, PlanType::mode))
            return chain<Node, PlanType::graph.nodes[Tail].inputs[0]>(to, x);
        else if constexpr (PlanType::graph.nodes[Tail].rules->traits.is_sum)
            return chain<Node, passes::chained_input(PlanType::graph.nodes[Tail])>(to, x) + " + summand";
        else if constexpr (Activation<LayerAt<Tail>>::is_known)
            return Activation<LayerAt<Tail>>::value(
                to, chain<Node, PlanType::graph.nodes[Tail].inputs[0]>(to, x));
        else
            return x; // Such a network is refused.
    }

    template <std::size_t S>
    void write_step(const PlannedMemory<PlanType>& memory) {
        constexpr auto& step = PlanType::program.steps[S];
        const passes::Step& planned = memory.step(S);
        LayerStep first = layer_step<step.node>();
        for (std::size_t i = 0; i < first.inputs.size(); ++i)
            first.inputs[i] = memory.at(planned.input(i));
        first.scratch = memory.at(planned[Role::scratch]);
        first.after = [](Source& to, const std::string& x) { return chain<step.node, step.epilogue>(to, x); };
        comment(step.node);
        if constexpr (step.then == passes::none) {
            first.output = memory.at(planned[Role::result]);
            first.summand = memory.at(planned[Role::summand]);
            Rule<LayerAt<step.node>>::write(to_, first);
        } else {
            comment(step.then);
            LayerStep second = layer_step<step.then>();
            second.after = [](Source& to, const std::string& x) {
                return chain<step.then, step.then_epilogue>(to, x);
            };
            write_strips(planned, memory, first, second, [&] {
                Rule<LayerAt<step.node>>::write(to_, first);
                Rule<LayerAt<step.then>>::write(to_, second);
            });
        }
    }

    /// Some lines of the first layer, then what the second makes of them; from the last ones back where the
    /// result lies over the input, behind it.
    template <class Write>
    void write_strips(const passes::Step& planned, const PlannedMemory<PlanType>& memory, LayerStep& first,
                      LayerStep& second, const Write& write) {
        const Shape &between = first.output_shape, &result = second.output_shape;
        const std::size_t height = between[0], width = between.size() / between.last() / height;
        const std::size_t input = planned.input(0), output = planned[Role::result];
        const bool is_backward = !memory.is_external(input) && memory.offset(input) <= memory.offset(output);
        const std::string lines = std::to_string(planned.lines), all = std::to_string(height);
        const std::string line_size = std::to_string(width * result.last());
        to_.line("{");
        to_.line("size_t strip;");
        to_.line("for (strip = 0; strip < " + std::to_string((height + planned.lines - 1) / planned.lines) +
                 "; ++strip) {");
        to_.line("const size_t line = " +
                 (is_backward
                      ? "(" + std::to_string((height + planned.lines - 1) / planned.lines - 1) + " - strip)"
                      : std::string("strip")) +
                 " * " + lines + ";");
        to_.line("const size_t lines = " + all + " - line < " + lines + " ? " + all + " - line : " + lines +
                 ";");
        first.first_line = "line";
        first.lines = "lines";
        first.output = second.inputs[0] = first.scratch;
        second.pixels = "lines * " + std::to_string(width);
        second.output = memory.at(output) + " + line * " + line_size;
        if (planned[Role::summand] != passes::none)
            second.summand = memory.at(planned[Role::summand]) + " + line * " + line_size;
        write();
        to_.line("}");
        to_.line("}");
    }

    void comment(std::size_t node) {
        const auto& of = PlanType::graph.nodes[node];
        to_.line("/* " + std::string(of.place.text().view()) + ": " + std::string(of.rules->name().view()) +
                 " */");
    }

    Tensor tensor(const passes::Place& place, std::string_view name) const {
        const std::string full =
            std::string(place.text().view()) + (place.depth > 0 ? "." : "") + std::string(name);
        const engine::TensorView<const float> view = model_[full];
        const ParameterTensor* const found = engine::find_tensor<Net>(full);
        Tensor result{full, found->spec.shape, std::vector<float>(view.size())};
        for (std::size_t i = 0; i < view.size(); ++i)
            result.values[i] = view[i];
        return result;
    }

    const Model<Net>& model_;
    Source to_;
    std::array<std::size_t, N::size> states_{};
};

/// Refuses what can't be written. Throws Error.
template <bool Streams = false, class Net>
void check(const Model<Net>& model) {
    const std::string missing = describe_missing<Net>(
        []<std::size_t I>(std::integral_constant<std::size_t, I>) {
            using LayerType = engine::OpAt<Net, I>;
            constexpr bool has_state = Streams && engine::Network<Net>::graph.nodes[I].state_count > 0;
            return has_rule<LayerType> && (!has_state || carries_state<Rule, LayerType>);
        },
        Streams ? "Rule with a state" : "Rule");
    if (!missing.empty())
        throw Error("export_c: " + missing);
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        const auto view = model[tensor.name().view()];
        for (std::size_t i = 0; i < view.size(); ++i)
            if (!std::isfinite(view[i]))
                throw Error("export_c: " + std::string(tensor.name().view()) + "[" + std::to_string(i) +
                            "]: expected a finite number, got " + std::to_string(view[i]));
    }
}

/// Writes both files, each whole or not at all.
inline void write_files(const std::string& path, const CText& text) {
    core::within_memory(path, [&] {
        const std::filesystem::path source(path);
        if (source.extension() != ".c")
            throw Error("export_c: " + path + ": expected a name that ends in .c");
        write_file(path, text.source);
        write_file(std::filesystem::path(source).replace_extension(".h").string(), text.header);
    });
}

/// The name that is asked for, or that of the file.
inline std::string name_for(const std::string& path, const COptions& options) {
    return options.name.empty() ? std::filesystem::path(path).stem().string() : options.name;
}

} // namespace c

/// A trained network as C99, for programs whose tool chain has no C++: a function, its weights, and a header
/// that declares it and says how much memory it works in. See `export_c`.
template <class Net>
CText c_text(const Model<Net>& model, const COptions& options) {
    c::check(model);
    return c::NetworkWriter<Net, Net, recipes::inference>(model).write(options.name);
}

/// Writes `digits.c` and `digits.h`:
///
///     io::export_c("digits.c", model);
///
/// and a C program calls
///
///     static float arena[DIGITS_ARENA];
///     digits(image, probabilities, arena);
///
/// It needs no heap and nothing of the C library but memcpy, sqrtf and, where the processor multiplies and
/// adds in one rounding, fmaf. Its bits are those of `Predictor` in a build with one lane (BURIN_SCALAR) for
/// the same processor, both compiled with -ffp-contract=off (with gcc -std=c99 implies it), but for the sign
/// of a zero and for numbers too small to be normalized, which C does not flush. Memory is planned as it is
/// for Predictor; it is less by what Burin's kernels work in.
///
/// It is the network of inference of one sample. A `Lambda`, or a layer of one's own, needs a specialisation
/// of `burin::io::c::Rule`, an elementwise one of `burin::io::c::Activation`.
///
/// Throws Error for layers without a rule, naming all, for parameters that are not finite, and if the files
/// can't be written.
template <class Net>
void export_c(const std::string& path, const Model<Net>& model, const COptions& options = {}) {
    c::write_files(path, c_text(model, {c::name_for(path, options)}));
}

/// The same piece by piece, as `Streamer<Net, Steps>`: see `export_c_pieces`.
template <std::size_t Steps, class Net>
CText c_pieces_text(const Model<Net>& model, const COptions& options) {
    c::check<true>(model);
    return c::NetworkWriter<Net, typename Streamer<Net, Steps>::Piece, recipes::streaming>(model).write(
        options.name);
}

/// Writes a network that runs piece by piece, `Steps` steps of a sequence at a time, with the bits of a
/// `Streamer` of one lane:
///
///     io::export_c_pieces<1>("pedal.c", model);
///
/// and a C program calls
///
///     static float state[PEDAL_STATE], arena[PEDAL_ARENA];
///     pedal_reset(state);                         // before each sequence
///     pedal(samples, outputs, state, arena);      // the next piece
template <std::size_t Steps, class Net>
void export_c_pieces(const std::string& path, const Model<Net>& model, const COptions& options = {}) {
    c::write_files(path, c_pieces_text<Steps>(model, {c::name_for(path, options)}));
}

} // namespace burin::io
