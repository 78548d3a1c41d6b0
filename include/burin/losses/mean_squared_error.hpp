#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

namespace burin::losses {

/// (y − t)², averaged over all elements. Targets are as many as outputs.
struct MeanSquaredError {
    Reduction reduction = Reduction::mean;

    template <Shape Output, class Scalar>
    auto formula() const noexcept {
        return Formula<Scalar>{};
    }

  private:
    template <class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;

        Vector value(const Vector& output, const Vector& target) const noexcept {
            const Vector difference = output - target;
            return difference * difference;
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            return Vector(Scalar(2)) * (output - target);
        }
    };
};

} // namespace burin::losses
