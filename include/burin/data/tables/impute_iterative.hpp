#pragma once

#include "burin/data/moments.hpp"
#include "burin/data/tables/linear_regression.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace burin::data {

/// A missing value becomes what a linear regression on the other columns predicts: at first all missing ones
/// are means, then each column in turn is predicted anew from the others, the one with the fewest missing
/// values first, for Rounds rounds or until nothing changes by more than a thousandth of the largest value.
///
///     using Preparation = data::Pipeline<Input<4>, data::ImputeIterative<>>;
///
/// As scikit-learn's IterativeImputer: with `Ridge::bayesian` its default, with `Ridge::none` that of
/// LinearRegression. Every regression is kept, Rounds · columns² numbers, and `apply` runs the same chain.
/// `fit` refuses infinite values and columns that have none but missing ones. van Buuren and
/// Groothuis-Oudshoorn, "mice", J. Statistical Software 45 (2011).
template <std::size_t Rounds = 10, Ridge How = Ridge::bayesian>
struct ImputeIterative {
    static constexpr Text<64> name() {
        return Text<64>("ImputeIterative<").append(Rounds).append(How == Ridge::none ? ", none>" : ">");
    }
    static constexpr Sentence problem(Shape input) {
        if (Rounds == 0)
            return "expected at least 1 round, got 0";
        return input.size() < 2 ? Sentence("expected at least 2 columns, got ").append(input.size())
                                : Sentence();
    }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr std::size_t width = In.size();
        std::array<Scalar, width> mean{};
        /// For each round and column the coefficients of all columns, and at its own place what is added.
        std::array<Scalar, Rounds * width * width> coefficient{};
        std::array<std::uint32_t, width> order{}; ///< Of the columns.
        std::array<std::uint32_t, 1> rounds{};

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept {
            const Sentence places = detail::count_problem(order, 0, width - 1);
            return places.empty() ? detail::count_problem(rounds, 0, Rounds) : places;
        }

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t c = 0; c < width; ++c)
                out[c] = in[c] != in[c] ? mean[c] : in[c];
            for (std::size_t round = 0; round < rounds[0]; ++round)
                for (const std::uint32_t c : order)
                    if (in[c] != in[c]) {
                        const Scalar* const factors = &coefficient[(round * width + c) * width];
                        Scalar sum = factors[c];
                        for (std::size_t other = 0; other < width; ++other)
                            if (other != c)
                                sum += factors[other] * out[other];
                        out[c] = sum;
                    }
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.mean)::value_type;
        constexpr std::size_t width = F::width;
        const std::size_t count = samples.size();
        std::array<std::size_t, width> missing{};
        double largest = 0;
        auto filled = samples.column(0); // One sample after the other.
        filled.resize(count * width);
        for (std::size_t c = 0; c < width; ++c) {
            const auto values = detail::present_values(samples, c);
            const double mean = moments_of(values).mean();
            missing[c] = count - values.size();
            fitted.mean[c] = detail::as_constant<Scalar>(samples, c, mean);
            for (const double value : values)
                largest = std::max(largest, std::abs(value));
            for (std::size_t i = 0; i < count; ++i)
                filled[i * width + c] = detail::is_missing(samples(i, c)) ? mean : samples(i, c);
        }
        for (std::size_t c = 0; c < width; ++c)
            fitted.order[c] = static_cast<std::uint32_t>(c);
        std::sort(fitted.order.begin(), fitted.order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return missing[a] != missing[b] ? missing[a] < missing[b] : a < b;
        });
        fitted.rounds[0] = 0;
        for (std::size_t round = 0; round < Rounds; ++round) {
            auto before = filled;
            for (const std::size_t c : fitted.order) {
                const auto learnt = regression<width>(samples, filled, c);
                for (std::size_t i = 0; i < width; ++i)
                    fitted.coefficient[(round * width + c) * width + i] =
                        detail::as_constant<Scalar>(samples, c, learnt[i]);
                for (std::size_t i = 0; i < count; ++i)
                    if (detail::is_missing(samples(i, c)))
                        filled[i * width + c] = predicted<width>(learnt, &filled[i * width], c);
            }
            fitted.rounds[0] = static_cast<std::uint32_t>(round + 1);
            double change = 0; // The largest sum over a sample.
            for (std::size_t i = 0; i < count; ++i) {
                double sum = 0;
                for (std::size_t c = 0; c < width; ++c)
                    sum += std::abs(filled[i * width + c] - before[i * width + c]);
                change = std::max(change, sum);
            }
            if (change < 1e-3 * largest)
                return;
        }
    }

  private:
    template <std::size_t Width>
    static double predicted(const std::array<double, Width>& learnt, const double* sample, std::size_t c) {
        double sum = learnt[c];
        for (std::size_t other = 0; other < Width; ++other)
            sum += other == c ? 0 : learnt[other] * sample[other];
        return sum;
    }

    /// Of column c on the others, of the samples that have it.
    template <std::size_t Width, class Samples, class Values>
    static std::array<double, Width> regression(const Samples& samples, const Values& filled, std::size_t c) {
        constexpr std::size_t others = Width - 1;
        std::array<double, Width> means{}, centred{}, learnt{};
        std::array<double, others> moment{}, coefficients{};
        // Too large for the stack where there are many columns.
        Values gram(others * others), scratch((others + 3) * others);
        std::size_t count = 0;
        const auto each = [&](auto visit) {
            for (std::size_t i = 0; i < samples.size(); ++i)
                if (!detail::is_missing(samples(i, c)))
                    visit(&filled[i * Width]);
        };
        each([&](const double* sample) {
            ++count;
            for (std::size_t k = 0; k < Width; ++k)
                means[k] += sample[k];
        });
        for (double& mean : means)
            mean /= static_cast<double>(count);
        double square = 0;
        each([&](const double* sample) {
            // The column itself last.
            for (std::size_t k = 0; k < Width; ++k)
                centred[k < c ? k : k == c ? others : k - 1] = sample[k] - means[k];
            for (std::size_t i = 0; i < others; ++i) {
                for (std::size_t j = 0; j < others; ++j)
                    gram[i * others + j] += centred[i] * centred[j];
                moment[i] += centred[i] * centred[others];
            }
            square += centred[others] * centred[others];
        });
        linear_coefficients(gram, moment, square, count, How, coefficients, scratch);
        learnt[c] = means[c];
        for (std::size_t k = 0; k < Width; ++k)
            if (k != c) {
                learnt[k] = coefficients[k < c ? k : k - 1];
                learnt[c] -= learnt[k] * means[k];
            }
        return learnt;
    }
};

} // namespace burin::data
