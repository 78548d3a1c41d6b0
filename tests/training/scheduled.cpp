#include "burin/graph/forms.hpp"
#include "burin/initializers/default.hpp"
#include "burin/initializers/initialize.hpp"
#include "burin/layers/activations.hpp"
#include "burin/layers/dense.hpp"
#include "burin/losses/mean_squared_error.hpp"
#include "burin/optimizers/adam.hpp"
#include "burin/schedules/cosine.hpp"
#include "burin/schedules/one_cycle.hpp"
#include "burin/schedules/warm_up.hpp"
#include "burin/training/trainer.hpp"
#include "support/allocations.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

using namespace burin;

namespace {

using Net = Sequential<Input<3>, Dense<4>, Tanh, Dense<2>>;
using TrainerType = Trainer<Net, losses::MeanSquaredError, optimizers::Adam, 5>;

constexpr schedules::OneCycle cycle{.learning_rate = 0.05, .steps = 40};

/// The parameters after 50 steps, each made by `step(trainer, inputs, targets)`.
template <class Step>
std::vector<float> trained(Step step) {
    static Parameters<Net> parameters;
    initialize<Net>(parameters, initializers::Default{}, 1);
    TrainerType trainer(parameters);
    const auto inputs = random_numbers<float>(5 * 3, 1), targets = random_numbers<float>(5 * 2, 2);
    for (int i = 0; i < 50; ++i)
        step(trainer, inputs, targets);
    return {parameters.data(), parameters.data() + parameter_count<Net>};
}

} // namespace

TEST_CASE("a schedule gives the same bits as rates and momenta that are set by hand") {
    const auto by_schedule = trained([](TrainerType& trainer, const auto& inputs, const auto& targets) {
        trainer.step(inputs, targets, cycle);
    });
    const auto by_hand = trained([](TrainerType& trainer, const auto& inputs, const auto& targets) {
        trainer.optimizer.learning_rate = cycle(trainer.steps());
        trainer.optimizer.beta1 = cycle.momentum(trainer.steps());
        trainer.step(inputs, targets);
    });
    const auto of_samples = trained([](TrainerType& trainer, const auto& inputs, const auto& targets) {
        const TrainerType::SamplesType samples{
            .inputs = {inputs.data()}, .targets = {targets.data()}, .weights = nullptr, .rows = 5};
        trainer.step(samples, fitting::NoMetrics{}, cycle);
    });
    CHECK(by_schedule == by_hand);
    CHECK(by_schedule == of_samples);
    // A schedule without a momentum leaves the optimizer's.
    const auto rate_only = trained([](TrainerType& trainer, const auto& inputs, const auto& targets) {
        trainer.step(inputs, targets, [](std::uint64_t step) { return cycle(step); });
        CHECK(trainer.optimizer.beta1 == 0.9);
    });
    CHECK(by_schedule != rate_only);
}

TEST_CASE("a rate of 0 changes nothing, and the rate of the last step stays in the optimizer") {
    Parameters<Net> parameters;
    initialize<Net>(parameters, initializers::Default{}, 1);
    const std::vector<float> before(parameters.data(), parameters.data() + parameter_count<Net>);
    TrainerType trainer(parameters);
    const auto inputs = random_numbers<float>(5 * 3, 1), targets = random_numbers<float>(5 * 2, 2);
    const schedules::WarmUp warm_up{2, schedules::Cosine{.learning_rate = 0.05, .steps = 4}, /*start*/ 0};
    trainer.step(inputs, targets, warm_up);
    CHECK(std::vector<float>(parameters.data(), parameters.data() + parameter_count<Net>) == before);
    trainer.step(inputs, targets, warm_up);
    CHECK(std::vector<float>(parameters.data(), parameters.data() + parameter_count<Net>) != before);
    CHECK(trainer.optimizer.learning_rate == 0.025);
    // Going on elsewhere: the schedule knows where by the steps alone.
    trainer.resume(4);
    trainer.step(inputs, targets, warm_up);
    CHECK(trainer.optimizer.learning_rate == 0.025);
    CHECK(trainer.steps() == 5);
}

TEST_CASE("steps with a schedule allocate nothing") {
    Parameters<Net> parameters;
    initialize<Net>(parameters, initializers::Default{}, 1);
    TrainerType trainer(parameters);
    const auto inputs = random_numbers<float>(5 * 3, 1), targets = random_numbers<float>(5 * 2, 2);
    const std::size_t before = allocations::count;
    for (int i = 0; i < 100; ++i)
        trainer.step(inputs, targets, cycle);
    const std::size_t during = allocations::count - before;
    CHECK(during == 0);
    CHECK(before > 0); // the counter counts
}
