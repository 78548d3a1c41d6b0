#pragma once

#include "burin/core/label.hpp"
#include "burin/kernels/functions.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/crossentropy_rows.hpp"
#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace burin::losses::detail {

/// 1 − (TP + s) / (TP + α · FP + β · FN + s) of a mask, where TP, FP and FN are sums of probabilities.
struct Tversky {
    double alpha, beta, smooth;
};

/// The masks of an output are its last axis, each over all positions; of an output with one axis it is the
/// one mask.
constexpr std::size_t mask_count(const Shape& output) {
    return output.rank > 1 ? output.last() : 1;
}

/// What is known of each mask of a sample. Sums are in double, as there may be many positions.
template <std::size_t Masks>
struct Overlap {
    std::array<double, Masks> both{}, predicted{}, expected{};

    /// The sum of the masks' losses. `by_both` and `by_predicted` become the derivatives of it.
    double evaluate(const Tversky& rule, std::array<double, Masks>& by_both,
                    std::array<double, Masks>& by_predicted) const noexcept {
        double sum = 0;
        for (std::size_t m = 0; m < Masks; ++m) {
            const double above = both[m] + rule.smooth;
            const double below = (1 - rule.alpha - rule.beta) * both[m] + rule.alpha * predicted[m] +
                                 rule.beta * expected[m] + rule.smooth;
            // Without smoothing a mask that is and should be empty is right.
            if (below < 1e-30) {
                by_both[m] = by_predicted[m] = 0;
                continue;
            }
            const double ratio = above / below;
            sum += 1 - ratio;
            by_both[m] = (ratio * (1 - rule.alpha - rule.beta) - 1) / below;
            by_predicted[m] = ratio * rule.alpha / below;
        }
        return sum;
    }
};

/// The sigmoid of each output, compared with a number between 0 and 1.
template <Shape Output, class Scalar>
struct MaskTargets {
    static constexpr std::size_t masks = mask_count(Output), positions = Output.size() / masks;
    using Masks = std::array<double, masks>;
    const Scalar* targets;

    static void activate(const Scalar* z, Scalar* p, std::size_t count) noexcept {
        kernels::map<Scalar>(count * masks, p, [](auto v) { return kernels::sigmoid(v); }, z);
    }
    void add(Overlap<masks>& sums, std::size_t first, std::size_t count, const Scalar* p) const noexcept {
        const Scalar* t = targets + first * masks;
        if constexpr (masks == 1) {
            const auto itself = [](const auto& v) { return v; };
            const auto product = [](const auto& u, const auto& v) { return u * v; };
            sums.both[0] += static_cast<double>(kernels::sum<Scalar>(count, product, p, t));
            sums.predicted[0] += static_cast<double>(kernels::sum<Scalar>(count, itself, p));
            sums.expected[0] += static_cast<double>(kernels::sum<Scalar>(count, itself, t));
        } else {
            for (std::size_t i = 0; i < count; ++i, p += masks, t += masks)
                for (std::size_t m = 0; m < masks; ++m) {
                    sums.both[m] += static_cast<double>(p[m] * t[m]);
                    sums.predicted[m] += static_cast<double>(p[m]);
                    sums.expected[m] += static_cast<double>(t[m]);
                }
        }
    }
    void replace_by_gradient(std::size_t position, Scalar* p, const Masks& by_both,
                             const Masks& by_predicted) const noexcept {
        const Scalar* const t = targets + position * masks;
        for (std::size_t m = 0; m < masks; ++m)
            p[m] *= (Scalar(1) - p[m]) *
                    (static_cast<Scalar>(by_both[m]) * t[m] + static_cast<Scalar>(by_predicted[m]));
    }
};

/// The softmax of each position, compared with a label: a mask a class.
template <Shape Output, class Scalar>
struct LabelMaskTargets {
    static constexpr std::size_t masks = class_count(Output), positions = position_count(Output);
    using Masks = std::array<double, masks>;
    const Label* targets;
    IgnoredLabel ignore_index;

    static void activate(const Scalar* z, Scalar* p, std::size_t count) noexcept {
        kernels::softmax<masks>(z, p, count);
    }
    void add(Overlap<masks>& sums, std::size_t first, std::size_t count, const Scalar* p) const noexcept {
        for (std::size_t i = 0; i < count; ++i, p += masks) {
            const Label label = targets[first + i];
            if (ignore_index.matches(label))
                continue;
            for (std::size_t m = 0; m < masks; ++m)
                sums.predicted[m] += static_cast<double>(p[m]);
            if (is_class<masks>(label)) {
                sums.both[label] += static_cast<double>(p[label]);
                sums.expected[label] += 1;
            } else {
                sums.expected.fill(std::numeric_limits<double>::quiet_NaN());
            }
        }
    }
    void replace_by_gradient(std::size_t position, Scalar* p, const Masks& by_both,
                             const Masks& by_predicted) const noexcept {
        const Label label = targets[position];
        if (ignore_index.matches(label)) {
            std::fill_n(p, masks, Scalar(0));
            return;
        }
        Scalar dp[masks];
        for (std::size_t m = 0; m < masks; ++m)
            dp[m] = static_cast<Scalar>(by_predicted[m]);
        if (label < masks)
            dp[label] += static_cast<Scalar>(by_both[label]);
        kernels::softmax_gradient<masks>(p, dp, p, 1);
    }
};

/// A loss that is one number for each mask of a sample, averaged over masks and samples.
template <Shape Output, bool WithGradient, class Scalar, class Targets>
LossSum<Scalar> overlap(const Tversky& rule, const auto& targets_of, Reduction reduction,
                        const Scalar* outputs, const Scalar* sample_weights, Scalar* gradient,
                        std::size_t rows) noexcept {
    constexpr std::size_t masks = Targets::masks, positions = Targets::positions, size = Output.size();
    // Probabilities stand where the gradient will, or a few positions at a time.
    constexpr std::size_t chunk = WithGradient ? positions : std::min(positions, (255 + masks) / masks);
    LossSum<Scalar> sum;
    sum.weight = sum_of_weights(sample_weights, rows) * static_cast<Scalar>(masks);
    const Scalar divisor = divisor_of(reduction, sum.weight);
    LongSum<Scalar> total;
    for (std::size_t row = 0; row < rows; ++row) {
        const Scalar weight = sample_weights == nullptr ? Scalar(1) : sample_weights[row];
        if (weight == Scalar(0)) {
            if constexpr (WithGradient)
                std::fill_n(gradient + row * size, size, Scalar(0));
            continue;
        }
        const Targets targets = targets_of(row);
        const Scalar* const z = outputs + row * size;
        Scalar room[WithGradient ? 1 : chunk * masks];
        Overlap<masks> sums;
        for (std::size_t first = 0; first < positions; first += chunk) {
            const std::size_t count = std::min(chunk, positions - first);
            Scalar* const p = WithGradient ? gradient + row * size : room;
            Targets::activate(z + first * masks, p, count);
            targets.add(sums, first, count, p);
        }
        std::array<double, masks> by_both, by_predicted;
        total.add(weight * static_cast<Scalar>(sums.evaluate(rule, by_both, by_predicted)));
        if constexpr (WithGradient) {
            const auto scale = static_cast<double>(weight / divisor);
            for (std::size_t m = 0; m < masks; ++m) {
                by_both[m] *= scale;
                by_predicted[m] *= scale;
            }
            for (std::size_t i = 0; i < positions; ++i)
                targets.replace_by_gradient(i, gradient + row * size + i * masks, by_both, by_predicted);
        }
    }
    sum.total = total.total();
    return sum;
}

template <Shape Output, bool WithGradient, class Scalar>
LossSum<Scalar> mask_overlap(const Tversky& rule, Reduction reduction, const Scalar* outputs,
                             const Scalar* targets, const Scalar* sample_weights, Scalar* gradient,
                             std::size_t rows) noexcept {
    using Targets = MaskTargets<Output, Scalar>;
    const auto targets_of = [=](std::size_t row) { return Targets{targets + row * Output.size()}; };
    return overlap<Output, WithGradient, Scalar, Targets>(rule, targets_of, reduction, outputs,
                                                          sample_weights, gradient, rows);
}

template <Shape Output, bool WithGradient, class Scalar>
LossSum<Scalar> label_overlap(const Tversky& rule, IgnoredLabel ignored, Reduction reduction,
                              const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                              Scalar* gradient, std::size_t rows) noexcept {
    using Targets = LabelMaskTargets<Output, Scalar>;
    const auto targets_of = [=](std::size_t row) {
        return Targets{targets + row * Targets::positions, ignored};
    };
    return overlap<Output, WithGradient, Scalar, Targets>(rule, targets_of, reduction, outputs,
                                                          sample_weights, gradient, rows);
}

// How Dice and Jaccard count: `smooth` is that of their own formulas.
struct DiceRule {
    static constexpr Tversky with(double smooth) { return {0.5, 0.5, smooth / 2}; }
};
struct JaccardRule {
    static constexpr Tversky with(double smooth) { return {1, 1, smooth}; }
};

/// An overlap of masks that are yes or no by themselves.
template <class Rule>
struct BinaryOverlap {
    double smooth = 1e-5;
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::sigmoid;
    static constexpr bool is_overlap = true;

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        return mask_overlap<Output, WithGradient>(Rule::with(smooth), reduction, outputs, targets,
                                                  sample_weights, gradient, rows);
    }
};

/// An overlap of the masks of classes of which each position has one.
template <class Rule>
struct LabelOverlap {
    double smooth = 1e-5;
    IgnoredLabel ignore_index{};
    Reduction reduction = Reduction::mean;

    static constexpr Link link = Link::softmax;
    static constexpr bool is_overlap = true;
    template <class>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape& output) { return position_count(output); }
    static constexpr Sentence reject(const Shape& output) { return reject_single_class(output); }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        return label_overlap<Output, WithGradient>(Rule::with(smooth), ignore_index, reduction, outputs,
                                                   targets, sample_weights, gradient, rows);
    }
};

} // namespace burin::losses::detail
