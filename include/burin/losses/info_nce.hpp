#pragma once

#include "burin/kernels/functions.hpp"
#include "burin/kernels/simd.hpp"
#include "burin/kernels/sweep.hpp"
#include "burin/losses/long_sum.hpp"
#include "burin/losses/loss.hpp"
#include "burin/losses/vectors.hpp"
#include "burin/losses/vectors_in_output.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace burin::losses {

/// −log (e^s_ii / Σ_j e^s_ij) with s_ij = cos(q_i, k_j) / temperature, averaged over the samples: each query
/// q should find its own key k among those of the other samples, which are its negatives. With `symmetric`
/// also each key its query, half and half, as in CLIP. Van den Oord et al., "Representation learning with
/// contrastive predictive coding", arXiv:1807.03748. Needs no target.
///
/// The output is `[2, n]` or `[2 · n]`: query and key. The samples of a batch are taken in groups of `Group`,
/// in their order, the last of which may be smaller, and negatives come from the same group: give it the
/// batch size, so that the whole batch is one, as `InfoNCE<64>` for `batch<64>`. `evaluate` takes groups of
/// the same size. A sample of weight 0 is no negative of others either. The sums need room for Group² +
/// 2 · Group · n numbers on the stack.
template <std::size_t Group = 32>
struct InfoNCE {
    double temperature = 0.07;
    bool symmetric = false;
    Reduction reduction = Reduction::mean;

    static_assert(Group > 1,
                  "InfoNCE wants groups of at least 2 samples, whose keys are each other's negatives");

    static constexpr std::size_t group = Group; ///< `evaluate` takes whole groups.
    static constexpr Answer answer = Answer::other;
    static constexpr std::size_t target_size(const Shape&) { return 0; }
    static constexpr Sentence reject(const Shape& output) {
        return detail::reject_unless_vectors(output, 2, "query and key");
    }

    constexpr Sentence reject_options(const Shape&) const {
        return detail::unless(temperature > 0, "temperature", "more than 0", temperature);
    }

    template <Shape Output, bool WithGradient, class Scalar>
    LossSum<Scalar> compute(const Scalar* outputs, const Scalar*, const Scalar* sample_weights,
                            Scalar* gradient, std::size_t rows) const noexcept {
        LossSum<Scalar> sum;
        sum.weight = detail::sum_of_weights(sample_weights, rows);
        const Scalar divisor = detail::divisor_of(reduction, sum.weight);
        detail::LongSum<Scalar> total;
        for (std::size_t first = 0; first < rows; first += Group) {
            const std::size_t count = std::min(Group, rows - first);
            Members<Output.size() / 2, Scalar> members(
                outputs + first * Output.size(), sample_weights ? sample_weights + first : nullptr, count);
            total.add(members.losses(static_cast<Scalar>(temperature), symmetric));
            if constexpr (WithGradient)
                members.write_gradient(static_cast<Scalar>(temperature), symmetric, divisor,
                                       gradient + first * Output.size(), count);
        }
        sum.total = total.total();
        return sum;
    }

  private:
    /// The samples of a group that count.
    template <std::size_t Size, class Scalar>
    struct Members {
        using Vector = kernels::Vector<Scalar>;

        std::size_t count = 0;
        std::size_t places[Group];
        Scalar weights[Group];
        Scalar queries[Group][Size], keys[Group][Size]; ///< As unit vectors.
        Scalar of_query[Group], of_key[Group];          ///< What made them so; negative if they are none.
        Scalar similarities[Group][Group];
        Scalar log_rows[Group], log_columns[Group]; ///< log Σ_j e^s_ij and log Σ_i e^s_ij.

        Members(const Scalar* outputs, const Scalar* sample_weights, std::size_t samples) noexcept {
            for (std::size_t i = 0; i < samples; ++i) {
                const Scalar weight = sample_weights == nullptr ? Scalar(1) : sample_weights[i];
                if (weight == Scalar(0))
                    continue;
                weights[count] = weight;
                places[count] = i;
                of_query[count] = copy(outputs + 2 * i * Size, queries[count]);
                of_key[count] = copy(outputs + (2 * i + 1) * Size, keys[count]);
                ++count;
            }
        }

        Scalar losses(Scalar tau, bool both_ways) noexcept {
            for (std::size_t i = 0; i < count; ++i)
                for (std::size_t j = 0; j < count; ++j)
                    similarities[i][j] = detail::dot<Size>(queries[i], keys[j]) / tau;
            for (std::size_t i = 0; i < count; ++i)
                log_rows[i] = log_sum(similarities[i]);
            if (both_ways)
                sum_columns();
            detail::LongSum<Scalar> total;
            for (std::size_t i = 0; i < count; ++i) {
                const Scalar other = both_ways ? log_columns[i] : log_rows[i];
                total.add(weights[i] * (Scalar(0.5) * (log_rows[i] + other) - similarities[i][i]));
            }
            return total.total();
        }

        void write_gradient(Scalar tau, bool both_ways, Scalar divisor, Scalar* gradient,
                            std::size_t samples) noexcept {
            // The similarities become the derivatives by them.
            const Vector half(Scalar(both_ways ? 0.5 : 1)), unit(Scalar(1) / tau);
            for (std::size_t i = 0; i < count; ++i) {
                const Vector own(weights[i] / divisor), log_row(log_rows[i]);
                kernels::for_each_vector<Scalar>(count, [&](std::size_t, auto load, auto store) {
                    const Vector s = load(similarities[i]);
                    Vector slope = own * kernels::exp(s - log_row);
                    if (both_ways)
                        slope = slope + load(weights) / Vector(divisor) * kernels::exp(s - load(log_columns));
                    store(similarities[i], slope * half * unit);
                });
                similarities[i][i] -= weights[i] / divisor / tau;
            }
            std::fill_n(gradient, 2 * samples * Size, Scalar(0));
            for (std::size_t i = 0; i < count; ++i) {
                Scalar* const of_i = gradient + 2 * places[i] * Size;
                for (std::size_t j = 0; j < count; ++j) {
                    add_product(of_i, similarities[i][j], keys[j]);
                    add_product(of_i + Size, similarities[j][i], queries[j]);
                }
                through_unit(of_i, queries[i], of_query[i]);
                through_unit(of_i + Size, keys[i], of_key[i]);
            }
        }

      private:
        static Scalar copy(const Scalar* from, Scalar* to) noexcept {
            const detail::UnitScale<Scalar> scale(detail::norm<Size>(from), Scalar(1e-12));
            kernels::map<Scalar>(Size, to, [&](const Vector& v) { return v * Vector(scale.factor); }, from);
            return scale.is_unit ? scale.factor : -scale.factor;
        }
        static void add_product(Scalar* to, Scalar factor, const Scalar* from) noexcept {
            kernels::map<Scalar>(
                Size, to,
                [&](const Vector& a, const Vector& b) { return kernels::fma(Vector(factor), b, a); },
                static_cast<const Scalar*>(to), from);
        }
        /// From the gradient of a unit vector that of what it was made of.
        static void through_unit(Scalar* gradient, const Scalar* unit, Scalar scale) noexcept {
            const bool is_unit = !(scale < Scalar(0));
            const Vector along(is_unit ? detail::dot<Size>(gradient, unit) : Scalar(0));
            const Vector factor(is_unit ? scale : -scale);
            kernels::map<Scalar>(
                Size, gradient, [&](const Vector& g, const Vector& u) { return (g - along * u) * factor; },
                static_cast<const Scalar*>(gradient), unit);
        }
        Scalar log_sum(const Scalar* values) const noexcept {
            const Vector least(-std::numeric_limits<Scalar>::infinity());
            Vector most = least, sum(Scalar(0));
            kernels::for_each_vector<Scalar>(count, [&](std::size_t lanes, auto load, auto) {
                most = kernels::max_or_nan(kernels::first_lanes<Scalar>(lanes, load(values), least), most);
            });
            const Vector shift(kernels::reduce_max<Scalar>(most));
            kernels::for_each_vector<Scalar>(count, [&](std::size_t lanes, auto load, auto) {
                sum = sum + kernels::keep_first<Scalar>(kernels::exp(load(values) - shift), lanes);
            });
            const Vector all(kernels::reduce_add<Scalar>(sum));
            return kernels::first_lane<Scalar>(shift + kernels::log(all));
        }
        void sum_columns() noexcept {
            kernels::for_each_vector<Scalar>(count, [&](std::size_t, auto load, auto store) {
                Vector most = load(similarities[0]), sum(Scalar(0));
                for (std::size_t i = 1; i < count; ++i)
                    most = kernels::max_or_nan(load(similarities[i]), most);
                for (std::size_t i = 0; i < count; ++i)
                    sum = sum + kernels::exp(load(similarities[i]) - most);
                store(log_columns, most + kernels::log(sum));
            });
        }
    };
};

} // namespace burin::losses
