#pragma once

#include "burin/passes/node.hpp"

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>

/// Node tables written by hand, of kinds of layers that exist for the passes' tests alone: the passes see
/// rules, not layers.
namespace plain {

using namespace burin;
using passes::LoweredNode, passes::OpRules, passes::none;

constexpr std::size_t no_count(std::span<const Shape>) {
    return 0;
}
constexpr Elements no_elements(std::span<const Shape>) {
    return {};
}
constexpr ParameterList no_parameters(std::span<const Shape>) {
    return {};
}
constexpr passes::InferredShape same_shape(std::span<const Shape> inputs) {
    return {.shape = inputs[0]};
}

constexpr OpRules rules(Text<64> (*name)(), passes::InferredShape (*infer_shape)(std::span<const Shape>)) {
    OpRules result;
    result.name = name;
    result.infer_shape = infer_shape;
    result.parameters = result.statistics = no_parameters;
    result.saved = no_elements;
    result.scratch = [](std::span<const Shape>, passes::StepKind, passes::Mode) { return Elements{}; };
    result.state = result.flops = result.macs = no_count;
    return result;
}

/// Four numbers come in.
constexpr OpRules source = [] {
    OpRules result = rules([] { return Text<64>("Source"); },
                           [](std::span<const Shape>) { return passes::InferredShape{.shape = Shape{4}}; });
    result.traits.is_input = true;
    return result;
}();

/// A matrix to `Width`: has parameters, reads its input for their gradient, takes epilogues both ways.
template <std::size_t Width>
constexpr OpRules matrix = [] {
    OpRules result = rules([] { return Text<64>("Matrix"); },
                           [](std::span<const Shape> inputs) {
                               if (inputs[0].rank != 1)
                                   return passes::InferredShape{.expected = "one axis", .hint = "flatten it"};
                               return passes::InferredShape{.shape = Shape{Width}};
                           });
    result.parameters = [](std::span<const Shape> inputs) {
        return ParameterList(ParameterSpec{
            "weight", ParameterRole::weight, Shape{inputs[0].size(), Width}, {inputs[0].size(), Width}});
    };
    result.traits.accepts_epilogue = result.traits.accepts_gradient_epilogue = true;
    result.traits.parameter_gradient = {.input = true};
    return result;
}();

/// Elementwise; the derivative follows from the output, as for ReLU.
constexpr OpRules from_output = [] {
    OpRules result = rules([] { return Text<64>("FromOutput"); }, same_shape);
    result.traits.elementwise = result.traits.accepts_epilogue = result.traits.in_place =
        result.traits.gradient_in_place = true;
    result.traits.input_gradient = {.output = true};
    return result;
}();

/// Elementwise; the derivative needs the input, as for SiLU.
constexpr OpRules from_input = [] {
    OpRules result = from_output;
    result.name = [] { return Text<64>("FromInput"); };
    result.traits.input_gradient = {.input = true};
    return result;
}();

constexpr OpRules sum = [] {
    OpRules result = rules([] { return Text<64>("Sum"); }, same_shape);
    result.traits.in_place = result.traits.gradient_is_view = true;
    return result;
}();

/// The same elements as two axes.
constexpr OpRules square = [] {
    OpRules result = rules([] { return Text<64>("Square"); },
                           [](std::span<const Shape> inputs) {
                               return passes::InferredShape{.shape = Shape{inputs[0].size() / 2, 2}};
                           });
    result.traits.is_view = true;
    return result;
}();

/// Passes its input on in inference; in training it changes it and keeps one element per sample.
constexpr OpRules noise = [] {
    OpRules result = rules([] { return Text<64>("Noise"); }, same_shape);
    result.traits.is_view_in_inference = true;
    result.saved = [](std::span<const Shape>) { return Elements(1); };
    return result;
}();

/// A matrix whose gradients are found all at once, with memory to work in: seven elements, and two for each
/// sample when training.
template <std::size_t Width>
constexpr OpRules joint = [] {
    OpRules result = matrix<Width>;
    result.name = [] { return Text<64>("Joint"); };
    result.traits.joint_backward = result.traits.gradient_in_place = true;
    result.scratch = [](std::span<const Shape>, passes::StepKind, passes::Mode mode) {
        return mode == passes::Mode::training ? Elements(2, 7) : Elements(0, 7);
    };
    return result;
}();

/// The sum of its inputs, whose gradients are found all at once.
constexpr OpRules joint_sum = [] {
    OpRules result = rules([] { return Text<64>("JointSum"); }, same_shape);
    result.traits.joint_backward = true;
    return result;
}();

/// Passes its input on, but no gradient back.
constexpr OpRules barrier = [] {
    OpRules result = rules([] { return Text<64>("Barrier"); }, same_shape);
    result.traits.is_view = result.traits.stops_gradient = true;
    return result;
}();

/// Scales each element; remembers a mean for each, keeps three elements whatever the batch is, and carries
/// one for each sample's sequence.
constexpr OpRules normalizer = [] {
    OpRules result = rules([] { return Text<64>("Normalizer"); }, same_shape);
    result.parameters = [](std::span<const Shape> inputs) {
        return ParameterList(ParameterSpec{"scale", ParameterRole::scale, inputs[0]});
    };
    result.statistics = [](std::span<const Shape> inputs) {
        return ParameterList(ParameterSpec{"mean", ParameterRole::bias, inputs[0]});
    };
    result.saved = [](std::span<const Shape>) { return Elements(0, 3); };
    result.state = [](std::span<const Shape>) { return std::size_t{1}; };
    return result;
}();

constexpr LoweredNode node(const OpRules& kind, std::initializer_list<std::size_t> inputs = {}) {
    LoweredNode result;
    result.rules = &kind;
    for (std::size_t input : inputs)
        result.inputs[result.input_count++] = input;
    return result;
}

constexpr LoweredNode frozen(LoweredNode node) {
    node.is_frozen = true;
    return node;
}

/// The nodes with their place's number as their name, in a graph of which the last node is the output.
template <class... Nodes>
constexpr passes::LoweredGraph<sizeof...(Nodes)> graph(const Nodes&... nodes) {
    passes::LoweredGraph<sizeof...(Nodes)> result{{nodes...}, {sizeof...(Nodes) - 1}};
    for (std::size_t i = 0; i < sizeof...(Nodes); ++i)
        result.nodes[i].place = passes::Place{}.child(i);
    return result;
}

} // namespace plain

/// Checks a pass of plain values twice: by the compiler and, for debuggers and sanitizers, as a running
/// program.
#define CHECK_BOTH(...)                                                                                      \
    do {                                                                                                     \
        static_assert(__VA_ARGS__);                                                                          \
        CHECK((__VA_ARGS__));                                                                                \
    } while (false)
