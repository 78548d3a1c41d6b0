#pragma once

#include "burin/kernels/simd.hpp"
#include "burin/losses/elementwise.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"

#include <array>
#include <cstddef>

namespace burin::losses {

/// The pinball loss max(q · (t − y), (q − 1) · (t − y)), averaged over all outputs: its least is where a
/// share q of the targets lies below y. Koenker and Bassett, "Regression quantiles", Econometrica 46 (1978).
///
/// A single quantile takes outputs of any shape and as many targets. Of several the last axis of the output
/// holds one estimate each, and they share one target: 0.05, 0.5 and 0.95 are a median in an interval that
/// holds nine of ten.
///
///     using Net = Sequential<Input<8>, Dense<32>, ReLU, Dense<3>>; // one target a sample
///     Fit{.loss = losses::Quantile{.quantiles = std::array{0.05, 0.5, 0.95}}}
template <std::size_t Count = 1>
struct Quantile {
    std::array<double, Count> quantiles = [] {
        std::array<double, Count> medians{};
        medians.fill(0.5);
        return medians;
    }();
    Reduction reduction = Reduction::mean;

    static_assert(Count > 0, "Quantile wants at least one quantile");

    static constexpr Answer answer = Count == 1 ? Answer::numbers : Answer::other;
    static constexpr std::size_t target_size(const Shape& output) { return output.size() / Count; }
    static constexpr Sentence reject(const Shape& output) {
        if (Count == 1 || output.last() == Count)
            return {};
        return Sentence("expected an output for each of ")
            .append(Count)
            .append(" quantiles along the last axis, got `")
            .append(output)
            .append("`");
    }

    constexpr Sentence reject_options(const Shape&) const {
        for (const double q : quantiles)
            if (!(q > 0 && q < 1))
                return detail::unless(false, "quantiles", "numbers between 0 and 1", q);
        return {};
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        if constexpr (Count == 1) {
            return detail::elementwise<Output, WithGradient, Scalar>(
                Formula<Scalar>{kernels::broadcast(static_cast<Scalar>(quantiles[0]))}, reduction, outputs,
                targets, sample_weights, gradient, rows);
        } else {
            const Scalar share =
                reduction == Reduction::mean ? Scalar(1) / static_cast<Scalar>(Count) : Scalar(1);
            const auto row = [&](std::size_t index, const Scalar* y, Scalar* dy, Scalar scale) noexcept {
                Scalar sum = 0;
                for (std::size_t i = 0; i < Count; ++i) {
                    const auto q = static_cast<Scalar>(quantiles[i]);
                    const Scalar above = targets[index] - y[i];
                    const Scalar slope = above > Scalar(0) ? q : above < Scalar(0) ? q - Scalar(1) : above;
                    sum += slope * above;
                    if constexpr (WithGradient)
                        dy[i] = -slope * (scale * share);
                }
                return sum * share;
            };
            return detail::per_row<Count, Output.size() / Count, WithGradient, Scalar>(
                row, reduction, outputs, sample_weights, gradient, rows);
        }
    }

    /// The quantile that is nearest to the median.
    template <Shape Output, class Scalar>
    double estimate(const Scalar* outputs, std::size_t target) const noexcept {
        const auto apart = [&](std::size_t i) {
            return quantiles[i] < 0.5 ? 0.5 - quantiles[i] : quantiles[i] - 0.5;
        };
        std::size_t median = 0;
        for (std::size_t i = 1; i < Count; ++i)
            if (apart(i) < apart(median))
                median = i;
        return static_cast<double>(outputs[target * Count + median]);
    }

  private:
    template <class Scalar>
    struct Formula {
        using Vector = kernels::Vector<Scalar>;
        Vector quantile;

        /// How the loss falls as y grows; 0 where it is right.
        Vector slope(const Vector& above) const noexcept {
            const Vector zero(Scalar(0));
            return kernels::select(above > zero, quantile,
                                   kernels::select(above < zero, quantile - Vector(Scalar(1)), above));
        }
        Vector value(const Vector& output, const Vector& target) const noexcept {
            const Vector above = target - output;
            return slope(above) * above;
        }
        Vector gradient(const Vector& output, const Vector& target) const noexcept {
            return -slope(target - output);
        }
    };
};

} // namespace burin::losses
