#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses {

/// d²/2 for |d| ≤ delta, else delta · (|d| − delta/2), with d = y − t; averaged over all elements.
/// Huber, "Robust estimation of a location parameter", Annals of Statistics 53 (1964).
struct Huber {
    double delta = 1;
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::none;
    template <class Scalar>
    using Target = Scalar;
    static constexpr std::size_t target_size(const Shape& output) { return output.size(); }
    static constexpr Sentence reject(const Shape&) { return {}; }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        return detail::elementwise<Output, WithGradient, Scalar>(
            Formula<Scalar>{kernels::broadcast(static_cast<Scalar>(delta))}, reduction, outputs, targets,
            sample_weights, gradient, rows);
    }

  private:
    template <class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;
        Vector delta;

        Vector value(const Vector& output, const Vector& target) const noexcept {
            const Vector distance = kernels::abs(output - target);
            const Vector half(Scalar(0.5));
            const Vector inside = half * distance * distance;
            return kernels::select(distance > delta, delta * (distance - half * delta), inside);
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            return kernels::at_most(kernels::at_least(output - target, -delta), delta);
        }
    };
};

} // namespace burin::losses
