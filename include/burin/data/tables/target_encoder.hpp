#pragma once

#include "burin/core/random.hpp"
#include "burin/data/scale_problem.hpp"
#include "burin/data/tables/one_hot.hpp"

#include <array>
#include <cstddef>
#include <type_traits>

namespace burin::data {

/// What `TargetEncoder` may be told besides.
struct TargetEncoderOptions {
    std::size_t folds = 5;   ///< Into how many parts `fit_apply` takes the training samples apart.
    double smooth = -1;      ///< m of the formula; below 0: by the variances (empirical Bayes).
    bool shuffle = true;     ///< Whether the parts are drawn (by the seed), or runs of neighbours.
    std::size_t classes = 0; ///< Where the targets are labels of more than 2 classes: how many.
};

/// A column of codes, whole numbers from 0 to Categories − 1, becomes the mean target of the samples with
/// that code, drawn towards the mean of all: λ · mean of the code + (1 − λ) · mean. For n samples of a code λ
/// is n / (n + m), or without an m σ²n / (σ²n + s²) with the variance σ² of all targets and s² of those of
/// the code, as scikit-learn's `auto`.
///
///     using Preparation = data::Pipeline<Input<4>, data::TargetEncoder<3, 500>>;
///     Preparation preparation;
///     auto ready = preparation.fit_apply(train);
///
/// `fit_apply` encodes each of `folds` parts by what the others teach (cross-fitting), and learns from all
/// what is applied later; `fit` and then applying would tell each training sample its own target. A missing
/// value, a code that training didn't show and what is no code become the mean; `fit` refuses what is no code
/// with its place, and targets that are not finite.
///
/// The target is a number, or a label 0 or 1. With more `classes` there is a column for each, of the share of
/// samples that are of it. The parts are scikit-learn's KFold. Micci-Barreca, "A Preprocessing Scheme for
/// High-Cardinality Categorical Attributes", SIGKDD Explorations 3 (2001).
template <std::size_t Column, std::size_t Categories, TargetEncoderOptions Options = TargetEncoderOptions{}>
struct TargetEncoder : detail::EncodeColumn<Column, Categories, (Options.classes > 2 ? Options.classes : 1)> {
    /// Columns that stand in the place of one.
    static constexpr std::size_t given = Options.classes > 2 ? Options.classes : 1;
    using Encode = detail::EncodeColumn<Column, Categories, given>;

    static constexpr Text<64> name() {
        Text<64> text("TargetEncoder<");
        text.append(Column).append(", ").append(Categories);
        return given > 1 ? text.append(", classes ").append(given).append(">") : text.append(">");
    }
    static constexpr Sentence problem(Shape input) {
        return Options.folds < 2 ? Sentence("expected at least 2 folds, got ").append(Options.folds)
                                 : Encode::problem(input);
    }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, given*(Categories + 1)>
            value{}; ///< Of a column for each code; the last is for all others.

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept { return detail::finite_problem(value); }
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            Scalar* const mean = Encode::pass(In.size(), in, out);
            for (std::size_t k = 0; k < given; ++k)
                mean[k] = value[k * (Categories + 1) + detail::code_of<Categories>(in[Column])];
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.value)::value_type;
        check(samples);
        for (std::size_t k = 0; k < given; ++k) {
            const Values learnt = learn(samples, k, [](std::size_t) { return true; });
            for (std::size_t c = 0; c <= Categories; ++c)
                fitted.value[k * (Categories + 1) + c] =
                    detail::as_constant<Scalar>(samples, Column, learnt[c]);
        }
    }

    template <class F, class Samples, class Out>
    static void fit_apply(F& fitted, const Samples& samples, Out out) {
        fit(fitted, samples);
        const std::size_t count = samples.size();
        if (count < Options.folds)
            samples.refuse(Sentence("expected a sample for each of ")
                               .append(Options.folds)
                               .append(" folds, got ")
                               .append(count)
                               .view());
        // The numbers of the samples, in an order whose runs are the parts.
        auto order = samples.column(Column);
        for (std::size_t i = 0; i < count; ++i)
            order[i] = static_cast<double>(i);
        if (Options.shuffle)
            burin::shuffle(order, RandomStream{samples.seed(), Purpose::splitting, 0});
        auto fold = order;
        for (std::size_t part = 0, i = 0; part < Options.folds; ++part)
            for (std::size_t size = count / Options.folds + (part < count % Options.folds); size > 0;
                 --size, ++i)
                fold[static_cast<std::size_t>(order[i])] = static_cast<double>(part);
        for (std::size_t part = 0; part < Options.folds; ++part) {
            const auto tested = [&](std::size_t i) { return fold[i] == static_cast<double>(part); };
            for (std::size_t k = 0; k < given; ++k) {
                const Values learnt = learn(samples, k, [&](std::size_t i) { return !tested(i); });
                for (std::size_t i = 0; i < count; ++i)
                    if (tested(i)) {
                        auto* const row = out(i);
                        using Scalar = std::remove_reference_t<decltype(*row)>;
                        Encode::pass(
                            samples.width(), [&](std::size_t c) { return samples(i, c); }, row)[k] =
                            static_cast<Scalar>(learnt[detail::code_of<Categories>(samples(i, Column))]);
                    }
            }
        }
    }

  private:
    using Values = std::array<double, Categories + 1>;

    template <class Samples>
    static void check(const Samples& samples) {
        if (!samples.has_targets())
            samples.refuse("expected samples with targets, got some without");
        for (std::size_t i = 0; i < samples.size(); ++i) {
            static_cast<void>(detail::training_code<Categories>(samples, i, Column));
            const double target = samples.target(i);
            if (target - target != 0)
                samples.refuse(Sentence("sample ")
                                   .append(i)
                                   .append(": expected a finite target, got ")
                                   .append(target == target ? "an infinite one" : "none")
                                   .view());
            if (given > 1 && detail::code_of<given>(target) == given)
                samples.refuse(
                    Sentence("sample ").append(i).append(": expected a label below ").append(given).view());
        }
    }

    /// What the chosen samples teach of the targets, or of class k.
    template <class Samples, class Chosen>
    static Values learn(const Samples& samples, std::size_t k, const Chosen& chosen) {
        Values means{};
        std::array<std::size_t, Categories + 1> counts{};
        std::array<double, Categories + 1> squares{};
        std::size_t count = 0;
        double sum = 0, all_squares = 0;
        const auto each = [&](auto visit) {
            for (std::size_t i = 0; i < samples.size(); ++i)
                if (chosen(i))
                    visit(detail::code_of<Categories>(samples(i, Column)),
                          given == 1 ? samples.target(i)
                                     : double(samples.target(i) == static_cast<double>(k)));
        };
        each([&](std::size_t code, double target) {
            ++count;
            ++counts[code];
            means[code] += target;
            sum += target;
        });
        const double mean = sum / static_cast<double>(count);
        for (std::size_t c = 0; c < Categories; ++c)
            means[c] /= static_cast<double>(counts[c] > 0 ? counts[c] : 1);
        each([&](std::size_t code, double target) {
            squares[code] += (target - means[code]) * (target - means[code]);
            all_squares += (target - mean) * (target - mean);
        });
        const double variance = all_squares / static_cast<double>(count);
        for (std::size_t c = 0; c < Categories; ++c) {
            if (counts[c] == 0) {
                means[c] = mean;
                continue;
            }
            const auto n = static_cast<double>(counts[c]);
            const double own = Options.smooth < 0 ? variance * n : n;
            const double drawn = Options.smooth < 0 ? squares[c] / n : Options.smooth;
            const double share = own + drawn > 0 ? own / (own + drawn) : 0;
            means[c] = share * means[c] + (1 - share) * mean;
        }
        means[Categories] = mean;
        return means;
    }
};

} // namespace burin::data
