#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses {

/// |y − t|, averaged over all elements. The gradient where they are equal is 0.
struct MeanAbsoluteError {
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
