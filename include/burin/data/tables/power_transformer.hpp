#pragma once

#include "burin/data/moments.hpp"
#include "burin/data/scale_problem.hpp"
#include "burin/data/tables/normal_quantile.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

namespace burin::data {

/// Which power `PowerTransformer` takes: Box and Cox's, of numbers above 0, or Yeo and Johnson's, of any.
enum class Power { yeo_johnson, box_cox };

/// What `PowerTransformer` may be told besides.
struct PowerOptions {
    bool standardize = true; ///< Whether mean 0 and variance 1 follow.
};

namespace detail {

/// (eˡᵗ − 1) / l, and t for l = 0.
template <class Scalar>
Scalar power_of_log(Scalar t, Scalar l) noexcept {
    return l > -std::numeric_limits<Scalar>::epsilon() && l < std::numeric_limits<Scalar>::epsilon()
               ? t
               : expm1_of(l * t) / l;
}

/// The transformed value. NaN, and for Box and Cox what is not above 0, is NaN. The power 1 is exact.
template <Power Which, class Scalar>
Scalar power_transformed(Scalar x, Scalar lambda) noexcept {
    if (lambda == 1 && Which == Power::yeo_johnson)
        return x;
    if constexpr (Which == Power::box_cox)
        return !(x > 0)      ? std::numeric_limits<Scalar>::quiet_NaN()
               : lambda == 1 ? x - 1
                             : power_of_log(log_of(x), lambda);
    else if (x != x)
        return x;
    else
        return x >= 0 ? power_of_log(log1p_of(x), lambda) : -power_of_log(log1p_of(-x), 2 - lambda);
}

/// Where a function of one variable is least between two ends: golden section and parabolas. Brent,
/// "Algorithms for Minimization without Derivatives", chapter 5.
template <class Function>
double minimum_between(double low, double high, double tolerance, const Function& f) {
    constexpr double golden = 0.381966011250105151795;
    double x = low + golden * (high - low), w = x, v = x, fx = f(x), fw = fx, fv = fx, step = 0, before = 0;
    for (int round = 0; round < 500; ++round) {
        const double middle = 0.5 * (low + high), near = 1.4901161193847656e-8 * std::abs(x) + tolerance / 3;
        if (std::abs(x - middle) <= 2 * near - 0.5 * (high - low))
            break;
        bool parabola = false;
        if (std::abs(before) > near) {
            double r = (x - w) * (fx - fv), q = (x - v) * (fx - fw), p = (x - v) * q - (x - w) * r;
            q = 2 * (q - r);
            p = q > 0 ? -p : p;
            q = std::abs(q);
            r = before;
            before = step;
            if (std::abs(p) < std::abs(0.5 * q * r) && p > q * (low - x) && p < q * (high - x)) {
                step = p / q;
                parabola = true;
                if (const double u = x + step; u - low < 2 * near || high - u < 2 * near)
                    step = x < middle ? near : -near;
            }
        }
        if (!parabola) {
            before = x < middle ? high - x : low - x;
            step = golden * before;
        }
        const double u = x + (std::abs(step) >= near ? step : step > 0 ? near : -near), fu = f(u);
        if (fu <= fx) {
            (u < x ? high : low) = x;
            v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
        } else {
            (u < x ? low : high) = u;
            if (fu <= fw || w == x)
                v = w, fv = fw, w = u, fw = fu;
            else if (fu <= fv || v == x || v == w)
                v = u, fv = fu;
        }
    }
    return x;
}

} // namespace detail

/// Each column's values are raised to a power that makes them as normal as it can, and standardized:
///
///     Yeo-Johnson  ((x + 1)^λ − 1) / λ for x ≥ 0,   −((1 − x)^(2 − λ) − 1) / (2 − λ) for x < 0
///     Box-Cox      (x^λ − 1) / λ for x > 0
///
/// with logarithms where λ or 2 − λ is 0. λ is that of the largest likelihood of a normal distribution.
///
///     using Preparation = data::Pipeline<Input<4>, data::PowerTransformer<>>;
///     using Positive = data::Pipeline<Input<4>, data::PowerTransformer<data::Power::box_cox>>;
///
/// As scikit-learn's, but a λ of 10⁻⁸ more or less (where the likelihood is flat). Applied by the functions
/// of kernels/functions.hpp, log1p and expm1, to 3 units in the last place, and the same with and without
/// SIMD on processors with fused multiply-add. Missing values, NaN, stay missing; a column that never varies
/// keeps λ = 1 and becomes 0. `fit` refuses infinite values, columns of missing ones, for Box-Cox values that
/// are not above 0 (when applied such become missing), and columns of whose powers the scalar type is off by
/// more than a hundredth of their deviation: values that lie close together far from 0, such as years, have
/// powers that a float may not tell apart. Scale such a column before. Yeo and Johnson, Biometrika 87 (2000);
/// Box and Cox, Journal of the Royal Statistical Society B 26 (1964).
template <Power Which = Power::yeo_johnson, PowerOptions Options = PowerOptions{}>
struct PowerTransformer {
    static constexpr Text<64> name() {
        return Text<64>("PowerTransformer<")
            .append(Which == Power::box_cox ? "box_cox" : "yeo_johnson")
            .append(Options.standardize ? ">" : ", not standardized>");
    }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, In.size()> lambda{}, offset{}, divisor{};

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept {
            return detail::first_problem(detail::scale_problem(divisor), detail::finite_problem(lambda),
                                         detail::finite_problem(offset));
        }
        Scalar apply_to(std::size_t c, Scalar x) const noexcept {
            return (detail::power_transformed<Which>(x, lambda[c]) - offset[c]) / divisor[c];
        }
        void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t c = 0; c < In.size(); ++c)
                out[c] = apply_to(c, in[c]);
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.lambda)::value_type;
        for (std::size_t c = 0; c < fitted.lambda.size(); ++c) {
            auto values = detail::present_values(samples, c);
            const auto [least, largest] = std::minmax_element(values.begin(), values.end());
            if (Which == Power::box_cox && *least <= 0)
                detail::refuse_column(samples, c, "expected values above 0, got one that isn't");
            const bool varies = *least < *largest;
            const double lambda = varies ? best_lambda(values, *least, *largest) : 1;
            fitted.lambda[c] = detail::as_constant<Scalar>(samples, c, lambda);
            fitted.offset[c] = 0;
            fitted.divisor[c] = 1;
            auto transformed = values;
            for (double& value : transformed)
                value = detail::power_transformed<Which>(value, lambda);
            const Moments moments = moments_of(transformed);
            const double mean = moments.mean(), deviation = varies ? moments.deviation() : 1;
            if constexpr (Options.standardize) {
                fitted.offset[c] = varies ? detail::as_constant<Scalar>(samples, c, mean)
                                          : fitted.apply_to(c, static_cast<Scalar>(values.front()));
                fitted.divisor[c] = detail::as_constant<Scalar>(samples, c, deviation);
            }
            for (std::size_t i = 0; varies && i < values.size(); ++i) {
                const double got = static_cast<double>(fitted.apply_to(c, static_cast<Scalar>(values[i])));
                const double of_mean = Options.standardize ? got : (got - mean) / deviation;
                const double wanted = (transformed[i] - mean) / deviation;
                if (!(std::abs(of_mean - wanted) <= 0.01 * (1 + std::abs(wanted))))
                    detail::refuse_column(
                        samples, c,
                        "expected values whose powers the scalar type tells apart, got some "
                        "too close together or too large: scale the column before, or take "
                        "PipelineOf<double, …>");
            }
        }
    }

  private:
    /// Of the largest likelihood, n/2 · log variance of the transformed less (λ − 1) · the sum of ± log(1 +
    /// |x|).
    template <class Values>
    static double best_lambda(const Values& values, double least, double largest) {
        double logs = 0;
        for (const double value : values)
            logs += Which == Power::box_cox ? std::log(value)
                                            : (value < 0 ? -std::log1p(-value) : std::log1p(value));
        auto transformed = values;
        const auto loss = [&](double lambda) {
            for (std::size_t i = 0; i < values.size(); ++i)
                transformed[i] = detail::power_transformed<Which>(values[i], lambda);
            const double deviation = moments_of(transformed).deviation();
            const double likelihood =
                (lambda - 1) * logs - static_cast<double>(values.size()) * std::log(deviation);
            return likelihood - likelihood == 0 ? -likelihood : std::numeric_limits<double>::max();
        };
        // Where the variance of the transformed values is a finite number: within some e^336 of 1.
        const double size = Which == Power::box_cox
                                ? std::max(std::abs(std::log(least)), std::abs(std::log(largest)))
                                : std::log1p(std::max(std::abs(least), std::abs(largest)));
        const double reach = 336 / size;
        const bool negative = Which == Power::yeo_johnson && least < 0;
        const bool positive = Which == Power::box_cox || largest >= 0;
        const double low = std::min(0.9, negative ? 2 - reach : -reach);
        const double high = std::max(1.1, positive ? reach : 2 + reach);
        // The loss may be flat, or no number, near the ends: from a narrow range on, twice as wide while it
        // is least at one.
        for (double wide = 2;; wide *= 2) {
            const double from = std::max(low, 1 - wide), to = std::min(high, 1 + wide);
            const double lambda = detail::minimum_between(from, to, 1.48e-8, loss);
            const double margin = 0.01 * (to - from);
            const bool at_end = (lambda - from < margin && from > low) || (to - lambda < margin && to < high);
            if (!at_end)
                return lambda;
        }
    }
};

} // namespace burin::data
