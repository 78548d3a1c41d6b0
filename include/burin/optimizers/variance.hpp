#pragma once

#include "burin/kernels/simd.hpp"

#include <array>
#include <limits>

namespace burin::optimizers::detail {

/// Takes the gradient into the running means of squares and of gradients and returns their variance,
/// s − a²: no less than 0, which it should be, and infinite where the square is.
template <class AnyVector, class Scalar = typename AnyVector::value_type>
[[gnu::always_inline]] inline AnyVector next_variance(const AnyVector& gradient, const AnyVector& keep,
                                                      const AnyVector& take, AnyVector& squares,
                                                      AnyVector& mean) noexcept {
    squares = kernels::fma(take * gradient, gradient, keep * squares);
    mean = kernels::fma(take, gradient, keep * mean);
    const AnyVector largest(std::numeric_limits<Scalar>::max());
    const AnyVector variance = kernels::at_least(squares - mean * mean, AnyVector(Scalar(0)));
    return kernels::select(squares > largest, squares, variance);
}

/// What a rule remembers that scales each gradient by the root of its variance.
template <class Scalar>
class PastVariance {
    using Vector = kernels::Vector<Scalar>;

  public:
    PastVariance(double decay) noexcept
        : keep_(static_cast<Scalar>(decay)), take_(static_cast<Scalar>(1 - decay)) {}

    [[gnu::always_inline]] Vector square(const Vector& gradient,
                                         std::array<Vector, 2>& state) const noexcept {
        return next_variance(gradient, keep_, take_, state[0], state[1]);
    }
    [[gnu::always_inline]] Vector direction(const Vector& gradient,
                                            const std::array<Vector, 2>&) const noexcept {
        return gradient;
    }
    [[gnu::always_inline]] Vector decayed(const Vector& parameter) const noexcept { return parameter; }

  private:
    Vector keep_, take_;
};

} // namespace burin::optimizers::detail
