#pragma once

#include "burin/graph/network.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"

#include <cstddef>

namespace burin {

namespace fitting {

/// Whether a network has a weight that is trained and `Regularized`.
template <class Net>
inline constexpr bool is_regularized = [] {
    for (const ParameterTensor& tensor : parameter_tensors<Net>)
        if (tensor.penalty.any())
            return true;
    return false;
}();

/// What the weights of the network cost, whatever the loss and the number of samples: Σ l1 · |w| + l2 · w² of
/// those that are `Regularized`. Adds its derivative to `gradients`, unless they are null.
template <class Net, class Scalar>
Scalar weight_penalty(const Scalar* parameters, Scalar* gradients) noexcept {
    Scalar total = 0;
    if constexpr (!is_regularized<Net>)
        return total;
    using Vector = kernels::Vector<Scalar>;
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
                    // Of 0 it is 0, and of NaN it is NaN.
                    const Vector sign = kernels::select(w > zero, l1, kernels::select(w < zero, -l1, w));
                    return gradient + kernels::fma(l2, w + w, sign);
                },
                gradients + tensor.offset, weights);
        }
    }
    return total;
}

} // namespace fitting

} // namespace burin
