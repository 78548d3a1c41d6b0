#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses {

/// log cosh(y − t), averaged over all elements: d²/2 near 0 and |d| − log 2 far from it, as `Huber`, but
/// smooth everywhere. It neither overflows nor loses the small losses. Keras's LogCosh.
struct LogCosh {
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::none;
    template <class Scalar>
    using Target = Scalar;
    static constexpr std::size_t target_size(const Shape& output) { return output.size(); }
    static constexpr Sentence reject(const Shape&) { return {}; }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        return detail::elementwise<Output, WithGradient, Scalar>(Formula<Scalar>{}, reduction, outputs,
                                                                 targets, sample_weights, gradient, rows);
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
