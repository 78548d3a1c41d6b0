#pragma once

#include "burin/core/error.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/io/c/int8_rules.hpp"
#include "burin/io/export_c.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "burin/quantization/quantized_streamer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::io {

namespace c {

/// Writes a network of 8-bit integers, in one of its forms: itself, or that of a piece of a sequence.
template <class Net, Rounding Way, class Form, engine::Recipe<engine::Network<Form>::output_count> FormRecipe>
class QuantizedNetworkWriter {
    using N = engine::Network<Form>;
    using PlanType = engine::Plan<Form, FormRecipe>;
    using Role = passes::Role;
    template <std::size_t Node>
    using LayerAt = engine::OpAt<Form, Node>;
    static constexpr bool is_streaming = FormRecipe.mode == Mode::streaming;

  public:
    explicit QuantizedNetworkWriter(const QuantizedNetwork<Net, Way>& network) : network_(network) {}

    CText write(const std::string& name) {
        Contents contents = contents_of<Form>(name);
        contents.is_streaming = is_streaming;
        std::vector<std::size_t> scratch(PlanType::program.step_count);
        std::string reset;
        core::for_each_index<PlanType::program.step_count>(
            [&]<std::size_t S>(std::integral_constant<std::size_t, S>) {
                constexpr std::size_t node = PlanType::program.steps[S].node;
                const LayerStep told = told_step<node>();
                scratch[S] = scratch_of<Int8Rule, LayerAt<node>>(told);
                if (const std::size_t count = is_streaming ? state_of<Int8Rule, LayerAt<node>>(told) : 0;
                    count > 0) {
                    states_[node] = contents.state;
                    reset += "memset(" + plus("state", contents.state) + ", " + std::to_string(rest<node>()) +
                             ", " + std::to_string(count) + ");\n";
                    contents.state += count;
                }
            });
        const PlannedMemory<PlanType> memory(scratch);
        core::for_each_index<PlanType::program.step_count>(
            [&]<std::size_t S>(std::integral_constant<std::size_t, S>) { write_step<S>(memory); });
        contents.number = "int8_t";
        contents.unit = "bytes";
        contents.arena = std::max<std::size_t>(memory.size(), 1);
        write_outputs(to_, memory, contents);
        if (memory.size() == 0)
            to_.line("(void)arena;");
        if (is_streaming && contents.state == 0) {
            to_.line("(void)state;");
            reset = "(void)state;\n";
        }
        contents.state = std::max<std::size_t>(contents.state, 1);
        const std::string prefix = capitals(contents.name);
        for (std::size_t i = 0; i < contents.inputs.size(); ++i)
            tell_scale(prefix, contents.inputs[i], network_.inputs[i]);
        for (std::size_t i = 0; i < contents.outputs.size(); ++i)
            tell_scale(prefix, contents.outputs[i], network_.outputs[i]);
        return {source_text(contents, contents.name + ".h", to_, reset), header_text(contents)};
    }

  private:
    static void tell_scale(const std::string& prefix, Argument& of, const quantization::Scale& scale) {
        const std::string macro = "#define " + prefix + "_" + capitals(of.name);
        of.more = "/* A number q stands for SCALE * (q - ZERO_POINT). */\n" + macro + "_SCALE " +
                  literal(scale.scale) + "\n" + macro + "_ZERO_POINT " +
                  (scale.zero_point < 0 ? "(" + std::to_string(scale.zero_point) + ")"
                                        : std::to_string(scale.zero_point)) +
                  "\n";
    }

    /// What each byte of a node's state is at first.
    template <std::size_t Node>
    std::int8_t rest() const {
        return quantization::Int8Layer<LayerAt<Node>>::rest(network_.template constants<Node>());
    }

    /// What a rule is told of a node whatever its operands are.
    template <std::size_t Node>
    Int8Step told_step() const {
        constexpr auto& node = PlanType::graph.nodes[Node];
        Int8Step step;
        step.name = std::string(node.place.text().view());
        step.rounding = Way;
        step.output_shape = node.shape;
        for (std::size_t i = 0; i < node.input_count; ++i)
            step.input_shapes.push_back(PlanType::graph.nodes[node.inputs[i]].shape);
        if (is_streaming)
            step.state = plus("state", states_[Node]);
        return step;
    }

    template <std::size_t S>
    void write_step(const PlannedMemory<PlanType>& memory) {
        constexpr auto& step = PlanType::program.steps[S];
        const passes::Step& planned = memory.step(S);
        std::vector<std::string> inputs;
        for (std::size_t i = 0; i < PlanType::graph.nodes[step.node].input_count; ++i)
            inputs.push_back(memory.at(planned.input(i)));
        const std::string output = memory.at(planned[Role::result]);
        write_node<step.node>(inputs, output, memory.at(planned[Role::scratch]));
        write_behind<step.node, step.epilogue>(output);
    }

    /// What a program of real numbers computes in registers, in place; without views, and without the limit
    /// that the head puts on its outputs itself.
    template <std::size_t Head, std::size_t Tail>
    void write_behind(const std::string& output) {
        if constexpr (Tail != passes::none && Tail != Head) {
            write_behind<Head, PlanType::graph.nodes[Tail].inputs[0]>(output);
            if constexpr (!passes::is_view(*PlanType::graph.nodes[Tail].rules, PlanType::mode) &&
                          quantization::clamps<Form>.head[Tail] == passes::none)
                write_node<Tail>({output}, output);
        }
    }

    template <std::size_t Node>
    void write_node(const std::vector<std::string>& inputs, const std::string& output,
                    const std::string& scratch = "NULL") {
        constexpr auto& node = PlanType::graph.nodes[Node];
        Int8Step step = told_step<Node>();
        step.inputs = inputs;
        step.output = output;
        step.scratch = scratch;
        to_.line("/* " + step.name + ": " + std::string(node.rules->name().view()) + " */");
        Int8Rule<LayerAt<Node>>::write(to_, step, network_.template constants<Node>());
    }

    const QuantizedNetwork<Net, Way>& network_;
    Source to_;
    std::array<std::size_t, N::size> states_{};
};

} // namespace c

namespace c {

/// Refuses what can't be written. Throws Error.
template <class Type, bool Streams = false>
void check_int8() {
    const std::string missing = describe_missing<Type>(
        []<std::size_t I>(std::integral_constant<std::size_t, I>) {
            using LayerType = engine::OpAt<Type, I>;
            constexpr bool has_state = Streams && engine::Network<Type>::graph.nodes[I].state_count > 0;
            return has_int8_rule<LayerType> && (!has_state || carries_state<Int8Rule, LayerType>);
        },
        Streams ? "Int8Rule with a state" : "Int8Rule");
    if (!missing.empty())
        throw Error("export_c: " + missing);
}

} // namespace c

/// A network of 8-bit integers as C99, of inputs and outputs of type int8_t: see `export_c`.
template <class Net, Rounding Way>
CText c_text(const QuantizedNetwork<Net, Way>& network, const COptions& options) {
    using Type = typename QuantizedNetwork<Net, Way>::Type;
    c::check_int8<Type>();
    return c::QuantizedNetworkWriter<Net, Way, Type, recipes::quantized>(network).write(options.name);
}

/// Writes `digits.c` and `digits.h` of a quantized network: `io::export_c("digits.c", *network)`. The header
/// says what inputs and outputs stand for. The integers are those of `QuantizedPredictor` on any processor;
/// recurrent layers, which compute with real numbers inside, those of a build with one lane.
template <class Net, Rounding Way>
void export_c(const std::string& path, const QuantizedNetwork<Net, Way>& network,
              const COptions& options = {}) {
    c::write_files(path, c_text(network, {c::name_for(path, options)}));
}

/// The same piece by piece, as `QuantizedStreamer<Net, Steps>`: see `export_c_pieces` of a Model.
template <std::size_t Steps, class Net, Rounding Way>
CText c_pieces_text(const QuantizedNetwork<Net, Way>& network, const COptions& options) {
    using Piece = typename QuantizedStreamer<Net, Steps>::Piece;
    c::check_int8<Piece, true>();
    return c::QuantizedNetworkWriter<Net, Way, Piece, recipes::quantized_streaming>(network).write(
        options.name);
}
template <std::size_t Steps, class Net, Rounding Way>
void export_c_pieces(const std::string& path, const QuantizedNetwork<Net, Way>& network,
                     const COptions& options = {}) {
    c::write_files(path, c_pieces_text<Steps>(network, {c::name_for(path, options)}));
}

} // namespace burin::io
