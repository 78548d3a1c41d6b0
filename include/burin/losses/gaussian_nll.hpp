#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"
#include "burin/losses/vectors_in_output.hpp"

#include <cstddef>

namespace burin::losses {

/// The negative log-likelihood of targets t under normal distributions, ½ (log v + (m − t)² / v), averaged
/// over the targets: a network that says how sure it is of each number. PyTorch's GaussianNLLLoss.
///
/// The output is `[2 · n]` or `[2, ...]`, the means m first, then the logarithms of the variances v, as
/// `GaussianKL` and `Reparameterize` read it; a sample has n targets. Without `log_variance` the second half
/// is the variance itself, which must be positive, as behind Softplus. Variances below `epsilon` count as
/// epsilon, with a gradient as if they were. With `full`, ½ log 2π is added.
///
///     using Net = Sequential<Input<8>, Dense<32>, ReLU, Dense<2>>; // m and log v of one target
///     Fit{.loss = losses::GaussianNLL{}}
struct GaussianNLL {
    bool log_variance = true;
    bool full = false;
    double epsilon = 1e-6;
    Reduction reduction = Reduction::mean;

    static constexpr Answer answer = Answer::other;
    static constexpr std::size_t target_size(const Shape& output) { return output.size() / 2; }
    static constexpr Sentence reject(const Shape& output) {
        return detail::reject_unless_vectors(output, 2, "mean and variance");
    }

    constexpr Sentence reject_options(const Shape&) const {
        return detail::unless(epsilon > 0, "epsilon", "more than 0", epsilon);
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        constexpr std::size_t size = Output.size() / 2;
        const Vector least = kernels::broadcast(static_cast<Scalar>(epsilon));
        const Vector least_log = kernels::log(least), one(Scalar(1)), half(Scalar(0.5));
        const Scalar share = reduction == Reduction::mean ? Scalar(1) / Scalar(size) : Scalar(1);
        const auto constant = static_cast<Scalar>(full ? 0.91893853320467274178 * size : 0.0);

        const auto row = [&](std::size_t index, const Scalar* y, Scalar* dy, Scalar scale) noexcept {
            const Scalar* const t = targets + index * size;
            const Vector factor = kernels::broadcast(scale * share);
            const auto sum_of = [&](std::size_t begin, std::size_t end) noexcept {
                Vector sum(Scalar(0));
                kernels::for_each_vector<Scalar>(
                    end,
                    [&](std::size_t lanes, auto load, auto store) noexcept {
                        const Vector difference = load(y) - load(t), given = load(y + size);
                        const Vector variance = kernels::at_least(given, least);
                        const Vector logarithm =
                            log_variance ? kernels::at_least(given, least_log) : kernels::log(variance);
                        const Vector precision = log_variance ? kernels::exp(-logarithm) : one / variance;
                        const Vector error = difference * difference * precision;
                        sum = sum + kernels::keep_first<Scalar>(half * (logarithm + error), lanes);
                        if constexpr (WithGradient) {
                            const Vector slope = half * (one - error) * factor;
                            store(dy, difference * precision * factor);
                            store(dy + size, log_variance ? slope : slope * precision);
                        }
                    },
                    begin);
                return sum;
            };
            return share *
                   (kernels::reduce_add<Scalar>(detail::sum_of_blocks<Scalar>(size, sum_of)) + constant);
        };
        return detail::per_sample<Output, WithGradient, Scalar>(row, reduction, outputs, sample_weights,
                                                                gradient, rows);
    }

    /// What is expected: the mean.
    template <Shape Output, class Scalar>
    double estimate(const Scalar* outputs, std::size_t target) const noexcept {
        return static_cast<double>(outputs[target]);
    }
};

} // namespace burin::losses
