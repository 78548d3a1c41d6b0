#include "reference/networks.hpp"

#include "burin/graph/predictor.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/layers/merge.hpp"
#include "burin/layers/reshape.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/losses/sparse_categorical_crossentropy.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/optimizers/sgd.hpp"
#include "burin/training/trainer.hpp"
#include "support/check_close.hpp"
#include "support/layer_run.hpp"
#include "support/network_gradient.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

using namespace burin;
namespace r = reference::networks;

TEST_CASE_TEMPLATE("Dense agrees with PyTorch", Scalar, float, double) {
    const double tolerance = sizeof(Scalar) == 8 ? 1e-13 : 2e-6;
    const std::vector<Scalar> x(std::begin(r::dense_x), std::end(r::dense_x));
    const std::vector<Scalar> dy(std::begin(r::dense_dy), std::end(r::dense_dy));
    using Net = Sequential<Input<13>, Dense<9>>;
    LayerRun<Net, Scalar> run;
    std::vector<Scalar> parameters(std::begin(r::dense_w), std::end(r::dense_w));
    parameters.insert(parameters.end(), std::begin(r::dense_b), std::end(r::dense_b));
    from_row_major<Net>(parameters.data(), run.parameters->data());
    check_close(run.infer(x), r::dense_y, tolerance);
    check_close(run.train(x, dy), r::dense_y, tolerance);
    std::vector<Scalar> elements(parameters.size());
    to_row_major<Net>(run.gradients->data(), elements.data());
    const std::span<const Scalar> gradients = elements;
    check_close(gradients.first(13 * 9), r::dense_dw, tolerance);
    check_close(gradients.last(9), r::dense_db, tolerance);

    using WithoutBias = Sequential<Input<13>, Dense<9, NoBias>>;
    LayerRun<WithoutBias, Scalar> without;
    from_row_major<WithoutBias>(parameters.data(), without.parameters->data());
    check_close(without.infer(x), r::dense_y_no_bias, tolerance);
    without.train(x, dy);
    to_row_major<WithoutBias>(without.gradients->data(), elements.data());
    check_close(gradients.first(13 * 9), r::dense_dw, tolerance);
}

namespace {

/// All gradients of Σ dy · y, the input's by a Probe in front, for one size.
template <std::size_t Inputs, std::size_t Units, class... Options>
void check_size() {
    INFO("Dense<" << Units << "> of " << Inputs);
    check_gradients<Sequential<Input<Inputs>, Probe, Dense<Units, Options...>>>(3, 1);
}

} // namespace

TEST_CASE("Dense: gradients match central differences for 1, SIMD widths ± 1, primes and odd tails") {
    check_size<1, 1>();
    check_size<1, 5>();
    check_size<7, 1, NoBias>();
    check_size<3, 4>();
    check_size<4, 3>();
    check_size<5, 8>();
    check_size<8, 9, NoBias>();
    check_size<17, 7>();
    check_size<9, 10>();
    check_size<13, 17>();
}

TEST_CASE("an MLP takes PyTorch's path: 20 steps of SGD and of Adam") {
    using Mlp = Sequential<Input<6>, Dense<8>, ReLU, Dense<8>, Tanh, Dense<4>>;
    const auto check = [](auto optimizer, const double(&losses)[20], const auto& end) {
        const auto parameters = std::make_unique<Parameters<Mlp, double>>();
        from_row_major<Mlp>(r::mlp_start, parameters->data());
        const auto trainer = std::make_unique<
            Trainer<Mlp, losses::SparseCategoricalCrossentropy, decltype(optimizer), 10, double>>(
            *parameters, losses::SparseCategoricalCrossentropy{}, optimizer);
        for (double expected : losses) {
            const double loss = losses::reduce(trainer->loss, trainer->step(r::mlp_x, r::mlp_labels));
            CHECK(loss == doctest::Approx(expected).epsilon(1e-10));
        }
        std::vector<double> elements(parameter_count<Mlp>);
        to_row_major<Mlp>(parameters->data(), elements.data());
        check_close(elements, end, 1e-9);
    };
    check(optimizers::SGD{.learning_rate = 0.1}, r::mlp_sgd_losses, r::mlp_sgd_end);
    check(optimizers::Adam{.learning_rate = 0.01}, r::mlp_adam_losses, r::mlp_adam_end);
}

TEST_CASE("a graph with two inputs, shared weights, a residual block and two losses agrees with PyTorch") {
    using Net =
        Graph<Inputs<Node<"a", Input<6>>, Node<"b", Input<6>>>,
              Node<"left", Sequential<Dense<5>, Tanh>, From<"a">, SharedWeights<"encoder">>,
              Node<"right", Sequential<Dense<5>, Tanh>, From<"b">, SharedWeights<"encoder">>,
              Node<"codes", Concat, From<"left", "right">>,
              Node<"mixed", Residual<Dense<10>, GELU, Dense<10>>, From<"codes">>,
              Node<"mean", Dense<3>, From<"mixed">>,
              Node<"scale", Sequential<Sigmoid, Dense<2, NoBias>>, From<"mixed">>, Outputs<"mean", "scale">>;
    using Loss = losses::PerOutput<losses::MeanSquaredError, losses::SparseCategoricalCrossentropy>;
    const auto parameters = std::make_unique<Parameters<Net, double>>();
    from_row_major<Net>(r::graph_parameters, parameters->data());

    const auto predictor = std::make_unique<Predictor<Net, 4, double>>();
    const auto outputs = predictor->run(parameters->data(), {r::graph_a, r::graph_b}, 4);
    check_close(std::span(outputs[0], 12), r::graph_mean, 1e-12);
    check_close(std::span(outputs[1], 8), r::graph_scale, 1e-12);

    const auto loss =
        Loss(losses::MeanSquaredError{}, losses::SparseCategoricalCrossentropy{}).weighted({1.0, 0.5});
    const auto trainer = std::make_unique<Trainer<Net, Loss, optimizers::SGD, 4, double>>(*parameters, loss);
    Samples<Net, Loss, double> samples;
    samples.inputs = {r::graph_a, r::graph_b};
    samples.targets = {r::graph_target, r::graph_labels};
    samples.rows = 4;
    const auto sum = trainer->gradients(samples);
    CHECK(sum.total / sum.weight == doctest::Approx(r::graph_loss[0]).epsilon(1e-12));
    std::vector<double> gradients(parameter_count<Net>);
    to_row_major<Net>(trainer->last_gradients().data(), gradients.data());
    check_close(gradients, r::graph_gradients, 1e-12);
}

namespace {

/// A sample alone, for which narrow layers have code of their own, and among others.
template <std::size_t Units>
void check_one_sample() {
    using Net = Sequential<Input<5>, Dense<Units>, ReLU, Dense<Units * 7 % 11 + 1>, ReLU, Dense<1>>;
    Parameters<Net> parameters;
    const auto numbers = random_numbers<float>(parameter_count<Net>, 1);
    std::copy(numbers.begin(), numbers.end(), parameters.data());
    const auto x = random_numbers<float>(3 * 5, 2);
    Predictor<Net> one;
    Predictor<Net, 3> several;
    const auto expected = several(parameters, x);
    INFO(Units << " units");
    for (std::size_t row = 0; row < 3; ++row)
        CHECK(one(parameters, std::span(x).subspan(5 * row, 5))[0] == expected[row]);
}

} // namespace

TEST_CASE("Dense: one sample of a narrow layer has the bits that it has among others") {
    check_one_sample<3>();
    check_one_sample<6>();
    check_one_sample<12>();
}
