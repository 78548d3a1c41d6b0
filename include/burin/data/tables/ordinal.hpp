#pragma once

#include "burin/data/tables/one_hot.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace burin::data {

/// The values of a column, at most Categories different numbers, become codes: 0 for the least, and so on in
/// rising order, as scikit-learn's OrdinalEncoder.
///
///     using Preparation = data::Pipeline<Input<4>, data::Ordinal<3, 5>, data::OneHot<3, 5>>;
///
/// A value that training didn't show becomes NaN, as does a missing one: an imputer behind it may say what
/// then, and the encoders of codes take it for no category. `fit` refuses infinite values, a column of
/// missing ones and more different values than Categories.
template <std::size_t Column, std::size_t Categories>
struct Ordinal : detail::EncodeColumn<Column, Categories, 1> {
    using Encode = detail::EncodeColumn<Column, Categories, 1>;

    static constexpr Text<64> name() {
        return Text<64>("Ordinal<").append(Column).append(", ").append(Categories).append(">");
    }

    template <Shape In, class Scalar>
    struct Fitted {
        std::array<Scalar, Categories> value{}; ///< In rising order.
        std::array<std::uint32_t, 1> count{};   ///< How many of them there are.

        /// What of constants from a file can't be.
        constexpr Sentence problem() const noexcept { return detail::count_problem(count, 0, Categories); }

        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            Scalar* const code = Encode::pass(In.size(), in, out);
            *code = std::numeric_limits<Scalar>::quiet_NaN();
            for (std::size_t i = 0; i < count[0]; ++i)
                if (in[Column] == value[i])
                    *code = static_cast<Scalar>(i);
        }
    };

    template <class F, class Samples>
    static void fit(F& fitted, const Samples& samples) {
        using Scalar = typename decltype(fitted.value)::value_type;
        const auto values = detail::sorted_values(samples, Column);
        std::size_t count = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto value = detail::as_constant<Scalar>(samples, Column, values[i]);
            if (i > 0 && value == fitted.value[count - 1])
                continue;
            if (count == Categories)
                detail::refuse_column(samples, Column,
                                      Sentence("expected at most ")
                                          .append(Categories)
                                          .append(" different values, got more")
                                          .view());
            fitted.value[count++] = value;
        }
        fitted.count[0] = static_cast<std::uint32_t>(count);
    }
};

} // namespace burin::data
