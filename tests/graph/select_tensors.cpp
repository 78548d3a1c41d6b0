#include "burin/graph/select_tensors.hpp"

#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/embedding.hpp"
#include "burin/layers/layer_norm.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/positional_encoding.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace burin;

namespace {

using Net =
    Graph<Inputs<Node<"text", Input<5>>>,
          Node<"encoder", Sequential<Embedding<7, 3>, LearnedPositionalEmbedding<5>, LayerNorm<>, LSTM<2>>,
               From<"text">>,
          Node<"head", Dense<2>, From<"encoder">>, Outputs<"head">>;

template <engine::TensorSelector Selector>
std::string chosen() {
    std::string names;
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (engine::is_selected(tensor, parameter_tensors<Net>, Selector))
            names += std::string(names.empty() ? "" : " ") + std::string(tensor.name().view());
    return names;
}

} // namespace

TEST_CASE("fits_pattern: stars are any characters, question marks one") {
    static_assert(engine::fits_pattern("encoder.0.weight", "encoder.*") && engine::fits_pattern("", "*"));
    static_assert(!engine::fits_pattern("encoder", "encoder.*") && !engine::fits_pattern("a", ""));
    CHECK(engine::fits_pattern("0.weight", "0.weight"));
    CHECK(!engine::fits_pattern("10.weight", "0.weight"));
    CHECK(!engine::fits_pattern("0.weights", "0.weight"));
    CHECK(engine::fits_pattern("10.weight", "??.weight"));
    CHECK(!engine::fits_pattern("1.weight", "??.weight"));
    CHECK(engine::fits_pattern("a.bias.bias", "*.bias"));
    CHECK(engine::fits_pattern("ababac", "*ab*ac"));
    CHECK(engine::fits_pattern("abc", "***c**"));
    CHECK(!engine::fits_pattern("abc", "*b"));
    CHECK(engine::fits_pattern("x.y.z", "x*?z"));
    CHECK(!engine::fits_pattern("xz", "x*?z"));
}

TEST_CASE("is_selected: tensors by role and by name") {
    CHECK(chosen<roles::weights>() ==
          "encoder.0.weight encoder.1.weight encoder.3.weight encoder.3.recurrent_weight head.weight");
    CHECK(chosen<roles::biases>() == "encoder.2.bias encoder.3.bias head.bias");
    CHECK(chosen<roles::norms>() == "encoder.2.weight encoder.2.bias");
    CHECK(chosen<roles::embeddings>() == "encoder.0.weight encoder.1.weight");
    CHECK(chosen<roles::recurrent>() == "encoder.3.recurrent_weight");
    CHECK(chosen<"head.*">() == "head.weight head.bias");
    CHECK(chosen<"*.?.bias">() == "encoder.2.bias encoder.3.bias");
    CHECK(chosen<"tail">() == "");
}
