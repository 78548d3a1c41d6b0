#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace burin::losses {

/// Σ_{c ≠ label} max(0, margin − y_label + y_c) / C: every other class's score should stay below the label's
/// by the margin. PyTorch's MultiMarginLoss. One label a position, less than C (as with
/// SparseCategoricalCrossentropy).
struct MultiClassHinge {
    double margin = 1;
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::none;
    template <class>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return detail::position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t classes = detail::class_count(Output);
        constexpr std::size_t positions = detail::position_count(Output);
        LossSum<Scalar> sum;
        sum.weight = detail::sum_of_weights(sample_weights, rows) * static_cast<Scalar>(positions);
        const Scalar divisor = detail::divisor_of(reduction, sum.weight);
        detail::LongSum<Scalar> losses;
        for (std::size_t index = 0; index < rows * positions; ++index) {
            const Scalar weight = sample_weights == nullptr ? Scalar(1) : sample_weights[index / positions];
            if (weight == Scalar(0)) {
                if constexpr (WithGradient)
                    std::fill_n(gradient + index * classes, classes, Scalar(0));
                continue;
            }
            const Scalar scale = weight / divisor / Scalar(classes);
            const Scalar* const scores = outputs + index * classes;
            const Label label = targets[index];
            if (!detail::is_class<classes>(label)) {
                constexpr Scalar no_number = std::numeric_limits<Scalar>::quiet_NaN();
                losses.add(no_number);
                if constexpr (WithGradient)
                    std::fill_n(gradient + index * classes, classes, no_number);
                continue;
            }
            const Scalar threshold = scores[label] - static_cast<Scalar>(margin);
            Scalar total = 0, violations = 0;
            for (std::size_t c = 0; c < classes; ++c) {
                const Scalar excess = c == label ? Scalar(0) : scores[c] - threshold;
                // Not "> 0": what is no number is neither above nor below the margin.
                const Scalar above = excess <= Scalar(0) ? Scalar(0) : excess;
                const Scalar violation = above > Scalar(0) ? Scalar(1) : above;
                total += above;
                violations += violation;
                if constexpr (WithGradient)
                    gradient[index * classes + c] = scale * violation;
            }
            if constexpr (WithGradient)
                gradient[index * classes + label] = -scale * violations;
            losses.add(weight * total / Scalar(classes));
        }
        sum.total = losses.total();
        return sum;
    }
};

} // namespace burin::losses
