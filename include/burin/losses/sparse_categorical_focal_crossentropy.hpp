#pragma once

#include "burin/core/label.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/class_weight.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/focal_term.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

namespace burin::losses {

/// −α · (1 − p)^γ · log p of p = softmax(z)_label, one label a position, averaged over the positions:
/// `CategoricalFocalCrossentropy` of labels. Labels as in `SparseCategoricalCrossentropy`; class weights
/// multiply the losses and not what the mean divides by.
struct SparseCategoricalFocalCrossentropy {
    double alpha = 0.25;
    double gamma = 2;                        ///< At least 0, which is the plain cross-entropy times α.
    std::span<const double> class_weights{}; ///< One a class, or none; must outlive the loss.
    IgnoredLabel ignore_index{};             ///< Such as that of padding; if none is given, all count.
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    template <class>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return detail::position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return detail::reject_single_class(output); }

    constexpr Sentence reject_options(const Shape&) const {
        return detail::unless(gamma >= 0, "gamma", "at least 0", gamma);
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        using Vector = kernels::Vector<Scalar>;
        constexpr std::size_t classes = detail::class_count(Output);
        const detail::FocalTerm<Scalar> term(gamma);

        const auto row = [&](std::size_t index, const Scalar* z, Scalar* dz, Scalar scale) noexcept {
            const Label label = targets[index];
            if (!detail::is_class<classes>(label)) {
                constexpr Scalar no_number = std::numeric_limits<Scalar>::quiet_NaN();
                if constexpr (WithGradient)
                    std::fill_n(dz, classes, no_number);
                return no_number;
            }
            const auto weight = static_cast<Scalar>(alpha * detail::class_weight(class_weights, label));
            if (weight == Scalar(0)) {
                if constexpr (WithGradient)
                    std::fill_n(dz, classes, Scalar(0));
                return weight;
            }
            const Vector most = kernels::broadcast(kernels::largest<classes>(z));
            const Vector log_sum =
                kernels::log(kernels::broadcast(kernels::exponentials<classes, false>(z, most, dz)));
            const Vector log_p = (kernels::broadcast(z[label]) - most) - log_sum;
            if constexpr (WithGradient) {
                const Scalar slope = scale * weight * kernels::first_lane<Scalar>(term.slope(log_p));
                const Vector factor(slope);
                kernels::map(
                    classes, dz,
                    [&](const Vector& logit) { return -kernels::exp((logit - most) - log_sum) * factor; }, z);
                dz[label] += slope;
            }
            return weight * kernels::first_lane<Scalar>(term.value(log_p));
        };
        return detail::per_row<classes, detail::position_count(Output), WithGradient, Scalar>(
            row, reduction, outputs, sample_weights, gradient, rows,
            [&](std::size_t index) { return !ignore_index.matches(targets[index]); });
    }
};

} // namespace burin::losses
