#pragma once

#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"

#include <cstddef>
#include <span>

namespace burin::losses::detail {

/// Classes of an output: its last axis. The other axes are positions, each with a distribution of its own.
constexpr std::size_t class_count(const Shape& output) {
    return output.last();
}
constexpr std::size_t position_count(const Shape& output) {
    return output.size() / output.last();
}

/// "Expected at least two classes" as an answer to `reject`.
constexpr Sentence reject_single_class(const Shape& output) {
    Sentence sentence;
    if (class_count(output) < 2)
        sentence.append("expected logits of at least 2 classes, got `").append(output).append("`");
    return sentence;
}

/// The weight that a class has: 1 where none are given.
inline double class_weight(std::span<const double> weights, std::size_t label) noexcept {
    return weights.empty() ? 1.0 : weights[label];
}

/// Cross-entropy of softmax(z) with a distribution q that need not sum to 1:  Σ_c q_c · (log Σ_k e^z_k −
/// z_c), and its gradient  softmax(z) · Σ q − q,  times `scale`. `gradient` may be z. The maximum is taken
/// out of z first.
template <std::size_t Classes, bool WithGradient, class Scalar>
Scalar crossentropy_row(const Scalar* z, const Scalar* q, Scalar scale, Scalar* gradient) noexcept {
    using kernels::Vector;
    const Vector<Scalar> shift = kernels::broadcast(kernels::largest(z, Classes));
    Vector<Scalar> exponentials(Scalar(0)), weighted(Scalar(0)), mass(Scalar(0));
    kernels::for_each_vector<Scalar>(Classes, [&](std::size_t lanes, auto load, auto store) noexcept {
        const Vector<Scalar> shifted = load(z) - shift;
        const Vector<Scalar> e = kernels::keep_first<Scalar>(kernels::exp_nonpositive(shifted), lanes);
        const Vector<Scalar> target = load(q);
        exponentials = exponentials + e;
        // 0 · −∞ is no number, and q is 0 where a logit may be that small.
        const Vector<Scalar> zero(Scalar(0));
        weighted = weighted + kernels::select(target > zero, target * shifted, zero);
        mass = mass + target;
        if constexpr (WithGradient)
            store(gradient, e);
    });
    const Scalar sum = kernels::reduce_add<Scalar>(exponentials);
    const Scalar total_mass = kernels::reduce_add<Scalar>(mass);
    if constexpr (WithGradient) {
        const Vector<Scalar> factor = kernels::broadcast(scale * total_mass / sum);
        const Vector<Scalar> scales = kernels::broadcast(scale);
        kernels::for_each_vector<Scalar>(Classes, [&](std::size_t, auto load, auto store) noexcept {
            store(gradient, load(gradient) * factor - load(q) * scales);
        });
    }
    const Vector<Scalar> log_sum = kernels::log(kernels::broadcast(sum));
    return kernels::first_lane<Scalar>(log_sum) * total_mass - kernels::reduce_add<Scalar>(weighted);
}

/// The rows of a batch. `target.weight(row, position)` is what the row counts in the mean (without the
/// sample's weight), `target.fill(row, position, q)` writes its distribution, `target.constant(q)` is added
/// to its loss.
template <Shape Output, bool WithGradient, class Scalar, class TargetRule>
LossSum<Scalar> crossentropy(const TargetRule& target, Reduction reduction, const Scalar* outputs,
                             const Scalar* sample_weights, Scalar* gradient, std::size_t rows) noexcept {
    constexpr std::size_t classes = class_count(Output);
    constexpr std::size_t positions = position_count(Output);
    const auto sample_weight = [&](std::size_t row) {
        return sample_weights == nullptr ? Scalar(1) : sample_weights[row];
    };
    LossSum<Scalar> sum;
    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t position = 0; position < positions; ++position)
            sum.weight += sample_weight(row) * target.weight(row * positions + position);

    for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t position = 0; position < positions; ++position) {
            const std::size_t index = row * positions + position;
            Scalar q[classes];
            target.fill(index, q);
            const Scalar weight = sample_weight(row);
            const Scalar scale =
                reduction == Reduction::mean && sum.weight > Scalar(0) ? weight / sum.weight : weight;
            Scalar* const to = WithGradient ? gradient + index * classes : nullptr;
            const Scalar constant = target.constant(q);
            sum.total +=
                weight *
                (constant + crossentropy_row<classes, WithGradient>(outputs + index * classes, q, scale, to));
        }
    return sum;
}

} // namespace burin::losses::detail
