#include "support/networks.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>
#include <type_traits>

using namespace burin;

namespace {

template <class Net>
std::string names() {
    std::string result;
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        result += std::string(tensor.name().view()) + " ";
    return result;
}

struct Twice : Op {
    static constexpr Text<64> name() { return "Twice"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
    template <class Context>
    static void forward(const Context&) noexcept {}
};
struct PrivateBase : private Op {
    using T = Twice;
    static constexpr Text<64> name() { return T::name(); }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) {
        return T::infer_shape(inputs);
    }
};
struct UnsignedCounts : Twice {
    static constexpr const char* misuse = "";
    static constexpr std::array<float, 2> values{};
    static constexpr unsigned flops(std::span<const Shape>) { return 7; }
    static constexpr unsigned char saved(std::span<const Shape>) { return 1; }
};
struct SignedFlops : Twice {
    static constexpr int flops(std::span<const Shape>) { return 7; }
};
struct SignedSaved : Twice {
    static constexpr int saved(std::span<const Shape>) { return -1; }
};
struct Misused : Twice {
    static constexpr const char* misuse = "expected a rate below 1";
};
struct VariableMisuse : Twice {
    inline static const char* misuse = "";
};
struct VariableTraits : Twice {
    inline static const OpTraits traits{.in_place = true};
};
class PrivateTraits : public Twice {
    static constexpr OpTraits traits{};
};
struct NumberForFlag : Twice {
    static constexpr int in_place = 1;
};
struct VariableFlag : Twice {
    [[maybe_unused]] inline static bool streams = true;
};
struct FreeOfCost : Elementwise<FreeOfCost> {
    static constexpr Text<64> name() { return "FreeOfCost"; }
};

} // namespace

TEST_CASE("lower: parameters are named by place, as in PyTorch") {
    CHECK(names<Sequential<Input<2, 3>, Flatten, Dense<4>, ReLU, Dense<2>>>() ==
          "1.weight 1.bias 3.weight 3.bias ");
    CHECK(
        names<
            Sequential<Input<3>, Sequential<Dense<4>, ReLU>, Residual<Dense<4>, ReLU>, Dense<2, NoBias>>>() ==
        "0.0.weight 0.0.bias 1.0.weight 1.0.bias 2.weight ");
    CHECK(names<networks::Branches>() ==
          "0.0.weight 0.0.bias 0.1.0.weight 0.1.0.bias 0.2.weight 2.1.weight 2.1.bias ");
}

TEST_CASE("lower: shared weights are there once, under the name that is shared") {
    CHECK(
        names<networks::Siamese>() ==
        "encoder.0.weight encoder.0.bias mixed.0.weight mixed.0.bias mixed.2.weight mixed.2.bias mean.weight "
        "mean.bias scale.1.weight ");
    static_assert(parameter_count<networks::Siamese> ==
                  (6 * 5 + 5) + 2 * (10 * 10 + 10) + (10 * 3 + 3) + 10 * 2);
    const auto& nodes = engine::Network<networks::Siamese>::graph.nodes;
    CHECK(nodes[3].place.text().view() == "left.0");
    CHECK(nodes[5].place.text().view() == "right.0");
    CHECK(nodes[5].shares_with == 3);
    CHECK(nodes[5].parameter_offset == nodes[3].parameter_offset);
}

TEST_CASE("lower: inputs and outputs keep their order and shapes") {
    using N = engine::Network<networks::Siamese>;
    static_assert(N::input_count == 2 && N::output_count == 2);
    static_assert(N::input_shapes[0] == Shape(2, 3) && N::input_shapes[1] == Shape(6));
    static_assert(output_shape<networks::Siamese, 0> == Shape(3) &&
                  output_shape<networks::Siamese, 1> == Shape(2));
    static_assert(output_shape<networks::Nested> == Shape(2));
}

namespace {

/// It has all of a layer but its base.
struct Gate {
    static constexpr Text<64> name() { return "Gate"; }
    static constexpr InferredShape infer_shape(std::span<const Shape> inputs) { return {.shape = inputs[0]}; }
};

} // namespace

TEST_CASE("lower: what is wrong with a network is one sentence") {
    const auto problem = []<class Net>(std::type_identity<Net>) {
        return std::string(burin::detail::Examined<Net>::problem.view());
    };
    CHECK(problem(std::type_identity<networks::Chain>{}).empty());
    CHECK(problem(std::type_identity<Sequential<>>{}) ==
          "expected a network that begins with `Input<...>`, got one without layers");
    CHECK(problem(std::type_identity<Sequential<Dense<4>>>{}) ==
          "layer `0` `Dense<4>`: expected an input, got none; begin the network with `Input<...>`");
    CHECK(problem(std::type_identity<Sequential<Input<14, 14, 8>, ReLU, ReLU, Dense<10>>>{}) ==
          "layer `2` `Dense<10>`: expected input `[features]`, got `[14, 14, 8]`; put `Flatten` before it");
    CHECK(problem(std::type_identity<Sequential<Input<4>, ReLU, Input<4>>>{}) ==
          "layer `1` `Input<4>`: expected nothing before it; an Input can only be first");
    CHECK(problem(std::type_identity<Sequential<Input<4>, int>>{}) ==
          "place `0`: expected a layer, got `int`");
    CHECK(problem(std::type_identity<Sequential<Input<4>, Gate>>{})
              .ends_with("Gate`, which does not derive from `Op`"));
    CHECK(problem(std::type_identity<Sequential<Input<4>, Residual<Dense<5>>>>{}) ==
          "layer `0` `Add`: expected every input to have the shape of the first, `[4]`, got `[5]`");
    CHECK(problem(std::type_identity<Sequential<Input<4>, Reshape<3>>>{}) ==
          "layer `0` `Reshape<3>`: expected as many elements as `[3]`, got `[4]`");
    using Inputs1 = Inputs<Node<"x", Input<4>>>;
    CHECK(problem(std::type_identity<Graph<Inputs1, Node<"y", Dense<2>, From<"z">>, Outputs<"y">>>{}) ==
          "node `y` reads `z`: expected the name of a node declared before it, got an unknown name");
    CHECK(problem(std::type_identity<Graph<Inputs1, Node<"x", Dense<2>, From<"x">>, Outputs<"x">>>{}) ==
          "node `x`: expected a name of its own, got one that an earlier node has");
    CHECK(problem(std::type_identity<Graph<Inputs1, Node<"y", Dense<2>, From<"x">>, Outputs<"q">>>{}) ==
          "output `q`: expected the name of a node declared before it, got an unknown name");
    using Shared = SharedWeights<"w">;
    CHECK(problem(std::type_identity<Graph<Inputs1, Node<"y", Dense<4>, From<"x">, Shared>,
                                           Node<"z", Dense<5>, From<"y">, Shared>, Outputs<"z">>>{}) ==
          "layer `z` `Dense<5>`: expected `Dense<4>`, as in the first node with SharedWeights<\"w\">");
    CHECK(problem(std::type_identity<Graph<Inputs1, Node<"y", Dense<5>, From<"x">, Shared>,
                                           Node<"z", Dense<5>, From<"y">, Shared>, Outputs<"z">>>{}) ==
          "layer `z` `Dense<5>`: expected the input shape of the first node with these SharedWeights `[4]`, "
          "got `[5]`");
}

TEST_CASE("lower: a layer that breaks its contract is told what was expected") {
    const auto problem = []<class Layer>(std::type_identity<Layer>) {
        return std::string(burin::detail::Examined<Sequential<Input<4>, Layer>>::problem.view());
    };
    CHECK(problem(std::type_identity<UnsignedCounts>{}).empty());
    static_assert(flops<Sequential<Input<4>, UnsignedCounts>> == 7);
    CHECK(problem(std::type_identity<FreeOfCost>{}).empty());
    static_assert(flops<Sequential<Input<4>, FreeOfCost>> == 0);
    CHECK(problem(std::type_identity<PrivateBase>{}).ends_with("`, which is not derived publicly from `Op`"));
    CHECK(problem(std::type_identity<Misused>{}) == "layer `0` `Twice`: expected a rate below 1");
    const auto expected = [](const std::string& member) {
        return "layer `0` `Twice`: expected `static constexpr " + member +
               "`, got a member of that name that is private, not static, not constexpr or of another type";
    };
    CHECK(problem(std::type_identity<SignedFlops>{}) ==
          expected("std::size_t flops(std::span<const Shape> inputs)"));
    CHECK(problem(std::type_identity<SignedSaved>{}) ==
          expected("Elements saved(std::span<const Shape> inputs)"));
    CHECK(problem(std::type_identity<VariableMisuse>{}) == expected("std::string_view misuse"));
    CHECK(problem(std::type_identity<VariableTraits>{}) == expected("OpTraits traits"));
    CHECK(problem(std::type_identity<PrivateTraits>{}) == expected("OpTraits traits"));
    const auto stray = [](const std::string& trait) {
        return "layer `0` `Twice`: expected `static constexpr OpTraits traits{." + trait +
               " = ...}`, got a member `" + trait + "` of the layer, which nobody reads";
    };
    CHECK(problem(std::type_identity<NumberForFlag>{}) == stray("in_place"));
    CHECK(problem(std::type_identity<VariableFlag>{}) == stray("streams"));
}
