#pragma once

#include "burin/core/text.hpp"

#include <array>
#include <cstddef>

namespace burin::data {

/// What `PolynomialFeatures` may be told besides.
struct PolynomialOptions {
    bool interaction_only = false; ///< Products of different columns alone, without powers.
    bool bias = true;              ///< Whether the first column is a 1.
};

/// All products of at most Degree columns, with the columns themselves: of a and b with degree 2 these are 1,
/// a, b, a², ab, b², in the order of scikit-learn's PolynomialFeatures. Nothing is learnt; NaN spreads.
///
///     using Preparation = data::Pipeline<Input<2>, data::PolynomialFeatures<2>>; // 6 columns
template <std::size_t Degree, PolynomialOptions Options = PolynomialOptions{}>
struct PolynomialFeatures {
    static constexpr Text<64> name() {
        return Text<64>("PolynomialFeatures<")
            .append(Degree)
            .append(Options.interaction_only ? ", interaction_only" : "")
            .append(Options.bias ? ">" : ", no bias>");
    }

    static constexpr Sentence problem(Shape input) {
        if (Degree == 0)
            return "expected a degree of at least 1, got 0";
        if (input.rank != 1)
            return Sentence("expected input `[columns]`, got `").append(input).append("`");
        if (Degree > 8)
            return Sentence("expected a degree of at most 8, got ").append(Degree);
        return {};
    }
    static constexpr Shape output_shape(Shape input) {
        std::size_t count = Options.bias;
        for (std::size_t degree = 1; degree <= Degree; ++degree)
            count += products(input.size(), degree);
        return Shape(count);
    }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            if constexpr (Options.bias)
                *out++ = 1;
            for (std::size_t degree = 1; degree <= Degree; ++degree) {
                // The columns of a product, each no less than the one before it.
                std::array<std::size_t, Degree> chosen{};
                for (std::size_t i = 0; i < degree; ++i)
                    chosen[i] = Options.interaction_only ? i : 0;
                for (std::size_t left = products(In.size(), degree); left > 0; --left) {
                    Scalar product = in[chosen[0]];
                    for (std::size_t i = 1; i < degree; ++i)
                        product *= in[chosen[i]];
                    *out++ = product;
                    // The next: the last that can be raised is, and those behind it follow.
                    for (std::size_t i = degree; i-- > 0;) {
                        const std::size_t most =
                            In.size() - 1 - (Options.interaction_only ? degree - 1 - i : 0);
                        if (chosen[i] == most)
                            continue;
                        ++chosen[i];
                        for (std::size_t j = i + 1; j < degree; ++j)
                            chosen[j] = chosen[j - 1] + Options.interaction_only;
                        break;
                    }
                }
            }
        }
    };

  private:
    /// How many products of `degree` of so many columns there are.
    static constexpr std::size_t products(std::size_t columns, std::size_t degree) {
        if (Options.interaction_only && degree > columns)
            return 0;
        const std::size_t from = Options.interaction_only ? columns : columns + degree - 1;
        std::size_t count = 1;
        for (std::size_t i = 0; i < degree; ++i)
            count = count * (from - i) / (i + 1);
        return count;
    }
};

} // namespace burin::data
