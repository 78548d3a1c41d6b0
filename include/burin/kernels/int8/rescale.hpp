#pragma once

#include "burin/core/fixed_multiplier.hpp"

#include <cstdint>

namespace burin::kernels {

/// A zero point, and the factor that brings a tensor to another scale.
struct Int8Rescale {
    std::int32_t multiplier;
    std::int8_t shift;
    std::int8_t zero_point;

    constexpr core::FixedMultiplier factor() const noexcept { return {multiplier, shift}; }
};

} // namespace burin::kernels
