#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"

#include <cmath>
#include <cstddef>
#include <span>

namespace burin::losses {

/// Σ_c t_c · (log t_c − log softmax(z)_c): how far the distribution softmax(z) of logits z is from t, in
/// nats. Terms with t_c = 0 are 0. The mean is over positions (PyTorch's `KLDivLoss(reduction="batchmean")`
/// of `log_softmax(z)`).
struct KLDivergence {
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    template <class Scalar>
    using Target = Scalar;
    static constexpr std::size_t target_size(const Shape& output) { return output.size(); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Target<Scalar>* targets,
                            const Scalar* sample_weights, Scalar* gradient, std::size_t rows) const noexcept {
        return detail::crossentropy<Output, WithGradient, Scalar>(Rule<Output, Scalar>{targets}, reduction,
                                                                  outputs, sample_weights, gradient, rows);
    }

  private:
    template <Shape Output, class Scalar>
    struct Rule {
        static constexpr std::size_t classes = detail::class_count(Output);
        const Scalar* targets;

        static Scalar weight(std::size_t) noexcept { return 1; }
        void fill(std::size_t index, Scalar* q) const noexcept {
            for (std::size_t c = 0; c < classes; ++c)
                q[c] = targets[index * classes + c];
        }
        static Scalar constant(const Scalar* q) noexcept {
            Scalar sum = 0;
            for (std::size_t c = 0; c < classes; ++c)
                sum += q[c] > Scalar(0) ? q[c] * std::log(q[c]) : Scalar(0);
            return sum;
        }
    };
};

} // namespace burin::losses
