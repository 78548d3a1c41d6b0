#include "burin/graph/forms.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/mean_absolute_error.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/losses/per_output.hpp"
#include "burin/optimizers/lbfgs.hpp"
#include "burin/training/trainer.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <vector>

using namespace burin;

namespace {

constexpr std::size_t rows = 5;

/// No optimizer: looks how far the gradients are from the central differences of what `again` returns.
struct Probe {
    double* worst = nullptr;

    static constexpr std::size_t state_vectors = 0;

    template <class Net, class Scalar, class Again>
    void update_network(Scalar* parameters, const Scalar* gradients, Scalar*, std::uint64_t,
                        Again&& again) const noexcept {
        const std::vector<Scalar> expected(gradients, gradients + trained_count<Net>);
        const auto loss = [&] {
            const auto sum = again();
            return sum.total / sum.weight + sum.penalty;
        };
        const Scalar step = 1e-5;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const Scalar middle = parameters[i];
            parameters[i] = middle + step;
            const Scalar above = loss();
            parameters[i] = middle - step;
            const Scalar below = loss();
            parameters[i] = middle;
            *worst = std::max(*worst, std::abs((above - below) / (2 * step) - expected[i]));
        }
        loss();
        *worst = std::max(*worst, std::equal(expected.begin(), expected.end(), gradients) ? 0.0 : 1.0);
    }
};

template <class Net, class Loss>
double worst_of(const Loss& loss, bool weighted) {
    const auto inputs = random_numbers<double>(3 * rows, 1), targets = random_numbers<double>(2 * rows, 2),
               other = random_numbers<double>(rows, 3);
    const std::vector<double> weights{0.5, 2, 0, 1, 3};
    Parameters<Net, double> parameters;
    initialize(parameters, initializers::Default{}, 4);
    double worst = 0;
    Trainer<Net, Loss, Probe, rows, double> trainer(parameters, loss, Probe{&worst});
    typename decltype(trainer)::SamplesType samples;
    samples.inputs = {inputs.data()};
    std::get<0>(samples.targets) = targets.data();
    if constexpr (engine::Network<Net>::output_count > 1)
        std::get<1>(samples.targets) = other.data();
    samples.weights = weighted ? weights.data() : nullptr;
    samples.rows = rows;
    trainer.step(samples);
    return worst;
}

} // namespace

TEST_CASE("Trainer: `again` returns the loss that has the gradients which it computes") {
    using One = Sequential<Input<3>, Dense<3>, Tanh, Regularized<Dense<2>, L2<0.03>>>;
    using Two = Graph<Inputs<Node<"x", Input<3>>>, Node<"a", Dense<2>, From<"x">>,
                      Node<"b", Dense<1>, From<"x">>, Outputs<"a", "b">>;
    using losses::MeanSquaredError, losses::Reduction;
    for (const Reduction reduction : {Reduction::mean, Reduction::sum})
        for (const bool weighted : {false, true}) {
            CHECK(worst_of<One>(MeanSquaredError{.reduction = reduction}, weighted) <= 1e-8);
            CHECK(
                worst_of<Two>(losses::PerOutput(MeanSquaredError{.reduction = reduction}, MeanSquaredError{}),
                              weighted) <= 1e-8);
        }
}

TEST_CASE("Trainer: L-BFGS solves a linear regression in one step, and goes on from its state") {
    using Net = Sequential<Input<3>, Dense<2>>;
    using Optimizer = optimizers::LBFGS<6, optimizers::LineSearch::strong_wolfe>;
    constexpr std::size_t many = 12;
    const auto inputs = random_numbers<double>(3 * many, 1);
    std::vector<double> targets;
    for (std::size_t i = 0; i < many; ++i) {
        targets.push_back(1 + inputs[3 * i] - 2 * inputs[3 * i + 1]);
        targets.push_back(0.5 * inputs[3 * i + 2]);
    }
    using Regression = Trainer<Net, losses::MeanSquaredError, Optimizer, many, double>;
    Parameters<Net, double> parameters;
    Regression trainer(parameters, {}, Optimizer{.max_iterations = 40});
    trainer.step(inputs, targets);
    const std::array<double, 8> exact{1, 0, -2, 0, 0, 0.5, 1, 0};
    for (std::size_t i = 0; i < exact.size(); ++i)
        CHECK(std::abs(parameters.all()[i] - exact[i]) <= 1e-4);

    // Stopped after a few iterations, and gone on with elsewhere.
    Parameters<Net, double> whole, parts;
    Regression straight(whole, {}, Optimizer{.max_iterations = 2}), first(parts, {}, straight.optimizer);
    for (int step = 0; step < 3; ++step)
        straight.step(inputs, targets);
    first.step(inputs, targets);
    Regression second(parts, {}, first.optimizer);
    std::copy(first.optimizer_state().begin(), first.optimizer_state().end(),
              second.optimizer_state().begin());
    second.resume(first.steps());
    second.step(inputs, targets);
    second.step(inputs, targets);
    CHECK(parts.values == whole.values);
}
