#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses {

/// −t · log σ(z) − (1 − t) · log(1 − σ(z)) of logits z and targets t in [0, 1], averaged over all elements;
/// computed as max(z, 0) − z·t + log(1 + e^−|z|), which neither overflows nor loses the small losses.
struct BinaryCrossentropy {
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::sigmoid;
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
            const Vector zero(Scalar(0));
            return kernels::max(output, zero) - output * target + kernels::softplus(-kernels::abs(output));
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            return kernels::sigmoid(output) - target;
        }
    };
};

} // namespace burin::losses
