#pragma once

#include "burin/core/number.hpp"
#include "burin/data/moments.hpp"
#include "burin/data/order_statistics.hpp"
#include "burin/data/scale_problem.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

// Values beyond limits become the limit. Missing values, NaN, stay missing and are left out when learning;
// infinite ones are refused by `fit`, and become a limit when applied.

namespace burin::data {

namespace detail {

struct Limits {
    double low = 0;
    double high = 0;
};

/// What clips by learnt limits shares: `learn(values)` gives them, from a column's values in rising order.
template <class Clip>
struct ClipColumns {
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, In.size()> low{}, high{};

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept {
            return first_problem(finite_problem(low), finite_problem(high));
        }
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            for (std::size_t c = 0; c < In.size(); ++c)
                out[c] = in[c] < low[c] ? low[c] : in[c] > high[c] ? high[c] : in[c];
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.low)::value_type;
        for (std::size_t c = 0; c < fitted.low.size(); ++c) {
            const Limits limits = Clip::learn(sorted_values(samples, c));
            fitted.low[c] = as_constant<Scalar>(samples, c, limits.low);
            fitted.high[c] = as_constant<Scalar>(samples, c, limits.high);
        }
    }
};

} // namespace detail

/// To mean ± Deviations standard deviations (of the population) of the training samples: `ClipZScore<>` to
/// ± 3.
template <core::Number auto Deviations = 3>
struct ClipZScore : detail::ClipColumns<ClipZScore<Deviations>> {
    static constexpr Text<64> name() {
        return Text<64>("ClipZScore<").append(detail::option_text(double(Deviations)).view()).append(">");
    }
    static constexpr Sentence problem(Shape) {
        return double(Deviations) > 0 ? "" : "expected a number of deviations above 0";
    }

    template <class Values>
    static detail::Limits learn(const Values& sorted) {
        const Moments moments = moments_of(sorted);
        const double far = double(Deviations) * moments.deviation();
        return {moments.mean() - far, moments.mean() + far};
    }
};

/// To what is at most Factor times the distance between the quartiles away from them (Tukey's fences).
///
///     using Preparation = data::Pipeline<Input<4>, data::ClipIQR<>, data::StandardScaler>;
template <core::Number auto Factor = 1.5>
struct ClipIQR : detail::ClipColumns<ClipIQR<Factor>> {
    static constexpr Text<64> name() {
        return Text<64>("ClipIQR<").append(detail::option_text(double(Factor)).view()).append(">");
    }
    static constexpr Sentence problem(Shape) {
        return double(Factor) >= 0 ? "" : "expected a factor of at least 0";
    }

    template <class Values>
    static detail::Limits learn(const Values& sorted) {
        const double low = quantile(sorted, 0.25), high = quantile(sorted, 0.75);
        const double far = double(Factor) * (high - low);
        return {low - far, high + far};
    }
};

/// To two quantiles of the training samples, as shares: `Winsorize<0.05, 0.95>`.
template <core::Number auto Low = 0.05, core::Number auto High = 0.95>
struct Winsorize : detail::ClipColumns<Winsorize<Low, High>> {
    static constexpr Text<64> name() {
        return Text<64>("Winsorize<")
            .append(detail::option_text(double(Low)).view())
            .append(", ")
            .append(detail::option_text(double(High)).view())
            .append(">");
    }
    static constexpr Sentence problem(Shape) {
        return 0 <= double(Low) && double(Low) <= double(High) && double(High) <= 1
                   ? ""
                   : "expected shares from 0 to 1, the lower one first";
    }

    template <class Values>
    static detail::Limits learn(const Values& sorted) {
        return {quantile(sorted, double(Low)), quantile(sorted, double(High))};
    }
};

/// To a range that is given, for every column: `ClipRange<0, 120>`.
template <core::Number auto Low, core::Number auto High>
struct ClipRange {
    static constexpr Text<64> name() {
        return Text<64>("ClipRange<")
            .append(detail::option_text(double(Low)).view())
            .append(", ")
            .append(detail::option_text(double(High)).view())
            .append(">");
    }
    static constexpr Sentence problem(Shape) {
        return double(Low) <= double(High) ? "" : "expected a range whose lower end comes first";
    }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            constexpr auto low = static_cast<Scalar>(Low), high = static_cast<Scalar>(High);
            for (std::size_t c = 0; c < In.size(); ++c)
                out[c] = in[c] < low ? low : in[c] > high ? high : in[c];
        }
    };
};

} // namespace burin::data
