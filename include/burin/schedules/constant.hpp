#pragma once

#include "burin/core/language.hpp"

#include <cstdint>

namespace burin::schedules {

/// Always the same rate: for a part of a `Sequence`, or behind a `WarmUp`.
struct Constant {
    double learning_rate = 1e-3;

    constexpr double operator()(std::uint64_t) const noexcept { return learning_rate; }
};

} // namespace burin::schedules
