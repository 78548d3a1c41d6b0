#pragma once

#include "burin/core/half.hpp"
#include "burin/graph/parameters.hpp"

#include <cstddef>

namespace burin {

/// All that a network remembers, each number to the nearest that `Stored` (`float16` or `bfloat16`) has: half
/// the memory, for inference.
template <core::Half Stored, class Net>
constexpr void to_half(const Parameters<Net, float>& parameters, Parameters<Net, Stored>& half) noexcept {
    for (std::size_t i = 0; i < stored_count<Net>; ++i)
        half.values[i] = Stored::nearest(parameters.values[i]);
}

/// The same as a value, for a network that is small beside the stack, or where it goes to its place at once:
///
///     static const auto parameters = to_half<float16>(model.parameters());
///     static Predictor<Net, 1, float16> predictor;
///     predictor(parameters, input);
template <core::Half Stored, class Net>
constexpr Parameters<Net, Stored> to_half(const Parameters<Net, float>& parameters) noexcept {
    Parameters<Net, Stored> half;
    to_half(parameters, half);
    return half;
}

/// The same numbers as float, for those who have the memory: every layer's parameters are then widened once
/// instead of in every run.
template <class Net, core::Half Stored>
constexpr void to_float(const Parameters<Net, Stored>& parameters, Parameters<Net, float>& full) noexcept {
    for (std::size_t i = 0; i < stored_count<Net>; ++i)
        full.values[i] = parameters.values[i];
}

} // namespace burin
