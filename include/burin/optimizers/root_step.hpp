#pragma once

#include "burin/kernels/simd.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace burin::optimizers::detail {

/// The step of the rules that scale each gradient by a root of past squares:
///
///     parameter − rate · direction / (√square + ε)
///
/// Where the processor's estimates pay (`kernels::reciprocal_bits`), they are refined by Newton's method, and
/// the fraction is off by up to 4 units of the last place, with AVX-512 8: no matter for a step whose moments
/// are estimates themselves. Elsewhere, as for doubles without AVX-512, all is exact. A square of 0 gives a
/// finite step, as it does exactly, and one that has become infinite (of gradients beyond some 1e19 in float)
/// none.
template <class Scalar>
class RootStep {
    using Vector = kernels::Vector<Scalar>;
    static constexpr int root_bits = kernels::reciprocal_sqrt_bits<Scalar>;
    static constexpr int quotient_bits = kernels::reciprocal_bits<Scalar>;
    static constexpr int digits = std::numeric_limits<Scalar>::digits;
    // The refined root comes out doubled, with one multiplication less; so are ε and the rate.
    static constexpr double doubled = root_bits > 0 ? 2 : 1;

  public:
    RootStep(double rate, double epsilon) noexcept
        : minus_rate_(static_cast<Scalar>(-doubled * rate)),
          epsilon_(static_cast<Scalar>(doubled * epsilon)) {}

    [[gnu::always_inline]] Vector operator()(const Vector& parameter, const Vector& direction,
                                             const Vector& square) const noexcept {
        return by_divisor(parameter, direction, divisor(square));
    }

    /// The step by what `divisor` has given.
    [[gnu::always_inline]] Vector by_divisor(const Vector& parameter, const Vector& direction,
                                             const Vector& divisor) const noexcept {
        return kernels::fma(minus_rate_, quotient(direction, divisor), parameter);
    }

    /// √x + ε, or the double of it where the root is estimated: with y ≈ 1/√x and s = x·y, Newton's method
    /// gives √x ≈ s · (3 − s·y) / 2, which has twice the bits.
    [[gnu::always_inline]] Vector divisor(const Vector& x) const noexcept {
        if constexpr (root_bits == 0) {
            return kernels::sqrt(x) + epsilon_;
        } else {
            Vector y = kernels::reciprocal_sqrt_estimate<Scalar>(x);
            if constexpr (2 * root_bits + 4 < digits)
                y = y * kernels::fnma(half_ * x * y, y, three_halves_);
            y = kernels::reciprocal_sqrt_at_ends<Scalar>(y, x);
            const Vector s = x * y;
            return kernels::fma(s, kernels::fnma(s, y, three_), epsilon_);
        }
    }

  private:
    [[gnu::always_inline]] static Vector quotient(const Vector& a, const Vector& b) noexcept {
        if constexpr (quotient_bits == 0)
            return a / b;
        else
            return kernels::refined_quotient<Scalar>(a, b);
    }

    Vector minus_rate_, epsilon_;
    Vector half_ = Vector(Scalar(0.5)), three_halves_ = Vector(Scalar(1.5)), three_ = Vector(Scalar(3));
};

/// The rule of an optimizer that takes such a step, in two stages, for the root takes long: `Past` says what
/// it remembers, with
///
///     square = past.square(gradient, state)                       // changes the state
///     parameter = past.decayed(parameter) − rate · past.direction(gradient, state) / (√square + ε)
template <class Scalar, std::size_t States, class Past>
class RootRule {
    using Vector = kernels::Vector<Scalar>;
    using State = std::array<Vector, States>;

  public:
    RootRule(const Past& past, const RootStep<Scalar>& step) noexcept : past_(past), step_(step) {}

    [[gnu::always_inline]] Vector first_stage(const Vector& gradient, State& state) const noexcept {
        return step_.divisor(past_.square(gradient, state));
    }
    [[gnu::always_inline]] Vector second_stage(const Vector& parameter, const Vector& gradient,
                                               const State& state, const Vector& divisor) const noexcept {
        return step_.by_divisor(past_.decayed(parameter), past_.direction(gradient, state), divisor);
    }

    [[gnu::always_inline]] Vector operator()(const Vector& parameter, const Vector& gradient,
                                             State& state) const noexcept {
        const Vector divisor = first_stage(gradient, state);
        return second_stage(parameter, gradient, state, divisor);
    }

  private:
    Past past_;
    RootStep<Scalar> step_;
};

/// What Adagrad and RMSprop remember: squares, into which `Accumulate` takes the gradient.
template <class Scalar, class Accumulate>
struct PastSquares {
    using Vector = kernels::Vector<Scalar>;

    Accumulate accumulate;

    [[gnu::always_inline]] Vector square(const Vector& gradient,
                                         std::array<Vector, 1>& squares) const noexcept {
        return squares[0] = accumulate(gradient, squares[0]);
    }
    [[gnu::always_inline]] Vector direction(const Vector& gradient,
                                            const std::array<Vector, 1>&) const noexcept {
        return gradient;
    }
    [[gnu::always_inline]] Vector decayed(const Vector& parameter) const noexcept { return parameter; }
};

template <class Scalar, class Accumulate>
auto rule_of_squares(double rate, double epsilon, const Accumulate& accumulate) noexcept {
    using Past = PastSquares<Scalar, Accumulate>;
    return RootRule<Scalar, 1, Past>(Past{accumulate}, {rate, epsilon});
}

} // namespace burin::optimizers::detail
