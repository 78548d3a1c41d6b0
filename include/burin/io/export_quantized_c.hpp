#pragma once

#include "burin/core/error.hpp"
#include "burin/core/for_each_index.hpp"
#include "burin/io/c/int8_rules.hpp"
#include "burin/io/export_c.hpp"
#include "burin/quantization/quantized_predictor.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace burin::io {

namespace c {

/// Writes a network of 8-bit integers.
template <class Net, Rounding Way>
class QuantizedNetworkWriter {
    using Type = typename QuantizedNetwork<Net, Way>::Type;
    using N = engine::Network<Type>;
    using PlanType = engine::Plan<Type, recipes::quantized>;
    using Role = passes::Role;
    template <std::size_t Node>
    using LayerAt = engine::OpAt<Type, Node>;

  public:
    explicit QuantizedNetworkWriter(const QuantizedNetwork<Net, Way>& network) : network_(network) {}

    CText write(const std::string& name) {
        Contents contents = contents_of<Type>(name);
        const PlannedMemory<PlanType> memory(std::vector<std::size_t>(PlanType::program.step_count));
        core::for_each_index<PlanType::program.step_count>(
            [&]<std::size_t S>(std::integral_constant<std::size_t, S>) { write_step<S>(memory); });
        contents.number = "int8_t";
        contents.unit = "bytes";
        contents.arena = std::max<std::size_t>(memory.size(), 1);
        write_outputs(to_, memory, contents);
        if (memory.size() == 0)
            to_.line("(void)arena;");
        const std::string prefix = capitals(contents.name);
        for (std::size_t i = 0; i < contents.inputs.size(); ++i)
            tell_scale(prefix, contents.inputs[i], network_.inputs[i]);
        for (std::size_t i = 0; i < contents.outputs.size(); ++i)
            tell_scale(prefix, contents.outputs[i], network_.outputs[i]);
        return {source_text(contents, contents.name + ".h", to_), header_text(contents)};
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

    template <std::size_t S>
    void write_step(const PlannedMemory<PlanType>& memory) {
        constexpr auto& step = PlanType::program.steps[S];
        const passes::Step& planned = memory.step(S);
        std::vector<std::string> inputs;
        for (std::size_t i = 0; i < PlanType::graph.nodes[step.node].input_count; ++i)
            inputs.push_back(memory.at(planned.input(i)));
        const std::string output = memory.at(planned[Role::result]);
        write_node<step.node>(inputs, output);
        write_behind<step.node, step.epilogue>(output);
    }

    /// What a program of real numbers computes in registers, in place; without views, and without the limit
    /// that the head puts on its outputs itself.
    template <std::size_t Head, std::size_t Tail>
    void write_behind(const std::string& output) {
        if constexpr (Tail != passes::none && Tail != Head) {
            write_behind<Head, PlanType::graph.nodes[Tail].inputs[0]>(output);
            if constexpr (!passes::is_view(*PlanType::graph.nodes[Tail].rules, PlanType::mode) &&
                          quantization::clamps<Type>.head[Tail] == passes::none)
                write_node<Tail>({output}, output);
        }
    }

    template <std::size_t Node>
    void write_node(const std::vector<std::string>& inputs, const std::string& output) {
        constexpr auto& node = PlanType::graph.nodes[Node];
        Int8Step step;
        step.name = std::string(node.place.text().view());
        step.rounding = Way;
        step.inputs = inputs;
        step.output = output;
        step.output_shape = node.shape;
        for (std::size_t i = 0; i < node.input_count; ++i)
            step.input_shapes.push_back(PlanType::graph.nodes[node.inputs[i]].shape);
        to_.line("/* " + step.name + ": " + std::string(node.rules->name().view()) + " */");
        Int8Rule<LayerAt<Node>>::write(to_, step, network_.template constants<Node>());
    }

    const QuantizedNetwork<Net, Way>& network_;
    Source to_;
};

} // namespace c

/// A network of 8-bit integers as C99, of inputs and outputs of type int8_t: see `export_c`.
template <class Net, Rounding Way>
CText c_text(const QuantizedNetwork<Net, Way>& network, const COptions& options) {
    using Type = typename QuantizedNetwork<Net, Way>::Type;
    const std::string missing = c::describe_missing<Type>(
        []<std::size_t I>(std::integral_constant<std::size_t, I>) {
            return c::has_int8_rule<engine::OpAt<Type, I>>;
        },
        "Int8Rule");
    if (!missing.empty())
        throw Error("export_c: " + missing);
    return c::QuantizedNetworkWriter<Net, Way>(network).write(options.name);
}

/// Writes `digits.c` and `digits.h` of a quantized network: `io::export_c("digits.c", *network)`. The header
/// says what inputs and outputs stand for. The integers are those of `QuantizedPredictor` on any processor;
/// recurrent layers, which compute with real numbers inside, those of a build with one lane.
template <class Net, Rounding Way>
void export_c(const std::string& path, const QuantizedNetwork<Net, Way>& network,
              const COptions& options = {}) {
    c::write_files(path, c_text(network, {c::name_for(path, options)}));
}

} // namespace burin::io
