#pragma once

#include "burin/core/random.hpp"

#include <cstddef>
#include <vector>

/// `count` numbers, uniform in [low, high), the same for the same seed.
template <class Scalar = double>
std::vector<Scalar> random_numbers(std::size_t count, unsigned seed, double low = -1, double high = 1) {
    const burin::RandomStream stream{seed, burin::Purpose::user, 0};
    std::vector<Scalar> numbers(count);
    for (std::size_t i = 0; i < count; ++i)
        numbers[i] = static_cast<Scalar>(low + (high - low) * stream.uniform(i));
    return numbers;
}
