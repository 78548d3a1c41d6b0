#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/label.hpp"
#include "burin/losses/ctc_alignment.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/per_sample.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace burin::losses {

/// −log of the probability of a sequence of labels, summed over all its alignments to the frames of an output
/// `[time, classes]` of logits: each frame is a class or blank, repeats are one label and blanks none. For
/// sequences of which nobody knows which frame belongs to which label, as in speech and handwriting. Graves
/// et al., "Connectionist Temporal Classification", ICML 2006; torch.nn.functional.ctc_loss of `log_softmax`.
///
/// A sample has `MaxLabels` targets: its labels, padded with `ignore_index` (no_label, which is −1 as a Label
/// or among the numbers of several outputs). All frames count. As in PyTorch the mean is over the samples,
/// each divided by its number of labels (or 1); the sum is not divided.
///
///     using Net = Sequential<Input<50, 13>, LSTM<32, ReturnSequences>, TimeDistributed<Dense<27>>>;
///     Fit{.loss = losses::CTC<12>{}} // 26 letters and blank 0; at most 12 letters
///
/// What a sample's frames are too few for, since repeated labels need a blank between them, has an infinite
/// loss and no gradient that is a number; with `zero_infinity` both are 0. Labels must be classes, and not
/// the blank: else they are NaN. The sums are in log space and need room for some 2 √time · (2 · MaxLabels +
/// 1) numbers on the stack.
template <std::size_t MaxLabels>
struct CTC {
    Label blank = 0; ///< One of the classes.
    bool zero_infinity = false;
    IgnoredLabel ignore_index = no_label;
    Reduction reduction = Reduction::mean;

    static_assert(MaxLabels > 0, "CTC wants room for at least one label");

    static constexpr Link link = Link::softmax;
    static constexpr Answer answer = Answer::other;
    template <class>
    using Target = Label;
    static constexpr std::size_t target_size(const Shape&) { return MaxLabels; }
    static constexpr Sentence reject(const Shape& output) {
        Sentence sentence;
        if (output.rank != 2 || output.last() < 2)
            sentence.append("expected logits `[time, classes]` of blank and at least one other class, got `")
                .append(output)
                .append("`");
        else if (MaxLabels > output[0])
            sentence.append("expected a frame for each of up to ")
                .append(MaxLabels)
                .append(" labels, got `")
                .append(output)
                .append("`");
        return sentence;
    }

    constexpr Sentence reject_options(const Shape& output) const {
        return detail::unless(blank < output.last(), "blank", "one of the classes of the output", blank);
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Label* targets, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        constexpr std::size_t classes = Output.last();
        const auto row = [&](std::size_t index, const Scalar* z, Scalar* dz, Scalar scale) noexcept {
            detail::CTCAlignment<Output[0], classes, MaxLabels, Scalar> alignment(blank);
            const Label* const labels = targets + index * MaxLabels;
            bool are_labels = blank < classes;
            for (std::size_t i = 0; i < MaxLabels; ++i)
                if (!ignore_index.matches(labels[i])) {
                    BURIN_ASSERT(labels[i] < classes && labels[i] != blank,
                                 "CTC: expected labels below the number of classes, and not the blank");
                    are_labels = are_labels && labels[i] < classes && labels[i] != blank;
                    alignment.append(are_labels ? labels[i] : Label(0));
                }
            const auto fill = [&](Scalar value) {
                if constexpr (WithGradient)
                    std::fill_n(dz, Output.size(), value);
                return value;
            };
            constexpr Scalar no_number = std::numeric_limits<Scalar>::quiet_NaN();
            if (!are_labels)
                return fill(no_number);
            const std::size_t count = std::max<std::size_t>(1, alignment.label_count());
            const Scalar share = reduction == Reduction::mean ? Scalar(1) / Scalar(count) : Scalar(1);
            const Scalar loss = alignment.template loss<WithGradient>(z);
            if (loss > std::numeric_limits<Scalar>::max()) {
                fill(zero_infinity ? Scalar(0) : no_number);
                return zero_infinity ? Scalar(0) : loss;
            }
            if constexpr (WithGradient)
                alignment.write_gradient(z, dz, loss, scale * share);
            return loss * share;
        };
        return detail::per_sample<Output, WithGradient, Scalar>(row, reduction, outputs, sample_weights,
                                                                gradient, rows);
    }
};

} // namespace burin::losses
