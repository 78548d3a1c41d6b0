#pragma once

#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"
#include "burin/losses/vectors.hpp"

#include <cstddef>

namespace burin::losses {

/// −cos of the angle between an output and its target, vectors along the last axis, averaged over the other
/// axes: −1 where they have one direction, 1 where they are opposite; their lengths do not matter. Norms
/// below `epsilon` count as epsilon. Keras's CosineSimilarity; PyTorch's CosineEmbeddingLoss is 1 more.
struct CosineSimilarity {
    double epsilon = 1e-8;
    Reduction reduction = Reduction::mean;

    static constexpr Answer answer = Answer::other;
    static constexpr Sentence reject(const Shape& output) {
        if (output.last() > 1)
            return {};
        return Sentence("expected vectors of at least 2 elements along the last axis, got `")
            .append(output)
            .append("`; for single numbers there is `MeanSquaredError`");
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t size = Output.last();
        const auto least = static_cast<Scalar>(epsilon);
        const auto row = [&](std::size_t index, const Scalar* y, Scalar* dy, Scalar scale) noexcept {
            using Vector = kernels::Vector<Scalar>;
            const Scalar* const t = targets + index * size;
            const detail::UnitScale<Scalar> of_y(detail::norm<size>(y), least);
            const detail::UnitScale<Scalar> of_t(detail::norm<size>(t), least);
            const Vector unit_y(of_y.factor), unit_t(of_t.factor);
            const Scalar cosine = kernels::sum<Scalar>(
                size, [&](const Vector& a, const Vector& b) { return (a * unit_y) * (b * unit_t); }, y, t);
            if constexpr (WithGradient) {
                const Vector along(of_y.is_unit ? cosine : Scalar(0)), factor(scale * of_y.factor);
                kernels::map<Scalar>(
                    size, dy,
                    [&](const Vector& a, const Vector& b) {
                        return (along * (a * unit_y) - b * unit_t) * factor;
                    },
                    y, t);
            }
            return -cosine;
        };
        return detail::per_row<size, Output.size() / size, WithGradient, Scalar>(
            row, reduction, outputs, sample_weights, gradient, rows);
    }
};

} // namespace burin::losses
