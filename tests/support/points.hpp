#pragma once

#include "burin/core/random.hpp"
#include "burin/data/dataset.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

/// Points around the corners of a triangle, one class after the other: what a Dense<3> learns in a few
/// epochs.
inline burin::data::Dataset<> points(std::size_t count, std::uint64_t seed) {
    const burin::RandomStream random{.seed = seed};
    std::vector<float> inputs;
    std::vector<burin::Label> labels;
    for (std::size_t i = 0; i < count; ++i) {
        const double angle = 2.1 * static_cast<double>(i % 3);
        inputs.push_back(static_cast<float>(std::cos(angle) + random.uniform(2 * i) - 0.5));
        inputs.push_back(static_cast<float>(std::sin(angle) + random.uniform(2 * i + 1) - 0.5));
        labels.push_back(static_cast<burin::Label>(i % 3));
    }
    return {burin::Shape(2), std::move(inputs), std::move(labels)};
}
