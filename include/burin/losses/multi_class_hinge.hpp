#pragma once

#include "burin/core/label.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"

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

    template <class>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return detail::position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t classes = detail::class_count(Output);
        const auto row = [&](std::size_t index, const Scalar* scores, Scalar* own, Scalar scale) noexcept {
            const Label label = targets[index];
            if (!detail::is_class<classes>(label)) {
                constexpr Scalar no_number = std::numeric_limits<Scalar>::quiet_NaN();
                if constexpr (WithGradient)
                    std::fill_n(own, classes, no_number);
                return no_number;
            }
            const Scalar threshold = scores[label] - static_cast<Scalar>(margin);
            const Scalar share = scale / Scalar(classes);
            Scalar total = 0, violations = 0;
            for (std::size_t c = 0; c < classes; ++c) {
                const Scalar excess = c == label ? Scalar(0) : scores[c] - threshold;
                // Not "> 0": what is no number is neither above nor below the margin.
                const Scalar above = excess <= Scalar(0) ? Scalar(0) : excess;
                const Scalar violation = above > Scalar(0) ? Scalar(1) : above;
                total += above;
                violations += violation;
                if constexpr (WithGradient)
                    own[c] = share * violation;
            }
            if constexpr (WithGradient)
                own[label] = -share * violations;
            return total / Scalar(classes);
        };
        return detail::per_row<classes, detail::position_count(Output), WithGradient, Scalar>(
            row, reduction, outputs, sample_weights, gradient, rows);
    }
};

} // namespace burin::losses
