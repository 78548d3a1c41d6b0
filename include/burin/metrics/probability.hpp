#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/metrics/answers.hpp"
#include "burin/metrics/metric.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>

// Probabilities of what a metric sees, which may be logits. As precise as their type.

namespace burin::metrics::detail {

inline double exponential(double x) noexcept {
    return kernels::first_lane<double>(kernels::exp(kernels::broadcast(x)));
}
inline double logarithm(double x) noexcept {
    return kernels::first_lane<double>(kernels::log(kernels::broadcast(x)));
}

/// −ln p of a probability, which is kept as far from 0 and 1 as its type tells numbers apart, as in
/// scikit-learn.
template <class Scalar>
double surprise(Scalar probability) noexcept {
    constexpr Scalar epsilon = std::numeric_limits<Scalar>::epsilon();
    // Not std::clamp: NaN goes through.
    const Scalar low = probability < epsilon ? epsilon : probability;
    return -logarithm(static_cast<double>(low > 1 - epsilon ? 1 - epsilon : low));
}

/// −ln p of one class of several.
template <std::size_t Classes, class Scalar>
double surprise_of_class(const Scalar* row, std::size_t index, const Scores& scores) noexcept {
    if (scores.are_probabilities)
        return surprise(row[index]);
    const Scalar most = kernels::largest<Classes>(row);
    const Scalar sum =
        kernels::exponentials<Classes, false>(row, kernels::broadcast(most), static_cast<Scalar*>(nullptr));
    return logarithm(static_cast<double>(sum)) -
           (static_cast<double>(row[index]) - static_cast<double>(most));
}

/// −ln p of a yes or no.
template <class Scalar>
double surprise_of_answer(Scalar output, bool yes, const Scores& scores) noexcept {
    if (scores.are_probabilities)
        return surprise(yes ? output : 1 - output);
    const double against = yes ? -static_cast<double>(output) : static_cast<double>(output);
    return (against > 0 ? against : 0) + logarithm(1 + exponential(against > 0 ? -against : against));
}

/// The probability of yes.
template <class Scalar>
double probability_of_yes(Scalar output, const Scores& scores) noexcept {
    const auto number = static_cast<double>(output);
    return scores.are_probabilities ? number : 1 / (1 + exponential(-number));
}

/// The probabilities of a row of classes.
template <std::size_t Classes, class Scalar>
void probabilities_of_row(const Scalar* row, const Scores& scores, Scalar* probabilities) noexcept {
    if (scores.are_probabilities)
        std::copy_n(row, Classes, probabilities);
    else
        kernels::softmax<Classes>(row, probabilities, 1);
}

/// Calls of_class(row, right, weight) for each position that counts where one class of several is right, or
/// of_answer(output, yes, weight) for each output that is a yes or no. A target that is no class is left out.
template <Shape Output, class Scalar, class Target, class OfClass, class OfAnswer>
void for_each_probability(const Scalar* outputs, const Target* targets, std::size_t rows,
                          const Scalar* weights, const Scores& scores, const IgnoredLabel& ignored,
                          OfClass of_class, OfAnswer of_answer) noexcept {
    constexpr std::size_t classes = Output.last();
    if constexpr (classes > 1)
        if (is_choice<Output, Target>(scores)) {
            for_each_position<Output.size() / classes>(rows, weights, [&](std::size_t i, double weight) {
                const std::size_t right = target_class<classes>(targets, i);
                if (!is_ignored(targets, i, ignored) && right < classes)
                    of_class(outputs + i * classes, right, weight);
            });
            return;
        }
    if constexpr (classes == 1 || !std::is_same_v<Target, Label>)
        for_each_position<Output.size()>(rows, weights, [&](std::size_t i, double weight) {
            if (!is_ignored(targets, i, ignored))
                of_answer(outputs[i], static_cast<double>(targets[i]) > 0.5, weight);
        });
}

} // namespace burin::metrics::detail
