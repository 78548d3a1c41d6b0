#include "burin/graph/half_parameters.hpp"
#include "burin/graph/predictor.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/batch_norm.hpp"
#include "burin/layers/convolution.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/lstm.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/reshape.hpp"
#include "support/check_close.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>
#include <vector>

using namespace burin;

namespace {

using Image = Sequential<Input<5, 4, 2>, Conv2D<7, 3, Same, NoBias>, BatchNorm<>, ReLU,
                         Residual<Conv2D<7, 1>, ReLU>, Flatten, Dense<37>, ReLU, Dense<3>>;
using Sequence = Sequential<Input<4, 3>, LSTM<5>, Dense<2>>;
using Shared = Graph<Inputs<Node<"x", Input<5>>>, Node<"a", Dense<5>, From<"x">, SharedWeights<"w">>,
                     Node<"b", Dense<5>, From<"a">, SharedWeights<"w">>, Outputs<"b">>;

/// What the network gives for three samples, two at a time, with parameters that are stored so.
template <class Net, class Stored>
std::vector<float> run(const Parameters<Net, Stored>& parameters, std::span<const float> inputs) {
    constexpr std::size_t size = input_shape<Net>.size();
    const auto predictor = std::make_unique<Predictor<Net, 2, Stored>>();
    std::vector<float> outputs;
    for (const std::span<const float> part : {inputs.first(2 * size), inputs.last(size)}) {
        const auto y = (*predictor)(parameters, part);
        outputs.insert(outputs.end(), y.begin(), y.end());
    }
    return outputs;
}

/// Dense of so many inputs and units, with and without bias, for one row and for several.
template <std::size_t Features, std::size_t Units>
void check_dense() {
    const auto check = []<class Net>(std::type_identity<Net>) {
        Parameters<Net> parameters, widened;
        const auto numbers = random_numbers<float>(stored_count<Net>, 1);
        std::copy(numbers.begin(), numbers.end(), parameters.data());
        const auto stored = to_half<float16>(parameters);
        to_float(stored, widened);
        const auto x = random_numbers<float>(3 * Features, 2);
        check_close(run(stored, x), run(widened, x), 2e-6);
    };
    check(std::type_identity<Sequential<Input<Features>, Dense<Units>, Tanh>>{});
    check(std::type_identity<Sequential<Input<Features>, Dense<Units, NoBias>>>{});
}

} // namespace

TEST_CASE("Dense from parameters in half the bits, for 1, SIMD width ± 1, a panel ± 1 and primes") {
    check_dense<1, 1>();
    check_dense<13, 1>();
    check_dense<5, kernels::width<float> + 1>();
    check_dense<3, 2 * kernels::width<float> - 1>();
    check_dense<8, 2 * kernels::width<float>>();
    check_dense<7, 67>();
}

TEST_CASE_TEMPLATE("a network runs from parameters in half the bits as from the same numbers in float", Net,
                   Image, Sequence, Shared) {
    const auto parameters = std::make_unique<Parameters<Net>>();
    const auto numbers = random_numbers<float>(stored_count<Net>, 1, 0.1, 0.7);
    std::copy(numbers.begin(), numbers.end(), parameters->data());
    const auto x = random_numbers<float>(3 * input_shape<Net>.size(), 2);
    const auto exact = run(*parameters, x);
    const auto check = [&]<core::Half Stored>(Stored, double tolerance) {
        const auto stored = std::make_unique<Parameters<Net, Stored>>(to_half<Stored>(*parameters));
        const auto widened = std::make_unique<Parameters<Net>>();
        to_float(*stored, *widened);
        check_close(run(*stored, x), run(*widened, x), 2e-6); // Dense sums up in another order.
        check_close(run(*stored, x), exact, tolerance);
        CHECK(run(*stored, x) != exact);
    };
    check(float16{}, 0.003);
    check(bfloat16{}, 0.02);
}

TEST_CASE("parameters in half the bits: half the storage, and room for a part of a layer at a time") {
    using Net = Sequential<Input<16>, Dense<16>, ReLU, Dense<24>, ReLU, Dense<4>>;
    static_assert(sizeof(Parameters<Net, float16>) < 2 * stored_count<Net> + memory_alignment);
    static_assert(inference_bytes<Net, 1, bfloat16> ==
                  2 * stored_count<Net> + 4 * Workspace<Net, 1, recipes::inference, bfloat16>::count);
    // The widest panel of the layer with the most, its biases, and the activations on both sides of it.
    constexpr std::size_t room = kernels::widened_room<float>(16, 24, true);
    static_assert(room <= 16 * 3 * kernels::width<float> + 24);
    static_assert(Workspace<Net, 1, recipes::inference, float16>::count <=
                  room + 16 + 24 + kernels::width<float>);
    // Layers that do not widen a part at a time have all of their parameters widened.
    using Images = Sequential<Input<4, 4, 2>, Conv2D<5, 3>, Flatten>;
    static_assert(Workspace<Images, 1, recipes::inference, float16>::count >= 3 * 3 * 2 * 5 + 5 + 2 * 2 * 5);
}

TEST_CASE("tensors in half the bits are found by name and counted row-major") {
    using Net = Sequential<Input<3>, Dense<37>>;
    Parameters<Net> parameters;
    for (std::size_t i = 0; i < 3 * 37; ++i)
        parameters["0.weight"][i] = static_cast<float>(i);
    const Parameters<Net, float16> stored = to_half<float16>(parameters);
    for (std::size_t i = 0; i < 3 * 37; ++i)
        CHECK(static_cast<float>(stored["0.weight"][i]) == static_cast<float>(i));
}
