#pragma once

#include "burin/core/number.hpp"
#include "burin/data/moments.hpp"
#include "burin/data/order_statistics.hpp"
#include "burin/data/scale_problem.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <array>
#include <cstddef>

// Missing values, NaN, become one value for each column, as scikit-learn's SimpleImputer. `fit` refuses
// infinite values and columns that have none but missing ones, with the number of the column: drop such a
// column before (`DropColumns`) or say what to put (`ImputeConstant`). Infinite values stay as they are when
// applied.

namespace burin::data {

namespace detail {

template <class Scalar, std::size_t Columns>
struct Replacements {
    std::array<Scalar, Columns> value{};

    /// What of constants from a file can't be.
    constexpr Sentence problem() const noexcept { return finite_problem(value); }
    constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
        for (std::size_t c = 0; c < Columns; ++c)
            out[c] = in[c] != in[c] ? value[c] : in[c];
    }
};

/// What the imputers of this file share: `learn(values)` says what to put, given a column's values in rising
/// order.
template <class Imputer>
struct ImputeOneValue {
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    using Fitted = Replacements<Scalar, In.size()>;

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        for (std::size_t c = 0; c < fitted.value.size(); ++c) {
            using Scalar = typename decltype(fitted.value)::value_type;
            fitted.value[c] = as_constant<Scalar>(samples, c, Imputer::learn(sorted_values(samples, c)));
        }
    }
};

} // namespace detail

/// A missing value becomes the mean of its column.
///
///     using Preparation = data::Pipeline<Input<4>, data::ImputeMean, data::StandardScaler>;
struct ImputeMean : detail::ImputeOneValue<ImputeMean> {
    static constexpr Text<64> name() { return "ImputeMean"; }

    template <class Values>
    static double learn(const Values& sorted) {
        return moments_of(sorted).mean();
    }
};

/// A missing value becomes the median of its column: the value in the middle, or the mean of the two there.
struct ImputeMedian : detail::ImputeOneValue<ImputeMedian> {
    static constexpr Text<64> name() { return "ImputeMedian"; }

    template <class Values>
    static double learn(const Values& sorted) {
        return median(sorted);
    }
};

/// A missing value becomes the one that is most frequent in its column, the least of those where there are
/// several. For codes of categories, too.
struct ImputeMostFrequent : detail::ImputeOneValue<ImputeMostFrequent> {
    static constexpr Text<64> name() { return "ImputeMostFrequent"; }

    template <class Values>
    static double learn(const Values& sorted) {
        return most_frequent(sorted);
    }
};

/// A missing value becomes Value: `ImputeConstant<0>`. Nothing is learnt, and any column will do.
template <core::Number auto Value>
struct ImputeConstant {
    static constexpr Text<64> name() {
        return Text<64>("ImputeConstant<").append(detail::option_text(double(Value)).view()).append(">");
    }
    static constexpr Sentence problem(Shape) {
        return detail::is_missing(double(Value)) || detail::is_infinite(double(Value))
                   ? Sentence("expected a finite value to put")
                   : Sentence();
    }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            for (std::size_t c = 0; c < In.size(); ++c)
                out[c] = in[c] != in[c] ? static_cast<Scalar>(Value) : in[c];
        }
    };
};

} // namespace burin::data
