#pragma once

#include "burin/core/random.hpp"

#include <cstddef>
#include <vector>

/// `count` numbers, uniform in [low, high).
inline std::vector<float> random_numbers(std::size_t count, double low = -1, double high = 1) {
    const burin::RandomStream stream{1, burin::Purpose::user, 0};
    std::vector<float> numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = static_cast<float>(low + (high - low) * stream.uniform(i));
    return numbers;
}
