#pragma once

#include "burin/core/link.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <concepts>
#include <cstddef>

namespace burin::losses {

/// How the losses of a batch become one number: their mean (divided by the sum of their weights) or their
/// sum.
enum class Reduction { mean, sum };

/// The sum of the weighted losses of some samples, and the sum of their weights. Sums of batches add up.
template <class Scalar>
struct LossSum {
    Scalar total = 0;
    Scalar weight = 0;
};

/// A rule that compares outputs with targets. It has the members
///
///     Reduction reduction;
///     static constexpr Link link;                              // what it applies to the outputs itself
///     template <class Scalar> using Target;                    // type of one target: Scalar or Label
///     static constexpr std::size_t target_size(const Shape& output);   // targets of one sample
///     static constexpr Sentence reject(const Shape& output);   // why it can't judge such outputs; empty if
///     it can
///
/// and, for `rows` samples and weights that may be null,
///
///     LossSum value<Output>(outputs, targets, sample_weights, rows);
///     LossSum value_and_gradient<Output>(outputs, targets, sample_weights, gradient, rows);
///
/// where `gradient` (of the reduced loss) may be the same memory as `outputs`.
template <class T>
concept Loss = requires(const T loss, Shape shape) {
    { loss.reduction } -> std::convertible_to<Reduction>;
    { T::link } -> std::convertible_to<Link>;
    { T::target_size(shape) } -> std::convertible_to<std::size_t>;
    { T::reject(shape) } -> std::convertible_to<Sentence>;
};

/// The one number.
template <Loss L, class Scalar>
constexpr Scalar reduce(const L& loss, const LossSum<Scalar>& sum) noexcept {
    return loss.reduction == Reduction::sum || sum.weight == Scalar(0) ? sum.total : sum.total / sum.weight;
}

} // namespace burin::losses
