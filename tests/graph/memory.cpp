#include "support/networks.hpp"

#include <doctest/doctest.h>

using namespace burin;

namespace {

template <class Net, engine::Recipe<engine::Network<Net>::output_count> PlanRecipe, std::size_t Batch>
constexpr double ratio_to_lower_bound() {
    using PlanType = engine::Plan<Net, PlanRecipe>;
    return static_cast<double>(PlanType::template memory<Batch, float>.size) /
           static_cast<double>(PlanType::template lower_bound<Batch>);
}

} // namespace

TEST_CASE_TEMPLATE("plan_memory: the arena is at most 1.10 times the liveness bound", Net, ALL_NETWORKS) {
    static_assert(ratio_to_lower_bound<Net, recipes::training, 1>() <= 1.10);
    static_assert(ratio_to_lower_bound<Net, recipes::training, 32>() <= 1.10);
    static_assert(ratio_to_lower_bound<Net, recipes::inference, 1>() <= 1.10);
    CHECK(ratio_to_lower_bound<Net, recipes::training, 7>() >= 1.0);
    CHECK(ratio_to_lower_bound<Net, recipes::training, 7>() <= 1.10);
}

TEST_CASE("bytes: sizes of the structs are what the constants say") {
    using Net = networks::Mlp;
    static_assert(parameter_count<Net> == 784 * 128 + 128 + 128 * 10 + 10);
    static_assert(flops<Net> == 2 * 784 * 128 + 128 + 128 + 2 * 128 * 10 + 10);
    static_assert(sizeof(Parameters<Net>) >= 4 * parameter_count<Net>);
    static_assert(sizeof(Parameters<Net>) < 4 * parameter_count<Net> + 64);
    // Inference of one sample needs the hidden layer and the output.
    static_assert(inference_bytes<Net> == 4 * (parameter_count<Net> + 128 + 10));
    // In training the gradient of the hidden layer takes the place of the layer itself, and the loss's
    // gradient the place of the output.
    static_assert(Workspace<Net, 32, recipes::training>::count == 32 * (128 + 10));
    static_assert(training_bytes<Net, 32> == 4 * (4 * parameter_count<Net> + 32 * (128 + 10)));
    static_assert(training_bytes<Net, 32, optimizers::SGD> ==
                  4 * (2 * parameter_count<Net> + 32 * (128 + 10)));
    using TrainerType = Trainer<Net, losses::SparseCategoricalCrossentropy, optimizers::Adam, 32>;
    CHECK(sizeof(TrainerType) + sizeof(Parameters<Net>) >= training_bytes<Net, 32>);
    CHECK(sizeof(TrainerType) + sizeof(Parameters<Net>) < training_bytes<Net, 32> + 1024);
}
