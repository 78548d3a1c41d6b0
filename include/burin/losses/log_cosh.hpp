#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

namespace burin::losses {

/// log cosh(y − t), averaged over all elements: d²/2 near 0 and |d| − log 2 far from it, as `Huber`, but
/// smooth everywhere. It neither overflows nor loses the small losses. Keras's LogCosh.
struct LogCosh {
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
            const Vector distance = kernels::abs(output - target);
            // Beyond the limit e^−2|d| is lost in any number. Before it cosh d − 1 = m² / (2 + 2 m), where
            // m = e^|d| − 1, does not cancel.
            const Vector limit(Scalar(20)), log_2(Scalar(0.69314718055994530942));
            const Vector m = kernels::expm1(kernels::at_most(distance, limit));
            const Vector inside = kernels::log1p(m * (m / (Vector(Scalar(2)) + m + m)));
            return kernels::select(distance > limit, distance - log_2, inside);
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            return kernels::tanh(output - target);
        }
    };
};

} // namespace burin::losses
