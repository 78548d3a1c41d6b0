#pragma once

#include "burin/core/label.hpp"
#include "burin/core/link.hpp"
#include "burin/core/shape.hpp"
#include "burin/core/text.hpp"

#include <concepts>
#include <cstddef>
#include <type_traits>

namespace burin::losses {

/// How the losses of a batch become one number: their mean (divided by the sum of their weights) or their
/// sum.
enum class Reduction { mean, sum };

/// The sum of the weighted losses of some samples, and the sum of their weights. Sums of batches add up; the
/// penalty, what `Regularized` weights cost, is no sum over samples and doesn't.
template <class Scalar>
struct LossSum {
    Scalar total = 0;
    Scalar weight = 0;
    Scalar penalty = 0;
};

/// A rule that compares outputs with targets. It has the member
///
///     Reduction reduction;
///
/// and, where the default does not fit,
///
///     static constexpr Link link;             // what it applies to the outputs itself; Link::none
///     template <class Scalar> using Target;   // type of one target, Scalar or Label; Scalar
///     static constexpr std::size_t target_size(const Shape& output);
///                                             // targets of one sample; as many as outputs. 0: it needs
///                                             // none, and they may be null
///     static constexpr Sentence reject(const Shape& output);
///                                             // why it can't judge such outputs; empty: it can
///
/// How they are compared is said by one of two members. A loss that compares each output with a target of its
/// own, and whose mean is over all outputs of all samples, has
///
///     auto formula<Output, Scalar>() const;   // of vectors: value(output, target) and, its derivative by
///                                             // the output, gradient(output, target). Where it is another
///                                             // from place to place, at(element), that of the vector that
///                                             // begins at this element of the batch
///
/// and its header includes burin/losses/elementwise.hpp, which computes it; any other loss, for `rows`
/// samples with weights that may be null,
///
///     LossSum compute<Output, WithGradient, Scalar>(outputs, targets, sample_weights, gradient, rows) const;
///
/// where `gradient` (of the reduced loss; not written without `WithGradient`) may be the same memory as
/// `outputs`.
///
/// Every loss hands on what is no number: a NaN among a sample's outputs or targets makes the loss NaN, and
/// the gradient of those outputs that it takes part in. But a sample whose weight is 0 does not count at all,
/// whatever its outputs and targets are: it adds nothing to the loss, and its gradient is 0. (Its inputs
/// still go through the network.)
template <class T>
concept Loss = requires(const T loss) {
    { loss.reduction } -> std::convertible_to<Reduction>;
} && (requires(const T loss) { loss.template formula<Shape(1), float>(); } || requires {
    &T::template compute<Shape(1), false, float>;
});

/// What a loss applies to the outputs itself.
template <class L>
inline constexpr Link link_of = [] {
    if constexpr (requires { L::link; })
        return L::link;
    else
        return Link::none;
}();

namespace detail {

template <class L, class Scalar>
struct TargetType : std::type_identity<Scalar> {};
template <class L, class Scalar>
    requires requires { typename L::template Target<Scalar>; }
struct TargetType<L, Scalar> : std::type_identity<typename L::template Target<Scalar>> {};

/// "`name`: expected `expectation`, got `value`", unless it is fulfilled.
constexpr Sentence unless(bool is_fulfilled, const char* name, const char* expectation, double value) {
    Sentence sentence;
    if (is_fulfilled)
        return sentence;
    sentence.append(name).append(": expected ").append(expectation);
    // What can be written in decimals.
    if (value > -1e12 && value < 1e12)
        sentence.append(", got ").append(value);
    return sentence;
}

// Of elementwise.hpp, which losses with a formula include.
template <Shape Output, bool WithGradient, class Scalar, class Formula>
LossSum<Scalar> elementwise(const Formula& formula, Reduction reduction, const Scalar* outputs,
                            const Scalar* targets, const Scalar* sample_weights, Scalar* gradient,
                            std::size_t rows) noexcept;

template <Shape Output, bool WithGradient, class Scalar, class L, class Target>
LossSum<Scalar> compute(const L& loss, const Scalar* outputs, const Target* targets,
                        const Scalar* sample_weights, Scalar* gradient, std::size_t rows) noexcept {
    if constexpr (requires { loss.template formula<Output, Scalar>(); })
        return elementwise<Output, WithGradient, Scalar>(loss.template formula<Output, Scalar>(),
                                                         loss.reduction, outputs, targets, sample_weights,
                                                         gradient, rows);
    else
        return loss.template compute<Output, WithGradient, Scalar>(outputs, targets, sample_weights, gradient,
                                                                   rows);
}

} // namespace detail

/// The type of one target of a loss.
template <class L, class Scalar>
using TargetOf = typename detail::TargetType<L, Scalar>::type;

/// How many targets a sample has; 0 if the loss needs none.
template <class L>
constexpr std::size_t target_size(const Shape& output) {
    if constexpr (requires { L::target_size(output); })
        return L::target_size(output);
    else
        return output.size();
}

/// Why a loss can't judge outputs of this shape; empty if it can.
template <class L>
constexpr Sentence reject(const Shape& output) {
    if constexpr (requires { L::reject(output); })
        return L::reject(output);
    else
        return {};
}

/// Why a loss can't work with the options that it was given, for outputs of this shape; empty if it can. A
/// loss that knows says so by a member `reject_options`; `fit` and `evaluate` throw it as an Error.
template <class L>
constexpr Sentence reject_options(const L& loss, const Shape& output) {
    if constexpr (requires { loss.reject_options(output); })
        return loss.reject_options(output);
    else
        return {};
}

/// What a loss takes the outputs of a sample for.
enum class Answer {
    numbers,   ///< Numbers that should be near the targets, or nothing in particular.
    one_class, ///< Scores, of which the largest names one class of the last axis.
    yes_or_no, ///< Scores, each of which says by its sign whether its label holds.
    other,     ///< What is judged by the loss alone, such as embeddings. Outputs that say something of each
               ///< target, as a mean and a variance do, have a member `estimate<Output>(outputs, target)`.
};

/// A loss tells by its targets and its link, or by a member `answer`.
template <class L>
inline constexpr Answer answer_of = [] {
    if constexpr (requires { L::answer; })
        return L::answer;
    else if constexpr (link_of<L> == Link::sigmoid)
        return Answer::yes_or_no;
    else if constexpr (link_of<L> == Link::softmax || std::is_same_v<TargetOf<L, float>, Label>)
        return Answer::one_class;
    else
        return Answer::numbers;
}();

/// Whether a loss compares masks as wholes, by how much they overlap: it has a member `is_overlap`.
template <class L>
inline constexpr bool is_overlap = requires { requires bool(L::is_overlap); };

/// The label whose positions a loss leaves out, or none.
template <class L>
constexpr IgnoredLabel ignored_label(const L& loss) noexcept {
    if constexpr (requires { loss.ignore_index; })
        return loss.ignore_index;
    else
        return {};
}

/// The one number: the mean or sum, and the penalty.
template <Loss L, class Scalar>
constexpr Scalar reduce(const L& loss, const LossSum<Scalar>& sum) noexcept {
    const bool divides = loss.reduction == Reduction::mean && sum.weight != Scalar(0);
    return (divides ? sum.total / sum.weight : sum.total) + sum.penalty;
}

/// The loss of `rows` samples; `sample_weights` may be null.
template <Shape Output, Loss L, class Scalar, class Target>
LossSum<Scalar> value(const L& loss, const Scalar* outputs, const Target* targets,
                      const std::type_identity_t<Scalar>* sample_weights, std::size_t rows) noexcept {
    return detail::compute<Output, false, Scalar>(loss, outputs, targets, sample_weights, nullptr, rows);
}

/// The same, and the gradient of the reduced loss, which may be written over the outputs.
template <Shape Output, Loss L, class Scalar, class Target>
LossSum<Scalar> value_and_gradient(const L& loss, const Scalar* outputs, const Target* targets,
                                   const std::type_identity_t<Scalar>* sample_weights, Scalar* gradient,
                                   std::size_t rows) noexcept {
    return detail::compute<Output, true, Scalar>(loss, outputs, targets, sample_weights, gradient, rows);
}

} // namespace burin::losses
