#pragma once

#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>

namespace burin::losses::detail {

/// A loss that is one number for each row of `Size` outputs, of which a sample has `Positions`.
/// `row_loss(index, outputs, gradient, scale)` returns the number of one row and writes its gradient times
/// `scale` (null where no gradient is wanted), which may be the place of the outputs. Rows of which
/// `counts(index)` is false do not count at all. The mean is over the rows.
template <std::size_t Size, std::size_t Positions, bool WithGradient, class Scalar, class Row, class Counts>
LossSum<Scalar> per_row(const Row& row_loss, Reduction reduction, const Scalar* outputs,
                        const Scalar* sample_weights, Scalar* gradient, std::size_t samples,
                        const Counts& counts) noexcept {
    const auto weight_of = [&](std::size_t row) {
        if (!counts(row))
            return Scalar(0);
        return sample_weights == nullptr ? Scalar(1) : sample_weights[row / Positions];
    };
    const std::size_t rows = samples * Positions;
    LongSum<Scalar> weights, total;
    for (std::size_t row = 0; row < rows; ++row)
        weights.add(weight_of(row));
    LossSum<Scalar> sum;
    sum.weight = weights.total();
    const Scalar divisor = divisor_of(reduction, sum.weight);
    for (std::size_t row = 0; row < rows; ++row) {
        const Scalar weight = weight_of(row);
        Scalar* const own = WithGradient ? gradient + row * Size : nullptr;
        if (weight != Scalar(0))
            total.add(weight * row_loss(row, outputs + row * Size, own, weight / divisor));
        else if constexpr (WithGradient)
            std::fill_n(own, Size, Scalar(0));
    }
    sum.total = total.total();
    return sum;
}

/// The same where all rows count.
template <std::size_t Size, std::size_t Positions, bool WithGradient, class Scalar, class Row>
LossSum<Scalar> per_row(const Row& row_loss, Reduction reduction, const Scalar* outputs,
                        const Scalar* sample_weights, Scalar* gradient, std::size_t samples) noexcept {
    return per_row<Size, Positions, WithGradient, Scalar>(
        row_loss, reduction, outputs, sample_weights, gradient, samples, [](std::size_t) { return true; });
}

/// The same of whole samples.
template <Shape Output, bool WithGradient, class Scalar, class Row>
LossSum<Scalar> per_sample(const Row& row_loss, Reduction reduction, const Scalar* outputs,
                           const Scalar* sample_weights, Scalar* gradient, std::size_t samples) noexcept {
    return per_row<Output.size(), 1, WithGradient, Scalar>(row_loss, reduction, outputs, sample_weights,
                                                           gradient, samples);
}

} // namespace burin::losses::detail
