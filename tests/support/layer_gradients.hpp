#pragma once

#include "burin/graph/forms.hpp"
#include "support/central_differences.hpp"
#include "support/layer_run.hpp"
#include "support/random_numbers.hpp"

#include <algorithm>
#include <cstddef>

/// Checks all gradients of Σ dy · y in training, those of the layers' input by a Probe in front, against
/// central differences.
template <class InputLayer, class... Layers>
void check_layer_gradients(std::size_t rows = 3) {
    using Net = burin::Sequential<InputLayer, Probe, Layers...>;
    LayerRun<Net> run;
    const auto start =
        random_numbers(burin::parameter_count<Net> + burin::statistics_count<Net>, 1, 0.5, 1.5);
    std::copy(start.begin(), start.end(), run.parameters->data());
    const auto x = random_numbers(rows * burin::input_shape<Net>.size(), 2);
    const auto dy = random_numbers(rows * burin::output_shape<Net>.size(), 3);
    run.train(x, dy);
    const auto analytic = *run.gradients;
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
