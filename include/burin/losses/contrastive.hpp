#pragma once

#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"
#include "burin/losses/vectors.hpp"
#include "burin/losses/vectors_in_output.hpp"

#include <cstddef>

namespace burin::losses {

/// ½ (t · d² + (1 − t) · max(0, margin − d)²) of pairs of embeddings at a distance d = ‖a − b‖, averaged over
/// the samples: pairs that belong together (t = 1) should be near, others (t = 0) at least the margin apart.
/// Hadsell et al., "Dimensionality reduction by learning an invariant mapping", CVPR 2006 (whose Y is 1 − t).
///
/// The output is `[2, n]` or `[2 · n]`, a and then b; a sample has one target. One encoder for both is
/// `TimeDistributed` over an input `[2, ...]`:
///
///     using Pairs = Sequential<Input<2, 8>, TimeDistributed<Sequential<Dense<16>, ReLU, Dense<4>>>>;
///     Fit{.loss = losses::Contrastive{}}
struct Contrastive {
    double margin = 1;
    Reduction reduction = Reduction::mean;

    static constexpr Answer answer = Answer::other;
    static constexpr std::size_t target_size(const Shape&) { return 1; }
    static constexpr Sentence reject(const Shape& output) {
        return detail::reject_unless_vectors(output, 2, "two embeddings");
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t size = Output.size() / 2;
        const auto row = [&](std::size_t index, const Scalar* a, Scalar* da, Scalar scale) noexcept {
            using Vector = kernels::Vector<Scalar>;
            const Scalar alike = targets[index], unlike = Scalar(1) - alike;
            const Scalar distance = detail::norm<Scalar>(
                size, [](const Vector& x, const Vector& y) { return x - y; }, a, a + size);
            const Scalar missing = static_cast<Scalar>(margin) - distance;
            // Not "> 0": what is no number is neither above nor below the margin.
            const Scalar short_by = missing <= Scalar(0) ? Scalar(0) : missing;
            if constexpr (WithGradient) {
                // Two that are the same have no direction apart.
                const Scalar apart = distance == Scalar(0) ? Scalar(0) : short_by / distance;
                const Vector factor(scale * (alike - unlike * apart));
                kernels::for_each_vector<Scalar>(size, [&](std::size_t, auto load, auto store) {
                    const Vector change = (load(a) - load(a + size)) * factor;
                    store(da, change);
                    store(da + size, -change);
                });
            }
            return Scalar(0.5) * (alike * distance * distance + unlike * short_by * short_by);
        };
        return detail::per_sample<Output, WithGradient, Scalar>(row, reduction, outputs, sample_weights,
                                                                gradient, rows);
    }
};

} // namespace burin::losses
