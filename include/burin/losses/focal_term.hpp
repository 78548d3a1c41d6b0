#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"

namespace burin::losses::detail {

/// −(1 − p)^γ · log p as a function of log p, which is at most 0, and its derivative by log p.
template <class Scalar>
class FocalTerm {
    using Vector = kernels::Vector<Scalar>;

  public:
    explicit FocalTerm(double gamma) noexcept : gamma_(static_cast<Scalar>(gamma)) {}

    Vector value(const Vector& log_p) const noexcept { return -power(miss(log_p)) * log_p; }
    Vector slope(const Vector& log_p) const noexcept {
        const Vector zero(Scalar(0)), rest = miss(log_p);
        // Where p is 1 the power is 0, or γ is.
        const Vector ratio = kernels::select(rest == zero, zero, kernels::exp(log_p) * (log_p / rest));
        return power(rest) * (gamma_ * ratio - Vector(Scalar(1)));
    }

  private:
    static Vector miss(const Vector& log_p) noexcept { return -kernels::expm1(log_p); }
    /// 0 to the power of γ is 0, but 1 if γ is 0.
    Vector power(const Vector& rest) const noexcept {
        return kernels::exp(gamma_ * kernels::at_least(kernels::log(rest), Vector(Scalar(-1e30))));
    }

    Vector gamma_;
};

} // namespace burin::losses::detail
