#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

namespace burin::losses {

/// d²/2 for |d| ≤ delta, else delta · (|d| − delta/2), with d = y − t; averaged over all elements.
/// Huber, "Robust estimation of a location parameter", Annals of Statistics 53 (1964).
struct Huber {
    double delta = 1;
    Reduction reduction = Reduction::mean;

    template <Shape Output, class Scalar>
    auto formula() const noexcept {
        return Formula<Scalar>{kernels::broadcast(static_cast<Scalar>(delta))};
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
