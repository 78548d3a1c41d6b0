#include "burin/graph/explaining.hpp"
#include "burin/passes/verify.hpp"
#include "burin/quantization/int8_arithmetic.hpp"
#include "burin/quantization/is_quantizable.hpp"
#include "burin/quantization/quantized_network.hpp"
#include "support/networks.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>

using namespace burin;

namespace {

using Pictures = Sequential<Input<12, 12, 2>, Conv2D<4, 3>, ReLU, MaxPool2D<2>, Conv2D<4, 3>, ReLU, Flatten,
                            Dense<5>, Softmax>;
using Normalized = Sequential<Input<6>, Dense<8>, BatchNorm<>, ReLU, Dense<3>>;
using Recurrent = Sequential<Input<7, 3>, LSTM<4, ReturnSequences>, Tanh, GRU<5>, Dense<2>>;
using Attending = Sequential<Input<6, 8>, TransformerEncoderBlock<2, 12>, GlobalAveragePool1D, Dense<3>>;

/// What the passes give for a recipe, from the graph to memory for one sample and for several.
template <class Net, engine::Recipe<engine::Network<Net>::output_count> PlanRecipe, class Scalar = float>
constexpr Sentence verified() {
    using PlanType = engine::Plan<Net, PlanRecipe>;
    constexpr auto& program = PlanType::program;
    constexpr auto memory = [](const auto& plan, std::size_t batch) {
        return passes::verify(plan, PlanType::liveness.span(), batch, PlanType::template alignment<Scalar>);
    };
    for (const Sentence& sentence :
         {passes::verify(PlanType::graph), passes::verify(program, PlanType::graph),
          passes::verify(PlanType::liveness, program, PlanType::graph.nodes),
          memory(PlanType::template memory<1, Scalar>, 1), memory(PlanType::template memory<7, Scalar>, 7)})
        if (!sentence.empty())
            return sentence;
    return {};
}

} // namespace

TEST_CASE_TEMPLATE("verify: the plans of real networks, by every recipe", Net, ALL_NETWORKS, Pictures,
                   Normalized, Recurrent, Attending) {
    constexpr auto explaining = recipes::explaining<Net, OfInputs>;
    CHECK(verified<Net, recipes::inference>().view() == "");
    CHECK(verified<Net, recipes::inference.widening()>().view() == "");
    CHECK(verified<Net, recipes::training>().view() == "");
    CHECK(verified<Net, recipes::streaming>().view() == "");
    CHECK(verified<Net, recipes::calibration>().view() == "");
    CHECK(verified<Net, explaining>().view() == "");
    CHECK(verified<Net, recipes::explaining<Net, OfNothing>>().view() == "");
    if constexpr (quantization::is_quantizable<Net>) {
        constexpr auto quantized = recipes::quantized.with_inputs_in(InputMemory::arena);
        CHECK(verified<Net, recipes::quantized, std::int8_t>().view() == "");
        CHECK(verified<Net, quantized, std::int8_t>().view() == "");
    }
}

TEST_CASE("verify: links that losses contain, and a node whose gradient is asked for") {
    constexpr auto linked = recipes::training.with(engine::Links<1>{Link::softmax});
    CHECK(verified<Pictures, linked>().view() == "");
    CHECK(verified<Pictures, recipes::inference.with(engine::Links<1>{Link::softmax})>().view() == "");
    CHECK(verified<Pictures, recipes::explaining<Pictures, OfNode<"4">>>().view() == "");
    static_assert(quantization::is_quantizable<Pictures>);
}
