#pragma once

#include "burin/core/elements.hpp"
#include "burin/core/parameter.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"
#include "burin/passes/op_traits.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace burin::passes {

/// "No such node", "no such value".
inline constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Most inputs that one node may read.
inline constexpr std::size_t max_inputs = 8;

enum class Mode {
    inference,
    training,
    streaming,  ///< As inference, but the input is the next piece of a sequence: layers with a state go on
                ///< from it.
    explaining, ///< As inference, but gradients go back through it, to inputs or to activations.
};

/// Whether the forward rules save what the backward rules read.
constexpr bool saves(Mode mode) {
    return mode == Mode::training || mode == Mode::explaining;
}

enum class StepKind {
    forward,             ///< Computes a node (and what is fused behind it).
    loss,                ///< Computes one output's loss and its gradient.
    backward_parameters, ///< Computes the gradient of a node's parameters.
    backward_input,      ///< Computes the gradient of one of a node's inputs.
    backward,            ///< Computes all gradients of a node at once.
    accumulate,          ///< Adds two gradients of the same activation.
};

/// The answer of a layer's shape rule: the output's shape, or what it would have accepted instead.
struct InferredShape {
    Shape shape{};
    /// Empty: the inputs fit. Else what the layer wants, as in "input `[features]`".
    std::string_view expected{};
    /// Shown after `expected` where its rank is not 0.
    Shape expected_shape{};
    /// What to do about it, as in "put `Flatten` before it".
    std::string_view hint{};
    /// Which input does not fit.
    std::size_t culprit = 0;

    constexpr bool fits() const { return expected.empty(); }
};

/// Which rules for the backward steps a layer has.
struct Rules {
    bool backward_parameters = false;
    std::array<bool, max_inputs> backward_input{};
    bool backward = false;
};

/// How a layer gives its output some lines (of the first axis) at a time: output line o is made of the input
/// lines o · stride − before … o · stride − before + reach − 1, as far as there are such.
struct Strip {
    std::size_t lines = 0; ///< At a time; 0: not at all.
    std::size_t stride = 1;
    std::size_t before = 0;
    std::size_t reach = 1;

    friend constexpr bool operator==(const Strip&, const Strip&) = default;
};

/// Everything the passes need to know of a kind of layer. The layer's type provides it, as `Op` explains; the
/// passes see only this.
struct OpRules {
    Text<64> (*name)() = nullptr;
    InferredShape (*infer_shape)(std::span<const Shape> inputs) = nullptr;
    ParameterList (*parameters)(std::span<const Shape> inputs) = nullptr;
    ParameterList (*statistics)(std::span<const Shape> inputs) = nullptr;
    Elements (*saved)(std::span<const Shape> inputs) = nullptr;
    Elements (*scratch)(std::span<const Shape> inputs, StepKind kind, Mode mode) = nullptr;
    /// Of a layer that does not widen its parameters itself: all of them.
    std::size_t (*widened)(std::span<const Shape> inputs) = nullptr;
    std::size_t (*state)(std::span<const Shape> inputs) = nullptr;
    std::size_t (*flops)(std::span<const Shape> inputs) = nullptr;
    std::size_t (*macs)(std::span<const Shape> inputs) = nullptr;
    /// For a layer behind it that is `by_pixel` and gives `result`; null if it gives no lines alone.
    Strip (*strip)(std::span<const Shape> inputs, const Shape& result) = nullptr;

    OpTraits traits{};
    Rules given{};
};

/// Where a node stands in the network: `0`, `2.0`, `encoder.1`. Segments are names or numbers.
struct Place {
    static constexpr std::size_t max_depth = 8;

    struct Segment {
        std::string_view name{};
        std::size_t number = 0;
    };

    std::array<Segment, max_depth> segments{};
    std::size_t depth = 0;

    constexpr Place child(std::string_view name) const { return with(Segment{name, 0}); }
    constexpr Place child(std::size_t number) const { return with(Segment{{}, number}); }

    constexpr Text<96> text() const {
        Text<96> result;
        for (std::size_t i = 0; i < depth; ++i) {
            if (i > 0)
                result.append(".");
            if (segments[i].name.empty())
                result.append(segments[i].number);
            else
                result.append(segments[i].name);
        }
        return result;
    }

  private:
    constexpr Place with(Segment segment) const {
        Place longer = *this;
        if (longer.depth < max_depth)
            longer.segments[longer.depth++] = segment;
        return longer;
    }
};

/// What each weight w of a node adds to the loss: l1 · |w| + l2 · w².
struct Penalty {
    double l1 = 0;
    double l2 = 0;

    constexpr bool any() const { return l1 != 0 || l2 != 0; }
    friend constexpr bool operator==(const Penalty&, const Penalty&) = default;
};

/// What the norm of the weights of each unit of a node is kept to after each step.
struct Constraint {
    double max_norm = 0; ///< 0: no limit.
    bool unit_norm = false;

    constexpr bool any() const { return max_norm > 0 || unit_norm; }
    friend constexpr bool operator==(const Constraint&, const Constraint&) = default;
};

/// One layer of the flat, topologically ordered graph.
struct LoweredNode {
    const OpRules* rules = nullptr;
    std::array<std::size_t, max_inputs> inputs{};
    std::size_t input_count = 0;
    Place place{};
    Place weights_place{}; ///< What its parameters are called; differs from `place` where they are shared.
    std::size_t shares_with = none; ///< The node that owns the parameters, if not this one.
    bool is_frozen = false;         ///< Its parameters stay as they are.
    Penalty penalty{};              ///< On its weights, not on biases and scales.
    Constraint constraint{};        ///< The same.

    // What infer_shapes finds out.
    Shape shape{};
    std::size_t parameter_offset = 0;
    std::size_t parameter_count = 0;
    std::size_t statistics_offset = 0;
    std::size_t statistics_count = 0;
    std::size_t state_offset = 0;
    std::size_t state_count = 0;
    Elements saved{};

    constexpr bool is_trained() const { return parameter_count > 0 && !is_frozen; }
};

/// How a sentence about a node begins: ``layer `2` `Dense<10>`: expected ``.
constexpr Sentence expected_of(const LoweredNode& node) {
    Sentence sentence;
    sentence.append("layer `").append(node.place.text().view()).append("` `");
    return sentence.append(node.rules->name().view()).append("`: expected ");
}

/// The node table: `nodes` in topological order, and which of them the network's outputs are.
template <std::size_t N, std::size_t Outputs = 1>
struct LoweredGraph {
    std::array<LoweredNode, N> nodes{};
    std::array<std::size_t, Outputs> outputs{};

    static constexpr std::size_t size() { return N; }
};

/// The graph with what this node gives as one more output, the last.
template <std::size_t N, std::size_t Outputs>
constexpr LoweredGraph<N, Outputs + 1> with_output(const LoweredGraph<N, Outputs>& graph, std::size_t node) {
    LoweredGraph<N, Outputs + 1> result{.nodes = graph.nodes};
    for (std::size_t i = 0; i < Outputs; ++i)
        result.outputs[i] = graph.outputs[i];
    result.outputs[Outputs] = node;
    return result;
}

/// The shapes that a node reads.
struct InputShapes {
    std::array<Shape, max_inputs> shapes{};
    std::size_t count = 0;

    constexpr std::span<const Shape> span() const { return {shapes.data(), count}; }
};

constexpr InputShapes input_shapes(std::span<const LoweredNode> nodes, const LoweredNode& node) {
    InputShapes result;
    result.count = node.input_count;
    for (std::size_t i = 0; i < node.input_count; ++i)
        result.shapes[i] = nodes[node.inputs[i]].shape;
    return result;
}

/// How many nodes read each node; an output of the network counts as one more reader.
template <std::size_t N, std::size_t Outputs>
constexpr std::array<std::size_t, N> count_readers(const LoweredGraph<N, Outputs>& graph) {
    std::array<std::size_t, N> readers{};
    for (const LoweredNode& node : graph.nodes)
        for (std::size_t i = 0; i < node.input_count; ++i)
            ++readers[node.inputs[i]];
    for (std::size_t output : graph.outputs)
        ++readers[output];
    return readers;
}

} // namespace burin::passes
