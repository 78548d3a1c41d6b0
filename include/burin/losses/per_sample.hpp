#pragma once

#include "burin/losses/loss.hpp"

#include <cstddef>

namespace burin::losses::detail {

/// A loss that needs no target and is one number for each sample: `row(outputs, gradient, scale)` returns the
/// number for one sample and writes its gradient times `scale` (null where no gradient is wanted). The mean
/// is over the samples.
template <Shape Output, bool WithGradient, class Scalar, class Row>
LossSum<Scalar> per_sample(const Row& row_loss, Reduction reduction, const Scalar* outputs,
                           const Scalar* sample_weights, Scalar* gradient, std::size_t rows) noexcept {
    const auto weight_of = [&](std::size_t row) {
        return sample_weights == nullptr ? Scalar(1) : sample_weights[row];
    };
    LossSum<Scalar> sum;
    for (std::size_t row = 0; row < rows; ++row)
        sum.weight += weight_of(row);
    const Scalar divisor = reduction == Reduction::mean && sum.weight > Scalar(0) ? sum.weight : Scalar(1);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t begin = row * Output.size();
        const Scalar weight = weight_of(row);
        sum.total +=
            weight * row_loss(outputs + begin, WithGradient ? gradient + begin : nullptr, weight / divisor);
    }
    return sum;
}

} // namespace burin::losses::detail
