#pragma once

// What every optimizer does with extreme gradients, whatever its rule.

#include "burin/optimizers/gradient_sweep.hpp"
#include "support/random_numbers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Parameters of 0 that an optimizer trains in steps, each with gradients of its own.
template <class Optimizer, class Scalar>
struct Training {
    Optimizer optimizer{};
    std::vector<Scalar> parameters{};
    std::vector<Scalar> state{};
    unsigned steps = 0;

    void step(const std::vector<Scalar>& gradients) {
        parameters.resize(gradients.size());
        state.resize(Optimizer::state_vectors * gradients.size());
        burin::optimizers::update(optimizer, parameters.data(), gradients.data(), state.data(),
                                  gradients.size(), ++steps);
    }
};

/// Whole vectors, four of them at a time, and a rest.
constexpr std::size_t many = 150;

/// The largest and smallest gradients move parameters as `reference.next(optimizer, gradient)` says, which
/// computes in floats.
template <class Optimizer, class Reference>
void check_sizes(float smallest = 0) {
    constexpr float largest = std::numeric_limits<float>::max();
    for (const float gradient : {1e-45f, 1e-38f, 1e-30f, 1e-20f, 1e10f, 1e18f, 1e20f, 1e21f, 1e30f, largest})
        for (const float sign : {1.0f, -1.0f}) {
            if (gradient < smallest)
                continue;
            Training<Optimizer, float> training;
            Reference reference;
            // Once, then as small as they usually are, then again.
            for (const float each : {gradient, 0.5f, -0.25f, gradient, 1.0f}) {
                training.step(std::vector<float>(many, sign * each));
                const float expected = reference.next(training.optimizer, sign * each);
                INFO("step " << training.steps << " with " << sign * each << ": expected " << expected
                             << ", got " << training.parameters[0]);
                REQUIRE(!std::isnan(training.parameters[0]));
                if (std::isinf(expected))
                    REQUIRE(training.parameters[0] == expected);
                else
                    REQUIRE(static_cast<double>(std::abs(training.parameters[0] - expected)) <=
                            1e-5 * std::max(1e-4, static_cast<double>(std::abs(expected))));
                CHECK(std::count(training.parameters.begin(), training.parameters.end(),
                                 training.parameters[0]) == many);
                CHECK(std::none_of(training.state.begin(), training.state.end(),
                                   [](float number) { return std::isnan(number); }));
            }
        }
}

/// One gradient that is no number makes its parameter none, for ever, and only it.
template <class Optimizer>
void check_not_a_number() {
    for (const double clip_value : {0.0, 0.5})
        for (const double weight_decay : {0.0, 0.1})
            for (const std::size_t place : {0u, 1u, 63u, 64u, 149u}) {
                Training<Optimizer, float> training{{.weight_decay = weight_decay, .clip_value = clip_value}};
                std::vector<float> gradients(many, 1.0f);
                gradients[place] = static_cast<float>(not_a_number);
                for (int step = 0; step < 3; ++step) {
                    training.step(gradients);
                    for (std::size_t i = 0; i < many; ++i)
                        REQUIRE(std::isnan(training.parameters[i]) == (i == place));
                    gradients[place] = 1;
                }
            }
}

/// An infinite gradient is clipped by value.
template <class Optimizer>
void check_clipped_infinity() {
    std::vector<float> gradients(many, 1.0f);
    gradients[7] = -static_cast<float>(infinity);
    Training<Optimizer, float> clipped{{.clip_value = 0.5}}, half{{.clip_value = 0.5}};
    clipped.step(gradients);
    half.step(std::vector<float>(many, -0.5f));
    CHECK(clipped.parameters[7] == half.parameters[7]);
}

/// Of an infinite gradient, which is not clipped, no number follows.
template <class Optimizer>
void check_infinity() {
    std::vector<float> gradients(many, 1.0f);
    gradients[7] = -static_cast<float>(infinity);
    Training<Optimizer, float> plain;
    plain.step(gradients);
    CHECK_FALSE(std::isfinite(plain.parameters[7]));
    CHECK(std::isfinite(plain.parameters[6]));
}

/// The norm that clips is right where squares are beyond the largest number, and hands on what is no number.
template <class Optimizer>
void check_clip_norm() {
    Training<Optimizer, float> clipped{{.weight_decay = 0, .clip_norm = 1}}, scaled{{.weight_decay = 0}};
    for (int step = 0; step < 8; ++step) {
        clipped.step({3e30f, 4e30f, 0});
        scaled.step({0.6f, 0.8f, 0});
        for (const std::size_t i : {0u, 1u, 2u}) {
            INFO("step " << step + 1 << ": expected " << scaled.parameters[i] << ", got "
                         << clipped.parameters[i]);
            CHECK(static_cast<double>(std::abs(clipped.parameters[i] - scaled.parameters[i])) <=
                  1e-5 * static_cast<double>(std::abs(scaled.parameters[i])));
        }
    }
    Training<Optimizer, float> none{{.clip_norm = 1}};
    std::vector<float> gradients(many, 1.0f);
    gradients[100] = static_cast<float>(not_a_number);
    none.step(gradients);
    CHECK(std::all_of(none.parameters.begin(), none.parameters.end(), [](float p) { return std::isnan(p); }));
}

/// A parameter's path does not depend on how many others there are.
template <class Optimizer>
void check_counts() {
    // The widths of all vectors and their neighbours, primes, one, and more than a first-level cache holds.
    for (std::size_t count : {1u, 3u, 4u, 5u, 7u, 8u, 9u, 15u, 16u, 17u, 31u, 67u, 131u, 10'007u}) {
        const auto start = random_numbers<float>(count, 1), gradients = random_numbers<float>(count, 2);
        const Optimizer optimizer{.weight_decay = 0.01, .clip_value = 0.5};
        // One more element on each side must stay as it is.
        std::vector<float> all(count + 2, 99.0f), state(Optimizer::state_vectors * count + 1, 0.0f);
        std::copy(start.begin(), start.end(), all.begin() + 1);
        for (unsigned step = 1; step <= 3; ++step)
            burin::optimizers::update(optimizer, all.data() + 1, gradients.data(), state.data(), count, step);
        CHECK(all.front() == 99.0f);
        CHECK(all.back() == 99.0f);
        CHECK(state.back() == 0.0f);
        std::size_t same = 0;
        for (; same < count; ++same) {
            float alone = start[same], alone_state[4] = {};
            for (unsigned step = 1; step <= 3; ++step)
                burin::optimizers::update(optimizer, &alone, &gradients[same], alone_state, 1, step);
            if (alone != all[same + 1])
                break;
        }
        CHECK(same == count);
    }
}
