#pragma once

#include "burin/kernels/functions/exponential.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"
#include "burin/losses/vectors_in_output.hpp"

#include <cstddef>

namespace burin::losses {

/// KL(N(mean, e^log_variance) ‖ N(0, 1)) = ½ Σ (mean² + e^log_variance − 1 − log_variance) of each sample, in
/// nats, averaged over the samples: how far the code of a variational autoencoder is from the distribution
/// that new codes are drawn from. Needs no target. The output is `[2 · n]` or `[2, ...]`, mean first, as
/// `Reparameterize` reads it. Kingma and Welling, "Auto-Encoding Variational Bayes", arXiv:1312.6114,
/// appendix B.
///
/// With a reconstruction loss that is a mean over P elements, the negative evidence lower bound (ELBO) of a
/// sample is `PerOutput{BinaryCrossentropy{}, GaussianKL{}}.weighted({P, 1})`.
struct GaussianKL {
    Reduction reduction = Reduction::mean;

    static constexpr std::size_t target_size(const Shape&) { return 0; }
    static constexpr Sentence reject(const Shape& output) {
        return detail::reject_unless_vectors(output, 2, "mean and logarithm of the variance");
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar*, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        constexpr std::size_t size = Output.size() / 2;
        const auto row = [](std::size_t, const Scalar* mean, Scalar* dmean, Scalar scale) noexcept {
            const Scalar* const log_variance = mean + size;
            const Scalar sum = kernels::sum<Scalar>(
                size, [](auto m, auto v) { return kernels::fma(m, m, kernels::expm1(v) - v); }, mean,
                log_variance);
            if constexpr (WithGradient) {
                kernels::map<Scalar>(size, dmean, [scale](auto m) { return m * Vector(scale); }, mean);
                kernels::map<Scalar>(
                    size, dmean + size,
                    [scale](auto v) { return kernels::expm1(v) * Vector(scale * Scalar(0.5)); },
                    log_variance);
            }
            return sum * Scalar(0.5);
        };
        return detail::per_sample<Output, WithGradient, Scalar>(row, reduction, outputs, sample_weights,
                                                                gradient, rows);
    }
};

} // namespace burin::losses
