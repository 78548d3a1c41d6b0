#pragma once

#include "burin/core/number.hpp"
#include "burin/data/moments.hpp"
#include "burin/data/order_statistics.hpp"
#include "burin/data/scale_problem.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string_view>

// Each column becomes (x − offset) / divisor + shift, where the shift is what comes after scaling and what
// the scalar type rounds off the offset. Missing values, NaN, stay missing, and are left out when learning.
// `fit` refuses infinite values, columns that have none but missing ones, and values and scales that the
// scalar type does not hold or does not tell apart. A column that never varies gets the divisor 1 (of
// MaxAbsScaler its magnitude, unless that is 0).

namespace burin::data {

namespace detail {

template <class Scalar, std::size_t Columns>
struct Scaling {
    std::array<Scalar, Columns> offset{}, divisor{}, shift{};

    /// What of constants from a file can't be.
    constexpr Sentence problem() const noexcept {
        return first_problem(scale_problem(divisor), finite_problem(offset), finite_problem(shift));
    }
    constexpr Scalar apply_to(std::size_t c, Scalar x) const noexcept {
        return (x - offset[c]) / divisor[c] + shift[c];
    }
    constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
        for (std::size_t c = 0; c < Columns; ++c)
            out[c] = apply_to(c, in[c]);
    }
    /// Back to the column's own scale.
    constexpr void undo(const Scalar* scaled, Scalar* values) const noexcept {
        for (std::size_t c = 0; c < Columns; ++c)
            values[c] = (scaled[c] - shift[c]) * divisor[c] + offset[c];
    }
};

struct OffsetAndDivisor {
    double offset = 0;
    double divisor = 1;
    double shift = 0;
};

/// What the scalers share: `learn(values)` gives the three, from a column's values in any order, which it may
/// change.
template <class Scaler>
struct ScaleColumns {
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    using Fitted = Scaling<Scalar, In.size()>;

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.offset)::value_type;
        for (std::size_t c = 0; c < fitted.offset.size(); ++c) {
            auto values = present_values(samples, c);
            const OffsetAndDivisor learnt = Scaler::learn(values);
            const double divisor = learnt.divisor > 0 ? learnt.divisor : 1;
            fitted.offset[c] = as_constant<Scalar>(samples, c, learnt.offset);
            fitted.divisor[c] = as_constant<Scalar>(samples, c, divisor);
            const double rounded_off = static_cast<double>(fitted.offset[c]) - learnt.offset;
            fitted.shift[c] = as_constant<Scalar>(samples, c, learnt.shift + rounded_off / divisor);
            if (fitted.divisor[c] == 0)
                refuse_column(samples, c,
                              "expected a scale within the range of the scalar type, got a smaller one");
            require_told_apart<Scalar>(samples, c, [&](Scalar x) { return fitted.apply_to(c, x); });
        }
    }
};

struct Range {
    double low = 0;
    double high = 0;
};

template <class Values>
Range range_of(const Values& values) {
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return {*low, *high};
}

} // namespace detail

/// (x − mean) / standard deviation (of the population): mean 0 and variance 1.
///
///     using Preparation = data::Pipeline<Input<4>, data::ImputeMedian, data::StandardScaler>;
///
/// As scikit-learn's, with one difference: a column is constant if all its values are the same, not if they
/// nearly are.
struct StandardScaler : detail::ScaleColumns<StandardScaler> {
    static constexpr Text<64> name() { return "StandardScaler"; }

    template <class Values>
    static detail::OffsetAndDivisor learn(const Values& values) {
        const Moments moments = moments_of(values);
        return {moments.mean(), moments.deviation(), 0};
    }
};

/// From the least and the largest value of a column to Low and High: `MinMaxScaler<>` is 0 to 1,
/// `MinMaxScaler<-1, 1>`. A column that never varies becomes Low. What is applied later may lie outside.
template <core::Number auto Low = 0, core::Number auto High = 1>
struct MinMaxScaler : detail::ScaleColumns<MinMaxScaler<Low, High>> {
    static constexpr Text<64> name() {
        return Text<64>("MinMaxScaler<")
            .append(detail::option_text(double(Low)).view())
            .append(", ")
            .append(detail::option_text(double(High)).view())
            .append(">");
    }
    static constexpr Sentence problem(Shape) {
        return double(Low) < double(High) ? "" : "expected a lower end below the upper end";
    }

    template <class Values>
    static detail::OffsetAndDivisor learn(const Values& values) {
        const detail::Range range = detail::range_of(values);
        const double divisor =
            range.high > range.low ? (range.high - range.low) / (double(High) - double(Low)) : 1;
        return {range.low, divisor, double(Low)};
    }
};

/// x / the largest magnitude of the column: zeros stay zeros. A column that never varies becomes ± 1 or 0.
struct MaxAbsScaler : detail::ScaleColumns<MaxAbsScaler> {
    static constexpr Text<64> name() { return "MaxAbsScaler"; }

    template <class Values>
    static detail::OffsetAndDivisor learn(const Values& values) {
        const detail::Range range = detail::range_of(values);
        return {0, std::max(std::abs(range.low), std::abs(range.high)), 0};
    }
};

/// (x − median) / the distance between two quantiles, in percent: outliers hardly change them.
/// `RobustScaler<>` takes the quartiles, `RobustScaler<10, 90>` others.
template <core::Number auto Low = 25, core::Number auto High = 75>
struct RobustScaler : detail::ScaleColumns<RobustScaler<Low, High>> {
    static constexpr Text<64> name() {
        return Text<64>("RobustScaler<")
            .append(detail::option_text(double(Low)).view())
            .append(", ")
            .append(detail::option_text(double(High)).view())
            .append(">");
    }
    static constexpr Sentence problem(Shape) {
        return 0 <= double(Low) && double(Low) < double(High) && double(High) <= 100
                   ? ""
                   : "expected quantiles from 0 to 100 percent, the lower one first";
    }

    template <class Values>
    static detail::OffsetAndDivisor learn(Values& values) {
        std::sort(values.begin(), values.end());
        return {median(values), quantile(values, double(High) / 100) - quantile(values, double(Low) / 100),
                0};
    }
};

} // namespace burin::data
