#include "burin/quantization/quantization_aware.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/depthwise_convolution.hpp"
#include "burin/layers/dropout.hpp"
#include "burin/layers/folded.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/pooling.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/layers/softmax.hpp"
#include "burin/quantization/quantized_predictor.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

using Mlp = Sequential<Input<9>, Dense<7>, ReLU, Dropout<0.5>, Dense<5>, Tanh, Dense<3>>;
using Image = Sequential<Input<6, 5, 2>, Conv2D<5, 3, Same>, ReLU, MaxPool2D<2>, DepthwiseConv2D<3, Same>,
                         ReLU, Flatten, Dense<4>>;
using Residues = Sequential<Input<6>, Residual<Dense<6>, ReLU, Dense<6>>, ReLU, Dense<4>>;
using Sequence = Sequential<Input<4, 3>, LSTM<5>, Dense<2>>;
using Shared =
    Graph<Inputs<Node<"x", Input<5>>>,
          Node<"once", Sequential<Dense<5>, ReLU>, From<"x">, SharedWeights<"e">>,
          Node<"twice", Sequential<Dense<5>, ReLU>, From<"once">, SharedWeights<"e">>, Outputs<"twice">>;

template <class Net>
std::string layers() {
    std::string text;
    for (const passes::LoweredNode& node : engine::Network<Net>::graph.nodes)
        text += std::string(node.place.text().view()) + " " + std::string(node.rules->name().view()) + "\n";
    return text;
}

/// Parameters with which training has gone through some batches, but has changed nothing else than the
/// ranges.
template <class Net>
void observe(const LayerRun<QuantizationAware<Net>, float>& run) {
    const auto numbers = random_numbers<float>(parameter_count<Net>, 1, -0.7, 0.7);
    std::copy(numbers.begin(), numbers.end(), run.parameters->data());
    const std::vector<float> dy(16 * output_shape<Net>.size());
    for (unsigned batch = 0; batch < 4; ++batch)
        run.train(random_numbers<float>(16 * input_shape<Net>.size(), batch + 2, -1, 2), dy);
}

} // namespace

TEST_CASE("QuantizationAware: rounds inputs, weights, and what the 8-bit program stores") {
    CHECK(layers<QuantizationAware<Mlp>>() ==
          "0 Input<9>\n"
          "0 FakeQuantize\n"
          "0 FakeQuantizedWeights<Dense<7>>\n"
          "1 ReLU\n"
          "1 FakeQuantize\n" // Not before the ReLU, nor behind the Dropout.
          "2 Dropout<0.5>\n"
          "3 FakeQuantizedWeights<Dense<5>>\n"
          "3 FakeQuantize\n" // The table of Tanh is read by an integer.
          "4 Tanh\n"
          "4 FakeQuantize\n"
          "5 FakeQuantizedWeights<Dense<3>>\n"
          "5 FakeQuantize\n");
    // Maxima are what was rounded before.
    CHECK(layers<QuantizationAware<
              Sequential<Input<4, 4, 1>, MaxPool2D<2>, ReLU, Flatten, Dense<2>, Softmax>>>() ==
          "0 Input<4, 4, 1>\n0 FakeQuantize\n0 MaxPool2D<2>\n1 ReLU\n2 Flatten\n"
          "3 FakeQuantizedWeights<Dense<2>>\n3 FakeQuantize\n4 Softmax\n");
    // What Tanh gives is rounded to 1/128, which has no range to be found.
    static_assert(statistics_count<QuantizationAware<Mlp>> == 2 * 4);
}

TEST_CASE("QuantizationAware: the parameters are the network's, under the same names") {
    const auto check = []<class Net>(std::type_identity<Net>) {
        using Aware = QuantizationAware<Net>;
        static_assert(parameter_count<Aware> == parameter_count<Net>);
        static_assert(trained_count<Aware> == trained_count<Net>);
        Parameters<Net> parameters, back;
        Parameters<Aware> aware;
        const auto numbers = random_numbers<float>(parameter_count<Net>, 1);
        std::copy(numbers.begin(), numbers.end(), parameters.data());
        CHECK(copy_parameters(parameters, aware) == parameter_tensors<Net>.size());
        CHECK(copy_parameters(aware, back) == parameter_tensors<Net>.size());
        CHECK(back.values == parameters.values);
    };
    check(std::type_identity<Mlp>{});
    check(std::type_identity<Shared>{});
    check(std::type_identity<Sequential<Input<3>, Frozen<Dense<4>>, ReLU, Regularized<Dense<2>, L2<0.1>>>>{});
    CHECK(engine::find_tensor<QuantizationAware<Mlp>>("0.input_min") != nullptr);
    CHECK(engine::find_tensor<QuantizationAware<Mlp>>("1.output_max") != nullptr);
    CHECK(engine::find_tensor<QuantizationAware<Shared>>("twice.1.output_max") != nullptr);
}

TEST_CASE("QuantizationAware: a loss from logits still contains the last Softmax") {
    using Net = Sequential<Input<3>, Dense<2>, Softmax>;
    using PlanType =
        engine::Plan<QuantizationAware<Net>, recipes::training.with(engine::Links<1>{Link::softmax})>;
    static_assert(PlanType::graph.nodes[PlanType::graph.outputs[0]].rules->name() ==
                  Text<64>("FakeQuantize"));
    CHECK(PlanType::program.step_count > 0);
}

TEST_CASE("QuantizationAware: a folded network") {
    using Net = Sequential<Input<3>, Dense<4, NoBias>, BatchNorm<>, ReLU, Dense<2>>;
    static_assert(!is_valid_network<QuantizationAware<Net>>);
    static_assert(is_valid_network<QuantizationAware<Folded<Net>>>);
    CHECK(layers<QuantizationAware<Folded<Net>>>() ==
          "0 Input<3>\n0 FakeQuantize\n0 FakeQuantizedWeights<Dense<4>>\n1 Identity\n2 ReLU\n2 FakeQuantize\n"
          "3 FakeQuantizedWeights<Dense<2>>\n3 FakeQuantize\n");
}

TEST_CASE_TEMPLATE("a network trained so gives what the 8-bit network gives, within a step of its output",
                   Net, Mlp, Image, Residues, Sequence, Shared) {
    const LayerRun<QuantizationAware<Net>, float> aware;
    observe<Net>(aware);
    const auto ranges = ranges_of(*aware.parameters);
    Parameters<Net> parameters;
    copy_parameters(*aware.parameters, parameters);
    const QuantizedNetwork<Net> network = quantize(parameters, ranges);

    constexpr std::size_t rows = 16, inputs = input_shape<Net>.size(), outputs = output_shape<Net>.size();
    const auto x = random_numbers<float>(rows * inputs, 9, -1, 2);
    const auto expected = aware.infer(x);
    std::vector<std::int8_t> stored(x.size());
    quantize(x, network.inputs[0], stored);
    QuantizedPredictor<Net, rows> predictor;
    const auto found = predictor(network, stored);
    REQUIRE(found.size() == rows * outputs);
    std::size_t same = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const float steps = (quantization::dequantized(found[i], network.outputs[0]) - expected[i]) /
                            network.outputs[0].scale;
        INFO("output " << i << ": " << expected[i] << ", " << steps << " steps off");
        CHECK(std::abs(steps) < 1.001F);
        same += std::abs(steps) < 0.001F;
    }
    // The state that an LSTM takes to its next step is rounded in the 8-bit network only.
    CHECK(same > (std::is_same_v<Net, Sequence> ? found.size() * 2 / 3 : found.size() * 9 / 10));
    // They are not all alike.
    CHECK(*std::max_element(found.begin(), found.end()) > *std::min_element(found.begin(), found.end()) + 50);
}
