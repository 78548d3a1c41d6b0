#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

namespace burin::losses {

/// max(0, 1 − t·y) with targets t of −1 or 1, averaged over all elements.
struct Hinge {
    Reduction reduction = Reduction::mean;

    static constexpr Answer answer = Answer::yes_or_no;

    template <Shape Output, class Scalar>
    auto formula() const noexcept {
        return Formula<Scalar>{};
    }

  private:
    template <class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;

        Vector value(const Vector& output, const Vector& target) const noexcept {
            return kernels::at_least(Vector(Scalar(1)) - target * output, Vector(Scalar(0)));
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            const Vector one(Scalar(1)), zero(Scalar(0)), agreement = target * output;
            return kernels::select(agreement < one, -target,
                                   kernels::select(agreement >= one, zero, agreement));
        }
    };
};

} // namespace burin::losses
