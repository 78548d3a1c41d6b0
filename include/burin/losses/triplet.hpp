#pragma once

#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"
#include "burin/losses/vectors.hpp"
#include "burin/losses/vectors_in_output.hpp"

#include <cstddef>

namespace burin::losses {

/// max(0, d(a, p) − d(a, n) + margin) with d(x, y) = ‖x − y + epsilon‖, averaged over the samples: an anchor
/// should be nearer to what belongs to it than to what does not, by the margin. Needs no target. With `swap`
/// the nearer of a and p is compared with n. Schroff et al., "FaceNet", arXiv:1503.03832; PyTorch's
/// TripletMarginLoss.
///
/// The output is `[3, n]` or `[3 · n]`: anchor, positive, negative. One encoder for all is `TimeDistributed`
/// over an input `[3, ...]`:
///
///     using Triplets = Sequential<Input<3, 8>, TimeDistributed<Sequential<Dense<16>, ReLU, Dense<4>>>>;
///     Fit{.loss = losses::Triplet{.margin = 0.5}}
struct Triplet {
    double margin = 1;
    bool swap = false;
    double epsilon = 1e-6; ///< Keeps the gradient finite where two embeddings are the same.
    Reduction reduction = Reduction::mean;

    static constexpr Answer answer = Answer::other;
    static constexpr std::size_t target_size(const Shape&) { return 0; }
    static constexpr Sentence reject(const Shape& output) {
        return detail::reject_unless_vectors(output, 3, "anchor, positive and negative");
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar*, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        constexpr std::size_t size = Output.size() / 3;
        const Vector shift(static_cast<Scalar>(epsilon));
        const auto distance = [shift](const Scalar* x, const Scalar* y) noexcept {
            return detail::norm<Scalar>(
                size, [shift](const Vector& u, const Vector& v) { return u - v + shift; }, x, y);
        };
        const auto row = [&](std::size_t, const Scalar* a, Scalar* da, Scalar scale) noexcept {
            const Scalar *const p = a + size, *const n = p + size;
            const Scalar near = distance(a, p), from_anchor = distance(a, n);
            const Scalar from_positive = swap ? distance(p, n) : from_anchor;
            const bool swaps = from_positive < from_anchor;
            const Scalar far = swaps ? from_positive : from_anchor;
            const Scalar excess = near - far + static_cast<Scalar>(margin);
            // Not "> 0": what is no number is neither above nor below the margin.
            const Scalar loss = excess <= Scalar(0) ? Scalar(0) : excess;
            if constexpr (WithGradient) {
                const Scalar factor = excess <= Scalar(0) ? Scalar(0) : scale;
                const auto over = [factor](Scalar length) {
                    return Vector(length == Scalar(0) ? Scalar(0) : factor / length);
                };
                const Vector by_near = over(near), by_far = over(far), zero(Scalar(0));
                kernels::for_each_vector<Scalar>(size, [&](std::size_t, auto load, auto store) {
                    const Vector to_positive = (load(a) - load(p) + shift) * by_near;
                    const Vector to_negative = ((swaps ? load(p) : load(a)) - load(n) + shift) * by_far;
                    store(da, to_positive - (swaps ? zero : to_negative));
                    store(da + size, -to_positive - (swaps ? to_negative : zero));
                    store(da + 2 * size, to_negative);
                });
            }
            return loss;
        };
        return detail::per_sample<Output, WithGradient, Scalar>(row, reduction, outputs, sample_weights,
                                                                gradient, rows);
    }
};

} // namespace burin::losses
