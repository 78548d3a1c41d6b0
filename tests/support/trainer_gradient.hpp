#pragma once

#include "burin/optimizers/sgd.hpp"
#include "burin/training/trainer.hpp"
#include "support/central_differences.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

/// A trainer in double with random parameters; the caller sets the samples. Checks the gradients that it
/// finds against central differences of the loss that it tells.
template <class Net, class Loss, std::size_t Batch = 8>
struct TrainerGradient {
    burin::Parameters<Net, double> parameters;
    burin::Trainer<Net, Loss, burin::optimizers::SGD, Batch, double> trainer;
    burin::Samples<Net, Loss, double> samples;

    explicit TrainerGradient(const Loss& loss, std::size_t rows) : trainer(parameters, loss) {
        const auto start = random_numbers(burin::parameter_count<Net>, 1);
        std::copy(start.begin(), start.end(), parameters.data());
        samples.rows = rows;
    }

    /// Each time as in the first step, so that random layers draw the same numbers.
    double loss() {
        trainer.resume(0);
        return burin::losses::reduce(trainer.loss, trainer.gradients(samples));
    }

    void check() {
        loss();
        const auto found = trainer.last_gradients();
        const std::vector<double> analytic(found.begin(), found.end());
        check_gradient([&] { return loss(); }, parameters.all().first(burin::trained_count<Net>), analytic);
    }
};
