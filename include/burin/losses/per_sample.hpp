#pragma once

#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::losses::detail {

/// A loss that needs no target and is one number for each sample: `row(outputs, gradient, scale)` returns the
/// number for one sample and writes its gradient times `scale` (null where no gradient is wanted). The mean
/// is over the samples.
template <Shape Output, bool WithGradient, class Scalar, class Row>
LossSum<Scalar> per_sample(const Row& row_loss, Reduction reduction, const Scalar* outputs,
                           const Scalar* sample_weights, Scalar* gradient, std::size_t rows) noexcept {
    constexpr std::size_t size = Output.size();
    LossSum<Scalar> sum;
    sum.weight = sum_of_weights(sample_weights, rows);
    const Scalar divisor = divisor_of(reduction, sum.weight);
    LongSum<Scalar> total;
    for (std::size_t row = 0; row < rows; ++row) {
        const Scalar weight = sample_weights == nullptr ? Scalar(1) : sample_weights[row];
        Scalar* const own = WithGradient ? gradient + row * size : nullptr;
        if (weight != Scalar(0))
            total.add(weight * row_loss(outputs + row * size, own, weight / divisor));
        else if constexpr (WithGradient)
            std::fill_n(own, size, Scalar(0));
    }
    sum.total = total.total();
    return sum;
}

} // namespace burin::losses::detail
