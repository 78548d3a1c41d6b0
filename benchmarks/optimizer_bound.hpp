#pragma once

#include "burin/kernels/simd.hpp"

#include "bandwidth.hpp"
#include "machine.hpp"
#include "random_numbers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

/// What the sweep of an optimizer can't be faster than.
namespace machine {

template <class Scalar>
using Array = std::vector<Scalar, AlignedAllocator<Scalar>>;

template <class Scalar>
Array<Scalar> random_array(std::size_t count) {
    const Numbers numbers = random_numbers(count);
    return Array<Scalar>(numbers.begin(), numbers.end());
}

/// Seconds for one parameter of the rule alone, in registers. Parameter, gradient and states are one number,
/// which hardly changes with so small a rate: the compiler can do nothing once for all, and the divider sees
/// as many different numbers as there are chains.
template <class Optimizer, class Scalar>
double rule_time(const Optimizer& optimizer, int bursts = 20) {
    using Vector = burin::kernels::Vector<Scalar>;
    const auto rule = optimizer.template rule<Scalar>(2);
    const double seconds = register_time<Scalar>(
        [=](const Vector& x) {
            std::array<Vector, Optimizer::state_vectors> state;
            state.fill(x);
            const Vector parameter = rule(x, x, state);
            return parameter;
        },
        bursts);
    return seconds / static_cast<double>(burin::kernels::width<Scalar>);
}

/// Seconds for a sweep over so many parameters: the larger of the time of one that moves the same bytes and
/// does nothing else, and of the rule's arithmetic.
template <class Optimizer, class Scalar>
double sweep_bound(std::size_t count) {
    constexpr std::size_t states = Optimizer::state_vectors;
    auto parameters = random_array<Scalar>(count);
    const auto gradients = random_array<Scalar>(count);
    Array<Scalar> memory(std::max<std::size_t>(states * count, 1));
    std::array<Scalar*, states + 1> written{parameters.data()};
    for (std::size_t k = 0; k < states; ++k)
        written[k + 1] = memory.data() + k * count;
    std::vector<double> seconds;
    for (int pass = 0; pass < 50; ++pass) {
        const auto start = Clock::now();
        stream(gradients.data(), written, count);
        seconds.push_back(seconds_since(start));
    }
    const double arithmetic = rule_time<Optimizer, Scalar>(Optimizer{.learning_rate = 1e-6});
    return std::max(median(std::move(seconds)), arithmetic * static_cast<double>(count));
}

} // namespace machine
