#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/training/objective.hpp"

#include <cstddef>

namespace burin {

/// Whether a network has a weight that is trained and `Regularized`.
template <class Net>
inline constexpr bool is_regularized = [] {
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.penalty.any())
            return true;
    return false;
}();

namespace detail {

/// What the weights of the network cost: Σ l1 · |w| + l2 · w². Adds its derivative to `gradients`, unless
/// they are null.
template <class Net, class Scalar>
Scalar weight_penalty(const Scalar* parameters, Scalar* gradients) noexcept {
    using Vector = kernels::Vector<Scalar>;
    Scalar total = 0;
    for (const ParameterTensor& tensor : parameter_tensors<Net>) {
        if (!tensor.penalty.any())
            continue;
        const Scalar* const weights = parameters + tensor.offset;
        const Vector l1(static_cast<Scalar>(tensor.penalty.l1)), l2(static_cast<Scalar>(tensor.penalty.l2));
        const std::size_t count = tensor.spec.shape.size();
        total +=
            kernels::sum<Scalar>(count, [=](auto w) { return l1 * kernels::abs(w) + l2 * w * w; }, weights);
        if (gradients != nullptr) {
            const Vector zero(Scalar(0));
            kernels::map<Scalar>(
                count, gradients + tensor.offset,
                [=](auto gradient, auto w) {
                    const Vector sign = kernels::select(w > zero, l1, kernels::select(w < zero, -l1, zero));
                    return gradient + kernels::fma(l2, w + w, sign);
                },
                gradients + tensor.offset, weights);
        }
    }
    return total;
}

} // namespace detail

/// Adds the penalties of `Regularized` weights to the loss of a batch, and their derivatives to its gradients
/// (unless these are null): the reduced loss grows by Σ l1 · |w| + l2 · w².
template <class Net, class Loss, class Scalar>
void add_regularization(losses::LossSum<Scalar>& total, const Loss& loss, const Scalar* parameters,
                        Scalar* gradients) noexcept {
    if constexpr (is_regularized<Net>) {
        const Scalar penalty = detail::weight_penalty<Net>(parameters, gradients);
        bool is_divided = total.weight != Scalar(0);
        if constexpr (Objective<Loss>::count == 1)
            is_divided = is_divided && loss.reduction == losses::Reduction::mean;
        total.total += is_divided ? penalty * total.weight : penalty;
    }
}

} // namespace burin
