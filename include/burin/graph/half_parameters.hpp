#pragma once

#include "burin/core/half.hpp"
#include "burin/graph/parameters.hpp"

#include <cstddef>

namespace burin {

/// All that a network remembers, each number to the nearest that `Stored` (`float16` or `bfloat16`) has: half
/// the memory, for inference.
template <Half Stored, class Net>
constexpr void narrow(const Parameters<Net, float>& parameters, Parameters<Net, Stored>& narrowed) noexcept {
    for (std::size_t i = 0; i < stored_count<Net>; ++i)
        narrowed.values[i] = narrow<Stored>(parameters.values[i]);
}

/// The same as a value, for a network that is small beside the stack, or where it goes to its place at once:
///
///     static const auto parameters = narrow<float16>(model.parameters());
///     static Predictor<Net, 1, float16> predictor;
///     predictor(parameters, input);
template <Half Stored, class Net>
constexpr Parameters<Net, Stored> narrow(const Parameters<Net, float>& parameters) noexcept {
    Parameters<Net, Stored> narrowed;
    narrow(parameters, narrowed);
    return narrowed;
}

/// The same numbers as float, for those who have the memory: every layer's parameters are then widened once
/// instead of in every run.
template <class Net, Half Stored>
constexpr void widen(const Parameters<Net, Stored>& parameters, Parameters<Net, float>& widened) noexcept {
    for (std::size_t i = 0; i < stored_count<Net>; ++i)
        widened.values[i] = parameters.values[i];
}

} // namespace burin
