#pragma once

#include "burin/core/assert.hpp"
#include "burin/core/label.hpp"
#include "burin/kernels/columns.hpp"
#include "burin/kernels/softmax.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/loss.hpp"

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
        sentence.append("expected logits of at least 2 classes, got `").append(output).append("`");
    return sentence;
}

/// Whether a label is a class. Where it must be one it is the caller's mistake if not: the loss of its
/// position is then no number, and nor is its gradient.
template <std::size_t Classes>
constexpr bool is_class(Label label) noexcept {
    BURIN_ASSERT(label < Classes, "loss: expected labels below the number of classes");
    return label < Classes;
}

/// 1 where no weights are given; no number for a class that was left out.
constexpr double class_weight(std::span<const double> weights, std::size_t label) noexcept {
    if (weights.empty())
        return 1;
    BURIN_ASSERT(label < weights.size(), "loss: expected a weight for each class");
    return label < weights.size() ? weights[label] : std::numeric_limits<double>::quiet_NaN();
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

/// How a row is judged by a label: w · (log Σ_k e^z_k − z_label), with gradient  w · (softmax(z) − [k =
/// label]) times the row's share in the mean. w is the label's class weight, 0 if the label is ignored, and no
/// number if it is no class.
template <std::size_t Classes, class Scalar>
struct LabelTargets {
    using Vector = kernels::Vector<Scalar>;
    static constexpr std::size_t lanes = kernels::width<Scalar>;

    const Label* labels;
    std::span<const double> class_weights;
    Label ignore_index;

    bool weighs_rows() const noexcept { return !class_weights.empty() || ignore_index != no_label; }
    bool ignores(std::size_t row) const noexcept {
        return ignore_index != no_label && labels[row] == ignore_index;
    }
    /// A class, even where the label is none.
    Label label(std::size_t row) const noexcept { return labels[row] < Classes ? labels[row] : Label(0); }
    Scalar row_weight(std::size_t row) const noexcept {
        if (ignores(row))
            return 0;
        return is_class<Classes>(labels[row]) ? static_cast<Scalar>(class_weight(class_weights, labels[row]))
                                              : std::numeric_limits<Scalar>::quiet_NaN();
    }

    /// The sum of the losses of some rows, which count as much as `weight_of(row)` says, and their gradients,
    /// divided by the divisor.
    template <bool WithGradient, class Weight>
    Scalar long_rows(std::size_t first, std::size_t count, const Scalar* z, Weight weight_of, Scalar divisor,
                     Scalar* gradient) const noexcept {
        Scalar total = 0, at_label = 0;
        const auto weight = [&](std::size_t row) { return weight_of(first + row) * row_weight(first + row); };
        const auto begin = [&](std::size_t row, const auto& shift) {
            at_label = shift.subtracted_from(z[row * Classes + label(first + row)]);
        };
        const auto add = [&](std::size_t row, Scalar sum) {
            const Scalar log_sum = kernels::first_lane<Scalar>(kernels::log(kernels::broadcast(sum)));
            total += weight(row) * (log_sum - at_label);
            return weight(row) / divisor / sum;
        };
        if constexpr (WithGradient) {
            kernels::scaled_exponentials<Classes>(z, gradient, count, begin, add);
            for (std::size_t row = 0; row < count; ++row)
                gradient[row * Classes + label(first + row)] -= weight(row) / divisor;
        } else {
            for (std::size_t row = 0; row < count; ++row) {
                const Scalar* const x = z + row * Classes;
                const Scalar most = kernels::largest<Classes>(x);
                at_label = x[label(first + row)] - most;
                add(row, kernels::exponentials<Classes, false>(x, kernels::broadcast(most), gradient));
            }
        }
        return total;
    }

    /// As many rows as a vector has lanes, side by side. Returns their losses.
    template <bool WithGradient>
    Vector rows(std::size_t index, const Scalar* z, const Vector& scales, Scalar* gradient) const noexcept {
        Scalar labelled[lanes], weights[lanes];
        for (std::size_t r = 0; r < lanes; ++r) {
            labelled[r] = z[r * Classes + label(index + r)];
            weights[r] = row_weight(index + r);
        }
        auto e = kernels::load_columns<Classes>(z);
        const Vector most = largest_column(e);
        const Vector sum = replace_by_exponentials<Scalar>(e, most);
        const Vector weight = kernels::load(weights);
        if constexpr (WithGradient) {
            const Vector scale = weight * scales, factor = scale / sum;
            for (Vector& each : e)
                each = each * factor;
            kernels::store_columns<Classes>(e, gradient);
            Scalar lane[lanes];
            kernels::store(lane, scale);
            for (std::size_t r = 0; r < lanes; ++r)
                gradient[r * Classes + label(index + r)] -= lane[r];
        }
        return weight * (kernels::log(sum) - (kernels::load(labelled) - most));
    }
};

/// How a row is judged by a distribution q that need not sum to 1:  Σ_c q_c · (log Σ_k e^z_k − z_c),
/// with gradient  softmax(z) · Σ q − q. `target.distributions(row, count, buffer)` gives the place of
/// the q of some rows, which it may write to the buffer; Target::with_entropy says whether Σ_c q_c · log q_c
/// is added to the loss.
template <std::size_t Classes, class Scalar, class Target>
struct DistributionTargets {
    using Vector = kernels::Vector<Scalar>;
    static constexpr std::size_t lanes = kernels::width<Scalar>;

    Target target;

    bool weighs_rows() const noexcept { return target.weighs_rows(); }
    Scalar row_weight(std::size_t row) const noexcept { return target.row_weight(row); }

    template <bool WithGradient, class Weight>
    Scalar long_rows(std::size_t first, std::size_t count, const Scalar* z, Weight weight_of, Scalar divisor,
                     Scalar* gradient) const noexcept {
        Scalar total = 0;
        for (std::size_t row = 0; row < count; ++row) {
            const Scalar weight = weight_of(first + row);
            Scalar* const own = WithGradient ? gradient + row * Classes : nullptr;
            total += weight * long_row<WithGradient>(first + row, z + row * Classes, weight / divisor, own);
        }
        return total;
    }

    template <bool WithGradient>
    Vector rows(std::size_t index, const Scalar* z, const Vector& scales, Scalar* gradient) const noexcept {
        Scalar buffer[lanes * Classes];
        const auto q = kernels::load_columns<Classes>(target.distributions(index, lanes, buffer));
        auto e = kernels::load_columns<Classes>(z);
        const Vector most = largest_column(e);
        Vector weighted(Scalar(0)), mass(Scalar(0)), entropy(Scalar(0));
        for (std::size_t c = 0; c < Classes; ++c)
            add(q[c], e[c] - most, weighted, mass, entropy);
        const Vector sum = replace_by_exponentials<Scalar>(e, most);
        if constexpr (WithGradient) {
            const Vector factor = scales * mass / sum;
            for (std::size_t c = 0; c < Classes; ++c)
                e[c] = e[c] * factor - q[c] * scales;
            kernels::store_columns<Classes>(e, gradient);
        }
        return kernels::log(sum) * mass + (entropy - weighted);
    }

  private:
    template <bool WithGradient>
    Scalar long_row(std::size_t index, const Scalar* z, Scalar scale, Scalar* gradient) const noexcept {
        Scalar buffer[Classes];
        const Scalar* const q = target.distributions(index, 1, buffer);
        const Vector most = kernels::broadcast(kernels::largest<Classes>(z));
        Vector weighted(Scalar(0)), mass(Scalar(0)), entropy(Scalar(0));
        kernels::for_each_vector<Scalar>(Classes, [&](std::size_t, auto load, auto) noexcept {
            add(load(q), load(z) - most, weighted, mass, entropy);
        });
        const Scalar sum = kernels::exponentials<Classes, WithGradient>(z, most, gradient);
        const Scalar all = kernels::reduce_add<Scalar>(mass);
        if constexpr (WithGradient) {
            const Vector factor = kernels::broadcast(scale * all / sum), shares = kernels::broadcast(scale);
            kernels::map(
                Classes, gradient,
                [&](const Vector& e, const Vector& share) { return e * factor - share * shares; }, gradient,
                q);
        }
        return kernels::first_lane<Scalar>(kernels::log(kernels::broadcast(sum))) * all +
               kernels::reduce_add<Scalar>(entropy - weighted);
    }

    static void add(const Vector& share, const Vector& shifted, Vector& weighted, Vector& mass,
                    Vector& entropy) noexcept {
        // 0 · −∞ is no number, and q is 0 where a logit may be that small.
        const Vector zero(Scalar(0));
        weighted = weighted + kernels::select(share > zero, share * shifted, zero);
        mass = mass + share;
        if constexpr (Target::with_entropy)
            entropy = entropy + kernels::select(share > zero, share * kernels::log(share), zero);
    }
};

/// The rows of a batch, their targets being LabelTargets or DistributionTargets of as many classes.
template <Shape Output, bool WithGradient, class Scalar, class Targets>
LossSum<Scalar> crossentropy(const Targets& targets, Reduction reduction, const Scalar* outputs,
                             const Scalar* sample_weights, Scalar* gradient, std::size_t samples) noexcept {
    constexpr std::size_t classes = class_count(Output), positions = position_count(Output);
    constexpr std::size_t lanes = kernels::width<Scalar>;
    const std::size_t rows = samples * positions;
    const auto sample_weight = [&](std::size_t row) {
        return sample_weights == nullptr ? Scalar(1) : sample_weights[row / positions];
    };
    LossSum<Scalar> sum;
    sum.weight = static_cast<Scalar>(rows);
    if (sample_weights != nullptr || targets.weighs_rows()) {
        sum.weight = 0;
        for (std::size_t row = 0; row < rows; ++row)
            sum.weight += sample_weight(row) * targets.row_weight(row);
    }
    const Scalar divisor = reduction == Reduction::mean && sum.weight > Scalar(0) ? sum.weight : Scalar(1);
    const auto gradient_of = [&](std::size_t row) {
        return WithGradient ? gradient + row * classes : nullptr;
    };

    std::size_t row = 0;
    // Longer rows spend little on what is done once a row, and as columns would not stay in the first cache.
    if constexpr (lanes > 1 && classes <= 8 * lanes) {
        kernels::Vector<Scalar> total(Scalar(0));
        for (; row + lanes <= rows; row += lanes) {
            Scalar weights[lanes];
            for (std::size_t r = 0; r < lanes; ++r)
                weights[r] = sample_weight(row + r);
            const auto weight = kernels::load(weights);
            total = total + weight * targets.template rows<WithGradient>(row, outputs + row * classes,
                                                                         weight / kernels::broadcast(divisor),
                                                                         gradient_of(row));
        }
        sum.total = kernels::reduce_add<Scalar>(total);
    }
    sum.total += targets.template long_rows<WithGradient>(row, rows - row, outputs + row * classes,
                                                          sample_weight, divisor, gradient_of(row));
    return sum;
}

} // namespace burin::losses::detail
