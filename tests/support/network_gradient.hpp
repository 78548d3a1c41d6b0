#pragma once

#include "support/central_differences.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <cstddef>

/// Checks all parameters' gradients of a network of one input and one output against central differences, at
/// random parameters from `low` to `high`, inputs and output gradients. The function is what training
/// computes, so that random layers (which draw the same numbers every time) can be checked.
template <class Net>
void check_gradients(std::size_t rows, unsigned seed, double low = -1, double high = 1) {
    LayerRun<Net> run;
    const auto start = random_numbers(burin::parameter_count<Net>, seed, low, high);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(rows * burin::input_shape<Net>.size(), seed + 1);
    const auto dy = random_numbers(rows * burin::output_shape<Net>.size(), seed + 2);
    run.train(x, dy);
    const burin::Gradients<Net, double> analytic = *run.gradients;
    check_gradient(
        [&] {
            const auto y = run.train(x, dy);
            double sum = 0;
            for (std::size_t i = 0; i < y.size(); ++i)
                sum += dy[i] * y[i];
            return sum;
        },
        run.parameters->all().first(burin::trained_count<Net>), analytic.all());
}
