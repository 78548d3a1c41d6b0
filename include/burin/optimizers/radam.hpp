#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/optimizers/adam_rule.hpp"
#include "burin/optimizers/gradient_sweep.hpp"
#include "burin/optimizers/root_step.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace burin::optimizers {

namespace detail {

/// Moments of which a step uses the second only when it is `rectified`.
template <class Scalar>
class RectifiedMoments : public Moments<Scalar, true> {
    using Vector = kernels::Vector<Scalar>;

  public:
    RectifiedMoments(const Moments<Scalar, true>& moments, bool rectified) noexcept
        : Moments<Scalar, true>(moments), rectified_(rectified) {}

    [[gnu::always_inline]] Vector square(const Vector& gradient,
                                         std::array<Vector, 2>& moments) const noexcept {
        const Vector square = Moments<Scalar, true>::square(gradient, moments);
        return rectified_ ? square : Vector(Scalar(1));
    }

  private:
    bool rectified_;
};

} // namespace detail

/// Adam that knows how little its second moment tells at first. With ρ = 2 / (1 − β₂) − 1 and
/// ρₜ = ρ − 2 t β₂^t / (1 − β₂^t) it takes the steps of momentum, p ← p − learning_rate · m̂, as long as ρₜ ≤
/// 5 (five steps, with the default β₂), and from then on
///
///     p ← p − learning_rate · r · m̂ · √(1 − β₂^t) / (√v + epsilon)
///     r = √((ρₜ − 4) (ρₜ − 2) ρ / ((ρ − 4) (ρ − 2) ρₜ))
///
/// which needs no warm-up. Liu et al., arXiv:1908.03265. The defaults are PyTorch's.
struct RAdam {
    double learning_rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;             ///< L2: weight_decay · parameter is added to the gradient.
    bool decoupled_weight_decay = false; ///< As AdamW's instead: p ← (1 − learning_rate · weight_decay) · p.
    double clip_value = 0;               ///< Each gradient is clipped to ± this; 0: not at all.
    double clip_norm = 0; ///< The gradients are scaled down to this global norm; 0: not at all.

    static constexpr std::size_t state_vectors = 2;

    template <class Scalar>
    auto rule(std::uint64_t step) const noexcept {
        const double past2 = detail::power(beta2, step), correction2 = 1 - past2;
        const double rho = 2 / (1 - beta2) - 1;
        const double rho_now = rho - 2 * static_cast<double>(step) * past2 / correction2;
        const bool rectified = rho_now > 5;
        const double shrink = detail::decoupled_shrink(*this);
        double rate = learning_rate / (1 - detail::power(beta1, step));
        if (rectified)
            rate *= std::sqrt(correction2 * (rho_now - 4) * (rho_now - 2) * rho /
                              ((rho - 4) * (rho - 2) * rho_now));
        return detail::RootRule<Scalar, 2, detail::RectifiedMoments<Scalar>>(
            {{beta1, beta2, shrink}, rectified}, {rate, rectified ? epsilon : 0});
    }
};

} // namespace burin::optimizers
