#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/label.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/kernels/transposed_rows.hpp"
#include "burin/losses/class_weight.hpp"
#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
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
        sentence.append("expected logits of at least 2 classes, got `")
            .append(output)
            .append("`; for a single output there is `BinaryCrossentropy`");
    return sentence;
}

/// Whether a label is a class. Where it must be one it is the caller's mistake if not: the loss of its
/// position is then no number, and nor is its gradient.
template <std::size_t Classes>
constexpr bool is_class(Label label) noexcept {
    BURIN_ASSERT(label < Classes, "loss: expected labels below the number of classes");
    return label < Classes;
}

/// The largest of each row, from the columns of some rows.
template <class Vector, std::size_t Classes>
Vector largest_column(const std::array<Vector, Classes>& columns) noexcept {
    Vector most = columns[0];
    for (std::size_t c = 1; c < Classes; ++c)
        most = kernels::max(most, columns[c]);
    return most;
}

/// z = e^(z − shift) for the columns of some rows. Returns each row's sum.
template <class Scalar, std::size_t Classes>
kernels::Vector<Scalar> replace_by_exponentials(std::array<kernels::Vector<Scalar>, Classes>& columns,
                                                const kernels::Vector<Scalar>& shift) noexcept {
    using Vector = kernels::Vector<Scalar>;
    Vector sum(Scalar(0));
    for (Vector& each : columns)
        each = each - shift;
    kernels::replace_by_exponentials<Scalar, Classes>(columns.data());
    for (const Vector& each : columns)
        sum = sum + each;
    return sum;
}

/// The columns of some rows, or zeros for those rows that have no weight: these don't count, whatever they
/// are. `all` says whether all rows have one.
template <std::size_t Classes, class Scalar>
[[gnu::always_inline]] inline std::array<kernels::Vector<Scalar>, Classes>
load_weighted_columns(const Scalar* rows, const kernels::Vector<Scalar>& weights, bool all) noexcept {
    auto columns = kernels::load_rows_transposed<Classes>(rows);
    if (!all) {
        const kernels::Vector<Scalar> zero(Scalar(0));
        for (auto& each : columns)
            each = kernels::select(weights == zero, zero, each);
    }
    return columns;
}

/// How a row is judged by a label: log Σ_k e^z_k − z_label, with gradient softmax(z) − [k = label]. It counts
/// with the label's class weight, not at all if the label is ignored, and as NaN if it is no class.
template <std::size_t Classes, class Scalar>
struct LabelTargets {
    using Vector = kernels::Vector<Scalar>;
    static constexpr std::size_t lanes = kernels::width<Scalar>;

    const Label* labels;
    std::span<const double> class_weights;
    IgnoredLabel ignore_index;

    bool weighs_rows() const noexcept { return !class_weights.empty() || ignore_index.is_given(); }
    bool ignores(std::size_t row) const noexcept { return ignore_index.matches(labels[row]); }
    /// A class, even where the label is none.
    Label label(std::size_t row) const noexcept { return labels[row] < Classes ? labels[row] : Label(0); }
    /// Whether the next rows, as many as a vector has lanes, count 1 each if their samples do.
    bool count_plainly(std::size_t row) const noexcept { return !weighs_rows() && are_classes(labels + row); }
    Scalar row_weight(std::size_t row) const noexcept {
        if (ignores(row))
            return 0;
        return is_class<Classes>(labels[row]) ? static_cast<Scalar>(class_weight(class_weights, labels[row]))
                                              : std::numeric_limits<Scalar>::quiet_NaN();
    }
    Scalar factor(std::size_t row) const noexcept { return row_weight(row); }

    /// The sum of the losses of some rows, which count as much as `weight_of(row)` says, and their gradients,
    /// divided by the divisor.
    template <bool WithGradient, class Weight>
    Scalar long_rows(std::size_t first, std::size_t count, const Scalar* z, Weight weight_of, Scalar divisor,
                     Scalar* gradient) const noexcept {
        Scalar at_label = 0;
        LongSum<Scalar> total;
        const auto weight = [&](std::size_t row) { return weight_of(first + row); };
        const auto begin = [&](std::size_t row, const auto& shift) {
            at_label = shift.subtracted_from(z[row * Classes + label(first + row)]);
        };
        const auto add = [&](std::size_t row, Scalar sum) {
            if (weight(row) == Scalar(0))
                return Scalar(0);
            const Scalar log_sum = kernels::first_lane<Scalar>(kernels::log(kernels::broadcast(sum)));
            total.add(weight(row) * (log_sum - at_label));
            return weight(row) / divisor / sum;
        };
        if constexpr (WithGradient) {
            kernels::scaled_exponentials<Classes>(z, gradient, count, begin, add);
            for (std::size_t row = 0; row < count; ++row) {
                gradient[row * Classes + label(first + row)] -= weight(row) / divisor;
                if (weight(row) == Scalar(0))
                    std::fill_n(gradient + row * Classes, Classes, Scalar(0));
            }
        } else {
            for (std::size_t row = 0; row < count; ++row) {
                if (weight(row) == Scalar(0))
                    continue;
                const Scalar* const x = z + row * Classes;
                const Scalar most = kernels::largest<Classes>(x);
                at_label = x[label(first + row)] - most;
                add(row, kernels::exponentials<Classes, false>(x, kernels::broadcast(most), gradient));
            }
        }
        return total.total();
    }

    /// As many rows as a vector has lanes, side by side. Returns their losses, and writes their gradients
    /// times the scales.
    template <bool WithGradient>
    Vector rows(std::size_t index, const Scalar* z, const Vector& weights, const Vector& scales, bool all,
                Scalar* gradient) const noexcept {
        const Label* classes = labels + index;
        Label each_class[lanes];
        if (!are_classes(classes)) {
            for (std::size_t r = 0; r < lanes; ++r)
                each_class[r] = label(index + r);
            classes = each_class;
        }
        Scalar at_label[lanes];
        for (std::size_t r = 0; r < lanes; ++r)
            at_label[r] = z[r * Classes + classes[r]];
        Vector labelled = kernels::load(at_label);
        auto e = load_weighted_columns<Classes>(z, weights, all);
        if (!all) {
            const Vector zero(Scalar(0));
            labelled = kernels::select(weights == zero, zero, labelled);
        }
        const Vector most = largest_column(e);
        const Vector sum = replace_by_exponentials<Scalar>(e, most);
        if constexpr (WithGradient) {
            const Vector factor = scales / sum;
            for (Vector& each : e)
                each = each * factor;
            kernels::store_rows_transposed<Classes>(e, gradient);
            Scalar lane[lanes];
            kernels::store(lane, scales);
            for (std::size_t r = 0; r < lanes; ++r)
                gradient[r * Classes + classes[r]] -= lane[r];
        }
        return kernels::log(sum) - (labelled - most);
    }

  private:
    /// Whether the labels of as many rows as a vector has lanes are classes.
    static bool are_classes(const Label* some) noexcept {
        Label none = 0;
        for (std::size_t r = 0; r < lanes; ++r)
            none |= Label(some[r] >= Classes);
        return none == 0;
    }
};

/// How a row is judged by a distribution q that need not sum to 1:  Σ_c q_c · (log Σ_k e^z_k − z_c),
/// with gradient  softmax(z) · Σ q − q. `target.distributions(row, count, buffer)` gives the place of
/// the q of some rows, which it may write to the buffer; Target::with_entropy says whether Σ_c q_c · log q_c
/// is added to the loss. Class weights are in q; `target.row_weight(row)` is what the mean divides by.
template <std::size_t Classes, class Scalar, class Target>
struct DistributionTargets {
    using Vector = kernels::Vector<Scalar>;
    static constexpr std::size_t lanes = kernels::width<Scalar>;

    /// Σ q_c · z_c, Σ q_c and Σ q_c · log q_c.
    struct Terms {
        Vector weighted = Vector(Scalar(0)), mass = Vector(Scalar(0)), entropy = Vector(Scalar(0));

        void add(const Vector& share, const Vector& logit) noexcept {
            // 0 · −∞ is no number, and q is 0 where a logit may be that small.
            const Vector zero(Scalar(0));
            weighted = weighted + kernels::select(share == zero, zero, share * logit);
            mass = mass + share;
            if constexpr (Target::with_entropy)
                entropy = entropy + kernels::select(share == zero, zero, share * kernels::log(share));
        }
        friend Terms operator+(const Terms& a, const Terms& b) noexcept {
            return {a.weighted + b.weighted, a.mass + b.mass, a.entropy + b.entropy};
        }
    };

    Target target;

    bool weighs_rows() const noexcept { return target.weighs_rows(); }
    Scalar row_weight(std::size_t row) const noexcept { return target.row_weight(row); }
    Scalar factor(std::size_t row) const noexcept { return Scalar(target.ignores(row) ? 0 : 1); }
    bool count_plainly(std::size_t) const noexcept { return !weighs_rows(); }

    template <bool WithGradient, class Weight>
    Scalar long_rows(std::size_t first, std::size_t count, const Scalar* z, Weight weight_of, Scalar divisor,
                     Scalar* gradient) const noexcept {
        LongSum<Scalar> total;
        for (std::size_t row = 0; row < count; ++row) {
            const Scalar weight = weight_of(first + row);
            Scalar* const own = WithGradient ? gradient + row * Classes : nullptr;
            if (weight != Scalar(0))
                total.add(weight *
                          long_row<WithGradient>(first + row, z + row * Classes, weight / divisor, own));
            else if constexpr (WithGradient)
                std::fill_n(own, Classes, Scalar(0));
        }
        return total.total();
    }

    template <bool WithGradient>
    Vector rows(std::size_t index, const Scalar* z, const Vector& weights, const Vector& scales, bool all,
                Scalar* gradient) const noexcept {
        Scalar buffer[lanes * Classes];
        const auto q =
            load_weighted_columns<Classes>(target.distributions(index, lanes, buffer), weights, all);
        auto e = load_weighted_columns<Classes>(z, weights, all);
        const Vector most = largest_column(e);
        Terms terms;
        for (std::size_t c = 0; c < Classes; ++c)
            terms.add(q[c], e[c] - most);
        const Vector sum = replace_by_exponentials<Scalar>(e, most);
        if constexpr (WithGradient) {
            const Vector factor = scales * terms.mass / sum;
            for (std::size_t c = 0; c < Classes; ++c)
                e[c] = e[c] * factor - q[c] * scales;
            kernels::store_rows_transposed<Classes>(e, gradient);
        }
        return kernels::log(sum) * terms.mass + (terms.entropy - terms.weighted);
    }

  private:
    template <bool WithGradient>
    Scalar long_row(std::size_t index, const Scalar* z, Scalar scale, Scalar* gradient) const noexcept {
        Scalar buffer[Classes];
        const Scalar* const q = target.distributions(index, 1, buffer);
        const Vector most = kernels::broadcast(kernels::largest<Classes>(z));
        const auto sum_of = [&](std::size_t begin, std::size_t end) noexcept {
            Terms some;
            kernels::for_each_vector<Scalar>(
                end, [&](std::size_t, auto load, auto) noexcept { some.add(load(q), load(z) - most); },
                begin);
            return some;
        };
        const Terms terms = sum_of_blocks<Scalar>(Classes, sum_of);
        const Scalar sum = kernels::exponentials<Classes, WithGradient>(z, most, gradient);
        const Scalar all = kernels::reduce_add<Scalar>(terms.mass);
        if constexpr (WithGradient) {
            const Vector factor = kernels::broadcast(scale * all / sum), shares = kernels::broadcast(scale);
            kernels::map(
                Classes, gradient,
                [&](const Vector& e, const Vector& share) { return e * factor - share * shares; }, gradient,
                q);
        }
        return kernels::first_lane<Scalar>(kernels::log(kernels::broadcast(sum))) * all +
               kernels::reduce_add<Scalar>(terms.entropy - terms.weighted);
    }
};

/// The rows of a batch, their targets being LabelTargets or DistributionTargets of as many classes.
template <Shape Output, bool WithGradient, class Scalar, class Targets>
LossSum<Scalar> crossentropy(const Targets& targets, Reduction reduction, const Scalar* outputs,
                             const Scalar* sample_weights, Scalar* gradient, std::size_t samples) noexcept {
    constexpr std::size_t classes = class_count(Output), positions = position_count(Output);
    constexpr std::size_t lanes = kernels::width<Scalar>;
    const std::size_t rows = samples * positions;
    // A row with a factor of 0 does not count, whatever its sample's weight is.
    const auto weighted = [&](std::size_t row, Scalar factor) {
        return sample_weights == nullptr || factor == Scalar(0) ? factor
                                                                : factor * sample_weights[row / positions];
    };
    const auto weight_of = [&](std::size_t row) { return weighted(row, targets.factor(row)); };
    LossSum<Scalar> sum;
    sum.weight = static_cast<Scalar>(rows);
    if (sample_weights != nullptr || targets.weighs_rows()) {
        LongSum<Scalar> weights;
        for (std::size_t row = 0; row < rows; ++row)
            weights.add(weighted(row, targets.row_weight(row)));
        sum.weight = weights.total();
    }
    const Scalar divisor = divisor_of(reduction, sum.weight);
    const auto gradient_of = [&](std::size_t row) {
        return WithGradient ? gradient + row * classes : nullptr;
    };

    std::size_t row = 0;
    // Longer rows spend little on what is done once a row, and as columns would not stay in the first cache.
    if constexpr (lanes > 1 && classes <= 8 * lanes) {
        const std::size_t whole = rows / lanes * lanes;
        const auto sum_of = [&](std::size_t begin, std::size_t end) noexcept {
            kernels::Vector<Scalar> total(Scalar(0));
            for (row = begin; row < end; row += lanes) {
                kernels::Vector<Scalar> counts(Scalar(1));
                bool all = true;
                if (sample_weights != nullptr || !targets.count_plainly(row)) {
                    Scalar each[lanes];
                    for (std::size_t r = 0; r < lanes; ++r) {
                        each[r] = weight_of(row + r);
                        all = all && each[r] != Scalar(0);
                    }
                    counts = kernels::load(each);
                }
                total = total + counts * targets.template rows<WithGradient>(
                                             row, outputs + row * classes, counts,
                                             counts / kernels::broadcast(divisor), all, gradient_of(row));
            }
            return total;
        };
        sum.total = kernels::reduce_add<Scalar>(sum_of_blocks<Scalar>(whole, sum_of));
    }
    sum.total += targets.template long_rows<WithGradient>(row, rows - row, outputs + row * classes, weight_of,
                                                          divisor, gradient_of(row));
    return sum;
}

} // namespace burin::losses::detail
