#pragma once

#include "burin/optimizers/gradient_sweep.hpp"
#include "reference/optimizers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <vector>

/// 100 steps with the reference's gradients: after every tenth, all parameters agree to 1e-6, each relative
/// to itself.
template <class Optimizer>
void check_path(const Optimizer& optimizer, const double (&path)[50]) {
    namespace r = reference::optimizers;
    std::vector<double> parameters(std::begin(r::start), std::end(r::start));
    std::vector<double> state(Optimizer::state_vectors * 5);
    for (std::size_t step = 0; step < 100; ++step) {
        burin::optimizers::update(optimizer, parameters.data(), r::gradients + 5 * step, state.data(), 5,
                                  step + 1);
        if (step % 10 == 9)
            for (std::size_t i = 0; i < 5; ++i) {
                const double want = path[step / 10 * 5 + i];
                INFO("step " << step + 1 << ", parameter " << i << ": expected " << want << ", got "
                             << parameters[i]);
                CHECK(std::abs(parameters[i] - want) <= 1e-6 * std::abs(want));
            }
    }
}

template <class Optimizer>
void check_variants(const double (&plain)[50], const double (&decay)[50], const double (&clip_value)[50],
                    const double (&clip_norm)[50]) {
    check_path(Optimizer{.weight_decay = 0}, plain);
    check_path(Optimizer{.weight_decay = 0.1}, decay);
    check_path(Optimizer{.weight_decay = 0, .clip_value = 0.5}, clip_value);
    check_path(Optimizer{.weight_decay = 0.1, .clip_norm = 1.0}, clip_norm);
}
