#pragma once

#include "burin/core/text.hpp"

#include <cstddef>

namespace burin::data {

/// For each column 1 where its value is missing, NaN, and 0 elsewhere, as scikit-learn's MissingIndicator for
/// all features. Nothing is learnt.
struct MissingIndicator {
    static constexpr Text<64> name() { return "MissingIndicator"; }
    static constexpr Shape output_shape(Shape input) { return input; }

    template <Shape In, class Scalar>
    struct Fitted {
        static constexpr void apply(const Scalar* in, Scalar* out) noexcept {
            for (std::size_t c = 0; c < In.size(); ++c)
                out[c] = Scalar(in[c] != in[c]);
        }
    };
};

/// What an imputer gives and behind it an indicator for each column that it was given: whether a value was
/// missing may tell something itself.
///
///     using Preparation = data::Pipeline<Input<4>, data::Indicated<data::ImputeMean>>;   // 8 columns
template <class Imputer>
struct Indicated {
    static constexpr Text<256> name() {
        return Text<256>("Indicated<").append(Imputer::name().view()).append(">");
    }
    static constexpr Sentence problem(Shape input) {
        if (input.rank != 1)
            return Sentence("expected input `[columns]`, got `").append(input).append("`");
        if constexpr (requires { Imputer::problem(input); })
            return Imputer::problem(input);
        else
            return {};
    }
    static constexpr Shape output_shape(Shape input) {
        return Shape(Imputer::output_shape(input).size() + input.size());
    }

    template <Shape In, class Scalar>
    struct Fitted : Imputer::template Fitted<In, Scalar> {
        constexpr void apply(const Scalar* in, Scalar* out) const noexcept {
            Imputer::template Fitted<In, Scalar>::apply(in, out);
            MissingIndicator::Fitted<In, Scalar>::apply(in, out + Imputer::output_shape(In).size());
        }
    };

    template <class F, class Samples>
        requires requires(F& fitted, const Samples& samples) { Imputer::fit(fitted, samples); }
    static void fit(F& fitted, const Samples& samples) {
        Imputer::fit(fitted, samples);
    }
};

} // namespace burin::data
