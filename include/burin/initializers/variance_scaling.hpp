#pragma once

#include "burin/core/parameter.hpp"
#include "burin/core/random.hpp"
#include "burin/core/shape.hpp"
#include "burin/initializers/distributions.hpp"

#include <cmath>
#include <cstddef>

namespace burin::initializers {

/// What a variance is divided by.
enum class FanMode { in, average };

enum class Distribution { uniform, truncated_normal };

/// Mean 0 and variance Scale / n, where n is fan_in or the mean of fan_in and fan_out: uniform in
/// ±√(3 · Scale / n), or normal without what lies more than two of its deviations away. Keras's
/// VarianceScaling.
template <int Scale, FanMode Mode, Distribution Form>
struct VarianceScaling {
    template <class Scalar>
    void fill(Scalar* values, const Shape& shape, Fans fans, const RandomStream& stream) const noexcept {
        const auto in = static_cast<double>(fans.in), out = static_cast<double>(fans.out);
        const double variance = Scale / (Mode == FanMode::in ? in : (in + out) / 2);
        if constexpr (Form == Distribution::uniform) {
            const double limit = std::sqrt(3 * variance);
            detail::fill_uniform(values, shape.size(), -limit, limit, stream);
        } else {
            const double deviation = std::sqrt(variance) / detail::truncation_correction;
            detail::fill_truncated_normal(values, shape.size(), 0, deviation, stream);
        }
    }
};

} // namespace burin::initializers
