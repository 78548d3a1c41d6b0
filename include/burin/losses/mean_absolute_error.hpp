#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

namespace burin::losses {

/// |y − t|, averaged over all elements. The gradient where they are equal is 0.
struct MeanAbsoluteError {
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
            return kernels::abs(output - target);
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            const Vector zero(Scalar(0));
            const Vector one(Scalar(1));
            const Vector difference = output - target;
            return kernels::select(difference > zero, one,
                                   kernels::select(difference < zero, -one, difference));
        }
    };
};

} // namespace burin::losses
