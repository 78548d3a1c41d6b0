#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses {

/// max(0, 1 − t·y) with targets t of −1 or 1, averaged over all elements.
struct Hinge {
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::none;
    static constexpr Answer answer = Answer::yes_or_no;
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
