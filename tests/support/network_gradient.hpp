#pragma once

#include "burin/graph/forms.hpp"
#include "support/central_differences.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <cstddef>

/// Checks all gradients of Σ dy · y of a network of one input and one output against central differences, at
/// random inputs, output gradients, and parameters and statistics from `low` to `high` (statistics only where
/// all of these are positive, as a variance is). The function is what training computes, so that random
/// layers (which draw the same numbers every time) can be checked.
template <class Net>
void check_gradients(std::size_t rows, unsigned seed, double low = -1, double high = 1) {
    LayerRun<Net> run;
    const auto start =
        random_numbers(low > 0 ? burin::stored_count<Net> : burin::parameter_count<Net>, seed, low, high);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(rows * burin::input_shape<Net>.size(), seed + 1);
    const auto dy = random_numbers(rows * burin::output_shape<Net>.size(), seed + 2);
    run.train(x, dy);
    const burin::Gradients<Net, double> analytic = *run.gradients;
    check_gradient_of_weighted_sum(
        dy, [&] { return run.train(x, dy); }, run.parameters->all().first(burin::trained_count<Net>),
        analytic.all());
}

/// The same for layers at positive parameters, the gradients of their input by a Probe in front.
template <class InputLayer, class... Layers>
void check_layer_gradients(std::size_t rows = 3) {
    check_gradients<burin::Sequential<InputLayer, Probe, Layers...>>(rows, 1, 0.5, 1.5);
}
