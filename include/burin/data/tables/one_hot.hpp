#pragma once

#include "burin/data/tables/columns_at.hpp"
#include "burin/data/tables/training_columns.hpp"

#include <cstddef>

namespace burin::data {

/// What `OneHot` may be told besides.
struct OneHotOptions {
    bool drop_first = false;     ///< No column for category 0: the others then say it (for linear models).
    bool missing_column = false; ///< One more column, the last: 1 where the value is missing or no category.
};

namespace detail {

/// What the encoders of one categorical column share: the rest of the columns pass, and `Given` columns stand
/// in its place.
template <std::size_t Column, std::size_t Categories, std::size_t Given>
struct EncodeColumn {
    static constexpr Sentence problem(Shape input) {
        return Categories == 0 ? Sentence("expected at least one category, got 0")
                               : ColumnsAt<Column>::problem(input);
    }
    static constexpr Shape output_shape(Shape input) { return Shape(input.size() - 1 + Given); }

    /// Copies what passes, and gives where the rest is to be written.
    template <class Input, class Scalar>
    static constexpr Scalar* pass(std::size_t width, const Input& in, Scalar* out) noexcept {
        for (std::size_t c = 0; c < Column; ++c)
            out[c] = static_cast<Scalar>(in(c));
        for (std::size_t c = Column + 1; c < width; ++c)
            out[c - 1 + Given] = static_cast<Scalar>(in(c));
        return out + Column;
    }
    template <class Scalar>
    static constexpr Scalar* pass(std::size_t width, const Scalar* in, Scalar* out) noexcept {
        return pass(width, [in](std::size_t c) { return in[c]; }, out);
    }
};

} // namespace detail

/// A column of codes, whole numbers from 0 to Categories − 1, becomes a column for each: 1 for its own, 0 for
/// others. They stand where the column stood.
///
///     using Preparation = data::Pipeline<Input<4>, data::OneHot<3, 5>>; // 4 − 1 + 5 columns
///     using Fewer = data::OneHot<3, 5, data::OneHotOptions{.drop_first = true}>;
///
/// A missing value, NaN, and when applied whatever is no such number, become zeros alone; `fit` refuses the
/// latter with its place. Values that are no codes become codes with `Ordinal`.
template <std::size_t Column, std::size_t Categories, OneHotOptions Options = OneHotOptions{}>
struct OneHot : detail::EncodeColumn<Column, Categories,
                                     Categories - Options.drop_first + std::size_t(Options.missing_column)> {
    static constexpr std::size_t given =
        Categories - Options.drop_first + std::size_t(Options.missing_column);
    using Encode = detail::EncodeColumn<Column, Categories, given>;

    static constexpr Text<64> name() {
        return Text<64>("OneHot<")
            .append(Column)
            .append(", ")
            .append(Categories)
            .append(Options.drop_first ? ", drop_first" : "")
            .append(Options.missing_column ? ", missing_column>" : ">");
    }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            const std::size_t code = detail::code_of<Categories>(in[Column]);
            Scalar* const hot = Encode::pass(In.size(), in, out);
            for (std::size_t category = Options.drop_first; category < Categories; ++category)
                hot[category - Options.drop_first] = Scalar(category == code);
            if constexpr (Options.missing_column)
                hot[given - 1] = Scalar(code == Categories);
        }
    };

    template <class F, class Samples>
    static void fit(F&, const Samples& samples) {
        for (std::size_t i = 0; i < samples.size(); ++i)
            static_cast<void>(detail::training_code<Categories>(samples, i, Column));
    }
};

} // namespace burin::data
