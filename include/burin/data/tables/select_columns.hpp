#pragma once

#include "burin/data/tables/columns_at.hpp"

#include <cstddef>

namespace burin::data {

/// These columns alone, in this order.
///
///     using Preparation = data::Pipeline<Input<4>, data::SelectColumns<3, 0>, data::StandardScaler>;
template <std::size_t... Numbers>
struct SelectColumns {
    static constexpr Text<256> name() { return ColumnsAt<Numbers...>::name("SelectColumns<"); }
    static constexpr Sentence problem(Shape input) { return ColumnsAt<Numbers...>::problem(input); }
    static constexpr Shape output_shape(Shape) { return Shape(sizeof...(Numbers)); }

    template <Shape, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept { ((*out++ = in[Numbers]), ...); }
    };
};

/// All columns but these.
template <std::size_t... Numbers>
struct DropColumns {
    static constexpr Text<256> name() { return ColumnsAt<Numbers...>::name("DropColumns<"); }
    static constexpr Sentence problem(Shape input) {
        const Sentence problem = ColumnsAt<Numbers...>::problem(input);
        return problem.empty() && input.size() == sizeof...(Numbers)
                   ? Sentence("expected a column that stays, got none")
                   : problem;
    }
    static constexpr Shape output_shape(Shape input) { return Shape(input.size() - sizeof...(Numbers)); }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            for (std::size_t c = 0; c < In.size(); ++c)
                if (!ColumnsAt<Numbers...>::contains(c))
                    *out++ = in[c];
        }
    };
};

} // namespace burin::data
